"""What the projector asks of every view: take a batch of facts, then write it.

`record` is told every fact once, whether it counts or not. `post` is told what comes to count
(sign +1) and, at the correction's position, what no longer does (sign -1): sums over what was
posted are sums over the facts that count, as known at any position. Applications are told by
kind: `heard` as recorded, `scans` as they count.

Many statements of the views take what is asked as arrays (`unnest`) and find each in a lateral
subquery that ends in OFFSET 0: the planner then looks each up by its index, whatever it believes
how many there are, and never reads the table as a whole.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, ClassVar, Final, TypeAlias
from uuid import UUID

from psycopg import Cursor

from ledger.cases.discrepancy import LIVE
from ledger.facts.identity import Fact

Rows: TypeAlias = Cursor[tuple[Any, ...]]
Seen: TypeAlias = Mapping[str, Sequence[str]]
"""By table: conditions in SQL, any of which shows a row of it to whoever asks over the web."""
NEVER: Final = 2**63 - 1
"""Later than every time, behind every position."""


Scan: TypeAlias = tuple[int, str, int, int, int, int | None, UUID, int]
"""One application: its time (µs UTC) and id, position, seals, units, its first serial number if it
has any, its id once more, and when it was recorded (µs UTC)."""
ScansKind: TypeAlias = tuple[
    str, str, str, str, str, int, str, str | None, str | None, str, int, str | None, str | None
]
"""Mark, holder, site, lot, label, its version, source, actor, contract, local day, hour, the party
that the door vouched for, and the door."""


class Scans:
    """The applications of a batch that are alike: nearly all facts are one of a few kinds.

    By whom and through which source, of which mark, onto which lot, under which label and contract,
    on which local day (text) and in which hour (since 1970, UTC); `by` the party that the door
    vouched for, `door` that door; `stock` and `lot` are place ids.
    They begin (`sign` +1) or cease (-1) to count; `count`, `units` and `seals` are their sums by
    that sign. `each` of them in the order of positions, and by column: `times`, `positions`,
    `seals_each`, `ids`. Of those that begin: `first`, `first_id` that with the smallest (time, id),
    `last` the latest time, µs UTC; `earliest` and `latest` the first and last position;
    `recorded_at` of the latest.
    """

    __slots__ = (
        "actor", "by", "contract", "count", "day", "door", "each", "earliest", "first", "first_id",
        "holder", "hour", "ids", "label", "last", "latest", "lot", "lot_key", "mark", "positions",
        "recorded_at", "seals", "seals_each", "sign", "site", "source", "stock", "times", "units",
        "version",
    )  # fmt: skip

    def __init__(
        self,
        kind: ScansKind,
        stock: int,
        lot: int,
        each: Sequence[Scan],
        sign: int = 1,
    ) -> None:
        (
            self.mark, self.holder, self.site, self.lot_key, self.label, self.version, self.source,
            self.actor, self.contract, self.day, self.hour, self.by, self.door,
        ) = kind  # fmt: skip
        self.stock, self.lot, self.each, self.sign = stock, lot, each, sign
        (
            self.times, _, self.positions, self.seals_each, units, _, self.ids, recorded,
        ) = zip(*each, strict=True)  # fmt: skip
        self.count = len(each) * sign
        self.units, self.seals = sum(units) * sign, sum(self.seals_each) * sign
        self.first, self.first_id, self.last = NEVER, "", -NEVER
        self.earliest, self.latest, self.recorded_at = NEVER, 0, 0
        if sign > 0:
            self.first, self.first_id, *_ = min(each)
            self.last = max(self.times)
            self.earliest, self.latest = self.positions[0], self.positions[-1]
            self.recorded_at = recorded[-1]


class Fold:
    """A view's writing half; each override takes what its tables need."""

    TABLES: ClassVar[str] = ""
    """The statements that create the view's tables, in the schema on the search path."""
    SEEN: ClassVar[Seen] = {}
    """Who sees which rows of them; a table that is left out shows nobody any."""
    BATCH: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold what was taken and not written."""

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take a fact as recorded, any but an application."""

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take a fact, any but an application, that begins (+1) or ceases (-1) to count."""

    def heard(self, alike: Scans) -> None:
        """Take applications as recorded, whether they count or not."""

    def scans(self, alike: Scans) -> None:
        """Take applications that begin (sign +1) or cease (-1) to count."""

    def flush(self, rows: Rows) -> None:
        """Write what was taken since the last flush."""

    def forget(self) -> None:
        """Drop what was taken: it is written, or its batch was rolled back."""
        for name in self.BATCH:
            getattr(self, name).clear()

    def copy(self, rows: Rows, table: str, values: Collection[Sequence[Any]]) -> None:
        """Copy rows into a table of this fold, whose columns are in the order of its creation."""
        names, types = _columns_of(self.TABLES, table)
        copy_rows(rows, f"{table} ({names})", types, values)


@cache
def _columns_of(tables: str, table: str) -> tuple[str, tuple[str, ...]]:
    """The names of a table's columns and their types, by the statement that creates it."""
    created = re.search(rf"CREATE TABLE {table} \((.*?)\n?\)(?:;| WITH)", tables, re.DOTALL)
    assert created is not None  # noqa: S101 -- a fold names its own tables
    told = [column.split() for column in re.sub(r"\(.*?\)", "", created[1]).split(",")]
    named = [(name, kind) for name, kind, *_ in told if name != "PRIMARY"]
    return ", ".join(name for name, _ in named), tuple(kind for _, kind in named)


def one_of(members: Iterable[IntEnum | StrEnum]) -> str:
    """Members of an enum as the right side of SQL's IN."""
    return f"({', '.join(map(_literal, members))})"


def case_of(column: str, members: Mapping[Any, IntEnum]) -> str:
    """SQL for the number that belongs to the enum member in a column; null for all others."""
    whens = (f"WHEN {_literal(key)} THEN {value:d}" for key, value in members.items())
    return f"CASE {column} {' '.join(whens)} END"


def _literal(member: IntEnum | StrEnum) -> str:
    return f"{member:d}" if isinstance(member, IntEnum) else f"'{member}'"


IS_LIVE: Final = f"state IN {one_of(sorted(LIVE))}"
"""Whether the state of a case asks for somebody's attention, in SQL."""


def columns(values: Iterable[Sequence[Any]], width: int = 0) -> list[list[Any]]:
    """Rows turned into a list a column, as `unnest` takes them; no rows: `width` empty lists."""
    return [*map(list, zip(*values, strict=True))] or [[] for _ in range(width)]


_SLASH, _QUOTE = "\\", '"'


def array_text(values: Sequence[str]) -> str:
    """A list as the database writes one: lists of many lengths do not go into one array."""
    if not values:
        return "{}"
    text = '","'.join(values)
    if _SLASH in text or text.count(_QUOTE) > 2 * (len(values) - 1):
        text = '","'.join(v.replace(_SLASH, r"\\").replace(_QUOTE, r"\"") for v in values)
    return f'{{"{text}"}}'


def copy_rows(
    rows: Rows, table: str, types: Sequence[str], values: Collection[Sequence[Any]]
) -> None:
    """Copy rows into `table (columns)`; nothing is sent where there are none."""
    if not values:
        return
    with rows.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(types)
        for value in values:
            copy.write_row(value)


def for_each(rows: Rows, statement: str, values: Sequence[Sequence[Any]]) -> None:
    """Execute a statement over arrays, one a column, of many rows; not where there are none."""
    if values:
        rows.execute(statement, [*map(list, zip(*values, strict=True))], prepare=True)
