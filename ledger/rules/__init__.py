"""What a mismatch is: pure rules over facts that count, and what they ask of the past.

A rule returns violations with the moment from which each exists; it never knows what time it is.
"""
