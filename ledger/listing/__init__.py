"""What tables show: a list of columns for each, shared by pages, files, programs and analysts."""
