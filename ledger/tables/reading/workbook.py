"""A workbook's sheets as cells: values by the reader, the rest by a pass over its XML."""

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ledger.tables.cells import CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX, Cell, Raw, Row, Sheet
from ledger.tables.messages import Message
from ledger.tables.reading.archive import checked
from ledger.tables.reading.looking import Looks, Seen, book, look
from ledger.tables.reading.refusal import FileRefused, too_large

sheets_max: Final = 64
header_rows_max: Final = 20
characters_max: Final = 64 * 1024 * 1024
"""Of all cells together: a text that stands in many cells counts in each."""
_LEAP_THAT_WAS_NONE: Final = "60"
"""Excel's own 29 February 1900."""
_DAY_SECONDS: Final = 86_400


def read_workbook(data: bytes, wanted: list[str]) -> tuple[list[Sheet], list[Message]]:
    """The sheets that are wanted, or all; with what is to be noted. Raises FileRefused."""
    archive, macros = checked(data)
    parts = book(archive)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        about = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        if len(about) > sheets_max:
            raise too_large("sheets", sheets_max)
        budget = _Budget()
        sheets = []
        for each in about:
            visible = each.visible == SheetVisibleEnum.Visible
            if each.name not in parts.parts or (each.name not in wanted if wanted else not visible):
                # Named all the same, so that it can be said which sheets there are.
                sheets.append(Sheet(each.name, [], visible))
                continue
            looks = look(archive, parts.parts[each.name], parts.formats)
            values = _values(workbook.get_sheet_by_name(each.name))
            rows = list(_rows(values, looks, budget, of_1904=parts.of_1904))
            sheets.append(
                Sheet(each.name, rows, visible, looks.merged, sorted({*looks.hidden_columns}))
            )
    except CalamineError as error:
        raise FileRefused("undecodable/broken") from error
    return sheets, [Message("macros-ignored")] if macros else []


class _Budget:
    """How much of a file may still be read."""

    def __init__(self) -> None:
        self._rows = ROWS_MAX + header_rows_max
        self._characters = characters_max

    def take(self, cells: list[Raw]) -> None:
        self._rows -= 1
        self._characters -= sum([len(each) for each in cells if isinstance(each, str)])
        if self._rows < 0:
            raise too_large("rows", ROWS_MAX)
        if self._characters < 0:
            raise too_large("characters in all cells", characters_max)
        if len(cells) > COLUMNS_MAX:
            raise too_large("columns", COLUMNS_MAX)


def _values(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """The values of every row from the first one on, each from the first column on."""
    left = [""] * (sheet.start[1] if sheet.start is not None else 0)
    return ([*left, *row] for row in sheet.iter_rows())


def _rows(values: Iterable[list[Any]], looks: Looks, budget: _Budget, *, of_1904: bool) -> Any:
    """Rows with something in them; `values` begin at the first row and column of the sheet."""
    cells_seen = looks.cells
    rows_seen = {row for row, _ in cells_seen}
    for number, found in enumerate(values, 1):
        if number in rows_seen:
            cells = [
                _cell(value, cells_seen.get((number, column)), of_1904=of_1904)
                for column, value in enumerate(found)
            ]
            _further(cells, number, looks)
        else:
            cells = [_plain(value) for value in found]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            budget.take(cells)
            yield Row(number, cells, number in looks.hidden_rows)


def _further(cells: list[Raw], row: int, looks: Looks) -> None:
    """Add what the reader of values did not even find a place for: a formula at a row's end."""
    for column in range(len(cells), COLUMNS_MAX):
        seen = looks.cells.get((row, column))
        if seen is not None and (seen.formula or seen.error):
            cells.extend([None] * (column - len(cells)))
            cells.append(_cell("", seen, of_1904=False))


def _plain(value: Any) -> Raw:
    """A cell of which the XML says nothing remarkable."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return Cell("bool", "TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell("number", digits(value))
    return _moment(value)


def _text(value: str) -> Raw:
    if not value:
        return None
    # One character more than there may be is told as too long; no more is carried about.
    return value[: CELL_CHARACTERS_MAX + 1]


def _cell(value: Any, seen: Seen | None, *, of_1904: bool) -> Raw:
    if seen is None:
        return _plain(value)
    if seen.error:
        return Cell("error", seen.raw or "#ERROR", "", seen.formula)
    if seen.formula and not seen.valued and value in ("", None):
        return Cell("empty", "", "", formula=True)
    found = _plain(value)
    if isinstance(found, Cell) and found.kind == "date" and seen.raw == _LEAP_THAT_WAS_NONE:
        found = found if of_1904 else Cell("date", "1900-02-29")
    if isinstance(found, str):
        return Cell("text", found, "", seen.formula) if seen.formula else found
    if found is None:
        return None
    return Cell(found.kind, found.text, seen.format, seen.formula)


def _moment(value: Any) -> Cell:
    if isinstance(value, datetime):
        clock = value.time()
        return Cell("date", f"{value.date().isoformat()}T{clock.isoformat()}")
    if isinstance(value, date):
        return Cell("date", value.isoformat())
    if isinstance(value, time):
        return Cell("date", f"T{value.isoformat()}")
    if isinstance(value, timedelta):
        # A format of elapsed hours: within a day a clock, beyond it a number of days.
        seconds = value.total_seconds()
        if 0 <= seconds < _DAY_SECONDS:
            clock = (datetime(2000, 1, 1) + value).time()  # noqa: DTZ001  (its clock alone)
            return Cell("date", f"T{clock.isoformat()}")
        return Cell("number", digits(seconds / _DAY_SECONDS))
    return Cell("text", str(value))


def digits(value: float) -> str:
    """A number at 15 significant digits, as Excel keeps it, without an exponent."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{float(text):.0f}" if "e+" in text else _unfolded(text)


def _unfolded(text: str) -> str:
    mantissa, _, exponent = text.partition("e-")
    if not exponent:
        return text
    places = len(mantissa.partition(".")[2]) + int(exponent)
    return f"{float(text):.{places}f}"
