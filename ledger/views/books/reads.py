"""What a look at a subject has read: so that it is looked at again when any of that changes.

What is kept of it are eight-byte hashes; a fact changes those that `Changes` names.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.rules.effect import effective_from
from ledger.rules.marks import marks_of
from ledger.rules.moments import fiscal_year
from ledger.views.books.tallies import folded, known_ids
from ledger.views.places import hashed

T = TypeVar("T")
_hashes_kept_max: Final = 100_000


Read = tuple[Hashable, ...]
"""Something that can be read: what it is, and of what."""
ABOUT: Final = "about"
"""Begins what was read of a record: the type of fact, `About` and key follow."""

_TOGETHER: Final[dict[tuple[type[Fact], About], str]] = {
    (kind, about): whole
    for whole, about, kinds in (
        ("lot", About.LOT, (lots.LotRecorded, lots.LotGraded, lots.LotHeld, lots.LotReleased)),
        ("lot", About.CHILD, (lots.LotSubdivided,)),
        ("label", About.LABEL, (r.LabelApproved, r.LabelWithdrawn)),
        ("contract", About.CONTRACT, (r.ConsignmentContractSigned, r.ConsignmentContractEnded)),
        ("certificate", About.CERTIFICATE,
         (d.ExportCertificateIssued, d.ExportCertificateCancelled)),
        ("shipment", About.SHIPMENT,
         (g.ShipmentDeparted, g.ShipmentReceived, g.ShipmentDocumentsSent, g.GoodsReturned)),
        ("shipment", About.SHIPMENT,
         (d.SealReportFiled, d.ExportCertificateRequested, d.ExportCertificateIssued)),
    )
    for kind in kinds
}  # fmt: skip
"""Facts about one subject, few of each, that share a hash: who reads one mostly reads them all."""


@lru_cache(maxsize=_hashes_kept_max)
def rests(*what: Hashable) -> int:
    """The hash under which something that can be read is kept."""
    if what[0] != ABOUT:
        return hashed(*what)
    _, kind, about, key = what
    whole = _TOGETHER.get((kind, about))  # type: ignore[arg-type]  # as `Read` says
    if whole is not None:
        return hashed("whole", whole, key)
    return hashed(ABOUT, kind.__name__, int(about), key)  # type: ignore[attr-defined, call-overload]


class Reads:
    """Notes what is read, and what was computed from what."""

    def __init__(self) -> None:
        self.open: list[set[Read]] = []
        """What those who want to know what is read have been told; empty: nobody does."""
        self._memo: dict[Hashable, tuple[Any, frozenset[Read] | None]] = {}

    def note(self, *what: Hashable) -> None:
        """Something was read."""
        if self.open:
            self.open[-1].add(what)

    @contextmanager
    def watch(self) -> Iterator[set[Read]]:
        """Give the set of everything read within the block."""
        read: set[Read] = set()
        self.open.append(read)
        try:
            yield read
        finally:
            self.open.pop()
            if self.open:
                self.open[-1] |= read

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once; whoever asks has read what it read."""
        known = self._memo.get(key)
        if not self.open:
            if known is None:
                # Nobody notes anything now; who does so later has it computed again.
                known = self._memo[key] = compute(), None
        else:
            if known is None or known[1] is None:
                read: set[Read] = set()
                self.open.append(read)
                try:
                    known = self._memo[key] = compute(), frozenset(read)
                finally:
                    self.open.pop()
            if known[1]:
                self.open[-1].update(known[1])
        value: T = known[0]
        return value


class Changes(dict[int, str | None]):
    """Hashes of what was read and is different now.

    With each the local day (`YYYY-MM-DD`) from which it matters to applications that nothing was
    wrong with; None where it matters to all.
    """

    def take(self, fact: Fact) -> None:
        """Everything that can be read and that a fact changes when it comes or ceases to count."""
        for about, key in () if isinstance(fact, SealsApplied) else mentions(fact):
            day = effective_from(fact, about)
            what = rests(ABOUT, type(fact), about, key)
            self.note(what, None if day is None else day.isoformat())
        for what in _changes(fact):
            self.note(what)

    def note(self, what: int, day: str | None = None) -> None:
        """Something is different, for applications of a day on; the earliest day holds."""
        known = self.get(what, day)
        self[what] = None if known is None or day is None else min(known, day)


def _changes(fact: Fact) -> Iterator[int]:
    kind = type(fact).__name__
    yield rests("event", fact.id)
    yield rests("type", kind)
    if not isinstance(fact, SealsApplied):
        for about, key in known_ids(fact):
            yield rests("fold", int(about), folded(about, key))
    for mark in marks_of(fact):
        yield rests("naming", mark)
    yield from _moved(fact)
    if isinstance(fact, r.SourceRegistered):
        yield rests("scanner", hashed("source", fact.registers))
    yield rests("heard", "source", fact.source)
    if fact.actor is not None:
        yield rests("heard", "person", fact.actor)
    if isinstance(fact, SealsApplied):
        yield from _applied(fact)
    elif isinstance(fact, SealsRemoved):
        yield rests("worked", fact.mark, fiscal_year(fact.at))


def _moved(fact: Fact) -> Iterator[int]:
    for move in moves(fact):
        for place in (move.source, move.target):
            yield rests("place", move.mark, int(place.kind), place.key, place.site)
            if place.kind is Kind.STOCK:
                yield rests("stocks", move.mark, place.key)
                yield rests("held", move.mark)


def _applied(fact: SealsApplied) -> Iterator[int]:
    year = fiscal_year(fact.at)
    yield rests("worked", fact.mark, year)
    yield rests("year", fact.mark, year)
    yield rests("sealed", fact.lot)
    yield rests("labelled", fact.label, fact.label_version)
    yield rests("contracts", fact.holder, fact.mark)
    yield rests("applied", fact.holder, fact.mark, fact.contract)
