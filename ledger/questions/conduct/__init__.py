"""Conduct: what sources and persons did, and events that say what another one said.

What is asked, and the answer from all facts at hand.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known, Record
from ledger.facts.registry import SourceRegistered
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.seals import (
    SealsApplied,
    SealsCounted,
    SealsDispatched,
    SealsReceived,
    SealsRemoved,
    SealsSampled,
    SealsSpoiled,
)
from ledger.questions.at_hand import first_ids
from ledger.questions.lookalikes import LookAlikesAtHand
from ledger.rules.moments import utc_text
from ledger.rules.subjects import said_by
from ledger.rules.violation import OTHERS_TOLD_MAX

TWO_SITES_COUNTED_MAX = 10_000
"""Beyond that it does not matter how often somebody was at two sites."""
_MONTH: Final = len("YYYY-MM")
_DAY: Final = len("YYYY-MM-DD")
_HOUR: Final = len("YYYY-MM-DDTHH")


class SitePair(NamedTuple):
    """Two neighbouring scans of a person or source at different sites; times in microseconds."""

    first: str
    first_at: int
    first_site: str
    second: str
    second_at: int
    second_site: str


class SitePairs(NamedTuple):
    """The first pairs by (time, id), and how many there are; both have a limit."""

    first: Sequence[SitePair]
    scans: int


class LateDay(NamedTuple):
    """Events of a source that were recorded late on one UTC day (`YYYY-MM-DD`).

    `oldest` = the earliest time among them.
    """

    day: str
    events: int
    oldest: int


class ReversedMonth(NamedTuple):
    """Recorded events of a source with a time in one UTC month (`YYYY-MM`), and those reversed.

    `retracted` = those that something recorded retracts or corrects.
    """

    month: str
    recorded: int
    retracted: int


class Hour(NamedTuple):
    """Seals a source reported as applied in one UTC hour (`YYYY-MM-DDTHH`), in so many scans.

    `rec` = the earliest moment one of the applications was recorded; `evidence` = the ids of the
    first by (time, id).
    """

    hour: str
    seals: int
    applications: int
    rec: int
    evidence: tuple[str, ...]


class Conduct(Protocol):
    """What is asked about sources, persons and single events. All but two count counting events."""

    def two_sites(self, of: Literal["person", "source"], key: str, within: int) -> SitePairs:
        """Neighbouring scans at different sites less than so many microseconds apart.

        Of scanners: SealsApplied, SealsReceived, SealsDispatched (from_site), SealsSpoiled,
        SealsSampled, SealsRemoved and SealsCounted, in order of (time, id), of an actor or of a
        source. A scan is compared with its two neighbours when it arrives; the answer reads the
        pairs found so: the first 20, and counts at most 10,000.
        """
        ...

    def late_days(self, source: str, days: int) -> Sequence[LateDay]:
        """Days on which events were recorded more than so many days after their time; ordered.

        One row per day and number of whole days between.
        """
        ...

    def late_on(self, source: str, day: str, days: int) -> Sequence[str]:
        """Ids of the events that a late day counts, the first 100 by (time, id).

        From the late events of that day; asked only where a violation stands.
        """
        ...

    def reversed_months(self, source: str) -> Sequence[ReversedMonth]:
        """*Recorded* and reversed events of a source by month: one row per month, ordered."""
        ...

    def reversed_in(self, source: str, month: str) -> Sequence[str]:
        """Ids of a source's reversed events of a month, the first 100 by (time, id).

        From the reversed events of that month; asked only where a violation stands.
        """
        ...

    def busy_hours(self, source: str, more_than: int) -> Sequence[Hour]:
        """Hours in which a source applied more than so many seals: one row per hour, ordered."""
        ...

    def hour_shot_twice(self, source: str, hour: str, within: int) -> bool:
        """S4: whether an application of a source in an hour has a duplicate within microseconds.

        The duplicate may lie beyond the hour. What was heard of the source in the hour and so long
        before and after it; asked only where a violation stands.
        """
        ...

    def last_heard(self, source: str) -> int | None:
        """When something of a source was last *recorded* (microseconds UTC): one row per source."""
        ...

    def repeat_of(self, event_id: str) -> str | None:
        """The counting event of smaller id that says the same, the smallest of them.

        The same = equal in type, source, actor, time and every field of its own. One probe into an
        index of (source, time).
        """
        ...


class ConductAtHand(LookAlikesAtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._of_source: dict[str, list[Known]] = defaultdict(list)
        self._scans: dict[tuple[str, str], list[tuple[Known, str]]] = defaultdict(list)
        self._repeats: dict[str, str] = {}
        firsts: dict[UUID, str] = {}
        for known in sorted(record):
            self._of_source[known.fact.source].append(known)
            if not record.taken_back(known.fact):
                self._take_scan(known)
                # Facts come by (time, id), so of equal ones the smallest id comes first.
                first = firsts.setdefault(said_by(known.fact), known.id)
                if first != known.id:
                    self._repeats[known.id] = first

    def _take_scan(self, known: Known) -> None:
        fact, site = known.fact, scanned_at(known.fact)
        if site is not None and self._is_scanner(fact.source):
            self._scans["source", fact.source].append((known, site))
            if fact.actor is not None:
                self._scans["person", fact.actor].append((known, site))

    def two_sites(self, of: Literal["person", "source"], key: str, within: int) -> SitePairs:
        found = [
            SitePair(one.id, one.at, site, other.id, other.at, other_site)
            for (one, site), (other, other_site) in pairwise(self._scans.get((of, key), ()))
            if site != other_site and other.at - one.at < within
        ]
        return SitePairs(found[:OTHERS_TOLD_MAX], min(len(found), TWO_SITES_COUNTED_MAX))

    def late_days(self, source: str, days: int) -> Sequence[LateDay]:
        return [
            LateDay(day, len(events), events[0].at)
            for day, events in sorted(self._late(source, days).items())
        ]

    def late_on(self, source: str, day: str, days: int) -> Sequence[str]:
        return first_ids(self._late(source, days).get(day, ()))

    def _late(self, source: str, days: int) -> dict[str, list[Known]]:
        late: dict[str, list[Known]] = defaultdict(list)
        for known in self._of_source.get(source, ()):
            taken_back = self.whole.taken_back(known.fact)
            if not taken_back and known.rec - known.at > days * MICROS_A_DAY:
                late[utc_text(known.rec)[:_DAY]].append(known)
        return late

    def reversed_months(self, source: str) -> Sequence[ReversedMonth]:
        return [
            ReversedMonth(month, len(events), len(self._undone(events)))
            for month, events in sorted(self._of_months(source).items())
        ]

    def reversed_in(self, source: str, month: str) -> Sequence[str]:
        return first_ids(self._undone(self._of_months(source).get(month, ())))

    def _of_months(self, source: str) -> dict[str, list[Known]]:
        months: dict[str, list[Known]] = defaultdict(list)
        for known in self._of_source.get(source, ()):
            months[utc_text(known.at)[:_MONTH]].append(known)
        return months

    def _undone(self, events: Iterable[Known]) -> list[Known]:
        return [known for known in events if self.whole.taken_back(known.fact)]

    def busy_hours(self, source: str, more_than: int) -> Sequence[Hour]:
        found: list[Hour] = []
        for hour, applied in sorted(self._hours(source).items()):
            seals = sum(fact.count for _, fact in applied)
            if seals > more_than:
                rec = min(known.rec for known, _ in applied)
                ids = first_ids(known for known, _ in applied)
                found.append(Hour(hour, seals, len(applied), rec, ids))
        return found

    def hour_shot_twice(self, source: str, hour: str, within: int) -> bool:
        applied = self._hours(source).get(hour, [])
        return any(self.shot_twice(known, within) for known, _ in applied)

    def _hours(self, source: str) -> dict[str, list[tuple[Known, SealsApplied]]]:
        hours: dict[str, list[tuple[Known, SealsApplied]]] = defaultdict(list)
        for known in self._of_source.get(source, ()):
            if isinstance(known.fact, SealsApplied) and not self.whole.taken_back(known.fact):
                hours[utc_text(known.at)[:_HOUR]].append((known, known.fact))
        return hours

    def last_heard(self, source: str) -> int | None:
        return max((known.rec for known in self._of_source.get(source, ())), default=None)

    def _is_scanner(self, source: str) -> bool:
        registered = self.whole.latest(SourceRegistered, About.SOURCE, source)
        return registered is not None and registered.kind == "SCANNER"

    def repeat_of(self, event_id: str) -> str | None:
        return self._repeats.get(event_id)


_Scanned: Final = (
    SealsApplied, SealsReceived, SealsSpoiled, SealsSampled, SealsRemoved, SealsCounted,
)  # fmt: skip


def scanned_at(fact: Fact) -> str | None:
    """The site at which a scan of seals was taken; None for a fact that is no such scan."""
    if isinstance(fact, SealsDispatched):
        return fact.from_site
    return fact.site if isinstance(fact, _Scanned) else None
