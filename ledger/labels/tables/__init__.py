"""The dated tables as data files; a new law is a new row, and no row is ever edited."""
