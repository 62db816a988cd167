"""Faults against equivalence and the terms of a shipment: where goods come from, what they hold."""

from datetime import timedelta

from ledger.facts import lots as t
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateRequested, SealReportFiled
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.facts.shipments import ShipmentDeparted, ShipmentDocumentsSent, ShipmentReceived
from ledger.season import fault_trades as on
from ledger.season import goods as g
from ledger.season.book import Fields
from ledger.season.faults_application import also, twin
from ledger.season.faults_papers import certificate
from ledger.season.faults_shipment import reline, relined
from ledger.season.goods import part
from ledger.season.moments import (
    MICROS_A_MINUTE,
    REGISTRY_DAY,
    day_number,
    day_of,
    local_day_number,
    moment,
)
from ledger.season.scenario import Scenario, fault
from ledger.season.trades import Trade


def _leaving(i: Scenario) -> int:
    left = i.of(ShipmentDeparted)
    return local_day_number(left.at, left.desk.offset)


def _away(i: Scenario, party: str) -> None:
    """A certification is suspended on the day the goods leave, and only then."""
    day = day_of(_leaving(i))
    for entry in list(i.registered(r.CertificationChanged, party=party)):
        also(i, entry, status="SUSPENDED", from_=day)
        also(i, entry, status="REINSTATED", from_=day + timedelta(days=1))


@fault("M-10", on.consigned)
def exporter_suspended_at_departure(i: Scenario) -> None:
    """All is in order while seals are attached; when the goods leave, the exporter is suspended."""
    _away(i, i.trade.operator)
    i.expect("M-10", i.shipment, "exporter")


@fault("M-10", on.consigned)
def licensee_suspended_at_departure(i: Scenario) -> None:
    """When the goods leave, the importer under the mark is suspended."""
    _away(i, i.trade.licensee)
    i.expect("M-10", i.shipment, f"licensee {i.mark}")


@fault("M-10", on.consigned)
def agent_lapsed_at_departure(i: Scenario) -> None:
    """The agent's designation ends on the day before the goods leave."""
    until = day_of(_leaving(i) - 1)
    i.register(r.IssuerDesignated, {"issuer": i.trade.agent}, until=until)
    i.expect("M-10", i.shipment, "agent")


@fault("M-10", on.consigned)
def body_lapsed_at_departure(i: Scenario) -> None:
    """The designation of the body under the mark ends on the day before the goods leave."""
    until = day_of(_leaving(i) - 1)
    i.register(r.IssuerDesignated, {"issuer": i.trade.rcb}, until=until)
    i.expect("M-10", i.shipment, f"rcb {i.mark}")


def _thin_granola(code: str) -> Trade:
    recipe = (part("oats", "90", "NOP"), part("corn syrup", "10", None))
    return on.consigned(code, g.GRANOLA.but(recipe=recipe))


@fault("M-12", _thin_granola)
def content_out_of_scope(i: Scenario) -> None:
    """Granola that is nine tenths organic is sealed for Japan."""
    i.expect("M-12", i.shipment, i.lot)
    label = f"{i.trade.label(i.trade.goods[0])} 1"
    i.expect("M-15", i.lot, label)
    i.expect("M-15", label)


@fault("M-12", on.consigned)
def country_without_arrangement(i: Scenario) -> None:
    """Goods are made in, and leave from, a country that has no arrangement with Japan."""
    i.register(r.PartyRegistered, {"party": i.trade.operator}, country="BR")
    i.register(r.IssuerDesignated, {"issuer": i.trade.agent}, country="BR")
    i.change(ShipmentDeparted, origin="BR")
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)


@fault("M-12", on.consigned)
def made_elsewhere(i: Scenario) -> None:
    """The lot was made in Chile and leaves from the United States unchanged."""
    maker = f"PRC-{i.trade.code}"
    twin(i, i.trade.operator, maker, country="CL")
    for entry in list(i.registered(r.CertificationChanged, party=i.trade.operator)):
        also(i, entry, party=maker, number=f"NOP-{maker}")
    i.change(t.LotRecorded, operator=maker)
    for kind in (t.LotRecorded, t.LotGraded):
        i.said_by(i.of(kind), f"SYS-{maker}")
    i.each_scan("M-12", "scope")
    i.expect("M-12", i.shipment, i.lot)


