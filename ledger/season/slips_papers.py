"""Slips on paper: certificates, reports of attached seals, weights, the report of the year."""

from datetime import date

from ledger.facts import lots as t
from ledger.facts.documents import (
    CertifiedLine,
    ExportCertificateCancelled,
    ExportCertificateIssued,
    SealReportFiled,
)
from ledger.facts.registry import IssuerDesignated
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.shipments import ShipmentDeparted
from ledger.season import slip_lanes as on
from ledger.season.book import Fields
from ledger.season.goods import weight
from ledger.season.island import Island, slip
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.paperwork import number
from ledger.season.slips_shipment import reline, relined

_AFTER_THE_DEADLINE = date(2026, 7, 2)


def certificate(i: Island) -> str:
    """The island's certificate as a subject."""
    return f"{i.lane.agent} {number(i.lane, 1)}"


def _net(i: Island, less_grams: int = 0) -> int:
    return i.work.batches[0].units * i.lane.goods[0].pack_grams - less_grams


@slip("M-22", on.consigned)
def certificate_weight_differs(i: Island) -> None:
    """The certificate states half a kilogram less than leaves."""
    reline(i, ExportCertificateIssued, net_weight=weight(_net(i, 500)))
    i.expect("M-22", certificate(i), f"{i.shipment} {i.lot}")


@slip("M-22", on.consigned)
def certificate_units_differ(i: Island) -> None:
    """The certificate states ten units fewer than leave."""
    reline(i, ExportCertificateIssued, units=i.work.batches[0].units - 10)
    i.expect("M-22", certificate(i), f"{i.shipment} {i.lot}")


@slip("M-22", on.consigned)
def certificate_importer_differs(i: Island) -> None:
    """The certificate names another importer."""
    i.change(ExportCertificateIssued, importer=f"IMP-{i.lane.code}-B")
    i.expect("M-22", certificate(i), f"{i.shipment} importer")


@slip("M-22", on.consigned)
def certificate_exporter_differs(i: Island) -> None:
    """The certificate names another exporter."""
    i.change(ExportCertificateIssued, exporter=f"EXP-{i.lane.code}-B")
    i.expect("M-22", certificate(i), f"{i.shipment} exporter")


@slip("M-21", on.consigned_period)
def product_not_certified(i: Island) -> None:
    """The certificate for the period is for another product than the one that leaves."""
    reline(i, ExportCertificateIssued, product=f"P-{i.lane.code}-OTHER")
    i.expect("M-21", i.shipment, f"lot {i.lot}")


@slip("M-23", on.consigned_period)
def overdrawn(i: Island) -> None:
    """More leaves under a certificate for a period than it allows."""
    product = i.lane.product(i.lane.goods[0])
    line = CertifiedLine(product=product, net_weight=weight(_net(i, 1000)))
    i.change(ExportCertificateIssued, lines=(line,))
    i.expect("M-23", certificate(i), product)


@slip("M-24", on.consigned)
def number_reused(i: Island) -> None:
    """A number is issued twice, on different terms."""
    i.again(i.of(ExportCertificateIssued), 2 * MICROS_A_MINUTE, request=None)
    i.expect("M-24", certificate(i))


@slip("M-25", on.consigned_period)
def number_gap(i: Island) -> None:
    """A form of a running series is neither issued nor cancelled."""
    first = i.of(ExportCertificateIssued)
    for serial in (2, 3, 5, 6):
        i.again(first, serial * MICROS_A_MINUTE, number=number(i.lane, serial), request=None)
    i.expect("M-25", i.lane.agent, number(i.lane, 4))


@slip("M-26", on.consigned)
def cancelled_used(i: Island) -> None:
    """Goods leave under a certificate that was voided the day before."""
    issued = i.of(ExportCertificateIssued)
    i.book.say(
        ExportCertificateCancelled, issued.at + 30 * MICROS_A_MINUTE, issued.desk,
        issuer=i.lane.agent, number=number(i.lane, 1), kind="VOIDED", reason="withdrawn by phone",
    )  # fmt: skip
    i.expect("M-26", certificate(i), i.shipment)
    i.expect("M-21", i.shipment, f"lot {i.lot}")


