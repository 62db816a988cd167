"""Certificates: what they say, and what leaves under them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ledger.facts.documents import CertifiedLine, ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, certificate_key
from ledger.facts.registry import PartyRegistered, ProductRegistered
from ledger.facts.shipments import DepartedLine, ShipmentDeparted, ShipmentDocumentsSent
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.figures import fold, kg, miscounted, total
from ledger.rules.moments import ids, wait
from ledger.rules.papers import (
    Shipment,
    cancellations,
    certificate_of,
    certificates_for,
    live,
    shipment_of,
    shipments_for,
)
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of


def _departed(key: str, questions: Questions) -> list[tuple[str, Shipment]]:
    """The shipments that departed under a certificate, by id."""
    return [
        (name, shipment)
        for name in shipments_for(questions, key)
        if (shipment := shipment_of(questions, name)) is not None
    ]


def certificate_differs(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-22: a certificate for one shipment and the shipment say different things."""
    issued = live(questions, key)
    if issued is None or issued.mode != "PER_SHIPMENT":
        return
    rec = questions.record.rec
    for name, shipment in _departed(key, questions):
        deadline = wait(policy.grace_document, rec(issued), min(map(rec, shipment.departures)))
        for about, expected, found, artefact in _differences(issued, shipment, questions):
            yield Finding(
                discriminator=key_of(name, about),
                expected=expected,
                found=found,
                evidence=ids((issued, *shipment.departures)),
                deadline=deadline,
                artefact=artefact,
            )


_Difference = tuple[str, tuple[str, ...], tuple[str, ...], bool]
"""What differs, on the certificate, on the shipment, whether a slip is suspected."""


def _differences(
    issued: ExportCertificateIssued, shipment: Shipment, questions: Questions
) -> Iterator[_Difference]:
    head = shipment.header
    parties = {
        "exporter": (issued.exporter, head.exporter),
        "importer": (issued.importer, head.importer),
    }
    for about, (on_paper, at_sea) in parties.items():
        if on_paper != at_sea:
            misread = _misread(PartyRegistered, About.PARTY, {on_paper}, {at_sea}, questions)
            yield about, (on_paper,), (at_sea,), misread
    for lot in sorted({line.lot for line in issued.lines if line.lot is not None}):
        certified = [line for line in issued.lines if line.lot == lot]
        departed = [line for line in shipment.lines if line.lot == lot]
        expected, found = _goods(certified), _goods(departed)
        if expected[0] is None:
            # A line that gives no units leaves nothing to compare them with.
            found = (None, *found[1:])
        if expected != found:
            misread = not lot_facts.known(questions, lot) and questions.looks_alike(About.LOT, lot)
            slip = _slip(expected[0], found[0]) or _slip(expected[1], found[1])
            products = set(expected[2]), set(found[2])
            misread = misread or _misread(ProductRegistered, About.PRODUCT, *products, questions)
            yield lot, _shown(expected), _shown(found), misread or slip


def _misread(
    kind: type[Fact], about: About, on_paper: set[str], at_sea: set[str], questions: Questions
) -> bool:
    """S3: an id that only one side gives is not registered, and looks like one of the other's."""

    def unknown(key: str) -> bool:
        return questions.record.latest(kind, about, key) is None

    return any(
        fold(one) == fold(other) and unknown(one) != unknown(other)
        for one in on_paper - at_sea
        for other in at_sea - on_paper
    )


_Goods = tuple[int | None, Decimal, tuple[str, ...]]
"""Units (None where a line gives none), kilograms, products."""


def _goods(lines: list[CertifiedLine] | list[DepartedLine]) -> _Goods:
    given = [line.units for line in lines if line.units is not None]
    units = sum(given) if len(given) == len(lines) else None
    products = tuple(sorted({line.product for line in lines}))
    return units, total(line.net_weight for line in lines), products


def _slip(expected: int | Decimal | None, found: int | Decimal | None) -> bool:
    return expected is not None and found is not None and miscounted(expected, found)


def _shown(goods: _Goods) -> tuple[str, ...]:
    units, weight, products = goods
    return ("-" if units is None else str(units), kg(weight), *products)


