"""Rows as CSV, for spreadsheets."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

CSV: Final = "text/csv"
CSV_WITH_HEAD: Final = f"{CSV}; charset=utf-8; header=present"


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as CSV with a head; what is nested stands as JSON, nothing as nothing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
