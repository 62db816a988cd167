"""Answers on lots, papers, years and conduct, computed from every fact in memory."""

# ruff: noqa: D102 - what each method promises stands with the protocol it fulfils

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal

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
from ledger.rules.books_conduct import (
    CROSSINGS_COUNTED_MAX,
    EVIDENCE_IDS_MAX,
    Crossing,
    Crossings,
    Hour,
    LateDay,
    ReversedMonth,
    Series,
    Worked,
)
from ledger.rules.memory_facts import MemoryFacts
from ledger.rules.moments import fiscal_year, utc_text
from ledger.rules.number_series import Named, numbers_named, series_of
from ledger.rules.own_fields import said_by
from ledger.rules.violation import OTHERS_TOLD_MAX

_MONTH: Final = len("YYYY-MM")
_DAY: Final = len("YYYY-MM-DD")
_HOUR: Final = len("YYYY-MM-DDTHH")


class MemoryConduct(MemoryFacts):
    """The part of the books that `ConductBooks` describes."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._of_source: dict[str, list[Known]] = defaultdict(list)
        self._of_lot: dict[str, list[Known]] = defaultdict(list)
        self._of_mark: dict[str, list[Known]] = defaultdict(list)
        self._twin_times: dict[Hashable, list[int]] = defaultdict(list)
        self._scans: dict[tuple[str, str], list[tuple[Known, str]]] = defaultdict(list)
        self._named: dict[str, list[Named]] = defaultdict(list)
        self._repeats: dict[str, str] = {}
        firsts: dict[Hashable, str] = {}
        for known in sorted(record):
            self._of_source[known.fact.source].append(known)
            if not record.taken_back(known.fact):
                self._take_counting(known)
                # Facts come by (time, id), so of equal ones the smallest id comes first.
                first = firsts.setdefault(said_by(known.fact), known.id)
                if first != known.id:
                    self._repeats[known.id] = first

    def _take_counting(self, known: Known) -> None:
        fact = known.fact
        if isinstance(fact, SealsApplied):
            self._of_lot[fact.lot].append(known)
            self._twin_times[_twin(fact)].append(known.at)
        if isinstance(fact, SealsApplied | SealsRemoved):
            self._of_mark[fact.mark].append(known)
        site = _scanned_at(fact)
        if site is not None and self._is_scanner(fact.source):
            self._scans["source", fact.source].append((known, site))
            if fact.actor is not None:
                self._scans["person", fact.actor].append((known, site))
        for number in numbers_named(fact):
            issuer: str = getattr(fact, "issuer")  # noqa: B009 - both types that name one have it
            self._named[issuer].append(Named(number, known.rec, known.id))

    # -- lots

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        return _ids(known for known, _ in self._applied_to(lot, marks))

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        return any(
            self._has_twin(known, fact, within) for known, fact in self._applied_to(lot, marks)
        )

    def sealed_by(self, lot: str, person: str) -> str | None:
        sealed = (known.id for known in self._of_lot.get(lot, ()) if known.fact.actor == person)
        return next(sealed, None)

    def _applied_to(self, lot: str, marks: Collection[str]) -> list[tuple[Known, SealsApplied]]:
        return [
            (known, known.fact)
            for known in self._of_lot.get(lot, ())
            if isinstance(known.fact, SealsApplied) and known.fact.mark in marks
        ]

    def _has_twin(self, known: Known, fact: SealsApplied, within: int) -> bool:
        times = self._twin_times[_twin(fact)]
        near = bisect_left(times, known.at + within + 1) - bisect_left(times, known.at - within)
        return near > 1

    # -- papers and years

    def numbers(self, issuer: str) -> Sequence[Series]:
        return series_of(self._named.get(issuer, ()))

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        units: dict[tuple[str, str, int], int] = defaultdict(int)
        last: dict[str, tuple[str, int]] = {}
        # An application comes before a removal of the same time: "at or before".
        for known in sorted(self._of_mark.get(mark, ()), key=_applications_first):
            fact = known.fact
            if isinstance(fact, SealsApplied):
                last[fact.lot] = fact.label, fact.label_version
            if isinstance(fact, SealsApplied | SealsRemoved) and fact.lot in last:
                signed = fact.units if isinstance(fact, SealsApplied) else -fact.units
                if fiscal_year(known.at) == year:
                    units[(fact.lot, *last[fact.lot])] += signed
        return [Worked(*key, count) for key, count in sorted(units.items())]

    def first_of_year(self, mark: str, year: int) -> str | None:
        return next(
            (
                known.id
                for known in self._of_mark.get(mark, ())
                if isinstance(known.fact, SealsApplied) and fiscal_year(known.at) == year
            ),
            None,
        )

    # -- sources and persons

    def crossings(self, of: Literal["person", "source"], key: str, within: int) -> Crossings:
        found = [
            Crossing(one.id, one.at, site, other.id, other.at, other_site)
            for (one, site), (other, other_site) in pairwise(self._scans.get((of, key), ()))
            if site != other_site and other.at - one.at < within
        ]
        return Crossings(found[:OTHERS_TOLD_MAX], min(len(found), CROSSINGS_COUNTED_MAX))

    def late_days(self, source: str, days: int) -> Sequence[LateDay]:
        return [
            LateDay(day, len(events), events[0].at)
            for day, events in sorted(self._late(source, days).items())
        ]

    def late_on(self, source: str, day: str, days: int) -> Sequence[str]:
        return _ids(self._late(source, days).get(day, ()))

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
        return _ids(self._undone(self._of_months(source).get(month, ())))

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
                ids = _ids(known for known, _ in applied)
                found.append(Hour(hour, seals, len(applied), rec, ids))
        return found

    def hour_shot_twice(self, source: str, hour: str, within: int) -> bool:
        applied = self._hours(source).get(hour, [])
        return any(self._has_twin(known, fact, within) for known, fact in applied)

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

    # -- events

    def repeat_of(self, event_id: str) -> str | None:
        return self._repeats.get(event_id)


def _ids(events: Iterable[Known]) -> tuple[str, ...]:
    return tuple(known.id for known in events)[:EVIDENCE_IDS_MAX]


def _applications_first(known: Known) -> tuple[int, bool, str]:
    return known.at, not isinstance(known.fact, SealsApplied), known.id


def _twin(fact: SealsApplied) -> Hashable:
    return fact.source, fact.mark, fact.holder, fact.site, fact.lot, fact.count


_Scanned: Final = (
    SealsApplied, SealsReceived, SealsSpoiled, SealsSampled, SealsRemoved, SealsCounted,
)  # fmt: skip


def _scanned_at(fact: Fact) -> str | None:
    """The site at which a scan of seals was taken; None for a fact that is no such scan."""
    if isinstance(fact, SealsDispatched):
        return fact.from_site
    return fact.site if isinstance(fact, _Scanned) else None
