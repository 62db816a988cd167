"""Faults on paper: certificates, reports of attached seals, weights, the report of the year."""

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
from ledger.season import fault_trades as on
from ledger.season.book import Fields
from ledger.season.faults_shipment import reline, relined
from ledger.season.goods import weight
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.paperwork import number
from ledger.season.scenario import Scenario, fault

_AFTER_THE_DEADLINE = date(2026, 7, 2)


def certificate(i: Scenario) -> str:
    """The scenario's certificate as a subject."""
    return f"{i.trade.agent} {number(i.trade, 1)}"


def _net(i: Scenario, less_grams: int = 0) -> int:
    return i.work.batches[0].units * i.trade.goods[0].pack_grams - less_grams


@fault("M-22", on.consigned)
def certificate_weight_differs(i: Scenario) -> None:
    """The certificate states half a kilogram less than leaves."""
    reline(i, ExportCertificateIssued, net_weight=weight(_net(i, 500)))
    i.expect("M-22", certificate(i), f"{i.shipment} {i.lot}")


@fault("M-22", on.consigned)
def certificate_units_differ(i: Scenario) -> None:
    """The certificate states ten units fewer than leave."""
    reline(i, ExportCertificateIssued, units=i.work.batches[0].units - 10)
    i.expect("M-22", certificate(i), f"{i.shipment} {i.lot}")


@fault("M-22", on.consigned)
def certificate_importer_differs(i: Scenario) -> None:
    """The certificate names another importer."""
    i.change(ExportCertificateIssued, importer=f"IMP-{i.trade.code}-B")
    i.expect("M-22", certificate(i), f"{i.shipment} importer")


@fault("M-22", on.consigned)
def certificate_exporter_differs(i: Scenario) -> None:
    """The certificate names another exporter."""
    i.change(ExportCertificateIssued, exporter=f"EXP-{i.trade.code}-B")
    i.expect("M-22", certificate(i), f"{i.shipment} exporter")


@fault("M-21", on.consigned_period)
def product_not_certified(i: Scenario) -> None:
    """The certificate for the period is for another product than the one that leaves."""
    reline(i, ExportCertificateIssued, product=f"P-{i.trade.code}-OTHER")
    i.expect("M-21", i.shipment, f"lot {i.lot}")


@fault("M-23", on.consigned_period)
def overdrawn(i: Scenario) -> None:
    """More leaves under a certificate for a period than it allows."""
    product = i.trade.product(i.trade.goods[0])
    line = CertifiedLine(product=product, net_weight=weight(_net(i, 1000)))
    i.change(ExportCertificateIssued, lines=(line,))
    i.expect("M-23", certificate(i), product)


@fault("M-24", on.consigned)
def number_reused(i: Scenario) -> None:
    """A number is issued twice, on different terms."""
    i.again(i.of(ExportCertificateIssued), 2 * MICROS_A_MINUTE, request=None)
    i.expect("M-24", certificate(i))


@fault("M-25", on.consigned_period)
def number_gap(i: Scenario) -> None:
    """A form of a running series is neither issued nor cancelled."""
    first = i.of(ExportCertificateIssued)
    for serial in (2, 3, 5, 6):
        i.again(first, serial * MICROS_A_MINUTE, number=number(i.trade, serial), request=None)
    i.expect("M-25", i.trade.agent, number(i.trade, 4))


@fault("M-26", on.consigned)
def cancelled_used(i: Scenario) -> None:
    """Goods leave under a certificate that was voided the day before."""
    issued = i.of(ExportCertificateIssued)
    i.book.say(
        ExportCertificateCancelled, issued.at + 30 * MICROS_A_MINUTE, issued.desk,
        issuer=i.trade.agent, number=number(i.trade, 1), kind="VOIDED", reason="withdrawn by phone",
    )  # fmt: skip
    i.expect("M-26", certificate(i), i.shipment)
    i.expect("M-21", i.shipment, f"lot {i.lot}")


