"""What makes the handbook: the order of its pages, and those that are made from the code."""
