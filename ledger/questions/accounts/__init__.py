"""Accounts: what is in stock since when, what a month spoiled, which counts do not fit the book.

What is asked, and the answer from all facts at hand.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple, Protocol

from ledger.custody.moves import moves
from ledger.custody.places import Kind, Place
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied, SealsCounted, SealsSpoiled, StockAdjusted
from ledger.questions.at_hand import AtHand, Moment
from ledger.rules.moments import month_of

SPOILED_IDS_MAX = 10_000
"""As many ids of a month's spoilage are told; a scanner does not report more."""
ORDERLY: Final = frozenset({"EXPIRED", "UNUSED"})
"""Reasons for giving seals up that are no spoilage but orderly disposal."""


class Dip(NamedTuple):
    """A longest run of event times at which a place held fewer than no seals.

    `start` = the first such time, `lowest` = the lowest balance in it. `opener` = the earliest
    recorded event that takes from the place at `start`; `rec` = when it was recorded.
    """

    start: int
    lowest: int
    opener: str
    rec: int


class Month(NamedTuple):
    """What an account spoiled and applied on the local days of a month.

    `spoiled` leaves out EXPIRED and UNUSED.
    """

    spoiled: int
    applied: int


class AccountState(NamedTuple):
    """The seals one holder has of a mark at a site.

    `current` = cur(mark, STOCK). `first_in` = the first move into STOCK, `oldest` = the move that
    brought the oldest seal still there, first in first out; `last_count` = the latest SealsCounted;
    None where there is none. `months` by `YYYY-MM`.
    """

    current: int
    first_in: Moment | None
    oldest: Moment | None
    last_count: Moment | None
    months: Mapping[str, Month]


class OffCount(NamedTuple):
    """A count against the book at its time; `rec` = when it was recorded.

    `book` leaves out what was adjusted for this count; `unexplained` = counted less book less what
    was adjusted for it, whenever, for another reason than UNEXPLAINED; `before` = the same of the
    account's count before this one, 0 where there is none. `adjustments` = ids of all that were
    made for it, by (time, id). `spoiled_counted` is None where spoiled seals were not counted.
    """

    id: str
    rec: int
    counted: int
    book: int
    unexplained: int
    before: int
    adjustments: tuple[str, ...]
    spoiled_counted: int | None
    spoiled_book: int


class Accounts(Protocol):
    """What is asked about accounts and other places."""

    def account(self, mark: str, holder: str, site: str) -> AccountState:
        """An account: its current balance, one row per month, and day rows back to the oldest."""
        ...

    def off_counts(self, mark: str, holder: str, site: str) -> Sequence[OffCount]:
        """The counts of an account that do not fit the book, or the spoiled seals, by (time, id).

        From those counts alone: each is compared when it, or something before it, comes or goes.
        """
        ...

    def spoiled_in(self, mark: str, holder: str, site: str, month: str) -> Sequence[str]:
        """Ids of what a month of an account counts as spoiled, ordered.

        From the spoilage of that month; asked only where a violation stands.
        """
        ...

    def balance(self, mark: str, place: Place, at: int | None = None) -> int:
        """bal(mark, place, at); without `at`, cur: one row of balances, or one day's moves."""
        ...

    def dips(self, mark: str, place: Place) -> Sequence[Dip]:
        """Every dip of a place, by start: from its day rows whose lowest point is below zero."""
        ...

    def stocks(self, mark: str, holder: str) -> Mapping[str, int]:
        """cur(mark, STOCK(holder, site)) by site: one balance row per site."""
        ...

    def held(self, mark: str) -> int:
        """Σ cur(mark, STOCK), whoever holds it: a total kept for each holder."""
        ...


class _Entry(NamedTuple):
    """One move into (or, below zero, out of) a place."""

    at: int
    id: str
    delta: int
    rec: int


class _Account:
    """The entries of one place of one mark, by (time, id), with the balance after each."""

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries = sorted(entries)
        self.times = [entry.at for entry in self.entries]
        self.after: list[int] = []
        balance = 0
        for entry in self.entries:
            balance += entry.delta
            self.after.append(balance)

    def balance(self, at: int | None) -> int:
        count = len(self.times) if at is None else bisect_right(self.times, at)
        return self.after[count - 1] if count else 0

    def dips(self) -> list[Dip]:
        dips: list[Dip] = []
        balance, below = 0, False
        for at, group in groupby(self.entries, key=itemgetter(0)):
            entries = list(group)
            balance += sum(entry.delta for entry in entries)
            if balance >= 0:
                below = False
            elif below:
                last = dips[-1]
                dips[-1] = last._replace(lowest=min(last.lowest, balance))
            else:
                below = True
                takes = [(entry.rec, entry.id) for entry in entries if entry.delta < 0]
                rec, opener = min(takes)
                dips.append(Dip(at, balance, opener, rec))
        return dips

    def oldest(self) -> Moment | None:
        """The move reached last when the newest moves in are added up to what is there."""
        left = self.balance(None)
        if left <= 0:
            return None
        for entry in reversed(self.entries):
            if entry.delta > 0:
                left -= entry.delta
                if left <= 0:
                    return Moment(entry.at, entry.id)
        return None

    def first_in(self) -> Moment | None:
        return next((Moment(e.at, e.id) for e in self.entries if e.delta > 0), None)


class AccountsAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        entries: dict[tuple[str, Place], list[_Entry]] = defaultdict(list)
        months: dict[tuple[str, str, str], dict[str, list[SealsApplied | SealsSpoiled]]] = {}
        for known in self.counting:
            for move in moves(known.fact):
                for place, delta in ((move.source, -move.seals), (move.target, move.seals)):
                    entries[move.mark, place].append(_Entry(known.at, known.id, delta, known.rec))
            if isinstance(known.fact, SealsApplied | SealsSpoiled):
                fact = known.fact
                account = months.setdefault((fact.mark, fact.holder, fact.site), {})
                account.setdefault(month_of(fact.day), []).append(fact)
        self._places = {key: _Account(value) for key, value in entries.items()}
        self._months = months
        self._stocks: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for (mark, place), account_ in self._places.items():
            if place.kind is Kind.STOCK:
                self._stocks[mark, place.key][place.site] = account_.balance(None)

    def places(self) -> list[tuple[str, Place]]:
        """Every (mark, place) that anything was moved into or out of."""
        return list(self._places)

    def account(self, mark: str, holder: str, site: str) -> AccountState:
        stock = self._places.get((mark, Place(Kind.STOCK, holder, site)), _NOTHING)
        return AccountState(
            current=stock.balance(None),
            first_in=stock.first_in(),
            oldest=stock.oldest(),
            last_count=self._last_count(f"{mark} {holder} {site}"),
            months={
                month: _month(facts)
                for month, facts in self._months.get((mark, holder, site), {}).items()
            },
        )

    def _last_count(self, account: str) -> Moment | None:
        last = self.record.latest(SealsCounted, About.ACCOUNT, account)
        return None if last is None else Moment(last.at, last.id)

    def off_counts(self, mark: str, holder: str, site: str) -> Sequence[OffCount]:
        off: list[OffCount] = []
        before = 0
        account = f"{mark} {holder} {site}"
        for count in self.record.about(SealsCounted, About.ACCOUNT, account):
            compared = self.compared(count, before)
            before = compared.unexplained
            spoiled = compared.spoiled_counted
            if compared.unexplained or spoiled not in (None, compared.spoiled_book):
                off.append(compared)
        return off

    def compared(self, count: SealsCounted, before: int = 0) -> OffCount:
        """A count against the book; `before` = what the one before it left unexplained."""
        account = count.mark, count.holder, count.site
        made_for = [
            adjustment
            for adjustment in self.record.about(StockAdjusted, About.TARGET, count.id)
            if adjustment.count_event == count.id
            and (adjustment.mark, adjustment.holder, adjustment.site) == account
        ]
        stock, spoiled = (Place(kind, *account[1:]) for kind in (Kind.STOCK, Kind.SPOILED))
        in_book = sum(adjustment.delta for adjustment in made_for if adjustment.at <= count.at)
        book = self.balance(count.mark, stock, count.at) - in_book
        accepted = sum(a.delta for a in made_for if a.reason != "UNEXPLAINED")
        return OffCount(
            id=count.id,
            rec=self.record.rec(count),
            counted=count.counted,
            book=book,
            unexplained=count.counted - book - accepted,
            before=before,
            adjustments=tuple(adjustment.id for adjustment in made_for),
            spoiled_counted=count.spoiled_counted,
            spoiled_book=self.balance(count.mark, spoiled, count.at),
        )

    def spoiled_in(self, mark: str, holder: str, site: str, month: str) -> Sequence[str]:
        facts = self._months.get((mark, holder, site), {}).get(month, [])
        return tuple(sorted(fact.id for fact in _spoiled(facts)))[:SPOILED_IDS_MAX]

    def balance(self, mark: str, place: Place, at: int | None = None) -> int:
        return self._places.get((mark, place), _NOTHING).balance(at)

    def dips(self, mark: str, place: Place) -> Sequence[Dip]:
        return self._places.get((mark, place), _NOTHING).dips()

    def stocks(self, mark: str, holder: str) -> Mapping[str, int]:
        return self._stocks.get((mark, holder), {})

    def held(self, mark: str) -> int:
        return sum(sum(sites.values()) for of, sites in self._stocks.items() if of[0] == mark)


_NOTHING = _Account([])


def _month(facts: list[SealsApplied | SealsSpoiled]) -> Month:
    applied = sum(f.count for f in facts if isinstance(f, SealsApplied))
    return Month(sum(f.count for f in _spoiled(facts)), applied)


def _spoiled(facts: list[SealsApplied | SealsSpoiled]) -> list[SealsSpoiled]:
    return [f for f in facts if isinstance(f, SealsSpoiled) and f.reason not in ORDERLY]
