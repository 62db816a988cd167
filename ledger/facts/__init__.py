"""What may be reported: frozen types, one for each event of the catalogue.

Pure: a fact knows no clock and no wire. What is in `TYPES` is the whole vocabulary.
"""