@fault("M-27", on.consigned)
def issuer_not_designated(i: Scenario) -> None:
    """The agent may certify fresh plants, not what it certifies here."""
    i.register(IssuerDesignated, {"issuer": i.trade.agent}, product_classes=("PLANT",))
    i.expect("M-27", certificate(i))


@fault("M-28", on.consigned)
def wrong_statement(i: Scenario) -> None:
    """The certificate bears the statement that was in force before 2014."""
    i.change(
        ExportCertificateIssued,
        statement="No alkali extracted humic acid or lignin sulfonate was used.",
    )
    i.expect("M-28", certificate(i))


@fault("M-06", on.consigned)
def report_differs(i: Scenario) -> None:
    """The report says fewer seals were used than left."""
    reline(i, SealReportFiled, used=i.work.used - 20)
    i.expect("M-06", f"RP-{i.work.name}", f"{i.lot} {i.mark}")


@fault("M-06", on.consigned)
def report_remaining_differs(i: Scenario) -> None:
    """The report says six more seals remain than the book holds."""

    def more(fields: Fields) -> Fields:
        left = fields["lines"][-1].remaining
        return {"lines": relined(fields["lines"], len(fields["lines"]) - 1, remaining=left + 6)}

    i.amend(SealReportFiled, more)
    i.expect("M-06", f"RP-{i.work.name}", f"{i.mark} remaining")


@fault("M-06", on.consigned)
def report_header_differs(i: Scenario) -> None:
    """The report names another body than the contract."""
    i.change(SealReportFiled, rcb=f"RCB-{i.trade.code}-B")
    i.expect("M-06", f"RP-{i.work.name}", "header")


@fault("M-17", on.consigned)
def departed_weight(i: Scenario) -> None:
    """A line of the shipment weighs less than its packs; the certificate copies it."""
    net = weight(_net(i, 1000))
    event = reline(i, ShipmentDeparted, net_weight=net)
    reline(i, ExportCertificateIssued, net_weight=net)
    i.expect("M-17", event, "1")


@fault("M-17", on.consigned)
def reported_weight(i: Scenario) -> None:
    """A line of the report weighs more than its packs."""
    i.expect("M-17", reline(i, SealReportFiled, net_weight=weight(_net(i) + 900)), "1")


@fault("M-17", on.subdivided)
def child_weight(i: Scenario) -> None:
    """A child lot weighs less than its packs."""
    divided = i.of(t.LotSubdivided)
    children = divided.fields["children"]
    divided.fields["children"] = relined(children, 0, quantity=weight(_net(i, 300)))
    i.expect("M-17", divided.id, "1")


@fault("M-52", on.domestic)
def annual_differs(i: Scenario) -> None:
    """The report of the year is seven kilograms too high."""
    i.year = {"quantity": weight(_net(i) + 7000)}
    product = i.trade.product(i.trade.goods[0])
    i.expect("M-52", f"{i.trade.licensee} 2025", f"{product} {i.trade.rcb}")


@fault("M-53", on.domestic)
def annual_missing(i: Scenario) -> None:
    """No report of the year is filed."""
    i.files_year = False
    i.expect("M-53", f"{i.trade.licensee} 2025", i.trade.rcb)


@fault("M-53", on.domestic)
def annual_late(i: Scenario) -> None:
    """The report of the year is filed two days late."""
    i.year = {"filed_on": _AFTER_THE_DEADLINE}
    i.expect("M-53", f"{i.trade.licensee} 2025", i.trade.rcb)


@fault("M-48", on.consigned)
def report_said_twice(i: Scenario) -> None:
    """Two reports bear the same number and version and do not agree on who checked them."""
    first = i.of(SealReportFiled)
    second = i.again(first, MICROS_A_DAY // 24, checked_by=i.trade.person("boss"))
    second.late = first.late
    i.expect("M-48", second.id, first.id)
