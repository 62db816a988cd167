"""Dated tables read from data files, each row with its dates and its source.

A new law is a new row, and no row is ever edited. A file is read once and checked whole: a wrong
column is refused by file, line and column.
"""

import csv
import io
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from ledger.errors import Misuse

UNKNOWN = "unknown"
"""Written in `valid_from` where nobody knows when a rule began: it counts as always begun."""

MONTHS_A_YEAR = 12


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a rule stands, since when, and how sure we are."""

    prov: str
    valid_from: date | None = None
    until: date | None = None
    basis: str
    confidence: str


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every dated row carries.

    `valid_from` None = always begun, `until` None = open, both inclusive. Of rows for one thing
    that are in force together the one with the lowest `order` holds.
    """

    prov: tuple[str, ...]
    valid_from: date | None = None
    until: date | None = None
    order: int = 0

    def in_force(self, on: date | None) -> bool:
        """Whether the row holds on a day; without a day every row does."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (
            self.until is None or on <= self.until
        )


R = TypeVar("R", bound=Row)


class Table(Struct, Generic[R], frozen=True):
    """A table: its file, the type of its rows, and the columns that tell what a row is about."""

    name: str
    row: type[R]
    by: str
    about: str

    @property
    def key(self) -> Callable[[R], Hashable]:
        """What a row is about."""
        return attrgetter(*self.by.split())

    @property
    def file(self) -> str:
        """The name of its data file."""
        return f"{self.name}.csv"

    def rows(self) -> tuple[R, ...]:
        """All rows, in the order of the file."""
        rows: tuple[R, ...] = _rows(self)
        return rows

    def in_force(self, on: date | None) -> tuple[R, ...]:
        """The rows in force on a day, topmost first."""
        return tuple(sorted(filter(lambda row: row.in_force(on), self.rows()), key=_order))

    def of(self, key: Hashable, on: date | None) -> tuple[R, ...]:
        """The rows for one thing that are in force on a day, topmost first."""
        rows: tuple[R, ...] = tuple(row for row in _grouped(self).get(key, ()) if row.in_force(on))
        return rows

    def topmost(self, key: Hashable, on: date | None) -> R | None:
        """The row that holds for one thing on a day."""
        return next(iter(self.of(key, on)), None)

    def known(self, key: Hashable) -> bool:
        """Whether any row, of whatever date, is about this."""
        return key in _grouped(self)


def _order(row: Row) -> int:
    return row.order


@cache
def _rows(table: Table[Any]) -> tuple[Any, ...]:
    rows = parse(read(table.file), table.file, table.row, provenance())
    return tuple(rows)


@cache
def _grouped(table: Table[Any]) -> dict[Hashable, tuple[Any, ...]]:
    groups: dict[Hashable, list[Any]] = {}
    for row in sorted(table.rows(), key=_order):
        groups.setdefault(table.key(row), []).append(row)
    return {key: tuple(rows) for key, rows in groups.items()}


def read(file: str) -> str:
    """The text of a data file of this package."""
    return resources.files("ledger.labels").joinpath("tables", file).read_text(encoding="utf-8")


@cache
def provenance() -> dict[str, Provenance]:
    """Every source by its short name."""
    file = "provenance.csv"
    return {row.prov: row for row in records(read(file), file, Provenance)}


def parse(text: str, file: str, kind: type[R], sources: dict[str, Provenance]) -> list[R]:
    """Dated rows of a table; dates a row leaves out are those of its sources.

    Raises Misuse naming file, line and column where a row names no source, or an unknown one, or
    ends before it begins.
    """
    rows: list[R] = []
    for line, row, own in _records(text, file, kind):
        if not row.prov:
            raise Misuse(f"{file}, line {line}, column prov: every row needs a source")
        for name in row.prov:
            if name not in sources:
                raise Misuse(
                    f"{file}, line {line}, column prov: no source {name!r}; "
                    f"known are {', '.join(sorted(sources))}"
                )
        found = [sources[name] for name in row.prov]
        begins = [source.valid_from for source in found if source.valid_from is not None]
        ends = [source.until for source in found if source.until is not None]
        since, until = row.valid_from, row.until
        if not own["valid_from"] and len(begins) == len(found):
            since = min(begins)
        if not own["until"] and len(ends) == len(found):
            until = max(ends)
        if since is not None and until is not None and until < since:
            raise Misuse(f"{file}, line {line}, column until: {until} is before valid_from")
        rows.append(msgspec.structs.replace(row, valid_from=since, until=until))
    return rows


S = TypeVar("S", bound=Struct)


def records(text: str, file: str, kind: type[S]) -> list[S]:
    """Rows of a table as values of `kind`; raises Misuse naming file, line and column."""
    return [row for _, row, _ in _records(text, file, kind)]


def _records(text: str, file: str, kind: type[S]) -> Iterable[tuple[int, S, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    header = next(reader, [])
    types = get_type_hints(kind)
    for column in header:
        if column not in types:
            raise Misuse(f"{file}, line 1, column {column}: not a column; expected {_list(types)}")
    needed = {field.name for field in msgspec.structs.fields(kind) if field.required}
    for column in sorted(needed - set(header)):
        raise Misuse(f"{file}, line 1, column {column}: missing")
    for cells in reader:
        if not cells:
            continue
        line = reader.line_num
        if len(cells) != len(header):
            raise Misuse(f"{file}, line {line}: {len(cells)} columns instead of {len(header)}")
        named = dict(zip(header, cells, strict=True))
        values = {
            column: cell.split() if get_origin(types[column]) in (tuple, frozenset) else cell
            for column, cell in named.items()
            if cell and not (column in ("valid_from", "until") and cell == UNKNOWN)
        }
        try:
            row = msgspec.convert(values, kind, strict=False)
        except msgspec.ValidationError as error:
            problem, _, path = str(error).partition(" - at `$.")
            column = path.split("`")[0].split("[")[0] or _missing(problem)
            raise Misuse(f"{file}, line {line}, column {column}: {problem}") from None
        yield line, row, {"valid_from": "", "until": "", **named}


def _missing(problem: str) -> str:
    """The column that msgspec names inside its sentence rather than in a path."""
    return problem.split("`")[1] if "`" in problem else "?"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def years_after(day: date, years: int) -> date:
    """The same month and day so many years later; 29 February becomes 1 March when needed.

    The end of the calendar where there is no such day.
    """
    return months_after(day, MONTHS_A_YEAR * years)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, earlier where there are fewer than none.

    A day that the month lacks becomes the first of the next. The end of the calendar where there is
    no such day.
    """
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return date(year, month + 2, 1)
