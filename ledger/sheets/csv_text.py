"""Rows as text in columns, safe in whatever program opens them.

Numbers stand without separators, days and moments as ISO says, lists as JSON, nothing as nothing.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TextIO

_RUNS: Final = tuple("=+-@\t\r\n\0＝＋－＠")
"""A text that begins so may be run as a formula; a quote before it stops that."""
_QUOTED_FROM: Final = frozenset((*_RUNS, "'"))
BOM: Final = "\ufeff"
"""Tells spreadsheets that what follows is UTF-8."""
LINE_ENDS: Final = ("\n", "\r\n")
"""Without a mark at the beginning, and with one: those who need it expect the other end, too."""
_QUOTED_END: Final = "\r\n"
"""The library quotes what holds a letter of it."""
_chunk_characters_min: Final = 32 * 1024


def safe(text: str) -> str:
    """A text that no program takes for a formula; tables take the quote away again.

    One that looks so already gets another, so that what is read is always what was written.
    """
    if text[:1] not in _QUOTED_FROM:
        return text
    return f"'{text}" if text.lstrip("'").startswith(_RUNS) else text


def plain(value: Any) -> str:
    """A value as text; numbers stay numbers."""
    return _AS.get(type(value), _said)(value)


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else safe(str(value))


_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
_AS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: safe, type(None): lambda _: "", bool: lambda value: "true" if value else "false",
    int: str, Decimal: "{:f}".format, list: _json, tuple: _json, dict: _json,
}  # fmt: skip


class Lines:
    """Rows as lines, each handed over whole; `line_end` ends it.

    A carriage return within a text is quoted whatever ends lines, so that it is none.
    """

    def __init__(self, take: Callable[[str], object], line_end: str = "\n") -> None:
        self._take, self._end = take, line_end
        self._writer = csv.writer(self, lineterminator=_QUOTED_END)

    def write(self, line: str) -> None:
        """Take a line of the library's."""
        self._take(line[: -len(_QUOTED_END)] + self._end)

    def add(self, row: Iterable[Any]) -> None:
        """Write a row of values."""
        self._writer.writerow([plain(value) for value in row])


def write_rows(
    out: TextIO, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, line_end: str = "\n"
) -> None:
    """Write headings and rows, one by one as they come."""
    lines = Lines(out.write, line_end)
    lines.add(headings)
    for row in rows:
        lines.add(row)


def lines(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False
) -> Iterator[bytes]:
    """Headings and rows as UTF-8, in pieces of some 32 KiB; `bom` marks it for spreadsheets."""
    out = io.StringIO()
    written = Lines(out.write, LINE_ENDS[bom])
    out.write(BOM if bom else "")
    written.add(headings)
    for row in rows:
        written.add(row)
        if out.tell() >= _chunk_characters_min:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
