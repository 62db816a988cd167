"""What a fact is about: the one index by which facts are found again.

Views, rules and labels ask for facts by (`About`, key); keys are written as everywhere people read
them: parts joined by one space, a space inside a certificate number as `%20`.
"""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from ledger.facts import corrections as c
from ledger.facts import criteria as k
from ledger.facts import documents as d
from ledger.facts import herds as h
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact


class About(IntEnum):
    """The kinds of subject; the numbers are stored and never reused."""

    PARTY = 1
    SOURCE = 2
    ISSUER = 3
    MARK = 4
    CONTRACT = 5
    PERSON = 6
    PRODUCT = 7
    LABEL = 8
    ACCOUNT = 9
    DISPATCH = 10
    LOT = 11
    INPUT = 12
    CHILD = 13
    LINE = 14
    SHIPMENT = 15
    CERTIFICATE = 16
    NAMES = 17
    REPLACES = 18
    REPORT = 19
    REQUEST = 20
    COMPLAINT = 21
    PARTY_YEAR = 22
    TARGET = 23
    HERD = 24
    FROM_HERD = 25
    ANIMALS = 26


class Mention(NamedTuple):
    """One subject of a fact.

    LOT = the lot the fact is about, HERD = the animals it is about, FROM_HERD = those a lot was
    made from, ANIMALS = those it says what they are of, to be asked without all that was done with
    them, INPUT = a lot used, CHILD = a lot made by subdividing, LINE = a
    lot on a line of a shipment, request, report or certificate; CERTIFICATE = the certificate
    itself, NAMES = one that a departure or its papers name, REPLACES = one that another replaces;
    TARGET = the id of an event that is retracted, corrected or adjusted for; PARTY = whom a
    registration is about: of a mark its licensee, of a contract the exporter.
    """

    about: About
    key: str


def certificate_key(issuer: str, number: str) -> str:
    """`issuer number`, spaces inside the number as `%20`."""
    return f"{issuer} {number.replace(' ', '%20')}"


def mentions(fact: Fact) -> Iterator[Mention]:
    """Every subject of a fact, each once; `source` and `actor` are not among them."""
    return iter(dict.fromkeys(_all(fact)))


def _all(fact: Fact) -> Iterator[Mention]:
    found = _FINDERS.get(type(fact))
    if found is not None:
        yield from found(fact)
    if fact.corrects is not None:
        yield Mention(About.TARGET, fact.corrects)


def _attribute(about: About, name: str) -> Callable[..., Iterator[Mention]]:
    def find(fact: Fact) -> Iterator[Mention]:
        yield Mention(about, getattr(fact, name))

    return find


def _each(*finders: Callable[..., Iterator[Mention]]) -> Callable[..., Iterator[Mention]]:
    def find(fact: Fact) -> Iterator[Mention]:
        for finder in finders:
            yield from finder(fact)

    return find


_Stocked = (
    s.SealsIssued
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsDestroyed
    | s.SealsRemoved
    | s.SealsLost
    | s.SealsCounted
    | s.StockAdjusted
)


def _account(f: _Stocked) -> Iterator[Mention]:
    yield Mention(About.ACCOUNT, f"{f.mark} {f.holder} {f.site}")


def _dispatched(f: s.SealsDispatched) -> Iterator[Mention]:
    yield Mention(About.DISPATCH, f.dispatch)
    yield Mention(About.ACCOUNT, f"{f.mark} {f.from_holder} {f.from_site}")


def _removed(f: s.SealsRemoved) -> Iterator[Mention]:
    yield Mention(About.LOT, f.lot)
    yield from _account(f)
    if f.shipment is not None:
        yield Mention(About.SHIPMENT, f.shipment)


def _lost(f: s.SealsLost) -> Iterator[Mention]:
    yield from _account(f)
    if f.dispatch is not None:
        yield Mention(About.DISPATCH, f.dispatch)


def _label(f: r.LabelApproved | r.LabelWithdrawn) -> Iterator[Mention]:
    yield Mention(About.LABEL, f"{f.label} {f.version}")


def _lot_recorded(f: lots.LotRecorded) -> Iterator[Mention]:
    yield Mention(About.LOT, f.lot)
    for entry in f.inputs:
        yield Mention(About.INPUT, entry.lot)
    for herd in f.herds:
        yield Mention(About.FROM_HERD, herd)


def _processed(f: lots.ProcessRecorded) -> Iterator[Mention]:
    if f.lot is not None:
        yield Mention(About.LOT, f.lot)
    if f.herd is not None:
        yield Mention(About.HERD, f.herd)


def _lot_subdivided(f: lots.LotSubdivided) -> Iterator[Mention]:
    yield Mention(About.LOT, f.lot)
    for child in f.children:
        yield Mention(About.CHILD, child.lot)


_Lined = (
    g.ShipmentDeparted
    | g.ShipmentReceived
    | g.GoodsReturned
    | d.SealReportFiled
    | d.ExportCertificateRequested
    | d.ExportCertificateIssued
)


