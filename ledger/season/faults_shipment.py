"""Faults on the way: what leaves, what arrives, and the papers that should go with it."""

from datetime import timedelta
from typing import Any

import msgspec

from ledger.facts import seals as s
from ledger.facts.documents import (
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.shipments import (
    GoodsSold,
    ShipmentDeparted,
    ShipmentDocumentsSent,
    ShipmentReceived,
)
from ledger.season import fault_trades as on
from ledger.season import goods as g
from ledger.season.book import Fields
from ledger.season.faults_application import twin
from ledger.season.goods import weight
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.scenario import Scenario, fault
from ledger.season.trades import Mode, Trade


def relined(lines: tuple[Any, ...], index: int = 0, **changes: Any) -> tuple[Any, ...]:
    """The same lines with one of them changed."""
    return tuple(
        msgspec.structs.replace(line, **changes) if n == index else line
        for n, line in enumerate(lines)
    )


def reline(i: Scenario, kind: type[Any], index: int = 0, **changes: Any) -> str:
    """Change a line of a planned paper; the event's id."""
    planned = i.of(kind)
    if planned.late is None:
        planned.fields["lines"] = relined(planned.fields["lines"], index, **changes)
        return planned.id

    def changed(fields: Fields) -> Fields:
        return {"lines": relined(fields["lines"], index, **changes)}

    return i.amend(kind, changed)


@fault("M-16", on.consigned)
def shipped_seal_count(i: Scenario) -> None:
    """Five units fewer are on the papers than carry seals; all papers agree on it."""
    units = i.work.batches[0].units - 5
    net = weight(units * i.trade.goods[0].pack_grams)
    papers: tuple[type[Any], ...] = (
        ShipmentDeparted, ShipmentReceived, SealReportFiled, ExportCertificateRequested,
        ExportCertificateIssued,
    )  # fmt: skip
    for kind in papers:
        reline(i, kind, units=units, net_weight=net)
    i.expect("M-16", i.shipment, f"{i.lot} {i.mark}")


@fault("M-21", on.consigned)
def no_certificate(i: Scenario) -> None:
    """Goods leave without any export certificate."""
    i.omit(ExportCertificateIssued)
    i.omit(ShipmentDocumentsSent)
    i.change(ShipmentDeparted, certificate=None)
    i.change(SealReportFiled, certificate=None)
    i.expect("M-21", i.shipment, "none")


@fault("M-21", on.consigned)
def certificate_too_late(i: Scenario) -> None:
    """The certificate is dated a week after the goods have left."""
    left = i.of(ShipmentDeparted)
    issued = i.of(ExportCertificateIssued)
    i.omit(ExportCertificateIssued)
    late = left.at - issued.at + 7 * MICROS_A_DAY
    day = issued.fields["issued_on"] + timedelta(days=late // MICROS_A_DAY)
    i.again(issued, late, issued_on=day)
    i.expect("M-21", i.shipment, "date")


@fault("M-21", on.consigned, lots=2)
def lot_not_certified(i: Scenario) -> None:
    """The certificate forgets one lot of the shipment."""
    issued = i.of(ExportCertificateIssued)
    issued.fields["lines"] = issued.fields["lines"][:1]
    i.expect("M-21", i.shipment, f"lot {i.work.batches[1].lot}")


@fault("M-29", on.consigned)
def report_missing(i: Scenario) -> None:
    """Nobody reports the seals that left."""
    i.omit(SealReportFiled)
    i.change(ShipmentDocumentsSent, report=None)
    i.expect("M-29", i.shipment)


@fault("M-36", on.consigned)
def shipped_not_applied(i: Scenario) -> None:
    """The last pallet leaves on paper with seals that were never attached."""
    scan = i.of(s.SealsApplied, -1)
    i.omit(s.SealsApplied, -1)
    i.of(GoodsSold).fields["units"] -= scan.fields["units"]
    i.expect("M-36", i.shipment, f"{i.lot} {i.mark}")


@fault("M-36", on.consigned, lots=2)
def shipped_unsealed(i: Scenario) -> None:
    """One lot of a consigned shipment leaves without any seal."""
    bare = i.work.batches[1].lot
    for scan in i.book.planned(s.SealsApplied):
        if scan.fields["lot"] == bare:
            i.book.drop(scan)
    for sale in i.book.planned(GoodsSold):
        if sale.fields["lot"] == bare:
            i.book.drop(sale)
    report = i.of(SealReportFiled)
    report.after = lambda fields: {"lines": fields["lines"][:1]}
    reline(i, ShipmentDeparted, 1, mark=None, seals=0)
    reline(i, ShipmentReceived, 1, mark=None, seals=0)
    i.expect("M-36", i.shipment, f"{bare} -")


def _chocolate(code: str) -> Trade:
    """A Swiss maker of chocolate from foreign cocoa, sold on abroad."""
    recipe = (
        g.part("cocoa", "80", "BIO_SUISSE", origin="GH"),
        g.part("beet sugar", "20", "BIO_SUISSE", origin="CH"),
    )
    good = g.Good(
        "CHOC", "chocolate", "PROCESSED_PLANT", recipe, claim="BUD_BIO",
        food_group="CONFECTIONERY",
    )  # fmt: skip
    trade = on.abroad(code, "BIO_SUISSE", "CH", good)
    return trade.but(mode=Mode.DIRECT_JAS, buyer=f"IMP-{code}", transport="AIR")


@fault("M-58", _chocolate)
def barred_transport(i: Scenario) -> None:
    """Goods under a claim that bars carriage by air are flown."""
    i.expect("M-58", i.shipment, i.lot)


@fault("M-59", on.consigned)
def arrives_short(i: Scenario) -> None:
    """Five units fewer arrive than left."""
    units = i.work.batches[0].units - 5
    reline(
        i, ShipmentReceived, units=units, seals=units,
        net_weight=weight(units * i.trade.goods[0].pack_grams),
    )  # fmt: skip
    i.of(GoodsSold).fields["units"] -= 5
    i.expect("M-59", i.shipment, f"{i.lot} {i.mark}")


@fault("M-59", on.consigned)
def wrong_consignee(i: Scenario) -> None:
    """Another importer takes the shipment in."""
    other = f"IMP-{i.trade.code}-B"
    twin(i, i.trade.importer, other)
    i.change(ShipmentReceived, importer=other)
    i.said_by(i.of(ShipmentReceived), f"SYS-{other}")
    i.expect("M-59", i.shipment, "importer")


@fault("M-59", on.consigned)
def never_arrived(i: Scenario) -> None:
    """A shipment leaves and is never heard of."""
    i.omit(ShipmentReceived)
    i.omit(GoodsSold)
    i.expect("M-59", i.shipment, "arrival")


@fault("M-45", on.consigned)
def arrived_before_leaving(i: Scenario) -> None:
    """A shipment is taken in on the day before it leaves."""
    received = i.of(ShipmentReceived)
    i.omit(ShipmentReceived)
    early = i.again(received, i.of(ShipmentDeparted).at - received.at - MICROS_A_DAY)
    i.expect("M-45", early.id, f"SHIPPED {i.shipment} {i.mark}")


@fault("M-45", on.consigned)
def received_before_sent(i: Scenario) -> None:
    """Seals are taken in an hour before they are sent."""
    sent, received = i.of(s.SealsDispatched), i.of(s.SealsReceived)
    i.omit(s.SealsReceived, 0)
    early = i.again(received, sent.at - received.at - 60 * MICROS_A_MINUTE)
    i.expect("M-45", early.id, f"TRANSIT {sent.fields['dispatch']} {i.mark}")


def _removed(i: Scenario, found_at: str, after: int, holder: str, site: str) -> None:
    """Seals of five units are taken off; so much less is sold."""
    good = i.trade.goods[0]
    first = i.of(s.SealsApplied)
    i.of(GoodsSold).fields["units"] -= 5
    desk = first.desk if holder == i.trade.sealer else i.trade.dock
    taken_off = i.book.say(
        s.SealsRemoved, first.at + after, desk, mark=i.mark, lot=i.lot,
        label=i.trade.label(good), found_at=found_at, holder=holder, site=site, units=5, count=5,
        method="REMOVED", cause="pack torn",
    )  # fmt: skip
    place = f"LOT {i.lot}" if found_at == "LOT" else f"DELIVERED {holder}"
    i.expect("M-45", taken_off.id, f"{place} {i.mark}")


@fault("M-45", on.domestic)
def removed_before_sealing(i: Scenario) -> None:
    """Seals are taken off a lot a quarter of an hour before any was attached.

    No label was on the lot then, so the year's weight is not less for it.
    """
    units = i.work.batches[0].units
    i.year = {"quantity": weight(units * i.trade.goods[0].pack_grams)}
    _removed(i, "LOT", -15 * MICROS_A_MINUTE, i.trade.sealer, i.trade.site)


@fault("M-45", on.consigned)
def removed_before_arrival(i: Scenario) -> None:
    """The importer takes seals off goods a day before they reach it."""
    early = i.of(ShipmentReceived).at - i.of(s.SealsApplied).at - MICROS_A_DAY
    _removed(i, "DELIVERED", early, i.trade.importer, i.trade.store)
