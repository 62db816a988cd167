"""A list that is asked for: its columns, where its rows come from, and what else is told of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from ledger.listing.columns import Table, table
from ledger.listing.values import Row
from ledger.web.asking.given import Clocks
from ledger.web.desk import Looking

together_max: Final = 200
"""So many rows that are made of facts are made together."""
NOW: Final = Clocks()


@cache
def columns(code: str) -> Table:
    """The columns of a list, by its code."""
    return table(code)


class Listing(NamedTuple):
    """A list: `rows` gives all of them, in order, as a look sees them.

    It is told how many are wanted at least, so that it makes no more together. `name` is the key of
    the rows in JSON; `key` gives the parts of a row that a cursor holds, where the list has pages;
    `flat` makes of a row what its columns read. `told` are other members of the JSON, before the
    rows; `momentary` columns hold the moment of the answer where none was asked for: a workbook of
    the same state has the same bytes, so it leaves them out. `by_column` = a row in JSON is what
    its columns read, not all that it was made of.
    """

    table: Table
    name: str
    rows: Callable[[Looking, int], Iterable[Row]]
    key: Callable[[Row], Sequence[str | int]] | None = None
    clocks: Clocks = NOW
    flat: Callable[[Row], Row] = lambda row: row
    told: Callable[[Looking], Mapping[str, Any]] = lambda _: {}
    momentary: Sequence[str] = ()
    by_column: bool = False


class Part(NamedTuple):
    """How much of a list: all of it, unless a limit says otherwise.

    `following` leads on behind the rows, where whoever gives them knows it.
    """

    limit: int | None = None
    following: str | None = None


WHOLE: Final = Part()
