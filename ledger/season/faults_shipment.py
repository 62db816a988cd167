"""Faults with lots: sealed beyond what there is, sold unsealed, divided or made without a check.

Faults on the way follow: what leaves, what arrives, and the papers that should go with it.
"""

from datetime import date, timedelta
from typing import Any

from ledger.facts import lots as t
from ledger.facts import seals as s
from ledger.facts.documents import (
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.scalars import MICROS_A_DAY, Weight
from ledger.facts.shipments import (
    GoodsSold,
    ShipmentDeparted,
    ShipmentDocumentsSent,
    ShipmentReceived,
)
from ledger.season import trades as on
from ledger.season.family import Family, Row, nothing
from ledger.season.goods import Good, part, weight
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.paperwork import number
from ledger.season.scenario import Scenario
from ledger.season.trades import Mode, Trade

_SEALS_OF_LOT = "{i.lot} {i.mark}"
lots, shipments = Family(), Family()


def _unverified(i: Scenario) -> str:
    """Organic soy goes in whose mark nobody looked for; the lot that it came from."""
    raw = f"L-{i.trade.code}-raw"
    line = t.Input(lot=raw, quantity=Weight("50.000"), label_verified=False)
    i.change(t.LotRecorded, inputs=(line,))
    return raw


def _unchecked(i: Scenario) -> str:
    """The subdivider's own check is left out; the bulk lot."""
    bulk = str(i.of(t.InputVerified).fields["lot"])
    i.omit(t.InputVerified)
    return bulk


def _light(i: Scenario) -> str:
    """A bulk lot weighs less than what comes out of it; the lot."""
    i.change(t.LotRecorded, quantity=weight(i.grams - 500))
    return str(i.of(t.LotRecorded).fields["lot"])


def _field(i: Scenario, **fields: Any) -> None:
    i.change(t.LotRecorded, field=t.Field(**fields))


lots.rows(
    Row("over-sealing", "M-18", on.domestic,
        "A lot of 280 units gets seals for 300; it weighs enough for both.",
        lambda i: i.change(t.LotRecorded, units=280), "{i.lot}", "JAS"),
    Row("over-sealed-shipment", "M-18", on.consigned,
        "An exporter seals and ships 300 units of a lot of 270; papers and seals agree.",
        lambda i: i.change(t.LotRecorded, units=270), "{i.lot}", "JAS"),
    Row("unknown-lot", "M-19", on.domestic, "A lot is sold abroad that nobody recorded.",
        lambda i: i.again(i.of(GoodsSold), MICROS_A_MINUTE, lot=f"L-{i.trade.code}-404", units=10,
            country="TW"), "L-{i.trade.code}-404"),
    Row("over-certified", "M-20", on.consigned,
        "A second certificate for a shipment that never left covers the same lot.",
        lambda i: i.again(i.of(ExportCertificateIssued), MICROS_A_MINUTE, number=number(i.trade,
            2), request=None, shipment=f"SH-{i.trade.code}-never"), "{i.lot}"),
    Row("unsealed-sale", "M-30", on.domestic,
        "Ten more units are sold as organic than were sealed.",
        lambda i: i.more(GoodsSold, units=10), "{i.lot}", "{i.trade.importer}"),
    Row("rejected-after-sealing", "M-32", on.domestic,
        "A sealed lot is rejected, and nobody takes the seals off.",
        lambda i: i.again(i.of(t.LotGraded), 5 * MICROS_A_DAY, result="NON_CONFORMING",
            method_conforms=False), "{i.lot}", "{i.mark}"),
    Row("unshipped-seals", "M-37", on.domestic, "A sealed lot stands in the shed for half a year.",
        lambda i: i.omit(GoodsSold), "{i.lot}", "{i.mark}"),
    Row("input-not-verified", "M-55", on.domestic,
        "Organic soy goes in, and nobody looked for its mark.", _unverified, "{i.lot}", "{event}"),
    Row("bulk-not-verified", "M-55", on.subdivided,
        "A subdivider packs goods without having looked for their mark.", _unchecked, "{event}",
        "{event}"),
    Row("subdivision-imbalance", "M-56", on.subdivided,
        "More comes out of a bulk lot than went in.", _light, "{event}"),
    Row("field-too-young", "M-57", on.grower,
        "Pears from an orchard taken up two years ago are sold as organic.",
        lambda i: _field(i, crop="PERENNIAL", registered_on=date(2023, 11, 1), land="CULTIVATED",
            last_prohibited_input_on=date(2023, 10, 1)), "{i.lot}", "{i.label}"),
    Row("field-of-another-crop", "M-57", on.grower,
        "Orchard fruit is recorded as gathered in the wild.",
        lambda i: _field(i, crop="WILD", registered_on=date(2016, 4, 1),
            last_prohibited_input_on=date(2015, 3, 1)), "{i.lot}", "{i.label}"),
)  # fmt: skip


def _five_fewer(i: Scenario, *papers: type[Any]) -> None:
    """Papers tell of five units fewer than there are."""
    units = i.work.batches[0].units - 5
    net = weight(units * i.trade.goods[0].pack_grams)
    for kind in papers:
        i.reline(kind, units=units, net_weight=net)


def _uncertified(i: Scenario) -> None:
    """No paper speaks of an export certificate."""
    i.omit(ExportCertificateIssued)
    i.omit(ShipmentDocumentsSent)
    i.change(ShipmentDeparted, certificate=None)
    i.change(SealReportFiled, certificate=None)


def _certified_late(i: Scenario) -> None:
    """The certificate is dated a week after the goods have left."""
    left = i.of(ShipmentDeparted)
    issued = i.of(ExportCertificateIssued)
    i.omit(ExportCertificateIssued)
    late = left.at - issued.at + 7 * MICROS_A_DAY
    day = issued.fields["issued_on"] + timedelta(days=late // MICROS_A_DAY)
    i.again(issued, late, issued_on=day)


shipments.rows(
    Row("shipped-seal-count", "M-16", on.consigned,
        "Five units fewer are on the papers than carry seals; all papers agree on it.",
        lambda i: _five_fewer(i, ShipmentDeparted, ShipmentReceived, SealReportFiled,
            ExportCertificateRequested, ExportCertificateIssued), "{i.shipment}", _SEALS_OF_LOT),
    Row("no-certificate", "M-21", on.consigned, "Goods leave without any export certificate.",
        _uncertified, "{i.shipment}", "none"),
    Row("certificate-too-late", "M-21", on.consigned,
        "The certificate is dated a week after the goods have left.", _certified_late,
        "{i.shipment}", "date"),
)  # fmt: skip


@shipments.fault("M-21", on.consigned, lots=2)
def lot_not_certified(i: Scenario) -> None:
    """The certificate forgets one lot of the shipment."""
    issued = i.of(ExportCertificateIssued)
    issued.fields["lines"] = issued.fields["lines"][:1]
    i.expect("M-21", i.shipment, f"lot {i.work.batches[1].lot}")


@shipments.fault("M-29", on.consigned)
def report_missing(i: Scenario) -> None:
    """Nobody reports the seals that left."""
    i.omit(SealReportFiled)
    i.change(ShipmentDocumentsSent, report=None)
    i.expect("M-29", i.shipment)


@shipments.fault("M-36", on.consigned)
def shipped_not_applied(i: Scenario) -> None:
    """The last pallet leaves on paper with seals that were never attached."""
    scan = i.of(s.SealsApplied, -1)
    i.omit(s.SealsApplied, -1)
    i.more(GoodsSold, units=-scan.fields["units"])
    i.expect("M-36", i.shipment, f"{i.lot} {i.mark}")


@shipments.fault("M-36", on.consigned, lots=2)
def shipped_unsealed(i: Scenario) -> None:
    """One lot of a consigned shipment leaves without any seal."""
    bare = i.work.batches[1].lot
    for gone in (*i.book.planned(s.SealsApplied), *i.book.planned(GoodsSold)):
        if gone.fields["lot"] == bare:
            i.book.drop(gone)
    i.amend(SealReportFiled, lambda fields: {"lines": fields["lines"][:1]})
    i.reline(ShipmentDeparted, 1, mark=None, seals=0)
    i.reline(ShipmentReceived, 1, mark=None, seals=0)
    i.expect("M-36", i.shipment, f"{bare} -")


def _chocolate(code: str) -> Trade:
    """A Swiss maker of chocolate from foreign cocoa, sold on abroad."""
    recipe = (
        part("cocoa", "80", "BIO_SUISSE", origin="GH"),
        part("beet sugar", "20", "BIO_SUISSE", origin="CH"),
    )
    good = Good(
        "CHOC", "chocolate", "PROCESSED_PLANT", recipe, claim="BUD_BIO", food_group="CONFECTIONERY"
    )
    trade = on.abroad(code, "BIO_SUISSE", "CH", good)
    return trade.but(mode=Mode.DIRECT_JAS, buyer=f"IMP-{code}", transport="AIR")


def _short(i: Scenario) -> None:
    """Five units fewer arrive than left, and are sold."""
    units = i.work.batches[0].units - 5
    _five_fewer(i, ShipmentReceived)
    i.reline(ShipmentReceived, seals=units)
    i.more(GoodsSold, units=-5)


def _never_arrived(i: Scenario) -> None:
    i.omit(ShipmentReceived)
    i.omit(GoodsSold)


shipments.rows(
    Row("barred-transport", "M-58", _chocolate,
        "Goods under a claim that bars carriage by air are flown.", nothing, "{i.shipment}",
        "{i.lot}"),
    Row("arrives-short", "M-59", on.consigned, "Five units fewer arrive than left.", _short,
        "{i.shipment}", _SEALS_OF_LOT),
)  # fmt: skip


@shipments.fault("M-59", on.consigned)
def wrong_consignee(i: Scenario) -> None:
    """Another importer takes the shipment in."""
    other = f"IMP-{i.trade.code}-B"
    i.twin(i.trade.importer, other)
    i.change(ShipmentReceived, importer=other)
    i.said_by(i.of(ShipmentReceived), f"SYS-{other}")
    i.expect("M-59", i.shipment, "importer")


shipments.rows(
    Row("never-arrived", "M-59", on.consigned, "A shipment leaves and is never heard of.",
        _never_arrived, "{i.shipment}", "arrival"),
)  # fmt: skip


@shipments.fault("M-45", on.consigned)
def arrived_before_leaving(i: Scenario) -> None:
    """A shipment is taken in on the day before it leaves."""
    received = i.of(ShipmentReceived)
    i.omit(ShipmentReceived)
    early = i.again(received, i.of(ShipmentDeparted).at - received.at - MICROS_A_DAY)
    i.expect("M-45", early.id, f"SHIPPED {i.shipment} {i.mark}")


@shipments.fault("M-45", on.consigned)
def received_before_sent(i: Scenario) -> None:
    """Seals are taken in an hour before they are sent."""
    sent, received = i.of(s.SealsDispatched), i.of(s.SealsReceived)
    i.omit(s.SealsReceived, 0)
    early = i.again(received, sent.at - received.at - 60 * MICROS_A_MINUTE)
    i.expect("M-45", early.id, f"TRANSIT {sent.fields['dispatch']} {i.mark}")


def _removed(i: Scenario, found_at: str, after: int, holder: str, site: str) -> None:
    """Seals of five units are taken off; so much less is sold."""
    first = i.of(s.SealsApplied)
    i.more(GoodsSold, units=-5)
    desk = first.desk if holder == i.trade.sealer else i.trade.dock
    taken_off = i.book.say(
        s.SealsRemoved, first.at + after, desk, mark=i.mark, lot=i.lot,
        label=i.trade.label(i.trade.goods[0]), found_at=found_at, holder=holder, site=site, units=5,
        count=5, method="REMOVED", cause="pack torn",
    )  # fmt: skip
    place = f"LOT {i.lot}" if found_at == "LOT" else f"DELIVERED {holder}"
    i.expect("M-45", taken_off.id, f"{place} {i.mark}")


@shipments.fault("M-45", on.domestic)
def removed_before_sealing(i: Scenario) -> None:
    """Seals are taken off a lot a quarter of an hour before any was attached.

    No label was on the lot then, so the year's weight is not less for it.
    """
    i.year = {"quantity": weight(i.grams)}
    _removed(i, "LOT", -15 * MICROS_A_MINUTE, i.trade.sealer, i.trade.site)


@shipments.fault("M-45", on.consigned)
def removed_before_arrival(i: Scenario) -> None:
    """The importer takes seals off goods a day before they reach it."""
    early = i.of(ShipmentReceived).at - i.of(s.SealsApplied).at - MICROS_A_DAY
    _removed(i, "DELIVERED", early, i.trade.importer, i.trade.store)
