"""Answers on goods, serial numbers and look-alikes, computed from every fact in memory."""

# ruff: noqa: D102 - what each method promises stands with the protocol it fulfils

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from itertools import chain
from typing import Final

from ledger.errors import TooMuch
from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Known, Record
from ledger.rules.artefacts import fold
from ledger.rules.books import SHARING_EVENTS_MAX, FirstApplied, Moment, Naming, Sealed
from ledger.rules.books_conduct import EVIDENCE_IDS_MAX
from ledger.rules.marks import marks_of
from ledger.rules.memory_facts import MemoryFacts
from ledger.rules.moments import fiscal_year
from ledger.rules.ranges import Span, span_of


class MemoryGoods(MemoryFacts):
    """Tallies of applications, ranges of numbers, folds of known ids."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._applied: dict[str, list[Known]] = defaultdict(list)
        self._by_holder: dict[tuple[str, str, str | None], list[Known]] = defaultdict(list)
        self._ranged: dict[str, dict[int, list[tuple[int, Known]]]] = {}
        self._twins: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._folds: dict[tuple[About, str], set[str]] = defaultdict(set)
        self._naming: dict[str, list[Known]] = defaultdict(list)
        for known in sorted(record):
            self._take_numbers(known)
        for known in sorted(self.counting()):
            self._take(known)

    def _take(self, known: Known) -> None:
        fact = known.fact
        if isinstance(fact, s.SealsApplied):
            self._applied[fact.lot].append(known)
            self._by_holder[fact.holder, fact.mark, fact.contract].append(known)
        twin = _twin(fact)
        if twin is not None:
            self._twins[twin].append(known.at)
        for mark in marks_of(fact):
            self._naming[mark].append(known)
        for about, key in _known_ids(fact):
            self._folds[about, _fold(about, key)].add(key)

    def _take_numbers(self, known: Known) -> None:
        span = span_of(known.fact)
        if span is not None:
            by_length = self._ranged.setdefault(_mark(known.fact), defaultdict(list))
            insort(by_length[_length_class(span)], (span[0], known))

    def sealed(self, lot: str) -> Sequence[Sealed]:
        groups: dict[tuple[str, str, int, str], list[Known]] = defaultdict(list)
        for known in self._applied.get(lot, ()):
            fact = known.fact
            assert isinstance(fact, s.SealsApplied)  # noqa: S101 - the index holds nothing else
            groups[fact.mark, fact.label, fact.label_version, fact.holder].append(known)
        return [_sealed(*key, group) for key, group in sorted(groups.items())]

    def labelled(self, label: str, version: int) -> Sequence[str]:
        return sorted(
            {
                known.fact.mark
                for known in chain.from_iterable(self._applied.values())
                if isinstance(known.fact, s.SealsApplied)
                and (known.fact.label, known.fact.label_version) == (label, version)
            }
        )

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        for known in self._by_holder.get((holder, mark, contract), ()):
            if first <= known.fact.day <= last:
                return FirstApplied(known.at, known.id, known.fact.day, known.rec)
        return None

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        return {named for of, applied, named in self._by_holder if (of, applied) == (holder, mark)}

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        found: list[Known] = []
        for length, starts in self._ranged.get(mark, {}).items():
            # A range of this class that reaches `first` starts at most its longest length before.
            low = bisect_left(starts, (first - (1 << length) + 1,))
            high = bisect_left(starts, (last + 1,))
            found += [
                known
                for _, known in starts[low:high]
                if (not kinds or isinstance(known.fact, kinds)) and _shares(known.fact, first)
            ]
        if len(found) > SHARING_EVENTS_MAX:
            raise TooMuch(f"More than {SHARING_EVENTS_MAX} events share numbers of {mark}.")
        return sorted(known for known in found if self.whole.counts(known.fact))

    def alike(self, about: About, key: str) -> bool:
        return bool(self._folds.get((about, _fold(about, key)), set()) - {key})

    def double_shot(self, event_id: str, within: int) -> bool:
        known = self.whole.known(event_id)
        twin = _twin(known.fact) if known is not None else None
        if known is None or twin is None:
            return False
        times = self._twins.get(twin, [])
        near = bisect_right(times, known.at + within) - bisect_left(times, known.at - within)
        return near > (1 if self.whole.counts(known.fact) else 0)

    def years_applied(self) -> set[tuple[str, int]]:
        """Every (licensee, fiscal year) in which a mark of the licensee was applied or removed."""
        found: set[tuple[str, int]] = set()
        for known in self.counting():
            if isinstance(known.fact, s.SealsApplied | s.SealsRemoved):
                mark = self.whole.latest(r.MarkRegistered, About.MARK, known.fact.mark)
                if mark is not None:
                    found.add((mark.importer, fiscal_year(known.at)))
        return found

    def naming(self, mark: str) -> Naming | None:
        naming = self._naming.get(mark)
        if not naming:
            return None
        return Naming(
            len(naming),
            min(known.rec for known in naming),
            tuple(known.id for known in naming[:EVIDENCE_IDS_MAX]),
        )


def _sealed(mark: str, label: str, version: int, holder: str, group: list[Known]) -> Sealed:
    facts = [known.fact for known in group if isinstance(known.fact, s.SealsApplied)]
    first, last = group[0], group[-1]
    return Sealed(
        mark=mark,
        label=label,
        version=version,
        holder=holder,
        units=sum(fact.units for fact in facts),
        seals=sum(fact.count for fact in facts),
        applications=len(facts),
        first=Moment(first.at, first.id),
        first_day=first.fact.day,
        first_rec=first.rec,
        last=Moment(last.at, last.id),
        rec=min(known.rec for known in group),
    )


def _mark(fact: Fact) -> str:
    mark = getattr(fact, "mark", "")
    return mark if isinstance(mark, str) else ""


def _length_class(span: Span) -> int:
    """The power of two that a range's length does not exceed."""
    return (span[1] - span[0]).bit_length()


