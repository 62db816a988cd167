"""Rows as text in columns, safe in whatever program opens them."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TextIO

_RUNS: Final = tuple("=+-@\t\r\n\0＝＋－＠")
"""A text that begins so may be run as a formula; a quote before it stops that."""


def safe(text: str) -> str:
    """A text that no program takes for a formula; tables take the quote away again."""
    return f"'{text}" if text.startswith(_RUNS) else text


def plain(value: Any) -> str:
    """A value as text; numbers stay numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
    return safe(str(value))


def write_rows(
    out: TextIO, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, line_end: str = "\n"
) -> None:
    """Write headings and rows, one by one as they come."""
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow([safe(heading) for heading in headings])
    for row in rows:
        writer.writerow([plain(value) for value in row])