@slip("M-27", on.consigned)
def issuer_not_designated(i: Island) -> None:
    """The agent may certify fresh plants, not what it certifies here."""
    i.register(IssuerDesignated, {"issuer": i.lane.agent}, product_classes=("PLANT",))
    i.expect("M-27", certificate(i))


@slip("M-28", on.consigned)
def wrong_statement(i: Island) -> None:
    """The certificate bears the statement that was in force before 2014."""
    i.change(
        ExportCertificateIssued,
        statement="No alkali extracted humic acid or lignin sulfonate was used.",
    )
    i.expect("M-28", certificate(i))


@slip("M-06", on.consigned)
def report_differs(i: Island) -> None:
    """The report says fewer seals were used than left."""
    reline(i, SealReportFiled, used=i.work.used - 20)
    i.expect("M-06", f"RP-{i.work.name}", f"{i.lot} {i.mark}")


@slip("M-06", on.consigned)
def report_remaining_differs(i: Island) -> None:
    """The report says six more seals remain than the book holds."""

    def more(fields: Fields) -> Fields:
        left = fields["lines"][-1].remaining
        return {"lines": relined(fields["lines"], len(fields["lines"]) - 1, remaining=left + 6)}

    i.amend(SealReportFiled, more)
    i.expect("M-06", f"RP-{i.work.name}", f"{i.mark} remaining")


@slip("M-06", on.consigned)
def report_header_differs(i: Island) -> None:
    """The report names another body than the contract."""
    i.change(SealReportFiled, rcb=f"RCB-{i.lane.code}-B")
    i.expect("M-06", f"RP-{i.work.name}", "header")


@slip("M-17", on.consigned)
def departed_weight(i: Island) -> None:
    """A line of the shipment weighs less than its packs; the certificate copies it."""
    net = weight(_net(i, 1000))
    event = reline(i, ShipmentDeparted, net_weight=net)
    reline(i, ExportCertificateIssued, net_weight=net)
    i.expect("M-17", event, "1")


@slip("M-17", on.consigned)
def reported_weight(i: Island) -> None:
    """A line of the report weighs more than its packs."""
    i.expect("M-17", reline(i, SealReportFiled, net_weight=weight(_net(i) + 900)), "1")


@slip("M-17", on.subdivided)
def child_weight(i: Island) -> None:
    """A child lot weighs less than its packs."""
    divided = i.of(t.LotSubdivided)
    children = divided.fields["children"]
    divided.fields["children"] = relined(children, 0, quantity=weight(_net(i, 300)))
    i.expect("M-17", divided.id, "1")


@slip("M-52", on.domestic)
def annual_differs(i: Island) -> None:
    """The report of the year is seven kilograms too high."""
    i.year = {"quantity": weight(_net(i) + 7000)}
    product = i.lane.product(i.lane.goods[0])
    i.expect("M-52", f"{i.lane.licensee} 2025", f"{product} {i.lane.rcb}")


@slip("M-53", on.domestic)
def annual_missing(i: Island) -> None:
    """No report of the year is filed."""
    i.files_year = False
    i.expect("M-53", f"{i.lane.licensee} 2025", i.lane.rcb)


@slip("M-53", on.domestic)
def annual_late(i: Island) -> None:
    """The report of the year is filed two days late."""
    i.year = {"filed_on": _AFTER_THE_DEADLINE}
    i.expect("M-53", f"{i.lane.licensee} 2025", i.lane.rcb)


@slip("M-48", on.consigned)
def report_said_twice(i: Island) -> None:
    """Two reports bear the same number and version and do not agree on who checked them."""
    first = i.of(SealReportFiled)
    second = i.again(first, MICROS_A_DAY // 24, checked_by=i.lane.person("boss"))
    second.late = first.late
    i.expect("M-48", second.id, first.id)
