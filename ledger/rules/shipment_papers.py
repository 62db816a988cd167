"""Shipments and their papers: a certificate before departure, a report, allowed transport."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.facts.documents import (
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.mentions import About
from ledger.labels.claims import barred_transports
from ledger.labels.recipe import Recipe
from ledger.labels.scope import scope
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import label_of, mark_of
from ledger.rules.moments import ids, wait, within
from ledger.rules.papers import (
    Shipment,
    certificate_of,
    certificates_for,
    live,
    report_of,
    shipment_of,
)
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of


def certificate_missing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-21: goods that need a certificate left without one that fits."""
    shipment = shipment_of(questions, key)
    if shipment is None or not asks_certificate(shipment, questions):
        return
    day = shipment.day
    keys = certificates_for(questions, key)
    existing = [c for name in keys if (c := certificate_of(questions, name)) is not None]
    valid = [c for name in keys if (c := live(questions, name)) is not None]
    breaches: list[tuple[str, tuple[str, ...]]] = []
    if not existing:
        breaches.append(("none", ("none",)))
    else:
        if not any(_in_time(issued, day) for issued in existing):
            breaches.append(("date", tuple(sorted({c.issued_on.isoformat() for c in existing}))))
        breaches += [
            (key_of("lot", lot), ("none",))
            for lot in sorted({line.lot for line in shipment.lines})
            if not any(_holds(issued, lot, shipment) for issued in valid)
        ]
    first = min(map(questions.record.rec, shipment.departures))
    misread = any(
        certificate_of(questions, name) is None and questions.looks_alike(About.CERTIFICATE, name)
        for name in keys
    )
    for discriminator, found in breaches:
        yield Finding(
            discriminator=discriminator,
            expected=(day.isoformat(),),
            found=found,
            evidence=ids((*shipment.departures, *existing)),
            deadline=wait(policy.grace_document, first),
            artefact=misread,
        )


def asks_certificate(shipment: Shipment, questions: Questions) -> bool:
    """Whether the arrangement that some line travels under asks an export certificate."""
    head = shipment.header
    if head.sealing_mode == "DIRECT_JAS" or head.origin == head.destination:
        return False
    return any(
        lot_asks_certificate(lot, head.origin, head.destination, shipment.day, questions)
        for lot in sorted({line.lot for line in shipment.lines})
    )


def lot_asks_certificate(
    lot: str, origin: str, destination: str, day: date, questions: Questions
) -> bool:
    """Whether a lot needs a certificate on a route: also where nobody knows what it is."""
    used = lot_facts.recipe(questions, lot, day)
    if used is None:
        return True
    return scope(origin, destination, used.class_, Recipe.of(used), day).asks_certificate


def _in_time(issued: ExportCertificateIssued, day: date) -> bool:
    return issued.issued_on <= day and within(day, issued.valid_from, issued.valid_until)


def _holds(issued: ExportCertificateIssued, lot: str, shipment: Shipment) -> bool:
    if issued.mode == "PER_SHIPMENT":
        return any(line.lot == lot for line in issued.lines)
    products = {line.product for line in shipment.lines if line.lot == lot}
    return any(line.product in products for line in issued.lines)


def report_missing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-29: sealed goods are on their way, or a certificate is asked for them, without a report."""
    if _reported(key, questions):
        return
    rec = questions.record.rec
    shipment = shipment_of(questions, key)
    departures = (
        shipment.departures
        if shipment is not None and shipment.header.sealing_mode == "CONSIGNED"
        else ()
    )
    requests = [
        request
        for request in questions.record.about(ExportCertificateRequested, About.SHIPMENT, key)
        if any(sealed_for(request, line.lot, questions) for line in request.lines)
    ]
    asking = (*departures, *requests)
    if asking:
        yield Finding(
            discriminator="",
            expected=("report",),
            found=("none",),
            evidence=ids(asking),
            deadline=wait(policy.grace_document, min(map(rec, asking))),
        )


def _reported(shipment: str, questions: Questions) -> bool:
    return any(
        report_of(questions, filed.report) == filed
        for filed in questions.record.about(SealReportFiled, About.SHIPMENT, shipment)
    )


def sealed_for(request: ExportCertificateRequested, lot: str, questions: Questions) -> bool:
    """Whether the exporter applied a mark of its importer, not its own, to a lot of a request."""
    for tally in questions.sealed(lot):
        mark = mark_of(questions, tally.mark)
        if (
            mark is not None
            and tally.holder == request.exporter
            and mark.importer == request.importer != request.exporter
        ):
            return True
    return False


def barred_transport(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-58: goods travel in a way that a claim on their label excludes."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return
    transport = shipment.header.transport
    first = min(map(questions.record.rec, shipment.departures))
    for lot in sorted({line.lot for line in shipment.lines}):
        barring = [
            (label, tally)
            for tally in questions.sealed(lot)
            if (label := label_of(questions, tally.label, tally.version)) is not None
            and transport in barred_transports(label.claim, shipment.day)
        ]
        if barring:
            applied = tuple(tally.first.id for _, tally in barring)
            labels = dict.fromkeys(label.id for label, _ in barring)
            yield Finding(
                discriminator=lot,
                expected=("allowed",),
                found=(transport,),
                evidence=(*ids(shipment.departures), *applied, *labels),
                deadline=wait(policy.grace_registry, first),
            )


_SHIPMENT: Final = SubjectKind.SHIPMENT

RULES: Final = (
    Rule(
        number="M-21",
        slug="certificate-missing",
        family="P",
        severity="C",
        subjects=(On(_SHIPMENT, certificate_missing),),
        says=(
            Says(SubjectKind.SHIPMENT, "=none", "day", "_"),
            Says(SubjectKind.SHIPMENT, "=date", "day", "issued:day+"),
            Says(SubjectKind.SHIPMENT, "=lot lot", "day", "_"),
        ),
    ),
    Rule(
        number="M-29",
        slug="report-missing",
        family="P",
        severity="H",
        subjects=(On(_SHIPMENT, report_missing),),
        says=(Says(SubjectKind.SHIPMENT, expected="_", found="_"),),
    ),
    Rule(
        number="M-58",
        slug="barred-transport",
        family="H",
        severity="C",
        subjects=(On(_SHIPMENT, barred_transport),),
        says=(Says(SubjectKind.SHIPMENT, "lot", "_", "transport"),),
    ),
)
