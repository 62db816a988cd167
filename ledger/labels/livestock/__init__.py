"""Organic livestock: where animals came from, how long they were kept so, what they were fed.

Each check takes the facts it is about and gives what it found with the figures compared (JAS for
organic livestock, read with its appendices 3, 8 and 9). All limits are met at equality unless the
standard says "below".
"""