def _shares(fact: Fact, first: int) -> bool:
    span = span_of(fact)
    return span is not None and span[1] >= first


_Twinned = (
    s.SealsIssued
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsDestroyed
    | s.SealsRemoved
    | s.SealsLost
)


def _twin(fact: Fact) -> tuple[object, ...] | None:
    """What makes two shots of one scanner look like one shot taken twice."""
    if isinstance(fact, s.SealsDispatched):
        holder, site = fact.from_holder, fact.from_site
        return type(fact), fact.source, fact.mark, holder, site, None, fact.count
    if isinstance(fact, _Twinned):
        lot = getattr(fact, "lot", None)
        return type(fact), fact.source, fact.mark, fact.holder, fact.site, lot, fact.count
    return None


def _known_ids(fact: Fact) -> list[tuple[About, str]]:
    if isinstance(fact, lots.LotSubdivided):
        return [(About.LOT, child.lot) for child in fact.children]
    if isinstance(fact, d.ExportCertificateIssued):
        return [(About.CERTIFICATE, certificate_key(fact.issuer, fact.number))]
    known = _MAKES_KNOWN.get(type(fact))
    return [] if known is None else [(known[0], getattr(fact, known[1]))]


_MAKES_KNOWN: Final[dict[type[Fact], tuple[About, str]]] = {
    r.MarkRegistered: (About.MARK, "mark"),
    r.ConsignmentContractSigned: (About.CONTRACT, "contract"),
    r.LabelApproved: (About.LABEL, "label"),
    lots.LotRecorded: (About.LOT, "lot"),
    s.SealsDispatched: (About.DISPATCH, "dispatch"),
    g.ShipmentDeparted: (About.SHIPMENT, "shipment"),
}


def _fold(about: About, key: str) -> str:
    if about is not About.CERTIFICATE:
        return fold(key)
    issuer, _, number = key.partition(" ")
    return f"{issuer} {fold(number.replace('%20', ' '))}"
