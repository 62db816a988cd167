"""How full places are and when they held fewer than none: from balance rows and rows of days.

Moves are read only of the days on which a place fell below zero or rose above it.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

from ledger.custody.moves import moves
from ledger.custody.places import Kind, Place
from ledger.errors import TooMuch
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.questions.accounts import Dip
from ledger.questions.dependencies import DependencyKey
from ledger.questions.record import Source
from ledger.views.lowest_balances import KINDS, STRETCH_DAYS, held_at
from ledger.views.places import place_id

_BALANCES = """
SELECT b.place, b.balance FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, balance FROM balances WHERE place = wanted.place OFFSET 0
) AS b
"""
_BELOW = f"""
SELECT d.place, d.day, d.opening::int8, d.low, d.high FROM unnest(%b::int8[]) AS wanted (place)
CROSS JOIN LATERAL (
    SELECT place, first, low, sum(net) OVER (ORDER BY first) - net AS opening
    FROM low_stretches WHERE place = wanted.place OFFSET 0
) AS s CROSS JOIN LATERAL (
    SELECT place, day, low, high, s.opening + sum(net) OVER (ORDER BY day) - net AS opening
    FROM lows WHERE place = s.place AND day >= s.first AND day < s.first + {STRETCH_DAYS} OFFSET 0
) AS d WHERE s.opening + s.low < 0 AND d.opening + d.low < 0 ORDER BY d.place, d.day
"""
_TIMES = f"""
SELECT t.place, t.day, t.time, t.delta FROM unnest(%b::int8[], %b::int4[]) AS wanted (place, day)
CROSS JOIN LATERAL (
    SELECT place, wanted.day AS day, time, sum(delta)::int8 AS delta FROM moves
    WHERE place = wanted.place AND time >= wanted.day::int8 * {MICROS_A_DAY}
        AND time < (wanted.day::int8 + 1) * {MICROS_A_DAY}
    GROUP BY place, time OFFSET 0
) AS t ORDER BY t.place, t.time
"""
_ALL_TIMES = """
SELECT time, sum(delta)::int8 FROM moves WHERE place = %b GROUP BY time ORDER BY time
"""
run_asked_min: Final = 16
"""A place asked for at so many moments is read once instead."""
run_moments_max: Final = 100_000
_RUN = _ALL_TIMES + f" LIMIT {run_moments_max + 1}"
_HELD = f"""
SELECT wanted.place, wanted.at, {held_at("wanted.place", "wanted.at")}
FROM unnest(%b::int8[], %b::int8[]) AS wanted (place, at)
"""
_UP_TO = "SELECT coalesce(sum(delta), 0)::int8 FROM moves WHERE place = %b AND time <= %b"
_TAKERS = """
SELECT wanted.time, m.position FROM unnest(%b::int8[]) AS wanted (time) CROSS JOIN LATERAL (
    SELECT position FROM moves WHERE place = %b AND time = wanted.time AND delta < 0 OFFSET 0
) AS m
"""


@lru_cache(maxsize=1)
def _moved(fact: Fact) -> list[tuple[str, Place]]:
    """The places, each of a mark, out of which and into which a fact moves seals."""
    return [(move.mark, place) for move in moves(fact) for place in (move.source, move.target)]


def _stocked(fact: Fact) -> list[tuple[str, str]]:
    return [(mark, place.key) for mark, place in _moved(fact) if place.kind is Kind.STOCK]


PLACE: Final = DependencyKey[str, int, str, str](
    "place", lambda fact: ((mark, int(of.kind), of.key, of.site) for mark, of in _moved(fact))
)
"""What a place (mark, kind, key, site) holds and ever held."""
STOCKS: Final = DependencyKey[str, str]("stocks", _stocked)
"""What a holder has of a mark in stock."""
IN_STOCK: Final = DependencyKey[str]("held", lambda fact: ((mark,) for mark, _ in _stocked(fact)))
"""What there is of a mark in stock."""


class _Day(NamedTuple):
    """A day on which a place was below zero; low and high count from its opening."""

    day: int
    opening: int
    low: int
    high: int


_Run = tuple[int, list[tuple[int, int]]]
"""An opening balance, and (time, delta) that follow on it."""


class BalanceAnswers(Source):
    """What is asked about the balances of places."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._balances: dict[int, int] = {}
        self._held: dict[tuple[int, int], int] = {}
        self._asked_of: Counter[int] = Counter()
        self._run_of: dict[int, tuple[list[int], list[int]] | None] = {}
        self._below: dict[int, list[_Day]] = {}
        self._dips: dict[int, Sequence[Dip]] = {}

    def want_balances(self, places: Iterable[int]) -> None:
        """Read the present balances of places in bulk."""
        missing = [place for place in places if place not in self._balances]
        if missing:
            self._balances.update(dict.fromkeys(missing, 0))
            found = self.rows.execute(_BALANCES, (missing,), prepare=True).fetchall()
            self._balances.update(dict(found))

    def want_held(self, moments: Iterable[tuple[int, int]]) -> None:
        """Read in bulk what places held at moments."""
        missing = sorted({moment for moment in moments if moment not in self._held})
        if missing:
            columns = [*map(list, zip(*missing, strict=True))]
            found = self.rows.execute(_HELD, columns, prepare=True).fetchall()
            self._held.update({(place, at): held for place, at, held in found})

    def expect_many(self, place: int) -> None:
        """Say that a place will be asked for at many moments: it is read once, at the first."""
        self._asked_of[place] = max(self._asked_of[place], run_asked_min)

    def want_below(self, places: list[int]) -> None:
        """Read in bulk the days on which places (of KINDS) were below zero, and their balances."""
        self.want_balances(places)
        self._below.update({place: [] for place in places})
        for place, *day in self.rows.execute(_BELOW, (places,), prepare=True).fetchall():
            self._below[place].append(_Day(*day))

    def balance(self, mark: str, place: Place, at: int | None = None) -> int:
        self._note_place(mark, place)
        found = place_id(mark, *place)
        if at is None:
            self.want_balances([found])
            return self._balances[found]
        run = None if (found, at) in self._held else self._run(found)
        if run is not None:
            times, after = run
            before = bisect_right(times, at)
            return after[before - 1] if before else 0
        if place.kind not in KINDS:
            if found in self._run_of:
                raise TooMuch(f"More than {run_moments_max:,} moves are of {place.name()}.")
            return self._number(_UP_TO, (found, at))
        self.want_held([(found, at)])
        return self._held[found, at]

    def _run(self, place: int) -> tuple[list[int], list[int]] | None:
        """Times and the balance after each, of a place that is asked for again and again.

        None for any other place, and for one that moved too often.
        """
        self._asked_of[place] += 1
        if self._asked_of[place] < run_asked_min:
            return None
        if place not in self._run_of:
            moved = self.rows.execute(_RUN, (place,), prepare=True).fetchall()
            self._run_of[place] = (
                None
                if len(moved) > run_moments_max
                else ([at for at, _ in moved], [*accumulate(delta for _, delta in moved)])
            )
        return self._run_of[place]

    def stocks(self, mark: str, holder: str) -> Mapping[str, int]:
        self.dependencies.note(STOCKS, mark, holder)
        found = self.rows.execute(
            "SELECT p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id"
            f" WHERE p.mark = %s AND p.kind = {Kind.STOCK:d} AND p.key = %s",
            (mark, holder),
            prepare=True,
        )
        return dict(found.fetchall())

    def held(self, mark: str) -> int:
        self.dependencies.note(IN_STOCK, mark)
        found = self.rows.execute(
            "SELECT coalesce(sum(total), 0)::int8 FROM totals"
            f" WHERE mark = %s AND figure = {Kind.STOCK:d}",
            (mark,),
            prepare=True,
        ).fetchone()
        return int(found[0]) if found else 0

    def dips(self, mark: str, place: Place) -> Sequence[Dip]:
        self._note_place(mark, place)
        found = place_id(mark, *place)
        known = self._dips.get(found)
        if known is None:
            lowest = _lowest(self._runs(found) if place.kind in KINDS else self._whole(found))
            openers = self._openers(mark, place, found, [start for start, _ in lowest])
            known = self._dips[found] = [
                Dip(start, low, opener, rec)
                for (start, low), (rec, opener) in zip(lowest, openers, strict=True)
            ]
        return known

    def _whole(self, place: int) -> Iterator[_Run]:
        yield 0, self.rows.execute(_ALL_TIMES, (place,), prepare=True).fetchall()

    def _runs(self, place: int) -> Iterator[_Run]:
        """The days below zero; of those that were so all day long, the lowest point alone."""
        if place not in self._below:
            self.want_below([place])
        days = self._below[place]
        crossing = [day.day for day in days if day.opening + day.high >= 0]
        times: dict[int, list[tuple[int, int]]] = defaultdict(list)
        if crossing:
            asked = [place] * len(crossing), crossing
            for _, day, time, delta in self.rows.execute(_TIMES, asked, prepare=True).fetchall():
                times[day].append((time, delta))
        for day in days:
            yield day.opening, times.get(day.day) or [(0, day.low)]

    def _openers(
        self, mark: str, place: Place, found: int, starts: list[int]
    ) -> Iterator[tuple[int, str]]:
        """When it was recorded, and the id, of the earliest event that takes at each moment."""
        if not starts:
            return
        taking = self.rows.execute(_TAKERS, (starts, found), prepare=True).fetchall()
        takes: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for known in self.at(position for _, position in taking):
            if self.record.counts(known.fact) and any(
                move.mark == mark and move.source == place for move in moves(known.fact)
            ):
                takes[known.at].append((known.rec, known.id))
        yield from (min(takes[start]) for start in starts)

    def _note_place(self, mark: str, place: Place) -> None:
        self.dependencies.note(PLACE, mark, int(place.kind), place.key, place.site)

    def _number(self, statement: str, values: Any) -> int:
        row = self.rows.execute(statement, values, prepare=True).fetchone()
        return 0 if row is None else int(row[0])


def _lowest(runs: Iterable[_Run]) -> list[tuple[int, int]]:
    """Start and lowest point of each dip, from runs of (time, delta) that follow on an opening.

    What lies between two runs began at zero or above, and so the run before it ended.
    """
    found: list[tuple[int, int]] = []
    below = False
    for opening, times in runs:
        balance = opening
        for time, delta in times:
            balance += delta
            if balance >= 0:
                below = False
            elif below:
                found[-1] = found[-1][0], min(found[-1][1], balance)
            else:
                below = True
                found.append((time, balance))
    return found