@fault("M-16", on.importer_applies)
def sealed_in_advance(i: Scenario) -> None:
    """Five packs that the importer is to seal leave with seals on paper."""
    reline(i, ShipmentDeparted, mark=i.mark, seals=5)
    reline(i, ShipmentReceived, mark=i.mark, seals=5)
    i.expect("M-16", i.shipment, f"{i.lot} {i.mark}")
    i.expect("M-36", i.shipment, f"{i.lot} {i.mark}")


@fault("M-23", on.consigned, lots=2)
def certificate_used_twice(i: Scenario) -> None:
    """A certificate for one shipment goes with two, a lot in each."""
    second = f"{i.shipment}-B"
    for kind in (ShipmentDeparted, ShipmentReceived):
        first = i.of(kind)
        lines = first.fields["lines"]
        first.fields["lines"] = lines[:1]
        i.again(first, MICROS_A_MINUTE, shipment=second, lines=lines[1:])
    report = i.of(SealReportFiled)
    other = i.again(report, MICROS_A_MINUTE, report=f"{report.fields['report']}-B", shipment=second)
    other.late = report.late
    report.after = lambda fields: {"lines": fields["lines"][:1]}
    other.after = lambda fields: {"lines": fields["lines"][1:]}
    one, two = (batch.lot for batch in i.work.batches)
    i.expect("M-23", certificate(i), "shipments")
    i.expect("M-22", certificate(i), f"{i.shipment} {two}")
    i.expect("M-22", certificate(i), f"{second} {one}")


@fault("M-06", on.consigned)
def reported_before_leaving(i: Scenario) -> None:
    """A report says more seals than are on the goods, which are still in the store."""
    i.omit(ShipmentDeparted)
    i.omit(ShipmentReceived)

    def more(fields: Fields) -> Fields:
        lines = fields["lines"]
        return {"lines": relined(lines, used=lines[0].used + 10)}

    i.amend(SealReportFiled, more)
    i.expect("M-06", str(i.of(SealReportFiled).fields["report"]), f"{i.lot} {i.mark}")


@fault("M-29", on.consigned)
def requested_without_report(i: Scenario) -> None:
    """A certificate is asked for sealed goods that have not left, and nobody reports the seals."""
    for kind in (ShipmentDeparted, ShipmentReceived, SealReportFiled):
        i.omit(kind)
    i.change(ShipmentDocumentsSent, report=None)
    i.expect("M-29", i.shipment)


@fault("M-48", on.consigned)
def request_said_twice(i: Scenario) -> None:
    """One request for a certificate names two invoices."""
    first = i.of(ExportCertificateRequested)
    second = i.again(first, MICROS_A_MINUTE, invoice=f"INV-{i.trade.code}-B")
    i.expect("M-48", second.id, first.id)


@fault("M-48", on.consigned)
def contract_said_twice(i: Scenario) -> None:
    """A contract is reported again with another site beside the first."""
    entry = next(i.registered(r.ConsignmentContractSigned))
    at = moment(day_number(REGISTRY_DAY) + 30, 9 * 3600, 0)
    first = i.tell(entry, at)
    sites = (*entry.fields["sites"], f"{i.trade.operator}-W2")
    second = i.tell(entry, at + MICROS_A_MINUTE, sites=sites)
    i.expect("M-48", second, first)


@fault("M-33", on.domestic_numbered)
def printed_twice(i: Scenario) -> None:
    """A second print run repeats the last numbers of the first; both are given up."""
    first, given_up = i.of(s.SealsIssued), i.of(s.SealsSpoiled, -1)
    destroyed = i.of(s.SealsDestroyed, -1)
    last = first.fields["last"]
    numbers = {"first": last - 4, "last": last, "count": 5}
    second = i.again(first, MICROS_A_MINUTE, print_run="RUN-AGAIN", **numbers)
    i.again(given_up, MICROS_A_SECOND, **numbers)
    i.again(destroyed, MICROS_A_MINUTE, **numbers)
    i.expect("M-33", second.id, first.id)
