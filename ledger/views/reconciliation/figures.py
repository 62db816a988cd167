"""The figures of a reconciliation: where the seals are, and whose they are.

Sums over moves. What is in a place has a party: the holder, or on the way the one it is sent to; on
goods the one who attached it first. Every sum of the row takes the same scope, so that all of them
rest on the same events.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ledger.custody.places import Kind
from ledger.facts.canonical import decode
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.views.figures import HELD, PLACES
from ledger.views.folding import Rows, one_of
from ledger.views.loading import retracted

Pair = tuple[str, str]
"""importer, rcb."""


class Scope(NamedTuple):
    """Marks with their pairs; events with `time` up to `time`, recorded up to `position`.

    `everything` is true where no event lies outside both: sums kept by the projection answer.
    `all_known` is true where no projected event lies after `position`. `licensees` tells the
    importer of every mark there is, also of those not asked for.
    """

    pairs: dict[str, Pair]
    licensees: dict[str, str]
    time: int
    position: int
    all_known: bool
    everything: bool

    @property
    def marks(self) -> list[str]:
        """The marks asked for."""
        return sorted(self.pairs)


class Amount(NamedTuple):
    """A part of one figure or claim; `party` is "" where it was not asked for."""

    pair: Pair
    name: str
    party: str
    amount: int


NOBODY = "-"
"""Stands where no party can be told."""

COUNTS = """
NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id AND r.position <= %(position)s)
"""
"""Whether the row x of an event counts at the position."""


_NAMES = {kind: name for name, kind in PLACES.items()}

_TOTALS = """
SELECT mark, figure, party, 0::int8, total FROM totals
WHERE mark = ANY(%(marks)s) AND figure = ANY(%(kinds)s) AND total <> 0
"""
_BALANCES = f"""
SELECT p.mark, p.kind, p.key, CASE WHEN p.kind = {Kind.LOT:d} THEN p.id ELSE 0 END, b.balance
FROM balances AS b JOIN places AS p ON p.id = b.place
WHERE b.balance <> 0 AND p.kind IN {one_of((Kind.TRANSIT, Kind.LOT))} AND p.mark = ANY(%(marks)s)
UNION ALL
SELECT p.mark, p.kind, p.key, g.lot, g.balance
FROM goods AS g JOIN places AS p ON p.id = g.place
WHERE g.balance <> 0 AND p.mark = ANY(%(marks)s)
"""
# Grouped by place first: the join then meets each place once, not each move.
_MOVED = """
SELECT p.mark, p.kind, {key}, {lot}, sum(m.delta)::int8
FROM (
    SELECT place, {by_lot} sum(delta)::int8 AS delta FROM moves
    WHERE time <= %(time)s AND position <= %(position)s GROUP BY place {and_lot}
) AS m JOIN places AS p ON p.id = m.place
WHERE p.mark = ANY(%(marks)s) GROUP BY 1, 2, 3, 4 HAVING sum(m.delta) <> 0
"""
_MOVED_WHOLE = _MOVED.format(
    key=f"CASE WHEN p.kind = {Kind.STOCK:d} THEN p.key ELSE '' END",
    lot="0::int8",
    by_lot="",
    and_lot="",
)
_MOVED_SPLIT = _MOVED.format(
    key="p.key",
    lot=f"CASE WHEN p.kind = {Kind.LOT:d} THEN p.id"
    f" WHEN p.kind IN {one_of((Kind.SHIPPED, Kind.DELIVERED))} THEN m.lot ELSE 0 END",
    by_lot="lot,",
    and_lot=", lot",
)
_DISPATCHED = f"""
SELECT DISTINCT ON (dispatch) dispatch, sender, receiver FROM dispatches AS x
WHERE dispatch = ANY(%(keys)s) AND position <= %(position)s AND {COUNTS}
ORDER BY dispatch, sender IS NULL, time, id
"""
_SEALERS = """
SELECT DISTINCT ON (lot) lot, holder FROM sealed WHERE lot = ANY(%(lots)s)
ORDER BY lot, first, first_id
"""
# The stocks' side of the applications that still count at the position: the earliest time of each
# lot, with the positions of everything posted at it.
_SEALERS_THEN = f"""
SELECT g.lot, p.key, g.positions FROM (
    SELECT m.lot, m.place, array_agg(m.position) AS positions,
        rank() OVER (PARTITION BY m.lot ORDER BY m.time) AS n
    FROM moves AS m JOIN places AS s ON s.id = m.place AND s.kind = {Kind.STOCK:d}
    WHERE m.lot = ANY(%(lots)s) AND m.position <= %(position)s
    GROUP BY m.lot, m.place, m.time HAVING sum(m.delta) < 0
) AS g JOIN places AS p ON p.id = g.place WHERE g.n = 1 ORDER BY g.lot
"""


class _Sum(NamedTuple):
    """Seals in the places of a kind and key of a mark; `lot` = the LOT place they are on, or 0."""

    mark: str
    kind: int
    key: str
    lot: int
    amount: int


def figures(rows: Rows, log: Log, scope: Scope, *, split: bool) -> Iterator[Amount]:
    """Every figure of every pair, by party where split."""
    sums = list(_sums(rows, scope, split=split))
    whose = _Parties(rows, log, scope, sums) if split else None
    for each in sums:
        pair = scope.pairs[each.mark]
        if each.kind == Kind.ISSUER:
            yield Amount(pair, "issued", "", -each.amount)
            continue
        if each.kind == Kind.STOCK:
            name = "stock_importer" if each.key == pair[0] else "stock_exporters"
        else:
            name = _NAMES[Kind(each.kind)]
        yield Amount(pair, name, whose.party(each, pair[0]) if whose else "", each.amount)


def _sums(rows: Rows, scope: Scope, *, split: bool) -> Iterator[_Sum]:
    values = {"marks": scope.marks, "time": scope.time, "position": scope.position}
    if not scope.everything:
        rows.execute("SET LOCAL work_mem = '64MB'")
        rows.execute(_MOVED_SPLIT if split else _MOVED_WHOLE, values)
        yield from map(_Sum._make, rows.fetchall())
        return
    held = [int(kind) for kind in (Kind.ISSUER, *sorted(HELD))]
    kinds = held if split else [int(kind) for kind in Kind]
    rows.execute(_TOTALS, {**values, "kinds": kinds})
    yield from map(_Sum._make, rows.fetchall())
    if split:
        rows.execute(_BALANCES, values)
        yield from map(_Sum._make, rows.fetchall())


class _Parties:
    """Whose the seals in places are."""

    def __init__(self, rows: Rows, log: Log, scope: Scope, sums: list[_Sum]) -> None:
        dispatches = sorted({each.key for each in sums if each.kind == Kind.TRANSIT})
        rows.execute(_DISPATCHED, {"keys": dispatches, "position": scope.position})
        self._sent = {row[0]: (row[1], row[2]) for row in rows.fetchall()}
        lots = sorted({each.lot for each in sums if each.lot})
        self._sealers = _sealers(rows, log, scope, lots)

    def party(self, each: _Sum, importer: str) -> str:
        """Whose the seals are, but for those of the issuer."""
        if Kind(each.kind) in HELD:
            return each.key
        if each.kind != Kind.TRANSIT:
            return self._sealers.get(each.lot, NOBODY)
        if each.key not in self._sent:
            return NOBODY
        sender, receiver = self._sent[each.key]
        returns = receiver == importer and sender is not None
        return str(sender if returns else receiver)


def _sealers(rows: Rows, log: Log, scope: Scope, lots: list[int]) -> dict[int, str]:
    """By LOT place: the holder of the first application that counts at the position."""
    if scope.all_known:
        rows.execute(_SEALERS, {"lots": lots})
        return dict(rows.fetchall())
    rows.execute(_SEALERS_THEN, {"lots": lots, "position": scope.position})
    candidates: dict[int, dict[str, list[int]]] = {}
    for lot, holder, positions in rows.fetchall():
        candidates.setdefault(lot, {}).setdefault(holder, []).extend(positions)
    return {
        lot: next(iter(holders)) if len(holders) == 1 else _first(rows, log, scope, holders)
        for lot, holders in candidates.items()
    }


def _first(rows: Rows, log: Log, scope: Scope, holders: dict[str, list[int]]) -> str:
    """Whose application, of several at the same time, has the smallest id."""
    positions = sorted(position for found in holders.values() for position in found)
    facts = [decode(recorded.state) for recorded in log.at(positions)]
    applied = {fact.id: fact.holder for fact in facts if isinstance(fact, SealsApplied)}
    gone = retracted(rows, applied, scope.position)
    return str(applied[min(applied.keys() - gone.keys())])
