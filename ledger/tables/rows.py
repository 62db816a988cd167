"""The rows of a sheet under its headings: which count, and what each of their cells holds."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ledger.errors import Misuse
from ledger.tables.cells import Area, Raw, Row, Sheet, blank, letter, text_of
from ledger.tables.columns import TEMPLATES, Column
from ledger.tables.dialects.dates import orders_of
from ledger.tables.dialects.numbers import proves_comma
from ledger.tables.dialects.outcome import DateOrders, How, Outcome
from ledger.tables.dialects.reading_cells import read_cell
from ledger.tables.headings import folded
from ledger.tables.layout import Layout, fits_anywhere
from ledger.tables.mapping import Mapping
from ledger.tables.messages import Message, sentence

_TOTALS: Final = frozenset((
    "合計", "計", "小計", "総計", "月計", "累計", "total", "subtotal", "sum", "grandtotal",
))  # fmt: skip
_outcomes_kept_max: Final = 50_000
"""Of a column; most cells of a column stand in it many times."""
_MERGED_TOO: Final = frozenset({"lot", "mark"})
Values = dict[str, str]
_DATES: Final = frozenset({"date", "moment"})
_DECIMALS: Final = frozenset({"weight", "decimal", "share"})


class ReadRow:
    """A row as it was read: values by column, what was noted, and what is wrong with it."""

    __slots__ = ("bad", "cells", "columns", "notes", "number", "problems", "sheet", "values")

    def __init__(self, sheet: str, row: Row, columns: dict[str, int]) -> None:
        self.sheet = sheet
        self.number = row.number
        self.cells = row.cells
        self.columns = columns
        """Where each column stands, by its code."""
        self.values: dict[str, Any] = {}
        # Most rows have none of these, and there are many rows.
        self.notes: tuple[Message, ...] = ()
        self.problems: tuple[Message, ...] = ()
        self.bad: frozenset[str] = frozenset()
        """Columns whose cells could not be read."""

    def problem(self, way: str, code: str | None, *values: tuple[str, str | int]) -> None:
        """Say what is wrong with a column's cell, or with the row."""
        at = self.columns.get(code) if code is not None else None
        self.problems += (Message(way, values, self.sheet, self.number, at),)
        if code is not None:
            self.bad |= {code}

    def note(self, way: str, code: str | None, *values: tuple[str, str | int]) -> None:
        """Note how a column's cell was read."""
        at = self.columns.get(code) if code is not None else None
        self.notes += (Message(way, values, self.sheet, self.number, at),)

    def let_go(self) -> None:
        """Forget the values, once they stand in an event."""
        self.values = {}


class Skipped(NamedTuple):
    """A row that is no event, and why."""

    message: Message
    cells: Sequence[Raw]


class _Plan(NamedTuple):
    """A column of the sheet, how it is read, and what its cells were read as."""

    code: str
    at: tuple[int, ...]
    how: How
    join: str
    kept: dict[Raw, tuple[Raw, Outcome]]


