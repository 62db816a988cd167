"""A list as a workbook: its rows on `data`, what they are on `notes`.

Rows are taken as they come, however many, and not kept; the same rows make the same bytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from itertools import chain, count, islice
from typing import Any, BinaryIO, Final
from unicodedata import east_asian_width

import xlsxwriter

from ledger.errors import Misuse
from ledger.listing.columns import Column, Kind, Table
from ledger.listing.notes import Notes, lines_of, word
from ledger.sheets.csv_text import Lines, plain
from ledger.sheets.workbook import FORMATS, OPTIONS, UNDATED, Plain, width_max

sheet_rows_max: Final = 1_048_575
"""Rows below the headings that a sheet has room for."""
rows_max: Final = 2_000_000
TOO_MANY: Final = f"More than {rows_max:,} rows do not make a workbook: use CSV or Parquet."
cell_characters_max: Final = 32_767
_measured_rows: Final = 1_000
"""Widths go by so many rows; all of them would have to be kept."""
_year_min: Final = 1900
_A_DAY: Final = "2026-04-02"
_A_SECOND: Final = "2026-04-02T09:30:00"
_AN_OFFSET: Final = "+09:00"
_WIDE: Final = frozenset("WFA")
_SHOWN: Final[Mapping[Kind, str]] = {
    "id": "@", "text": "@", "enum": "@", "country": "@", "uuid": "@", "sha256": "@", "list": "@",
    "nested": "@", "count": "#,##0", "number": "0", "weight": "#,##0.000", "share": "0.000",
    "date": FORMATS["date"], "moment": FORMATS["moment"], "bool": "General",
}  # fmt: skip
"""How the cells of a column are shown, by its kind."""
Put = Callable[[int, Any], None]


class _Digest:
    """SHA-256 over rows as canonical CSV."""

    def __init__(self, table: Table) -> None:
        self._sha = sha256()
        self._lines = Lines(lambda line: self._sha.update(line.encode()))
        self._lines.add(column.code for column in table)
        self.add = self._lines.add

    def told(self) -> str:
        """The digest, hexadecimal."""
        return self._sha.hexdigest()


def write_list(
    out: BinaryIO,
    table: Table,
    rows: Iterable[Sequence[Any]],
    notes: Notes,
    *,
    headings: str = "code",
    made: datetime = UNDATED,
) -> None:
    """Write a list; rows are values in the order of the columns, as `listing.values` reads them.

    `made` is the document's date. Raises Misuse where there are more than `rows_max` rows.
    """
    digest, written = _Digest(table), 0
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"created": made})
        formats = {kind: book.add_format({"num_format": code}) for kind, code in _SHOWN.items()}
        bold = book.add_format({"bold": True, "num_format": "@"})
        coming = iter(rows)
        for number in count(1):
            these = [*islice(coming, 1)]
            if number > 1 and not these:
                break
            name = "data" if number == 1 else f"data {number}"
            page = _Page(book.add_worksheet(name, Plain), table, headings, formats)
            page.begin(bold)
            for row in chain(these, islice(coming, sheet_rows_max - len(these))):
                if written == rows_max:
                    raise Misuse(TOO_MANY, field="format")
                digest.add(row)
                page.add(row)
                written += 1
            page.end()
        page = _Page(book.add_worksheet("notes", Plain), table, headings, formats)
        page.tell(lines_of(notes, table, headings, rows=written, sha256=digest.told()))


class _Page:
    """A sheet being written; a moment takes two columns, its time and its offset."""

    def __init__(self, page: Any, table: Table, headings: str, formats: Any) -> None:
        self._page, self._formats, self._headings = page, formats, headings
        self._names: list[str] = []
        self._puts: list[tuple[int, Put]] = []
        for column in table:
            put = partial(_PUT.get(column.kind, _Page._text), self, formats[column.kind])
            self._puts.append((len(self._names), put))
            self._names.append(column.called(headings))
            if column.kind == "moment":
                self._names.append(_offset_of(column, headings))
        self._widths = [_width(name) for name in self._names]
        self._row = 0

    def begin(self, bold: Any) -> None:
        """Write the headings."""
        for across, name in enumerate(self._names):
            self._page.write_string(0, across, name, bold)
        self._page.freeze_panes(1, 0)

    def add(self, row: Sequence[Any]) -> None:
        """Write a row."""
        self._row += 1
        for (across, put), value in zip(self._puts, row, strict=True):
            if value is not None:
                put(across, value)

    def end(self) -> None:
        """Set what is known once all rows are there."""
        self._page.autofilter(0, 0, max(1, self._row), max(0, len(self._names) - 1))
        for across, width in enumerate(self._widths):
            self._page.set_column(across, across, min(width_max, width + 2))

    def tell(self, lines: Iterable[Sequence[Any]]) -> None:
        """Write lines of texts, whole numbers, and yes and no."""
        formats = self._formats
        for self._row, line in enumerate(lines):
            for across, value in enumerate(line):
                match value:
                    case bool():
                        self._page.write_boolean(self._row, across, value, formats["bool"])
                    case int():
                        self._page.write_number(self._row, across, value, formats["number"])
                    case str():
                        self._page.write_string(self._row, across, value, formats["text"])
        self._page.set_column(0, 0, width_max // 2)
        self._page.set_column(1, 2, width_max)

    def _text(self, shown: Any, across: int, value: Any) -> None:
        text = value
        if not isinstance(value, str):
            flat = isinstance(value, list) and all(isinstance(each, str) for each in value)
            text = "; ".join(value) if flat else plain(value)
        if len(text) > cell_characters_max // 2 and _units(text) > cell_characters_max:
            text = f"{len(text)} {word('too_long', self._headings)}"
        self._page._write_string(self._row, across, text, shown)  # noqa: SLF001 -- see `Plain`
        self._measure(across, text)

    def _number(self, shown: Any, across: int, value: Any) -> None:
        self._page._write_number(self._row, across, value, shown)  # noqa: SLF001 -- see `Plain`
        self._measure(across, f"{value:,}")

    def _yes_or_no(self, shown: Any, across: int, value: Any) -> None:
        self._page.write_boolean(self._row, across, value, shown)

    def _day(self, shown: Any, across: int, value: date) -> None:
        if value.year < _year_min:
            self._text(shown, across, value.isoformat())
            return
        self._page.write_datetime(self._row, across, value, shown)
        self._measure(across, _A_DAY)

    def _moment(self, shown: Any, across: int, value: str) -> None:
        time, offset = value[: len(_A_SECOND)], value[-len(_AN_OFFSET) :]
        if time < str(_year_min):
            self._text(shown, across, time)
        else:
            at = datetime.fromisoformat(time)
            self._page._write_datetime(self._row, across, at, shown)  # noqa: SLF001 -- see `Plain`
        self._page._write_string(self._row, across + 1, offset, self._formats["text"])  # noqa: SLF001 -- see `Plain`
        self._measure(across, time)

    def _measure(self, across: int, text: str) -> None:
        if self._row <= _measured_rows and len(text) * 2 > self._widths[across]:
            self._widths[across] = max(self._widths[across], _width(text))


_PUT: Final[Mapping[Kind, Callable[..., None]]] = {
    "count": _Page._number, "number": _Page._number, "weight": _Page._number,  # noqa: SLF001 -- ours
    "share": _Page._number, "bool": _Page._yes_or_no, "date": _Page._day,  # noqa: SLF001 -- ours
    "moment": _Page._moment,  # noqa: SLF001 -- ours
}  # fmt: skip


def _offset_of(column: Column, headings: str) -> str:
    """What stands above the offsets of a moment's column."""
    heading = column.called(headings)
    if heading == column.code:
        return f"{heading}_offset"
    return f"{heading} ({word('offset', headings)})"


def _units(text: str) -> int:
    """How long a text is where letters beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _width(text: str) -> int:
    """How many cells of a screen a text takes, as far as a column is ever wide."""
    return sum(1 + (east_asian_width(letter) in _WIDE) for letter in text[: width_max + 1])
