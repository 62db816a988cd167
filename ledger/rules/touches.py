"""Touches: the subjects whose verdict a fact can change, told from the fact alone.

Nothing else changes: a subject that no new fact touches keeps its verdict. Subjects of the fact
itself come as such; those of other facts as a reach, which whoever keeps an index follows, in
pieces where many facts lie behind it. (The artefact flag alone may lag: a look-alike that becomes
known touches nobody.)
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import certificate_key
from ledger.rules.moments import fiscal_year
from ledger.rules.ranges import span_of
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, key_of


class Reach(StrEnum):
    """Facts found by an index; their subjects are touched too. The comment says what the key is."""

    FACT = "fact"  # event id: that fact, and all it touches
    POINTING = "pointing"  # event id: facts that retract, correct or adjust for it
    TWINS = "twins"  # type source time: facts of that type and source at that very time
    NUMBERS = "numbers"  # mark first last: facts of the mark whose range shares a number
    MARK = "mark"  # mark: facts naming it, its registrations, contracts of its licensees
    PARTY = "party"  # party: facts that name it, and those of its marks, contracts and lots
    PERSON = "person"  # person: gradings by it, facts it is the actor of
    SOURCE = "source"  # source: facts from it, and the facts that retract or correct those
    CONTRACT = "contract"  # contract: what names it, what its exporters applied and signed
    EXPORTER = "exporter"  # party: the contracts it signed as exporter
    PRODUCT = "product"  # product: its lots, labels, registrations, lines and sales
    MIXED = "mixed"  # empty: labels and lots of products of class PROCESSED_MIXED
    LABEL = "label"  # label version: what was applied under it
    LOT = "lot"  # lot: facts naming it or what it became: children, lots it went into
    GOODS = "goods"  # lot: facts naming it, applications left out
    SHIPMENT = "shipment"  # shipment: facts about it
    CERTIFICATE = "certificate"  # issuer number: facts naming it, its shipments and lots
    DISPATCH = "dispatch"  # dispatch: facts about it
    REPORT = "report"  # report: its versions
    REQUEST = "request"  # request: its facts
    COMPLAINT = "complaint"  # complaint: its facts
    DELIVERED = "delivered"  # importer mark: what takes from that place
    REPORTS = "reports"  # mark exporter micros: reports at or after that time with the mark
    YEAR = "year"  # mark year: the party-year of its licensees


class Spread(NamedTuple):
    """A reach and where it starts; the key's parts are joined as those of subjects are."""

    reach: Reach
    key: str


Touch = Subject | Spread


def touches(fact: Fact) -> Iterator[Touch]:
    """Every subject and reach whose verdict the fact can change."""
    yield from subjects_of(fact)
    yield from spreads(fact)


def spreads(fact: Fact) -> Iterator[Spread]:
    """The reaches of a fact, beyond its own subjects."""
    yield Spread(Reach.POINTING, fact.id)
    if not isinstance(fact, r.SourceHeartbeat):
        yield Spread(Reach.TWINS, key_of(type(fact).__name__, fact.source, str(fact.at)))
    if fact.corrects is not None:
        yield Spread(Reach.FACT, fact.corrects)
    span, mark = span_of(fact), getattr(fact, "mark", None)
    if span is not None and mark is not None:
        yield Spread(Reach.NUMBERS, key_of(mark, str(span[0]), str(span[1])))
    own = _OWN.get(type(fact))
    if own is not None:
        yield from own(fact)


def nearby(fact: Fact) -> Iterator[Spread]:
    """What is judged anew along with an application or removal whose reading changed."""
    if isinstance(fact, s.SealsApplied):
        yield Spread(Reach.GOODS, fact.lot)
        yield Spread(Reach.EXPORTER, fact.holder)
    if isinstance(fact, s.SealsApplied | s.SealsRemoved):
        yield Spread(Reach.YEAR, key_of(fact.mark, str(fiscal_year(fact.at))))


def _to(reach: Reach, *fields: str) -> Callable[..., Iterator[Spread]]:
    def spread(fact: Fact) -> Iterator[Spread]:
        for field in fields:
            value = getattr(fact, field)
            if value is not None:
                yield Spread(reach, value)

    return spread


def _each(*parts: Callable[..., Iterator[Spread]]) -> Callable[..., Iterator[Spread]]:
    def spread(fact: Fact) -> Iterator[Spread]:
        for part in parts:
            yield from part(fact)

    return spread


_Stock = (
    s.SealsIssued
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsLost
    | s.StockAdjusted
)


def _stock(f: _Stock) -> Iterator[Spread]:
    yield from _book(f.mark, f.holder, f)


def _book(mark: str, holder: str, f: Fact) -> Iterator[Spread]:
    yield Spread(Reach.EXPORTER, holder)
    yield Spread(Reach.REPORTS, key_of(mark, holder, str(f.at)))