def _lines(f: _Lined) -> Iterator[Mention]:
    for line in f.lines:
        if line.lot is not None:
            yield Mention(About.LINE, line.lot)


def _shipment(f: _Lined | g.ShipmentDocumentsSent) -> Iterator[Mention]:
    if f.shipment is not None:
        yield Mention(About.SHIPMENT, f.shipment)


def _named(f: g.ShipmentDeparted | g.ShipmentDocumentsSent) -> Iterator[Mention]:
    if f.certificate is not None:
        yield Mention(About.NAMES, certificate_key(f.certificate.issuer, f.certificate.number))


def _certificate(f: d.ExportCertificateIssued | d.ExportCertificateCancelled) -> Iterator[Mention]:
    yield Mention(About.CERTIFICATE, certificate_key(f.issuer, f.number))
    yield Mention(About.ISSUER, f.issuer)


def _issued(f: d.ExportCertificateIssued) -> Iterator[Mention]:
    yield from _certificate(f)
    if f.replaces is not None:
        yield Mention(About.REPLACES, certificate_key(f.issuer, f.replaces))


def _complaint(f: d.ComplaintReceived) -> Iterator[Mention]:
    yield Mention(About.COMPLAINT, f.complaint)
    if f.lot is not None:
        yield Mention(About.LINE, f.lot)
    if f.shipment is not None:
        yield Mention(About.SHIPMENT, f.shipment)


def _annual(f: d.AnnualReportFiled) -> Iterator[Mention]:
    yield Mention(About.PARTY_YEAR, f"{f.party} {f.fiscal_year}")


_party = _attribute(About.PARTY, "party")
_contract = _attribute(About.CONTRACT, "contract")
_person = _attribute(About.PERSON, "person")
_lot = _attribute(About.LOT, "lot")
_herd = _attribute(About.HERD, "herd")

_FINDERS: Final[dict[type[Fact], Callable[..., Iterator[Mention]]]] = {
    r.PartyRegistered: _party,
    r.SourceRegistered: _attribute(About.SOURCE, "registers"),
    r.CertificationChanged: _each(_party, _attribute(About.ISSUER, "issuer")),
    r.IssuerDesignated: _attribute(About.ISSUER, "issuer"),
    r.MarkRegistered: _each(_attribute(About.MARK, "mark"), _attribute(About.PARTY, "importer")),
    r.ConsignmentContractSigned: _each(_contract, _attribute(About.PARTY, "exporter")),
    r.ConsignmentContractEnded: _contract,
    r.ResponsiblePersonDesignated: _each(_contract, _person),
    r.SealTrainingCompleted: _each(_person, _party),
    r.PersonQualified: _each(_person, _party),
    r.PersonRegistered: _each(_person, _party),
    r.ProgrammeEnrolled: _party,
    r.ProductRegistered: _attribute(About.PRODUCT, "product"),
    r.LabelApproved: _label,
    r.LabelWithdrawn: _label,
    s.SealsIssued: _account,
    s.SealsDispatched: _dispatched,
    s.SealsReceived: _each(_attribute(About.DISPATCH, "dispatch"), _account),
    s.SealsApplied: _each(_account, _lot),
    s.SealsSpoiled: _account,
    s.SealsSampled: _account,
    s.SealsDestroyed: _account,
    s.SealsRemoved: _removed,
    s.SealsLost: _lost,
    s.SealsCounted: _account,
    s.StockAdjusted: _each(_account, _attribute(About.TARGET, "count_event")),
    lots.LotRecorded: _lot_recorded,
    lots.LotGraded: _lot,
    lots.LotSubdivided: _lot_subdivided,
    lots.InputVerified: _lot,
    lots.ProcessRecorded: _processed,
    lots.LotHeld: _lot,
    lots.LotReleased: _lot,
    h.HerdRecorded: _each(_herd, _attribute(About.ANIMALS, "herd")),
    h.AnimalsLeft: _herd,
    h.FeedingRecorded: _herd,
    g.ShipmentDeparted: _each(_shipment, _lines, _named),
    g.ShipmentReceived: _each(_shipment, _lines),
    g.GoodsReturned: _each(_shipment, _lines),
    g.ShipmentDocumentsSent: _each(_shipment, _named),
    g.GoodsSold: _lot,
    d.SealReportFiled: _each(_attribute(About.REPORT, "report"), _shipment, _contract, _lines),
    d.ExportCertificateRequested: _each(_attribute(About.REQUEST, "request"), _shipment, _lines),
    d.ExportCertificateIssued: _each(_issued, _shipment, _lines),
    d.ExportCertificateCancelled: _certificate,
    d.ComplaintReceived: _complaint,
    d.AnnualReportFiled: _annual,
    k.CriterionShown: _party,
    c.EventRetracted: _attribute(About.TARGET, "target"),
}
