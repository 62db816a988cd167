"""In which months seals of a mark moved, and how many were in hand at the end of each.

Months are Japan's. In hand is what may still move: in stock, on the way, on goods that have not
arrived, spoiled and not destroyed.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.moments import JAPAN, MICROS_A_MINUTE, day_at, month_of
from ledger.views.access.policies import OF_MY_MARKS
from ledger.views.folding import Fold, Rows, Scans, Seen, columns

IN_HAND: Final = frozenset({Kind.STOCK, Kind.TRANSIT, Kind.LOT, Kind.SHIPPED, Kind.SPOILED})
_days_kept_max: Final = 10_000
_ADD: Final = """
INSERT INTO months_moved AS t (mark, month, moves, held)
SELECT * FROM unnest(%b::text[], %b::text[], %b::int8[], %b::int8[])
ON CONFLICT (mark, month) DO UPDATE SET moves = t.moves + excluded.moves,
    held = t.held + excluded.held
"""
_OF_MARKS: Final = """
SELECT month, sum(moves)::int8, sum(held)::int8 FROM months_moved WHERE mark = ANY(%s)
GROUP BY month ORDER BY month
"""
_OF_EACH: Final = "SELECT mark, month, moves, held FROM months_moved ORDER BY month"


class MonthsMoved(Fold):
    """Sums each mark's months."""

    TABLES: ClassVar[str] = """
-- month: YYYY-MM, Japan time. moves: how many events that count; held: what was added to what is in
-- hand.
CREATE TABLE months_moved (
    mark text NOT NULL, month text NOT NULL, moves int8 NOT NULL, held int8 NOT NULL,
    PRIMARY KEY (mark, month)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""
    SEEN: ClassVar[Seen] = {"months_moved": (OF_MY_MARKS,)}
    BATCH = ("_months",)

    def __init__(self) -> None:
        self._months: dict[tuple[str, str], list[int]] = {}

    def scans(self, alike: Scans) -> None:
        """Stay in hand, whichever month they are of."""
        first, last = month(min(alike.times)), month(max(alike.times))
        if first == last:
            self._add(alike.mark, first, alike.count, 0)
            return
        for at in alike.times:
            self._add(alike.mark, month(at), alike.sign, 0)

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take what a fact brings into hand or out of it."""
        del position
        posted = moves(fact)
        for mark in {move.mark for move in posted}:
            held = sum(
                ((move.target.kind in IN_HAND) - (move.source.kind in IN_HAND)) * move.seals
                for move in posted
                if move.mark == mark
            )
            self._add(mark, month(at), sign, sign * held)

    def _add(self, mark: str, name: str, count: int, held: int) -> None:
        sums = self._months.setdefault((mark, name), [0, 0])
        sums[0] += count
        sums[1] += held

    def flush(self, rows: Rows) -> None:
        """Add to the months affected."""
        keys = sorted(self._months)
        if keys:
            values = columns((*key, *self._months[key]) for key in keys)
            rows.execute(_ADD, values, prepare=True)
        self.forget()


def month(at: int) -> str:
    """The month in Japan of a moment, µs UTC."""
    return _month_of_day((at + JAPAN * MICROS_A_MINUTE) // MICROS_A_DAY)


@lru_cache(maxsize=_days_kept_max)
def _month_of_day(day: int) -> str:
    return month_of(day_at(day * MICROS_A_DAY, 0))


class Months(NamedTuple):
    """The months in which anything moved, with how many events did; and what was in hand behind.

    Both by their order.
    """

    moved: dict[str, int]
    held: dict[str, int]

    def moved_in(self, first: str, last: str) -> bool:
        """Whether anything moved in a month from one to another."""
        return any(count for name, count in self.moved.items() if first <= name <= last)

    def held_at(self, last: str) -> int:
        """What was in hand at the end of a month."""
        known = [name for name in self.held if name <= last]
        return self.held[known[-1]] if known else 0

    def empty(self, first: str, last: str) -> bool:
        """Whether nothing moved from one month to another, and nothing was in hand at its end."""
        return not self.moved_in(first, last) and not self.held_at(last)


def _months(found: Sequence[tuple[str, int, int]]) -> Months:
    moved: dict[str, int] = {}
    held: dict[str, int] = {}
    balance = 0
    for name, count, added in found:
        balance += added
        moved[name] = moved.get(name, 0) + count
        held[name] = balance
    return Months(moved, held)


def months_of(rows: Rows, marks: Sequence[str]) -> Months:
    """The months of some marks together."""
    rows.execute(_OF_MARKS, (list(marks),))
    return _months(rows.fetchall())


def months_of_each(rows: Rows, pairs: dict[str, tuple[str, str]]) -> dict[tuple[str, str], Months]:
    """The months of every pair; `pairs` gives that of each mark."""
    rows.execute(_OF_EACH)
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for mark, name, count, held in rows.fetchall():
        if mark in pairs:
            found.setdefault(pairs[mark], []).append((name, count, held))
    return {pair: _months(rows_of) for pair, rows_of in found.items()}
