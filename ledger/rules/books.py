"""The books: all that rules may ask about the past.

Two books that hold the same facts give the same answers, whatever the order in which the facts
came. What a rule asks here is answered from bounded data: no answer costs more because an account,
a lot or a contract has a long history. Each method says which data that is.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from ledger.custody.places import Place
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known, Record
from ledger.rules.books_conduct import ConductBooks

T = TypeVar("T")
SPOILED_IDS_MAX = 10_000
"""As many ids of a month's spoilage are told; a scanner does not report more."""


SHARING_EVENTS_MAX = 1_000
"""As many events may share numbers with a range; the life of a seal has a handful."""


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


class Moment(NamedTuple):
    """When an event happened (microseconds UTC) and which one it was; ordered as events are."""

    at: int
    id: str


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


class Sealed(NamedTuple):
    """What was applied to a lot under a (mark, label, version, holder); removals not taken off.

    `first`, `first_day` and `first_rec` are those of the application with the smallest (time, id),
    `last` that with the greatest; `rec` = the earliest moment one of them was recorded.
    """

    mark: str
    label: str
    version: int
    holder: str
    units: int
    seals: int
    applications: int
    first: Moment
    first_day: date
    first_rec: int
    last: Moment
    rec: int


class FirstApplied(NamedTuple):
    """The application with the smallest (time, id) of those asked for."""

    at: int
    id: str
    day: date
    rec: int


class Naming(NamedTuple):
    """The counting events that name a mark, themselves or on a line.

    `first_rec` = when the first of them was recorded; `evidence` = their ids, at most 100.
    """

    events: int
    first_rec: int
    evidence: tuple[str, ...]


class Books(ConductBooks, Protocol):
    """Facts that count, and sums over them."""

    @property
    def record(self) -> Record:
        """The registry, and all facts about the subjects at hand except applications.

        Holds whole: the registry types; every fact about a lot, shipment, certificate, report,
        request, dispatch, contract, issuer or party at hand, and about what those name; the
        application or event that is the subject itself and the `first` application of each
        `sealed` tally, found by `record.known(id)`.
        Never ask it for SealsApplied by type or subject, nor for anything about an account.
        """
        ...

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for these books.

        For what depends on the books alone, so that 400 scans of one lot on one day cost one look
        into the registry. `key` starts with the name of the function that asks.
        """
        ...

    # -- places and accounts

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

    # -- goods

    def sealed(self, lot: str) -> Sequence[Sealed]:
        """What was applied to a lot, ordered: one row per (mark, label, version, holder)."""
        ...

    def labelled(self, label: str, version: int) -> Sequence[str]:
        """The marks that a label version was applied with, ordered.

        From the tallies of what was applied; asked only where a violation of a label stands.
        """
        ...

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        """The first application by a holder of a mark on local days from `first` to `last`.

        `contract` = the contract it names, None = it names none. One index probe into a tally
        per (holder, mark, contract, day).
        """
        ...

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        """What a holder's applications of a mark name as their contract, None for none.

        The distinct values of that tally: a handful.
        """
        ...

    # -- serial numbers

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        """Counting events of a mark whose range shares a number with first…last, by (time, id).

        Of the given types, or of any. Answered from the index of ranges. Raises TooMuch where more
        than 1,000 events, counting or not, share its numbers.
        """
        ...

    # -- look-alikes

    def alike(self, about: About, key: str) -> bool:
        """S3: whether a known id of a kind, other than this one, has the same fold.

        MARK, CONTRACT, LABEL (the label's id, any version), LOT, DISPATCH, SHIPMENT, CERTIFICATE
        (`issuer number`; only numbers of that issuer). One probe into an index of folds.
        """
        ...

    def double_shot(self, event_id: str, within: int) -> bool:
        """S4: whether a twin of the event lies within so many microseconds of it.

        A twin = another counting event of the same type, source, mark, holder, site, lot and
        count. One index probe; false for types without a count.
        """
        ...

    def naming(self, mark: str) -> Naming | None:
        """The counting events that name a mark; one tally per mark. None where there are none."""
        ...
