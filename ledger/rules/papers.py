"""Shipments that departed, certificates that live, and which of them belong together."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger.facts.documents import (
    ExportCertificateCancelled,
    ExportCertificateIssued,
    SealReportFiled,
)
from ledger.facts.mentions import About, certificate_key
from ledger.facts.shipments import DepartedLine, ShipmentDeparted, ShipmentDocumentsSent
from ledger.questions import Questions


class Shipment(NamedTuple):
    """A shipment that departed: the header of its first departure, the lines of all."""

    header: ShipmentDeparted
    departures: Sequence[ShipmentDeparted]
    lines: Sequence[DepartedLine]

    @property
    def day(self) -> date:
        """The day of the first departure, where it happened."""
        return self.header.day


def shipment_of(questions: Questions, shipment: str) -> Shipment | None:
    """A shipment; None where it has not departed."""

    def read() -> Shipment | None:
        departures = questions.record.about(ShipmentDeparted, About.SHIPMENT, shipment)
        if not departures:
            return None
        lines = [line for departure in departures for line in departure.lines]
        return Shipment(departures[0], departures, lines)

    return questions.memo(("shipment", shipment), read)


def certificate_of(questions: Questions, key: str) -> ExportCertificateIssued | None:
    """The certificate of that `issuer number` as issued last; None where it does not exist."""
    return questions.record.latest(ExportCertificateIssued, About.CERTIFICATE, key)


def cancellations(questions: Questions, key: str) -> list[ExportCertificateCancelled]:
    """What cancels a certificate, of any kind, by (time, id)."""
    return questions.record.about(ExportCertificateCancelled, About.CERTIFICATE, key)


def live(questions: Questions, key: str) -> ExportCertificateIssued | None:
    """The certificate if it exists, is not cancelled, and no other one replaces it."""
    issued = certificate_of(questions, key)
    if issued is None or cancellations(questions, key):
        return None
    if questions.record.about(ExportCertificateIssued, About.REPLACES, key):
        return None
    return issued


def certificates_for(questions: Questions, shipment: str) -> list[str]:
    """certs(S): keys of certificates that S's papers name or that are made out for S, sorted."""
    record = questions.record
    subject = About.SHIPMENT, shipment
    named = [event.certificate for event in record.about(ShipmentDeparted, *subject)]
    named += [event.certificate for event in record.about(ShipmentDocumentsSent, *subject)]
    keys = {certificate_key(ref.issuer, ref.number) for ref in named if ref is not None}
    for event in record.about(ExportCertificateIssued, *subject):
        key = certificate_key(event.issuer, event.number)
        latest = certificate_of(questions, key)
        if latest is not None and latest.shipment == shipment:
            keys.add(key)
    return sorted(keys)


def shipments_for(questions: Questions, key: str) -> list[str]:
    """shipments(c): the shipments to which a certificate belongs, sorted."""
    record = questions.record
    shipments = {event.shipment for event in record.about(ShipmentDeparted, About.NAMES, key)}
    sent = record.about(ShipmentDocumentsSent, About.NAMES, key)
    shipments.update(event.shipment for event in sent)
    issued = certificate_of(questions, key)
    if issued is not None and issued.shipment is not None:
        shipments.add(issued.shipment)
    return sorted(shipments)


def certificates_naming(
    questions: Questions, lot: str
) -> Iterator[tuple[str, ExportCertificateIssued]]:
    """Live certificates with a line of the lot, by key."""
    keys = {
        certificate_key(event.issuer, event.number)
        for event in questions.record.about(ExportCertificateIssued, About.LINE, lot)
    }
    for key in sorted(keys):
        issued = live(questions, key)
        if issued is not None and any(line.lot == lot for line in issued.lines):
            yield key, issued


def report_of(questions: Questions, report: str) -> SealReportFiled | None:
    """The latest version of a report: the greatest `version`, ties by time, then id."""
    return questions.memo(
        ("report", report),
        lambda: max(
            questions.record.about(SealReportFiled, About.REPORT, report),
            key=lambda filed: (filed.version, filed.at, filed.id),
            default=None,
        ),
    )
