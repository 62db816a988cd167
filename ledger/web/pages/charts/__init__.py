"""Charts: numbers into shapes, drawn on the server; templates only write the shapes down.

Pure: the same numbers give the same picture. Lengths are the picture's own units.
"""