class SheetReader:
    """Reads the rows of one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        mapping: Mapping,
        defaults: Values,
        *,
        of_text: bool,
    ) -> None:
        """`defaults` stand by code for what neither a cell nor the mapping says."""
        self._sheet, self._layout, self._mapping = sheet, layout, mapping
        self._of_text, self._defaults = of_text, defaults
        self._below = [row for row in sheet.rows if row.number > layout.header]
        self._columns = {code: at[0] for code, at in layout.columns.items()}
        self._plans = [self._plan(code, at) for code, at in layout.columns.items()]
        self._constants = self._constant_values()
        by_code = layout.template.by_code
        self._telling = [
            at for code, at in self._columns.items()
            if by_code[code].required and by_code[code].kind in ("id", "date", "moment")
        ]  # fmt: skip
        self.skipped: list[Skipped] = []
        self.merged_values: list[Message] = []
        """Notes on merged cells that stand for several rows."""

    def hidden(self) -> Message | None:
        """What is to be asked of hidden rows and columns, where nothing is said of them."""
        if self._mapping.hidden is not None:
            return None
        rows = [row.number for row in self._below if row.hidden and not blank(row.cells)]
        if rows:
            values = ("count", len(rows)), ("first", str(rows[0]))
            return Message("hidden-rows", values, self._sheet.name)
        used = {at for each in self._layout.columns.values() for at in each}
        columns = sorted(used & {*self._sheet.hidden_columns})
        if columns:
            values = ("count", len(columns)), ("first", letter(columns[0]))
            return Message("hidden-rows/columns", values, self._sheet.name)
        return None

    def rows(self) -> Iterator[ReadRow]:
        """Every row that counts, each cell read; others are among `skipped` once this is done."""
        filled, wrong = self._merged()
        for row in self._below:
            if blank(row.cells) or (row.hidden and self._mapping.hidden == "skip"):
                continue
            if row.number in filled:
                for at, raw in filled[row.number]:
                    row.cells += [None] * (at + 1 - len(row.cells))
                    row.cells[at] = raw if row.cells[at] is None else row.cells[at]
            why = self._skip(row)
            if why is not None:
                self.skipped.append(Skipped(why, row.cells))
                continue
            yield self._read(row, wrong.get(row.number, ()))

    def _read(self, row: Row, wrong: Sequence[int]) -> ReadRow:
        found = ReadRow(self._sheet.name, row, self._columns)
        found.values.update(self._constants)
        cells, width = row.cells, len(row.cells)
        for code, at, how, join, kept in self._plans:
            if len(at) == 1:
                cell = cells[at[0]] if at[0] < width else None
            else:
                parts = [text_of(cells[each]).strip() for each in at if each < width]
                cell = join.join(part for part in parts if part) or None
            if cell is None:
                continue
            known = kept.get(cell)
            if known is None:
                if len(kept) > _outcomes_kept_max:
                    kept.clear()
                kept[cell] = known = cell, read_cell(cell, how)
            elif len(at) == 1:
                cells[at[0]] = known[0]  # the same text once, however many rows have it
            value, notes, problem = known[1]
            if problem is not None:
                found.problem(problem[0], code, *problem[1])
            elif value is not None:
                found.values[code] = value
            for note in notes:
                found.note(note[0], code, *note[1])
        self._odd(found, row, wrong)
        return found

    def _odd(self, found: ReadRow, row: Row, wrong: Sequence[int]) -> None:
        """What is wrong with a row besides its cells."""
        for at in wrong:
            said = text_of(row.cells[at]) if at < len(row.cells) else ""
            values = (("said", said or letter(at)),)
            found.problems += (Message("merged-cell", values, found.sheet, row.number, at),)
        if self._of_text and len(row.cells) > self._layout.width:
            beyond = (at for at in range(self._layout.width, len(row.cells)) if row.cells[at])
            if (more := next(beyond, None)) is not None:
                found.problems += (Message("invalid/more", (), found.sheet, row.number, more),)
        if "time" in found.bad and self._is_header(row):
            said = next((text_of(cell) for cell in row.cells if cell is not None), "")
            found.problem("invalid/table", None, ("said", said))

    def _is_header(self, row: Row) -> bool:
        return bool(fits_anywhere([Row(1, row.cells)], Mapping(), TEMPLATES.values()))

    def _skip(self, row: Row) -> Message | None:
        headings = self._layout.headings
        cells = row.cells
        first = next((at for at, name in enumerate(headings) if name), 0)
        if (
            first < len(cells)
            and isinstance(cells[first], str)
            and folded(text_of(cells[first])) == headings[first]
        ):
            names = [folded(text_of(cell)) for cell in cells]
            names += [""] * (len(headings) - len(names))
            if names == [*headings]:
                return Message("repeated-header", (), self._sheet.name, row.number)
        width = len(cells)
        telling = [at for at in self._telling if at < width and _there(cells[at])]
        if len(telling) > 1:
            return None
        for at, cell in enumerate(cells):
            if not isinstance(cell, str) or [other for other in telling if other != at]:
                continue
            said = "".join(unicodedata.normalize("NFKC", cell).split()).casefold()
            if said in _TOTALS:
                return Message(
                    "total-row", (("said", cell.strip()),), self._sheet.name, row.number, at
                )
        return None

    # -- how columns are read

    def _plan(self, code: str, at: tuple[int, ...]) -> _Plan:
        column = self._layout.template.by_code[code]
        cells = (
            [row.cells[each] for row in self._below for each in at if each < len(row.cells)]
            if column.kind in _DATES | _DECIMALS
            else []
        )
        told = self._mapping.told(code)
        return _Plan(code, at, self._how(column, cells), told.join, {})

    def _how(self, column: Column, cells: Sequence[Raw]) -> How:
        mapping, told = self._mapping, self._mapping.told(column.code)
        return How(
            column, self._layout.template, of_text=self._of_text,
            words=mapping.values.get(column.code, {}), pad=told.pad, round=told.round,
            unit=self._layout.units.get(column.code) or told.unit, decimal=mapping.decimal,
            comma_proven=column.kind in _DECIMALS and proves_comma(cells),
            day_order=mapping.day_order,
            orders=orders_of(cells) if column.kind in _DATES else DateOrders(),
            year=mapping.year, fiscal_year=mapping.fiscal_year, century=mapping.two_digit_years,
            x_means=mapping.x_means, ids_like_numbers=mapping.ids_like_numbers,
        )  # fmt: skip

    def _constant_values(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        given = {
            code: text
            for code in self._mapping.columns
            if (text := self._mapping.told(code).constant) is not None
        }
        given = {**self._defaults, **given}
        if self._mapping.source is not None:
            given.setdefault("source", self._mapping.source)
        for code, text in given.items():
            column = self._layout.template.by_code.get(code)
            if column is None:
                continue
            outcome = read_cell(text, self._how(column, ()))
            if outcome.problem is not None:
                words = sentence(Message(*outcome.problem), "en", self._layout.template)
                raise Misuse(f"What is given for {code} cannot be read: {words}", field=code)
            if outcome.value is not None:
                found[code] = outcome.value
        return found

    def _merged(self) -> tuple[dict[int, list[tuple[int, Raw]]], dict[int, list[int]]]:
        """What merged cells give to rows below their first, and where a merge cannot be read."""
        codes = {at: code for code, each in self._layout.columns.items() for at in each}
        rows = {row.number: row for row in self._below} if self._sheet.merged else {}
        filled: dict[int, list[tuple[int, Raw]]] = {}
        wrong: dict[int, list[int]] = {}
        for area in self._sheet.merged:
            columns = [at for at in range(area.left, area.right + 1) if at in codes]
            if area.bottom <= self._layout.header or not columns:
                continue
            if self._gives(area, codes):
                top = rows.get(area.top)
                raw = top.cells[area.left] if top and area.left < len(top.cells) else None
                if raw is None:
                    continue
                for number in range(area.top + 1, area.bottom + 1):
                    filled.setdefault(number, []).append((area.left, raw))
                values, sheet = (("said", text_of(raw)),), self._sheet.name
                self.merged_values.append(
                    Message("merged-value", values, sheet, area.top, area.left)
                )
            else:
                for number in range(area.top, min(area.bottom, area.top + len(self._below)) + 1):
                    wrong.setdefault(number, []).extend(columns)
        return filled, wrong

    def _gives(self, area: Area, codes: dict[int, str]) -> bool:
        """Whether a merged cell gives its value to every row: one column of an event's own."""
        if area.left != area.right or area.top <= self._layout.header:
            return False
        code = codes[area.left]
        return not self._layout.template.by_code[code].of_line or code in _MERGED_TOO


def _there(cell: Raw) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))
