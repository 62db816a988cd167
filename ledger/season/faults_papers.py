"""Faults on paper: certificates, reports of attached seals, weights, the report of the year.

Faults against equivalence and the terms of a shipment follow: where goods come from, what they
hold.
"""

from datetime import date
from typing import Any

from ledger.facts import documents as d
from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.shipments import (
    GoodsSold,
    ShipmentDeparted,
    ShipmentDocumentsSent,
    ShipmentReceived,
)
from ledger.season import trades as on
from ledger.season.book import Fields
from ledger.season.family import Family, Row, nothing
from ledger.season.goods import GOODS, part, weight
from ledger.season.moments import MICROS_A_MINUTE, day_number, day_of
from ledger.season.paperwork import number
from ledger.season.scenario import Case, Scenario, relined
from ledger.season.trades import Trade

_AFTER_THE_DEADLINE = date(2026, 7, 2)
_REPORT, _YEAR = "RP-{i.work.name}", "{i.trade.licensee} 2025"
_SEALS_OF_LOT = "{i.lot} {i.mark}"
papers, terms = Family(), Family()


def _net(i: Scenario, more_grams: int) -> Any:
    """What the goods of the first lot weigh, and so much more or less."""
    return weight(i.grams + more_grams)


def _product(i: Scenario) -> str:
    return i.trade.product(i.trade.goods[0])


def _overdrawn(i: Scenario) -> str:
    """The certificate for the period allows a kilogram less than leaves; of which product."""
    line = d.CertifiedLine(product=_product(i), net_weight=_net(i, -1000))
    i.change(d.ExportCertificateIssued, lines=(line,))
    return _product(i)


def _gap(i: Scenario) -> None:
    first = i.of(d.ExportCertificateIssued)
    for serial in (2, 3, 5, 6):
        i.again(first, serial * MICROS_A_MINUTE, number=number(i.trade, serial), request=None)


papers.rows(
    Row("certificate-weight-differs", "M-22", on.consigned,
        "The certificate states half a kilogram less than leaves.",
        lambda i: i.reline(d.ExportCertificateIssued, net_weight=_net(i, -500)), "{i.certificate}",
        "{i.shipment} {i.lot}"),
    Row("certificate-units-differ", "M-22", on.consigned,
        "The certificate states ten units fewer than leave.",
        lambda i: i.reline(d.ExportCertificateIssued, units=i.work.batches[0].units - 10),
        "{i.certificate}", "{i.shipment} {i.lot}"),
    Row("certificate-importer-differs", "M-22", on.consigned,
        "The certificate names another importer.",
        lambda i: i.change(d.ExportCertificateIssued, importer=f"IMP-{i.trade.code}-B"),
        "{i.certificate}", "{i.shipment} importer"),
    Row("certificate-exporter-differs", "M-22", on.consigned,
        "The certificate names another exporter.",
        lambda i: i.change(d.ExportCertificateIssued, exporter=f"EXP-{i.trade.code}-B"),
        "{i.certificate}", "{i.shipment} exporter"),
    Row("product-not-certified", "M-21", on.consigned_period,
        "The certificate for the period is for another product than the one that leaves.",
        lambda i: i.reline(d.ExportCertificateIssued, product=f"P-{i.trade.code}-OTHER"),
        "{i.shipment}", "lot {i.lot}"),
    Row("overdrawn", "M-23", on.consigned_period,
        "More leaves under a certificate for a period than it allows.", _overdrawn,
        "{i.certificate}", "{event}"),
    Row("number-reused", "M-24", on.consigned, "A number is issued twice, on different terms.",
        lambda i: i.again(i.of(d.ExportCertificateIssued), 2 * MICROS_A_MINUTE, request=None),
        "{i.certificate}"),
    Row("number-gap", "M-25", on.consigned_period,
        "A form of a running series is neither issued nor cancelled.", _gap, "{i.trade.agent}",
        "{i.trade.code}-00004"),
)  # fmt: skip


@papers.fault("M-26", on.consigned)
def cancelled_used(i: Scenario) -> None:
    """Goods leave under a certificate that was voided the day before."""
    issued = i.of(d.ExportCertificateIssued)
    i.book.say(
        d.ExportCertificateCancelled, issued.at + 30 * MICROS_A_MINUTE, issued.desk,
        issuer=i.trade.agent, number=number(i.trade, 1), kind="VOIDED", reason="withdrawn by phone",
    )  # fmt: skip
    i.expect("M-26", i.certificate, i.shipment)
    i.expect("M-21", i.shipment, f"lot {i.lot}")


def _more_remaining(i: Scenario) -> None:
    def more(fields: Fields) -> Fields:
        left = fields["lines"][-1].remaining
        return {"lines": relined(fields["lines"], len(fields["lines"]) - 1, remaining=left + 6)}

    i.amend(d.SealReportFiled, more)


