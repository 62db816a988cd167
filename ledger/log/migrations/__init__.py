"""Migrations of the permanent tables, applied in the order of their names; only ever added to."""
