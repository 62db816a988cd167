"""Who may see what: kept by the projection, enforced by the database.

A table that no policy names shows nothing to anybody but its owner.
"""
