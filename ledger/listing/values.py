"""Values of a row as their columns have them, whatever the row was made of.

Texts stay texts; counts are whole numbers, weights and shares decimals, days dates; a moment is
RFC 3339 text with its offset and microseconds; None is nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ledger.facts.scalars import canonical_time, time_text
from ledger.listing.columns import Column, Kind, Table

Row = Mapping[str, Any]
Read = Callable[[Row], list[Any]]
_MOMENT_LETTERS: Final = len("2026-04-02T09:30:00.000000+09:00")


def reader(table: Table) -> Read:
    """What takes the values of a row, in the order of the columns."""
    simple = [
        (column.code, _READ[column.kind]) for column in table if column.path == (column.code,)
    ]
    if len(simple) == len(table.columns):
        return lambda row: [read(row.get(code)) for code, read in simple]
    taken = [(column.of, _READ[column.kind]) for column in table]
    return lambda row: [read(of(row)) for of, read in taken]


def value(column: Column, of: Any) -> Any:
    """One value, as its column has it."""
    return _READ[column.kind](of)


def plain(values: Sequence[Any], table: Table) -> dict[str, Any]:
    """Values as JSON says them, by the codes of their columns: decimals and dates are texts."""
    return {column.code: _plain(each) for column, each in zip(table, values, strict=True)}


def _plain(of: Any) -> Any:
    if isinstance(of, Decimal):
        return f"{of:f}"
    return of.isoformat() if isinstance(of, date) else of


def _text(of: Any) -> str | None:
    return None if of is None else str(of)


def _whole(of: Any) -> int | None:
    return None if of is None else int(of)


def _decimal(of: Any) -> Decimal | None:
    return of if of is None or isinstance(of, Decimal) else Decimal(str(of))


def _day(of: Any) -> date | None:
    return of if of is None or isinstance(of, date) else date.fromisoformat(of)


def _moment(of: Any) -> str | None:
    """Of µs UTC, or of RFC 3339 as somebody wrote it."""
    if of is None:
        return None
    if isinstance(of, int):
        return time_text(of, 0)
    return of if len(of) == _MOMENT_LETTERS else canonical_time(of)


def _list(of: Any) -> list[str] | None:
    return None if of is None else [str(each) for each in of]


_READ: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "id": _text, "text": _text, "enum": _text, "country": _text, "uuid": _text, "sha256": _text,
    "count": _whole, "number": _whole, "weight": _decimal, "share": _decimal, "date": _day,
    "moment": _moment, "bool": lambda of: of, "list": _list, "nested": lambda of: of,
}  # fmt: skip
