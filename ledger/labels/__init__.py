"""Labels: what a label may say, on which goods, under whose certificate, on which date.

Everything is a pure function over dated tables and over facts that count, so the verdict of any day
can be computed again. Nothing is refused: a broken rule yields reason codes.
"""
