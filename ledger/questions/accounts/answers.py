"""Accounts, answered in bulk from the database.

From a row each and from what came in last, never from a history of moves.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from ledger.custody.places import Kind, Place
from ledger.facts.mentions import About
from ledger.facts.seals import SealsCounted, StockAdjusted
from ledger.questions.accounts import SPOILED_IDS_MAX, AccountState, Month, OffCount
from ledger.questions.accounts.balances import BalanceAnswers
from ledger.questions.at_hand import Moment
from ledger.questions.dependencies import ABOUT
from ledger.rules.moments import next_month
from ledger.views.places import place_id

_OFF = """
SELECT b.place, b.id, b.position, b.counted, b.book, b.accepted, b.spoiled_counted,
    b.spoiled_book, b.before
FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT o.*, (
        SELECT p.counted - p.book - p.accepted FROM booked AS p
        WHERE p.place = o.place AND (p.time, p.id) < (o.time, o.id)
        ORDER BY p.time DESC, p.id DESC LIMIT 1
    ) AS before FROM booked AS o WHERE o.place = wanted.place
        AND (o.counted <> o.book + o.accepted OR o.spoiled_counted <> o.spoiled_book)
    ORDER BY o.time, o.id OFFSET 0
) AS b
"""
_ADJUSTMENTS = """
SELECT count_event, place, id FROM adjustments WHERE count_event = ANY(%b::uuid[])
    AND NOT EXISTS (SELECT FROM retracted WHERE target = adjustments.id) ORDER BY time, id
"""
_LAST_COUNT = """
SELECT c.place, c.time, c.id FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, time, id FROM booked WHERE place = wanted.place
    ORDER BY time DESC, id DESC LIMIT 1 OFFSET 0
) AS c
"""
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
_inflows_more: Final = 8


class AccountAnswers(BalanceAnswers):
    """What is asked about accounts."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._first_in: dict[int, Moment] = {}
        self._inflows: dict[int, list[tuple[Moment, int]]] = {}
        self._months: dict[int, dict[str, tuple[int, int]]] = {}
        self._off: dict[int, list[OffCount]] = {}
        self._last_count: dict[int, Moment] = {}

    def want_accounts(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """Read accounts (mark, holder, site) in bulk, those that were not read yet."""
        stocks, places = [], []
        for mark, holder, site in accounts:
            stock = place_id(mark, Kind.STOCK, holder, site)
            if stock not in self._months:
                stocks.append(stock)
                places += [stock, place_id(mark, Kind.SPOILED, holder, site)]
        if stocks:
            self.want_below(places)
            self._want_ages(stocks)
            self._want_counts(stocks)

    def _want_ages(self, stocks: list[int]) -> None:
        for place, time, key in self.rows.execute(_FIRST_IN, (stocks,), prepare=True).fetchall():
            self._first_in[place] = Moment(time, str(key))
        self._want_inflows([place for place in stocks if self._balances[place] > 0], _inflows_first)
        self._months.update({place: {} for place in stocks})
        for place, month, spoiled, applied in self.rows.execute(
            _MONTHS, (stocks,), prepare=True
        ).fetchall():
            self._months[place][month] = spoiled, applied

    def _want_counts(self, stocks: list[int]) -> None:
        self._off.update({place: [] for place in stocks})
        found = self.rows.execute(_OFF, (stocks,), prepare=True).fetchall()
        positions = sorted({row[2] for row in found})
        counts = dict(zip(positions, self.at(positions), strict=True))
        adjusted: dict[tuple[UUID, int], list[str]] = defaultdict(list)
        if found:
            keys = [row[1] for row in found]
            for count, place, key in self.rows.execute(_ADJUSTMENTS, (keys,)).fetchall():
                adjusted[count, place].append(str(key))
        for place, key, position, counted, book, accepted, spoiled, spoiled_book, before in found:
            self._off[place].append(
                OffCount(
                    id=str(key), rec=counts[position].rec, counted=counted, book=book,
                    unexplained=counted - book - accepted, before=before or 0,
                    adjustments=tuple(adjusted[key, place]), spoiled_counted=spoiled,
                    spoiled_book=spoiled_book,
                )
            )  # fmt: skip
        for place, time, key in self.rows.execute(_LAST_COUNT, (stocks,), prepare=True).fetchall():
            self._last_count[place] = Moment(time, str(key))

    def _want_inflows(self, stocks: list[int], limit: int) -> None:
        self._inflows.update({place: [] for place in stocks})
        if stocks:
            found = self.rows.execute(_INFLOWS, (stocks, limit), prepare=True).fetchall()
            for place, time, key, seals in found:
                self._inflows[place].append((Moment(time, str(key)), seals))

    # -- answers

    def account(self, mark: str, holder: str, site: str) -> AccountState:
        self._note_place(mark, Place(Kind.STOCK, holder, site))
        self._note_facts(f"{mark} {holder} {site}", SealsCounted)
        self.want_accounts([(mark, holder, site)])
        place = place_id(mark, Kind.STOCK, holder, site)
        return AccountState(
            current=self._balances[place],
            first_in=self._first_in.get(place),
            oldest=self._oldest(place),
            last_count=self._last_count.get(place),
            months={
                month: Month(spoiled, applied)
                for month, (spoiled, applied) in self._months[place].items()
            },
        )

    def off_counts(self, mark: str, holder: str, site: str) -> Sequence[OffCount]:
        self._note_place(mark, Place(Kind.STOCK, holder, site))
        self._note_place(mark, Place(Kind.SPOILED, holder, site))
        self._note_facts(f"{mark} {holder} {site}", SealsCounted, StockAdjusted)
        self.want_accounts([(mark, holder, site)])
        return self._off[place_id(mark, Kind.STOCK, holder, site)]

    def _note_facts(self, account: str, *kinds: type[Any]) -> None:
        for kind in kinds:
            self.dependencies.note(ABOUT, kind, About.ACCOUNT, account)

    def spoiled_in(self, mark: str, holder: str, site: str, month: str) -> Sequence[str]:
        self._note_place(mark, Place(Kind.STOCK, holder, site))
        place = place_id(mark, Kind.STOCK, holder, site)
        within = date.fromisoformat(f"{month}-01"), next_month(month)
        found = self.rows.execute(_SPOILED, (place, *within, SPOILED_IDS_MAX), prepare=True)
        return tuple(str(key) for (key,) in found.fetchall())

    def _oldest(self, place: int) -> Moment | None:
        held = self._balances[place]
        if held <= 0:
            return None
        limit = _inflows_first
        while (found := self._reached(place, held)) is None and len(self._inflows[place]) == limit:
            limit *= _inflows_more
            self._want_inflows([place], limit)
        return found

    def _reached(self, place: int, held: int) -> Moment | None:
        for moment, seals in sorted(self._inflows[place], reverse=True):
            held -= seals
            if held <= 0:
                return moment
        return None