def _departed_light(i: Scenario) -> str:
    """A line of the shipment weighs less than its packs, and the certificate copies it."""
    event = i.reline(ShipmentDeparted, net_weight=_net(i, -1000))
    i.reline(d.ExportCertificateIssued, net_weight=_net(i, -1000))
    return event


def _child_light(i: Scenario) -> str:
    children = i.of(t.LotSubdivided).fields["children"]
    return i.change(t.LotSubdivided, children=relined(children, quantity=_net(i, -300)))


def _reported(i: Scenario, **changes: Any) -> None:
    """The report of the year is filed with changes."""
    i.year = changes


papers.rows(
    Row("issuer-not-designated", "M-27", on.consigned,
        "The agent may certify fresh plants, not what it certifies here.",
        lambda i: i.register(r.IssuerDesignated, {"issuer": i.trade.agent},
            product_classes=("PLANT",)), "{i.certificate}"),
    Row("wrong-statement", "M-28", on.consigned,
        "The certificate bears the statement that was in force before 2014.",
        lambda i: i.change(d.ExportCertificateIssued,
            statement="No alkali extracted humic acid or lignin sulfonate was used."),
        "{i.certificate}"),
    Row("report-differs", "M-06", on.consigned, "The report says fewer seals were used than left.",
        lambda i: i.reline(d.SealReportFiled, used=i.work.used - 20), _REPORT, _SEALS_OF_LOT),
    Row("report-remaining-differs", "M-06", on.consigned,
        "The report says six more seals remain than the book holds.", _more_remaining, _REPORT,
        "{i.mark} remaining"),
    Row("report-header-differs", "M-06", on.consigned,
        "The report names another body than the contract.",
        lambda i: i.change(d.SealReportFiled, rcb=f"RCB-{i.trade.code}-B"), _REPORT, "header"),
    Row("departed-weight", "M-17", on.consigned,
        "A line of the shipment weighs less than its packs; the certificate copies it.",
        _departed_light, "{event}", "1"),
    Row("reported-weight", "M-17", on.consigned, "A line of the report weighs more than its packs.",
        lambda i: i.reline(d.SealReportFiled, net_weight=_net(i, 900)), "{event}", "1"),
    Row("child-weight", "M-17", on.subdivided, "A child lot weighs less than its packs.",
        _child_light, "{event}", "1"),
    Row("annual-differs", "M-52", on.domestic,
        "The report of the year is seven kilograms too high.",
        lambda i: _reported(i, quantity=_net(i, 7000)), _YEAR,
        "P-{i.trade.code}-TOFU {i.trade.rcb}"),
    Row("annual-missing", "M-53", on.domestic, "No report of the year is filed.",
        lambda i: setattr(i, "files_year", False), _YEAR, "{i.trade.rcb}"),
    Row("annual-late", "M-53", on.domestic, "The report of the year is filed two days late.",
        lambda i: _reported(i, filed_on=_AFTER_THE_DEADLINE), _YEAR, "{i.trade.rcb}"),
)  # fmt: skip


@papers.fault("M-48", on.consigned)
def report_said_twice(i: Scenario) -> None:
    """Two reports bear the same number and version and do not agree on who checked them."""
    first = i.of(d.SealReportFiled)
    second = i.again(first, MICROS_A_DAY // 24, checked_by=i.trade.person("boss"))
    second.late = first.late
    i.expect("M-48", second.id, first.id)


def _lapsed(i: Scenario, issuer: str) -> None:
    """A designation ends on the day before the goods leave."""
    until = day_of(day_number(i.day(ShipmentDeparted)) - 1)
    i.register(r.IssuerDesignated, {"issuer": issuer}, until=until)


def _thin_granola(code: str) -> Trade:
    recipe = (part("oats", "90", "NOP"), part("corn syrup", "10"))
    return on.consigned(code, GOODS["GRANOLA"].but(recipe=recipe))


terms.rows(
    Row("exporter-suspended-at-departure", "M-10", on.consigned,
        "When the goods leave, the exporter is suspended; while seals were attached all was well.",
        lambda i: i.suspended(i.trade.operator, i.day(ShipmentDeparted)), "{i.shipment}",
        "exporter"),
    Row("licensee-suspended-at-departure", "M-10", on.consigned,
        "When the goods leave, the importer under the mark is suspended.",
        lambda i: i.suspended(i.trade.licensee, i.day(ShipmentDeparted)), "{i.shipment}",
        "licensee {i.mark}"),
    Row("agent-lapsed-at-departure", "M-10", on.consigned,
        "The agent's designation ends on the day before the goods leave.",
        lambda i: _lapsed(i, i.trade.agent), "{i.shipment}", "agent"),
    Row("body-lapsed-at-departure", "M-10", on.consigned,
        "The designation of the body under the mark ends on the day before the goods leave.",
        lambda i: _lapsed(i, i.trade.rcb), "{i.shipment}", "rcb {i.mark}"),
    Row("content-out-of-scope", "M-12", _thin_granola,
        "Granola that is nine tenths organic is sealed for Japan.", nothing, "{i.shipment}",
        "{i.lot}", (Case("M-15", "{i.lot}", "{i.label}"), Case("M-15", "{i.label}"))),
)  # fmt: skip


@terms.fault("M-12", on.consigned)
def country_without_arrangement(i: Scenario) -> None:
    """Goods are made in, and leave from, a country that has no arrangement with Japan."""
    i.register(r.PartyRegistered, {"party": i.trade.operator}, country="BR")
    i.register(r.IssuerDesignated, {"issuer": i.trade.agent}, country="BR")
    i.change(ShipmentDeparted, origin="BR")
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)


