"""The command line, a file per group of commands; here the parts of the house are wired together.

Data goes to stdout, words and progress to stderr. Exit 0 done, 1 something was refused, unequal or
not eligible, 2 misuse.
"""
