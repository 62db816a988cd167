"""The views: what people see, folded from the log, a file per question.

A view may be dropped and rebuilt at any time; the rebuilt one equals the live one, row for row.
"""

from typing import Final

VIEW_VERSION: Final = 4
"""Raise it with any change to a table or to what a fold writes: the views are then built anew."""

SCHEMA: Final = f"views_{VIEW_VERSION}"
"""Where the tables of this version live."""