@terms.fault("M-12", on.consigned)
def made_elsewhere(i: Scenario) -> None:
    """The lot was made in Chile and leaves from the United States unchanged."""
    maker = f"PRC-{i.trade.code}"
    i.twin(i.trade.operator, maker, country="CL")
    for entry in i.registered(r.CertificationChanged, party=i.trade.operator):
        i.also(entry, party=maker, number=f"NOP-{maker}")
    i.change(t.LotRecorded, operator=maker)
    for kind in (t.LotRecorded, t.LotGraded):
        i.said_by(i.of(kind), f"SYS-{maker}")
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)


@terms.fault("M-16", on.importer_applies)
def sealed_in_advance(i: Scenario) -> None:
    """Five packs that the importer is to seal leave with seals on paper."""
    i.reline(ShipmentDeparted, mark=i.mark, seals=5)
    i.reline(ShipmentReceived, mark=i.mark, seals=5)
    i.expect("M-16", i.shipment, f"{i.lot} {i.mark}")
    i.expect("M-36", i.shipment, f"{i.lot} {i.mark}")


@terms.fault("M-23", on.consigned, lots=2)
def certificate_used_twice(i: Scenario) -> None:
    """A certificate for one shipment goes with two, a lot in each."""
    second = f"{i.shipment}-B"
    for kind in (ShipmentDeparted, ShipmentReceived):
        first = i.of(kind)
        lines = first.fields["lines"]
        first.fields["lines"] = lines[:1]
        i.again(first, MICROS_A_MINUTE, shipment=second, lines=lines[1:])
    report = i.of(d.SealReportFiled)
    other = i.again(report, MICROS_A_MINUTE, report=f"{report.fields['report']}-B", shipment=second)
    other.late = report.late
    report.after = lambda fields: {"lines": fields["lines"][:1]}
    other.after = lambda fields: {"lines": fields["lines"][1:]}
    one, two = (batch.lot for batch in i.work.batches)
    i.expect("M-23", i.certificate, "shipments")
    i.expect("M-22", i.certificate, f"{i.shipment} {two}")
    i.expect("M-22", i.certificate, f"{second} {one}")


def _reported_unshipped(i: Scenario) -> None:
    """The goods are still in the store, and a report says ten seals more than are on them."""
    i.omit(ShipmentDeparted)
    i.omit(ShipmentReceived)
    i.reline(d.SealReportFiled, used=i.work.used + 10)


def _unreported(i: Scenario) -> None:
    for kind in (ShipmentDeparted, ShipmentReceived, d.SealReportFiled):
        i.omit(kind)
    i.change(ShipmentDocumentsSent, report=None)


def _unseen(i: Scenario) -> None:
    i.omit(ShipmentDocumentsSent)
    i.change(ShipmentReceived, certificate_seen=False, report_seen=False)


def _lost_on_the_way(i: Scenario) -> None:
    for kind in (ShipmentDocumentsSent, ShipmentReceived, GoodsSold):
        i.omit(kind)


_NO_REPORT_EITHER = Case("M-73", "{i.shipment}", "report")
terms.rows(
    Row("reported-before-leaving", "M-06", on.consigned,
        "A report says more seals than are on the goods, which are still in the store.",
        _reported_unshipped, _REPORT, _SEALS_OF_LOT),
    Row("requested-without-report", "M-29", on.consigned,
        "A certificate is asked for sealed goods that have not left, and nobody reports the seals.",
        _unreported, "{i.shipment}"),
    Row("papers-not-seen", "M-73", on.consigned,
        "No papers are sent with a shipment, and the importer sees none.",
        _unseen, "{i.shipment}", "certificate", more=(_NO_REPORT_EITHER,)),
    Row("papers-nowhere", "M-73", on.consigned,
        "A shipment is never heard of again, and neither are its papers.", _lost_on_the_way,
        "{i.shipment}", "certificate",
        more=(_NO_REPORT_EITHER, Case("M-59", "{i.shipment}", "arrival"))),
    Row("report-behind-request", "M-73", on.consigned,
        "A certificate is asked for ten days before there is a report.",
        lambda i: i.again(i.of(d.ExportCertificateRequested), -10 * MICROS_A_DAY, report=None,
            request=f"RQ-{i.work.name}-A"), "{i.shipment}", "request"),
)  # fmt: skip
