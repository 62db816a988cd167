"""What facts tell of nouns: the few fields that lists show and pages begin with.

A noun is a thing with a page of its own. Each counting fact that registers, founds or settles one
tells something under a kind and the noun's key; what is told last holds.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.canonical import told as fields_of
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, certificate_key

Fields = dict[str, Any]


class Told(NamedTuple):
    """What a fact tells of one noun: `told` is what JSON can say, days and weights as text.

    `beside` is the subject that it is shown with, whoever the fact names; None: whom it names.
    """

    kind: str
    key: str
    told: Fields
    beside: tuple[About, str] | None = None


_BESIDE: Final[dict[str, About]] = {
    "contract": About.CONTRACT,
    "ending": About.CONTRACT,
    "responsible": About.CONTRACT,
    "dispatch": About.DISPATCH,
    "receipt": About.DISPATCH,
    "loss": About.DISPATCH,
    "product": About.PRODUCT,
    "label": About.LABEL,
    "withdrawal": About.LABEL,
    "lot": About.LOT,
    "grading": About.LOT,
    "hold": About.LOT,
    "shipment": About.SHIPMENT,
    "arrival": About.SHIPMENT,
    "certificate": About.CERTIFICATE,
    "cancellation": About.CERTIFICATE,
    "report": About.REPORT,
    "source": About.SOURCE,
}
"""By kind of what is told: the subject, of the same key, that it is shown with."""


def _sum(of: Fact, field: str) -> Any:
    """A figure summed over the lines of a fact; None where no line says any."""
    values = [
        value
        for line in of.lines  # type: ignore[attr-defined]  # asked of facts with lines alone
        if (value := getattr(line, field)) is not None
    ]
    return sum(values[1:], values[0]) if values else None


def _party(f: r.PartyRegistered) -> Iterator[Told]:
    yield Told("party", f.party, fields_of(f, "name", "roles", "country"))


def _certified(f: r.CertificationChanged) -> Iterator[Told]:
    said = fields_of(f, "scheme", "role", "issuer", "number", "status", "until", "product_classes")
    yield Told("certification", f.party, {**said, "from": f.from_.isoformat()})


def _source(f: r.SourceRegistered) -> Iterator[Told]:
    yield Told("source", f.registers, fields_of(f, "party", "site", "kind", "heartbeat_minutes"))


def _mark(f: r.MarkRegistered) -> Iterator[Told]:
    named = ("scheme", "rcb", "importer", "design", "carrier", "serialised")
    yield Told("mark", f.mark, fields_of(f, *named))


def _contract(f: r.ConsignmentContractSigned) -> Iterator[Told]:
    named = ("exporter", "importer", "rcb", "agent", "until", "sites", "products",
             "copy_sent_to_agent_on")  # fmt: skip
    yield Told("contract", f.contract, {**fields_of(f, *named), "from": f.from_.isoformat()})


def _ended(f: r.ConsignmentContractEnded) -> Iterator[Told]:
    yield Told("ending", f.contract, fields_of(f, "on", "reason"))


def _responsible(f: r.ResponsiblePersonDesignated) -> Iterator[Told]:
    yield Told("responsible", f.contract, {"person": f.person, "from": f.from_.isoformat()})
    said = {"contract": f.contract, "from": f.from_.isoformat()}
    yield Told("person", f.person, said, (About.CONTRACT, f.contract))


def _trained(f: r.SealTrainingCompleted) -> Iterator[Told]:
    yield Told("person", f.person, fields_of(f, "party", "course", "completed_on"))


def _qualified(f: r.PersonQualified) -> Iterator[Told]:
    said = fields_of(f, "party", "function", "schooling", "until")
    yield Told("person", f.person, {**said, "from": f.from_.isoformat()})


def _registered(f: r.PersonRegistered) -> Iterator[Told]:
    said = fields_of(f, "party", "works_as", "until")
    yield Told("person", f.person, {**said, "from": f.from_.isoformat()})


def _product(f: r.ProductRegistered) -> Iterator[Told]:
    said = fields_of(f, "name", "operator", "recipe_version", "food_group")
    yield Told("product", f.product, {**said, "product_class": f.class_})


def _label(f: r.LabelApproved) -> Iterator[Told]:
    said = fields_of(f, "label", "version", "product", "scheme", "claim", "agent", "until",
                     "pack_weight", "seals_per_unit")  # fmt: skip
    yield Told("label", f"{f.label} {f.version}", {**said, "from": f.from_.isoformat()})


def _withdrawn(f: r.LabelWithdrawn) -> Iterator[Told]:
    yield Told("withdrawal", f"{f.label} {f.version}", fields_of(f, "on", "reason"))


def _dispatched(f: s.SealsDispatched) -> Iterator[Told]:
    named = ("purpose", "mark", "from_holder", "from_site", "to_holder", "to_site", "count",
             "first", "last")  # fmt: skip
    yield Told("dispatch", f.dispatch, fields_of(f, *named))


def _received(f: s.SealsReceived) -> Iterator[Told]:
    said = fields_of(f, "mark", "holder", "site", "count", "condition", "first", "last")
    yield Told("receipt", f.dispatch, said)


def _lost(f: s.SealsLost) -> Iterator[Told]:
    if f.dispatch is not None:
        yield Told("loss", f.dispatch, fields_of(f, "mark", "count", "cause"))


def _lot(f: lots.LotRecorded) -> Iterator[Told]:
    named = ("operator", "number", "product", "quantity", "units", "status", "produced_on")
    yield Told("lot", f.lot, fields_of(f, *named))


def _subdivided(f: lots.LotSubdivided) -> Iterator[Told]:
    for child in f.children:
        said = {"operator": f.operator, "source": f.lot}
        yield Told("lot", child.lot, {**said, **fields_of(child, "units", "quantity")})


def _graded(f: lots.LotGraded) -> Iterator[Told]:
    yield Told("grading", f.lot, fields_of(f, "result", "grader"))


def _held(f: lots.LotHeld | lots.LotReleased) -> Iterator[Told]:
    yield Told("hold", f.lot, {"held": isinstance(f, lots.LotHeld)})


def _departed(f: g.ShipmentDeparted) -> Iterator[Told]:
    named = ("exporter", "importer", "sealing_mode", "origin", "destination", "transport",
             "contract")  # fmt: skip
    sums = {"seals": _sum(f, "seals"), "units": _sum(f, "units")}
    yield Told("shipment", f.shipment, {**fields_of(f, *named), **sums})


def _arrived(f: g.ShipmentReceived) -> Iterator[Told]:
    said = {"importer": f.importer, "seals": _sum(f, "seals"), "units": _sum(f, "units")}
    yield Told("arrival", f.shipment, said)


def _certificate(f: d.ExportCertificateIssued) -> Iterator[Told]:
    named = ("issuer", "number", "form", "mode", "exporter", "importer", "product_class",
             "issued_on", "valid_from", "valid_until", "shipment", "request",
             "replaces")  # fmt: skip
    said = fields_of(f, *named)
    yield Told("certificate", certificate_key(f.issuer, f.number), said)
    if f.request is not None:
        yield Told("issue", f.request, fields_of(f, "issuer", "number", "issued_on"))
    if f.replaces is not None:
        replaced = {"status": "REPLACED", "replaced_by": f.number}
        yield Told("cancellation", certificate_key(f.issuer, f.replaces), replaced)


def _cancelled(f: d.ExportCertificateCancelled) -> Iterator[Told]:
    said = {"status": f.kind, **fields_of(f, "replaced_by", "reason")}
    yield Told("cancellation", certificate_key(f.issuer, f.number), said)


def _report(f: d.SealReportFiled) -> Iterator[Told]:
    named = ("version", "shipment", "contract", "exporter", "importer", "rcb", "agent", "grader")
    sums = {"used": _sum(f, "used"), "units": _sum(f, "units")}
    yield Told("report", f.report, {**fields_of(f, *named), **sums})


def _request(f: d.ExportCertificateRequested) -> Iterator[Told]:
    named = ("shipment", "exporter", "importer", "agent", "report", "invoice", "bill_of_lading")
    said = {**fields_of(f, *named), "units": _sum(f, "units")}
    yield Told("request", f.request, said, (About.SHIPMENT, f.shipment))


def _complaint(f: d.ComplaintReceived) -> Iterator[Told]:
    said = fields_of(f, "party", "kind", "lot", "shipment", "answered_on")
    beside = (About.LOT, f.lot) if f.lot else (About.SHIPMENT, f.shipment or "")
    yield Told("complaint", f.complaint, said, beside)


def _annual(f: d.AnnualReportFiled) -> Iterator[Told]:
    named = ("party", "fiscal_year", "role", "product", "quantity", "filed_on", "rcb")
    yield Told("year", f"{f.party} {f.fiscal_year}", fields_of(f, *named))


_TELL: Final[dict[type[Fact], Callable[..., Iterator[Told]]]] = {
    r.PartyRegistered: _party,
    r.SourceRegistered: _source,
    r.CertificationChanged: _certified,
    r.MarkRegistered: _mark,
    r.ConsignmentContractSigned: _contract,
    r.ConsignmentContractEnded: _ended,
    r.ResponsiblePersonDesignated: _responsible,
    r.SealTrainingCompleted: _trained,
    r.PersonQualified: _qualified,
    r.PersonRegistered: _registered,
    r.ProductRegistered: _product,
    r.LabelApproved: _label,
    r.LabelWithdrawn: _withdrawn,
    s.SealsDispatched: _dispatched,
    s.SealsReceived: _received,
    s.SealsLost: _lost,
    lots.LotRecorded: _lot,
    lots.LotSubdivided: _subdivided,
    lots.LotGraded: _graded,
    lots.LotHeld: _held,
    lots.LotReleased: _held,
    g.ShipmentDeparted: _departed,
    g.ShipmentReceived: _arrived,
    d.ExportCertificateIssued: _certificate,
    d.ExportCertificateCancelled: _cancelled,
    d.SealReportFiled: _report,
    d.ExportCertificateRequested: _request,
    d.ComplaintReceived: _complaint,
    d.AnnualReportFiled: _annual,
}


def told(fact: Fact) -> Iterator[Told]:
    """What a fact tells of nouns; nothing for most types."""
    tell = _TELL.get(type(fact))
    for one in tell(fact) if tell is not None else ():
        about = _BESIDE.get(one.kind)
        yield one if about is None else one._replace(beside=(about, one.key))
