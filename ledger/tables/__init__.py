"""Tables as people keep them: what their columns mean, how a cell is read, which rows are an event.

A table is a door and no model of its own: a row becomes an event of the catalogue, and everything
about a template is derived from the types in `facts`. Pure, but for `reading`, which turns bytes
into cells.
"""
