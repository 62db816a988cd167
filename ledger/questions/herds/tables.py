"""Herds by their latest record, and sums over them: arrivals by year, departures by day.

A record that comes late, or ceases to count, moves what its herd brought into the sums.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

from psycopg import sql

from ledger.facts.herds import AnimalsLeft, HerdRecorded
from ledger.facts.identity import Fact
from ledger.questions.herds import arrival_of, departed
from ledger.views.folding import Fold, Rows, for_each

_LATEST = """
SELECT herd, operator, species, arrived_on, heads FROM herds WHERE herd = ANY(%b::text[])
    AND latest
"""
_TELL_LATEST = """
UPDATE herds SET latest = true FROM unnest(%b::text[]) AS told (herd) CROSS JOIN LATERAL (
    SELECT id FROM herds WHERE herds.herd = told.herd ORDER BY time DESC, id DESC LIMIT 1
) AS last WHERE herds.id = last.id
"""
_REPLACED = """
INSERT INTO replaced AS r (operator, species, year, heads) SELECT * FROM unnest(%b::text[],
    %b::text[], %b::int4[], %b::int8[])
ON CONFLICT (operator, species, year) DO UPDATE SET heads = r.heads + excluded.heads
"""
_OF_HERDS = 'SELECT herd, operator, "on", heads FROM left_herds WHERE herd = ANY(%b::text[])'
_LEFT_HERDS = """
INSERT INTO left_herds AS l (herd, operator, "on", heads) SELECT * FROM unnest(%b::text[],
    %b::text[], %b::date[], %b::int8[])
ON CONFLICT (herd, operator, "on") DO UPDATE SET heads = l.heads + excluded.heads
"""
_LEFT_DAYS = """
INSERT INTO left_days AS l (operator, species, "on", heads) SELECT * FROM unnest(%b::text[],
    %b::text[], %b::date[], %b::int8[])
ON CONFLICT (operator, species, "on") DO UPDATE SET heads = l.heads + excluded.heads
"""


class _Herd(NamedTuple):
    """What the latest record of a herd says; `arrived_on` only where it replaces others."""

    operator: str
    species: str
    arrived_on: date | None
    heads: int


_Left = dict[tuple[str, str, date], int]
"""Heads that left, by herd, operator and day."""


class Herds(Fold):
    """Keeps the records of herds and the sums over the latest ones."""

    TABLES: ClassVar[str] = """
-- Records of herds that count; latest: of its herd. arrived_on: of animals that replace others.
CREATE TABLE herds (
    herd text NOT NULL, time int8 NOT NULL, id uuid NOT NULL, operator text NOT NULL,
    species text NOT NULL, arrived_on date, heads int8 NOT NULL, latest boolean NOT NULL
);
CREATE INDEX herds_by_time ON herds (herd, time, id);
CREATE INDEX herds_by_event ON herds (id);
CREATE INDEX herds_by_arrival ON herds (operator, species, arrived_on, time, id)
    WHERE latest AND arrived_on IS NOT NULL;
