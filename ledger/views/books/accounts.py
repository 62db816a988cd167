"""Balances, dips and ages of places: from balance rows and day rows, never from a history of moves.

Moves are read only of the days on which a place was below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from ledger.custody.moves import moves
from ledger.custody.places import Kind, Place
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.books import SPOILED_IDS_MAX, AccountState, Dip, Moment, Month
from ledger.rules.moments import next_month
from ledger.views.books.source import Source
from ledger.views.lows import KINDS, STRETCH_DAYS, stretch_of
from ledger.views.places import place_id

_BALANCES = """
SELECT b.place, b.balance FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, balance FROM balances WHERE place = wanted.place OFFSET 0
) AS b
"""
_BELOW = f"""
SELECT d.place, d.day, d.opening::int8 FROM unnest(%b::int8[]) AS wanted (place)
CROSS JOIN LATERAL (
    SELECT place, first, low, sum(net) OVER (ORDER BY first) - net AS opening
    FROM low_stretches WHERE place = wanted.place OFFSET 0
) AS s CROSS JOIN LATERAL (
    SELECT place, day, low, s.opening + sum(net) OVER (ORDER BY day) - net AS opening
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
_AFTER = f"""
SELECT wanted.place, wanted.at, (coalesce((
        SELECT sum(net) FROM low_stretches WHERE place = wanted.place AND first > wanted.first
    ), 0) + coalesce((
        SELECT sum(net) FROM lows WHERE place = wanted.place AND day > wanted.day
            AND day < wanted.first + {STRETCH_DAYS}
    ), 0) + coalesce((
        SELECT sum(delta) FROM moves WHERE place = wanted.place AND time > wanted.at
            AND time < (wanted.day::int8 + 1) * {MICROS_A_DAY}
    ), 0))::int8
FROM unnest(%b::int8[], %b::int8[], %b::int4[], %b::int4[]) AS wanted (place, at, day, first)
"""
_UP_TO = "SELECT coalesce(sum(delta), 0)::int8 FROM moves WHERE place = %b AND time <= %b"
_TAKERS = "SELECT position FROM moves WHERE place = %b AND time = %b AND delta < 0"
_INFLOWS = """
SELECT i.place, i.time, i.id, i.seals FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, time, id, seals FROM inflows WHERE place = wanted.place AND NOT EXISTS (
        SELECT FROM retracted WHERE target = inflows.id)
    ORDER BY time DESC, id DESC LIMIT %b OFFSET 0
) AS i
"""
_FIRST_IN = """
SELECT i.place, i.time, i.id FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, time, id FROM inflows WHERE place = wanted.place AND NOT EXISTS (
        SELECT FROM retracted WHERE target = inflows.id)
    ORDER BY time, id LIMIT 1 OFFSET 0
) AS i
"""
_MONTHS = """
SELECT m.place, m.month, m.spoiled, m.applied FROM unnest(%b::int8[]) AS wanted (place)
CROSS JOIN LATERAL (
    SELECT place, month, spoiled, applied FROM months WHERE place = wanted.place
        AND (spoiled <> 0 OR applied <> 0) OFFSET 0
) AS m
"""
_SPOILED = """
SELECT id FROM spoilage WHERE place = %b AND day >= %b AND day < %b AND NOT EXISTS (
    SELECT FROM retracted WHERE target = spoilage.id) ORDER BY id LIMIT %b
"""
_inflows_first: Final = 32
_inflows_all: Final = 2**62


class Accounts(Source):
    """The part of the books about places."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._balances: dict[int, int] = {}
        self._after: dict[tuple[int, int], int] = {}
        self._below: dict[int, list[tuple[int, int]]] = {}
        self._dips: dict[int, Sequence[Dip]] = {}
        self._first_in: dict[int, Moment] = {}
        self._inflows: dict[int, list[tuple[Moment, int]]] = {}
        self._months: dict[int, dict[str, tuple[int, int]]] = {}

    def want_accounts(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """Read accounts (mark, holder, site) in bulk, those that were not read yet."""
        stocks, places = [], []
        for mark, holder, site in accounts:
            stock = place_id(mark, Kind.STOCK, holder, site)
            if stock not in self._months:
                stocks.append(stock)
                places += [stock, place_id(mark, Kind.SPOILED, holder, site)]
        if stocks:
            self._want_below(places)
            self._want_ages(stocks)

    def want_balances(self, places: Iterable[int]) -> None:
        """Read the present balances of places in bulk."""
        missing = [place for place in places if place not in self._balances]
        if missing:
            self._balances.update(dict.fromkeys(missing, 0))
            found = self.rows.execute(_BALANCES, (missing,), prepare=True).fetchall()
            self._balances.update(dict(found))

    def want_after(self, moments: Iterable[tuple[int, int]]) -> None:
        """Read in bulk what moved in and out of places since moments."""
        missing = sorted(set(moments) - self._after.keys())
        if missing:
            columns = [*map(list, zip(*missing, strict=True))]
            days = [at // MICROS_A_DAY for _, at in missing]
            firsts = [*map(stretch_of, days)]
            found = self.rows.execute(_AFTER, (*columns, days, firsts), prepare=True).fetchall()
            self._after.update({(place, at): net for place, at, net in found})

    def _want_below(self, places: list[int]) -> None:
        self.want_balances(places)
        self._below.update({place: [] for place in places})
        for place, day, opening in self.rows.execute(_BELOW, (places,), prepare=True).fetchall():
            self._below[place].append((day, opening))

    def _want_ages(self, stocks: list[int]) -> None:
        for place, time, key in self.rows.execute(_FIRST_IN, (stocks,), prepare=True).fetchall():
            self._first_in[place] = Moment(time, str(key))
        self._want_inflows([place for place in stocks if self._balances[place] > 0], _inflows_first)
        self._months.update({place: {} for place in stocks})
        for place, month, spoiled, applied in self.rows.execute(
            _MONTHS, (stocks,), prepare=True
        ).fetchall():
            self._months[place][month] = spoiled, applied

    def _want_inflows(self, stocks: list[int], limit: int) -> None:
        self._inflows.update({place: [] for place in stocks})
        if stocks:
            found = self.rows.execute(_INFLOWS, (stocks, limit), prepare=True).fetchall()
            for place, time, key, seals in found:
                self._inflows[place].append((Moment(time, str(key)), seals))

    # -- answers

    def account(self, mark: str, holder: str, site: str) -> AccountState:
        """An account: its current balance, one row per month, and what came in last."""
        self._note_place(mark, Place(Kind.STOCK, holder, site))
        self.want_accounts([(mark, holder, site)])
        place = place_id(mark, Kind.STOCK, holder, site)
        return AccountState(
            current=self._balances[place],
            first_in=self._first_in.get(place),
            oldest=self._oldest(place),
            months={
                month: Month(spoiled, applied)
                for month, (spoiled, applied) in self._months[place].items()
            },
        )

    def spoiled_in(self, mark: str, holder: str, site: str, month: str) -> Sequence[str]:
        """Ids of an account's spoilage of a month, ordered."""
        place = place_id(mark, Kind.STOCK, holder, site)
        within = date.fromisoformat(f"{month}-01"), next_month(month)
        found = self.rows.execute(_SPOILED, (place, *within, SPOILED_IDS_MAX), prepare=True)
        return tuple(str(key) for (key,) in found.fetchall())

    def _oldest(self, place: int) -> Moment | None:
        held = self._balances[place]
        if held <= 0:
            return None
        found = self._reached(place, held)
        if found is None and len(self._inflows[place]) == _inflows_first:
            self._want_inflows([place], _inflows_all)
            found = self._reached(place, held)
        return found

    def _reached(self, place: int, held: int) -> Moment | None:
        for moment, seals in sorted(self._inflows[place], reverse=True):
            held -= seals
            if held <= 0:
                return moment
        return None

    def balance(self, mark: str, place: Place, at: int | None = None) -> int:
        """The seals in a place by a time, or by all that is known."""
        self._note_place(mark, place)
        found = place_id(mark, *place)
        if at is not None and place.kind not in KINDS:
            return self._number(_UP_TO, (found, at))
        self.want_balances([found])
        held = self._balances[found]
        if at is None:
            return held
        self.want_after([(found, at)])
        return held - self._after[found, at]

    def stocks(self, mark: str, holder: str) -> Mapping[str, int]:
        """What a holder has of a mark, by site."""
        self.reads.note("stocks", mark, holder)
        found = self.rows.execute(
            "SELECT p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id"
            " WHERE p.mark = %s AND p.kind = 2 AND p.key = %s",
            (mark, holder),
            prepare=True,
        )
        return dict(found.fetchall())

    def dips(self, mark: str, place: Place) -> Sequence[Dip]:
        """Every dip of a place, by start."""
        self._note_place(mark, place)
        found = place_id(mark, *place)
        known = self._dips.get(found)
        if known is None:
            known = self._dips[found] = self._find_dips(mark, place, found)
        return known

    def _find_dips(self, mark: str, place: Place, found: int) -> list[Dip]:
        if place.kind in KINDS:
            if found not in self._below:
                self._want_below([found])
            runs = self._runs_by_day(found)
        else:
            times = self.rows.execute(_ALL_TIMES, (found,), prepare=True).fetchall()
            runs = [(0, times)]
        dips: list[Dip] = []
        # A day that is left out began at zero or above, and so the day before it ended.
        below = False
        for opening, times in runs:
            balance = opening
            for time, delta in times:
                balance += delta
                if balance >= 0:
                    below = False
                elif below:
                    dips[-1] = dips[-1]._replace(end=time, lowest=min(dips[-1].lowest, balance))
                else:
                    below = True
                    opener, rec = self._opener(mark, place, found, time)
                    dips.append(Dip(time, time, balance, opener, rec))
        return dips

    def _runs_by_day(self, place: int) -> list[tuple[int, list[tuple[int, int]]]]:
        below = self._below[place]
        if not below:
            return []
        days = [day for day, _ in below]
        by_day: dict[int, list[tuple[int, int]]] = defaultdict(list)
        found = self.rows.execute(_TIMES, ([place] * len(days), days), prepare=True).fetchall()
        for _, day, time, delta in found:
            by_day[day].append((time, delta))
        return [(opening, by_day[day]) for day, opening in below]

    def _opener(self, mark: str, place: Place, found: int, time: int) -> tuple[str, int]:
        self.rows.execute(_TAKERS, (found, time), prepare=True)
        events = self.at(position for (position,) in self.rows.fetchall())
        takes = [
            (known.rec, known.id)
            for known in events
            if known.at == time
            and self.record.counts(known.fact)
            and any(move.mark == mark and move.source == place for move in moves(known.fact))
        ]
        rec, opener = min(takes)
        return opener, rec

    def _note_place(self, mark: str, place: Place) -> None:
        self.reads.note("place", mark, int(place.kind), place.key, place.site)

    def _number(self, statement: str, values: Any) -> int:
        row = self.rows.execute(statement, values, prepare=True).fetchone()
        return 0 if row is None else int(row[0])
