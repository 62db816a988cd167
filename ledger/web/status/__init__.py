"""One truth per row: what a pair looks like in each of six columns, decided by one table.

A difference without a case is never bad, and a case is never fine. Pure: what is known of a column
comes in, a tone and words go out; no clock, no language.
"""
