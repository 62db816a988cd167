"""Workbooks: each cell of the type that it is, text never a formula or a link.

The same content makes the same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "count", "weight", "date", "moment", "bool"]
FORMATS: Final = {
    "text": "@", "count": "#,##0", "weight": "#,##0.000", "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss", "bool": "General",
}  # fmt: skip
"""How a column's cells are shown, by its kind."""
width_max: Final = 60
_LISTS: Final = "lists"
_choices_characters_max: Final = 255
_rows_checked: Final = 10_000
OPTIONS: Final = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip
"""Rows go to temporary files; what the library makes of texts by itself is turned off."""
UNDATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001  (a workbook's dates have no zone)


_ODD: Final = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x|^\s|\s$")
"""What a text may hold that is not written as it stands."""
_letters: Final = cache(xlsxwriter.utility.xl_col_to_name)


class Plain(Worksheet):  # type: ignore[misc]  # the library tells no types
    """A sheet on which a text in the form of the library's own marks is a text, too.

    The ordinary cell is written here, byte for byte as the library does: asked for each attribute
    of each cell, that would take twice as long.
    """

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        # What has no format of its own has that of its column.
        kind = None if cell.format is None else type(cell).__name__
        if kind == "String" and _ODD.search(cell.string) is None:
            value = f' t="inlineStr"><is><t>{cell.string}</t></is></c>'
        elif kind in ("Number", "Datetime"):
            value = f"><v>{cell.number:.16G}</v></c>"
        else:
            super()._write_cell(row, col, cell)
            return
        style = cell.format._get_xf_index()  # noqa: SLF001 -- as the library does
        self.fh.write(f'<c r="{_letters(col)}{row + 1}" s="{style}"{value}')

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, preserve=False, attributes=attributes)


class Column(NamedTuple):
    """A column: its heading, its kind, and what may be chosen in its cells."""

    heading: str
    kind: Kind = "text"
    width: int = 0
    choices: Sequence[str] = ()


class Sheet(NamedTuple):
    """A sheet: its columns, and rows of a value each."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def write(out: BinaryIO, sheets: Sequence[Sheet], *, made: datetime = UNDATED) -> None:
    """Write a workbook; rows are taken as they come and not kept."""
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"created": made})
        formats = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        bold = book.add_format({"bold": True, "num_format": "@"})
        lists: dict[tuple[str, ...], int] = {}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name, Plain)
            _layout(page, sheet, lists, formats)
            for at, column in enumerate(sheet.columns):
                page.write_string(0, at, column.heading, bold)
            last = _rows(page, sheet, formats)
            page.freeze_panes(1, 0)
            page.autofilter(0, 0, max(1, last), max(0, len(sheet.columns) - 1))
        if lists:
            _written_lists(book, lists)


def _layout(page: Any, sheet: Sheet, lists: dict[tuple[str, ...], int], formats: Any) -> None:
    for at, column in enumerate(sheet.columns):
        width = column.width or min(width_max, 2 * len(column.heading) + 2)
        page.set_column(at, at, width, formats[column.kind])
        if column.choices:
            page.data_validation(
                1, at, _rows_checked, at,
                {"validate": "list", "source": _source(column.choices, lists),
                 "error_type": "warning"},
            )  # fmt: skip


def _source(choices: Sequence[str], lists: dict[tuple[str, ...], int]) -> str | list[str]:
    """Choices as a cell lists them; too many of them stand on a sheet of their own."""
    plain = all("," not in each and '"' not in each for each in choices)
    if plain and len(",".join(choices)) <= _choices_characters_max:
        return [*choices]
    at = lists.setdefault(tuple(choices), len(lists))
    name = xlsxwriter.utility.xl_col_to_name(at, col_abs=True)
    return f"={_LISTS}!{name}$1:{name}${len(choices)}"


def _written_lists(book: Any, lists: dict[tuple[str, ...], int]) -> None:
    page = book.add_worksheet(_LISTS, Plain)
    page.hide()
    columns = [*lists]
    for row in range(max(map(len, columns))):
        for at, choices in enumerate(columns):
            if row < len(choices):
                page.write_string(row, at, choices[row])


def _rows(page: Any, sheet: Sheet, formats: Any) -> int:
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        for at, value in enumerate(row):
            if value is not None:
                _cell(page, last, at, value, formats[sheet.columns[at].kind])
    return last


def _cell(page: Any, row: int, at: int, value: Any, shown: Any) -> None:
    match value:
        case bool():
            page.write_boolean(row, at, value, shown)
        case int() | float() | Decimal():
            page.write_number(row, at, value, shown)
        case date():
            page.write_datetime(row, at, value, shown)
        case _:
            page.write_string(row, at, str(value), shown)