def _dispatched(f: s.SealsDispatched) -> Iterator[Spread]:
    yield Spread(Reach.DISPATCH, f.dispatch)
    yield from _book(f.mark, f.from_holder, f)


def _removed(f: s.SealsRemoved) -> Iterator[Spread]:
    yield Spread(Reach.GOODS, f.lot)
    if f.shipment is not None:
        yield Spread(Reach.SHIPMENT, f.shipment)
    if f.found_at == "DELIVERED":
        yield Spread(Reach.DELIVERED, key_of(f.holder, f.mark))
    yield from nearby(f)


def _label(f: r.LabelApproved | r.LabelWithdrawn) -> Iterator[Spread]:
    yield Spread(Reach.LABEL, key_of(f.label, str(f.version)))


def _product(f: r.ProductRegistered) -> Iterator[Spread]:
    yield Spread(Reach.PRODUCT, f.product)
    if f.class_ == "PROCESSED_PLANT":
        yield Spread(Reach.MIXED, "")


def _divided(f: lots.LotSubdivided) -> Iterator[Spread]:
    yield Spread(Reach.LOT, f.lot)
    for child in f.children:
        yield Spread(Reach.LOT, child.lot)


def _lines(f: g.ShipmentDeparted | g.GoodsReturned) -> Iterator[Spread]:
    for lot in sorted({line.lot for line in f.lines}):
        yield Spread(Reach.GOODS, lot)


def _delivered(f: g.ShipmentReceived | g.GoodsReturned) -> Iterator[Spread]:
    for mark in sorted({line.mark for line in f.lines if line.mark is not None}):
        yield Spread(Reach.DELIVERED, key_of(f.importer, mark))


def _certificate(f: d.ExportCertificateIssued | d.ExportCertificateCancelled) -> Iterator[Spread]:
    yield Spread(Reach.CERTIFICATE, certificate_key(f.issuer, f.number))


def _issued(f: d.ExportCertificateIssued) -> Iterator[Spread]:
    yield from _certificate(f)
    if f.replaces is not None:
        yield Spread(Reach.CERTIFICATE, certificate_key(f.issuer, f.replaces))
    for lot in sorted({line.lot for line in f.lines if line.lot is not None}):
        yield Spread(Reach.LOT, lot)


_lot = _to(Reach.LOT, "lot")
_shipment = _to(Reach.SHIPMENT, "shipment")
_dispatch = _to(Reach.DISPATCH, "dispatch")

_OWN: Final[dict[type[Fact], Callable[..., Iterator[Spread]]]] = {
    r.PartyRegistered: _to(Reach.PARTY, "party"),
    r.SourceRegistered: _to(Reach.SOURCE, "registers"),
    r.CertificationChanged: _to(Reach.PARTY, "party"),
    r.IssuerDesignated: _to(Reach.PARTY, "issuer"),
    r.MarkRegistered: _to(Reach.MARK, "mark"),
    r.ConsignmentContractSigned: _to(Reach.CONTRACT, "contract"),
    r.ConsignmentContractEnded: _to(Reach.CONTRACT, "contract"),
    r.SealTrainingCompleted: _each(_to(Reach.PERSON, "person"), _to(Reach.EXPORTER, "party")),
    r.PersonQualified: _to(Reach.PERSON, "person"),
    r.ProgrammeEnrolled: _to(Reach.PARTY, "party"),
    r.ProductRegistered: _product,
    r.LabelApproved: _label,
    r.LabelWithdrawn: _label,
    s.SealsIssued: _stock,
    s.SealsDispatched: _dispatched,
    s.SealsReceived: _each(_dispatch, _stock),
    s.SealsApplied: _each(_stock, nearby),
    s.SealsSpoiled: _stock,
    s.SealsSampled: _stock,
    s.SealsRemoved: _removed,
    s.SealsLost: _each(_dispatch, _stock),
    s.StockAdjusted: _each(_stock, _to(Reach.FACT, "count_event")),
    lots.LotRecorded: _lot,
    lots.LotGraded: _lot,
    lots.LotSubdivided: _divided,
    lots.InputVerified: _lot,
    lots.LotHeld: _lot,
    lots.LotReleased: _lot,
    g.ShipmentDeparted: _each(_shipment, _lines),
    g.ShipmentReceived: _each(_shipment, _delivered),
    g.GoodsReturned: _each(_shipment, _lines, _delivered),
    g.ShipmentDocumentsSent: _shipment,
    d.SealReportFiled: _each(_to(Reach.REPORT, "report"), _shipment),
    d.ExportCertificateRequested: _each(_to(Reach.REQUEST, "request"), _shipment),
    d.ExportCertificateIssued: _issued,
    d.ExportCertificateCancelled: _certificate,
    d.ComplaintReceived: _to(Reach.COMPLAINT, "complaint"),
    EventRetracted: _to(Reach.FACT, "target"),
}