def overdrawn(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-23: more left under a certificate than it stands for, or more shipments than its one."""
    issued = certificate_of(questions, key)
    departed = _departed(key, questions)
    if issued is None or not departed:
        return
    rec = questions.record.rec
    if issued.mode == "PER_SHIPMENT":
        if len(departed) > 1:
            departures = [event for _, shipment in departed for event in shipment.departures]
            yield Finding(
                discriminator="shipments",
                expected=("1",),
                found=tuple(name for name, _ in departed),
                evidence=ids((issued, *departures)),
                deadline=wait(policy.grace_document, min(map(rec, departures))),
            )
        return
    for product in sorted({line.product for line in issued.lines}):
        certified = total(line.net_weight for line in issued.lines if line.product == product)
        drawing = [
            event
            for _, shipment in departed
            for event in shipment.departures
            if any(line.product == product for line in event.lines)
        ]
        drawn = total(
            line.net_weight for e in drawing for line in e.lines if line.product == product
        )
        if drawn > certified:
            yield Finding(
                discriminator=product,
                expected=(kg(certified),),
                found=(kg(drawn),),
                evidence=ids((issued, *drawing)),
                deadline=wait(policy.grace_document, min(map(rec, drawing))),
            )


def cancelled_used(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-26: a cancelled certificate is named afterwards, or nothing live took its place."""
    cancels = cancellations(questions, key)
    if not cancels:
        return
    rec = questions.record.rec
    first = min(map(rec, cancels))
    for name in shipments_for(questions, key):
        naming = _naming(key, name, questions)
        after = [event for event in naming if event.at >= cancels[0].at]
        used: list[ShipmentDeparted | ShipmentDocumentsSent | ExportCertificateIssued] = []
        used += after
        if shipment_of(questions, name) is not None and not _has_live(name, questions):
            used += naming
            used += _made_out_for(key, name, questions)
        if used:
            yield Finding(
                discriminator=name,
                expected=("live",),
                found=tuple(sorted({event.kind for event in cancels})),
                evidence=ids((*cancels, *used)),
                deadline=wait(policy.grace_document, first, min(map(rec, used))),
            )


def _naming(
    key: str, shipment: str, questions: Questions
) -> list[ShipmentDeparted | ShipmentDocumentsSent]:
    """The departures and papers of a shipment that name a certificate."""
    subject = About.SHIPMENT, shipment
    events: list[ShipmentDeparted | ShipmentDocumentsSent] = [
        *questions.record.about(ShipmentDeparted, *subject),
        *questions.record.about(ShipmentDocumentsSent, *subject),
    ]
    return [
        event
        for event in events
        if event.certificate is not None
        and certificate_key(event.certificate.issuer, event.certificate.number) == key
    ]


def _made_out_for(key: str, shipment: str, questions: Questions) -> list[ExportCertificateIssued]:
    issued = certificate_of(questions, key)
    return [issued] if issued is not None and issued.shipment == shipment else []


def _has_live(shipment: str, questions: Questions) -> bool:
    return any(live(questions, key) is not None for key in certificates_for(questions, shipment))


_CERTIFICATE: Final = SubjectKind.CERTIFICATE

RULES: Final = (
    Rule(
        number="M-22",
        slug="certificate-differs",
        family="D",
        severity="H",
        subjects=(On(_CERTIFICATE, certificate_differs),),
        says=(
            Says(SubjectKind.CERTIFICATE, "shipment =exporter", "party", "party2:party"),
            Says(SubjectKind.CERTIFICATE, "shipment =importer", "party", "party2:party"),
            Says(
                SubjectKind.CERTIFICATE,
                "shipment lot",
                "units? weight:kg products:product+",
                "units2:units?!units weight2:kg!weight products2:product*!products",
                impact="weight-weight2",
            ),
        ),
    ),
    Rule(
        number="M-23",
        slug="overdrawn",
        family="D",
        severity="C",
        subjects=(On(_CERTIFICATE, overdrawn),),
        says=(
            Says(SubjectKind.CERTIFICATE, "=shipments", "_", "shipments:shipment+"),
            Says(
                SubjectKind.CERTIFICATE,
                "product",
                "certified:kg",
                "drawn:kg",
                impact="drawn-certified",
            ),
        ),
    ),
    Rule(
        number="M-26",
        slug="cancelled-used",
        family="H",
        severity="C",
        subjects=(On(_CERTIFICATE, cancelled_used),),
        says=(Says(SubjectKind.CERTIFICATE, "shipment", "_", "cancelled:cancellation+"),),
    ),
)