-- heads: brought in to replace others, by the latest records.
CREATE TABLE replaced (
    operator text NOT NULL, species text NOT NULL, year int4 NOT NULL, heads int8 NOT NULL,
    PRIMARY KEY (operator, species, year)
);
CREATE INDEX replaced_none ON replaced (operator) WHERE heads = 0;
-- heads: that left a herd for good.
CREATE TABLE left_herds (
    herd text NOT NULL, operator text NOT NULL, "on" date NOT NULL, heads int8 NOT NULL,
    PRIMARY KEY (herd, operator, "on")
);
-- The same by species, which the latest record of the herd tells.
CREATE TABLE left_days (
    operator text NOT NULL, species text NOT NULL, "on" date NOT NULL, heads int8 NOT NULL,
    PRIMARY KEY (operator, species, "on")
);
CREATE INDEX left_days_none ON left_days (operator) WHERE heads = 0;
"""

    def __init__(self) -> None:
        self._told: dict[UUID, tuple[str, int, UUID, str, str, date | None, int, bool]] = {}
        self._gone: list[UUID] = []
        self._touched: set[str] = set()
        self._left: _Left = defaultdict(int)

    BATCH = ("_told", "_gone", "_touched", "_left")

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """A record of a herd, or animals that left one."""
        del position
        if isinstance(fact, AnimalsLeft):
            if departed(fact):
                self._left[fact.herd, fact.operator, fact.on] += sign * fact.heads
        elif isinstance(fact, HerdRecorded):
            key, arrival = UUID(fact.id), arrival_of(fact)
            self._touched.add(fact.herd)
            if sign < 0:
                if self._told.pop(key, None) is None:
                    self._gone.append(key)
                return
            self._told[key] = (
                fact.herd, at, key, fact.operator, fact.species,
                None if arrival is None else arrival.arrived_on, fact.heads, False,
            )  # fmt: skip

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        if self._touched or self._left:
            herds = sorted(self._touched | {herd for herd, _, _ in self._left})
            before = _latest(rows, herds)
            self._tell(rows)
            after = _latest(rows, herds) if self._touched else before
            _sum_arrivals(rows, before, after)
            self._sum_left(rows, before, after)
        self.forget()

    def _tell(self, rows: Rows) -> None:
        if self._gone:
            rows.execute("DELETE FROM herds WHERE id = ANY(%s::uuid[])", (self._gone,))
        self.copy(rows, "herds", [*self._told.values()])
        if self._touched:
            touched = (sorted(self._touched),)
            rows.execute(_NOT_LATEST, touched, prepare=True)
            rows.execute(_TELL_LATEST, touched, prepare=True)

    def _sum_left(
        self, rows: Rows, before: Mapping[str, _Herd], after: Mapping[str, _Herd]
    ) -> None:
        """What left a herd is moved where its species is another one, and what came is added."""
        sums: dict[tuple[str, str, date], int] = defaultdict(int)
        moved = [
            herd
            for herd in sorted(self._touched)
            if _species(before.get(herd)) != _species(after.get(herd))
        ]
        if moved:
            for herd, operator, on, heads in rows.execute(
                _OF_HERDS, (moved,), prepare=True
            ).fetchall():
                _add(sums, operator, before.get(herd), on, -heads)
                _add(sums, operator, after.get(herd), on, heads)
        for (herd, operator, on), heads in self._left.items():
            _add(sums, operator, after.get(herd), on, heads)
        for_each(rows, _LEFT_HERDS, [(*of, heads) for of, heads in sorted(self._left.items())])
        _add_up(rows, "left_days", _LEFT_DAYS, sums)


_NOT_LATEST: Final = "UPDATE herds SET latest = false WHERE herd = ANY(%b::text[]) AND latest"


def _latest(rows: Rows, herds: Iterable[str]) -> dict[str, _Herd]:
    found = rows.execute(_LATEST, (list(herds),), prepare=True).fetchall()
    return {herd: _Herd(*of) for herd, *of in found}


def _species(herd: _Herd | None) -> str | None:
    return None if herd is None else herd.species


def _add(
    sums: dict[tuple[str, str, date], int], operator: str, herd: _Herd | None, on: date, heads: int
) -> None:
    if herd is not None:
        sums[operator, herd.species, on] += heads


def _sum_arrivals(rows: Rows, before: Mapping[str, _Herd], after: Mapping[str, _Herd]) -> None:
    """The animals of herds whose record is another one now count by that."""
    sums: dict[tuple[str, str, int], int] = defaultdict(int)
    for herds, sign in ((before, -1), (after, 1)):
        for herd in herds.values():
            if herd.arrived_on is not None:
                sums[herd.operator, herd.species, herd.arrived_on.year] += sign * herd.heads
    _add_up(rows, "replaced", _REPLACED, sums)


def _add_up(rows: Rows, table: str, statement: str, sums: Mapping[tuple[Any, ...], int]) -> None:
    """Add to the sums of a table; a sum of none has no row, whatever stood there before."""
    for_each(rows, statement, [(*of, heads) for of, heads in sorted(sums.items()) if heads])
    if any(heads < 0 for heads in sums.values()):
        rows.execute(sql.SQL("DELETE FROM {} WHERE heads = 0").format(sql.Identifier(table)))
