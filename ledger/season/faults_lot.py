"""Faults with lots: sealed beyond what there is, sold unsealed, divided or made without a check."""

from datetime import date

from ledger.facts import lots as t
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.scalars import MICROS_A_DAY, Weight
from ledger.facts.shipments import GoodsSold
from ledger.season import fault_trades as on
from ledger.season.goods import weight
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.paperwork import number
from ledger.season.scenario import Scenario, fault


@fault("M-18", on.domestic)
def over_sealing(i: Scenario) -> None:
    """A lot of 280 units gets seals for 300; it weighs enough for both."""
    i.change(t.LotRecorded, units=280)
    i.expect("M-18", i.lot, "JAS")


@fault("M-18", on.consigned)
def over_sealed_shipment(i: Scenario) -> None:
    """An exporter seals and ships 300 units of a lot of 270; papers and seals agree."""
    i.change(t.LotRecorded, units=270)
    i.expect("M-18", i.lot, "JAS")


@fault("M-19", on.domestic)
def unknown_lot(i: Scenario) -> None:
    """A lot is sold abroad that nobody recorded."""
    ghost = f"L-{i.trade.code}-404"
    i.again(i.of(GoodsSold), MICROS_A_MINUTE, lot=ghost, units=10, country="TW")
    i.expect("M-19", ghost)


@fault("M-20", on.consigned)
def over_certified(i: Scenario) -> None:
    """A second certificate for a shipment that never left covers the same lot."""
    trade = i.trade
    i.again(
        i.of(ExportCertificateIssued), MICROS_A_MINUTE, number=number(trade, 2), request=None,
        shipment=f"SH-{trade.code}-never",
    )  # fmt: skip
    i.expect("M-20", i.lot)


@fault("M-30", on.domestic)
def unsealed_sale(i: Scenario) -> None:
    """Ten more units are sold as organic than were sealed."""
    i.of(GoodsSold).fields["units"] += 10
    i.expect("M-30", i.lot, i.trade.importer)


@fault("M-32", on.domestic)
def rejected_after_sealing(i: Scenario) -> None:
    """A sealed lot is rejected, and nobody takes the seals off."""
    i.again(i.of(t.LotGraded), 5 * MICROS_A_DAY, result="NON_CONFORMING", method_conforms=False)
    i.expect("M-32", i.lot, i.mark)


@fault("M-37", on.domestic)
def unshipped_seals(i: Scenario) -> None:
    """A sealed lot stands in the shed for half a year."""
    i.omit(GoodsSold)
    i.expect("M-37", i.lot, i.mark)


@fault("M-55", on.domestic)
def input_not_verified(i: Scenario) -> None:
    """Organic soy goes in, and nobody looked for its mark."""
    raw = f"L-{i.trade.code}-raw"
    line = t.Input(lot=raw, quantity=Weight("50.000"), label_verified=False)
    i.change(t.LotRecorded, inputs=(line,))
    i.expect("M-55", i.lot, raw)


@fault("M-55", on.subdivided)
def bulk_not_verified(i: Scenario) -> None:
    """A subdivider packs goods without having looked for their mark."""
    bulk = str(i.of(t.InputVerified).fields["lot"])
    i.omit(t.InputVerified)
    i.expect("M-55", bulk, bulk)


@fault("M-56", on.subdivided)
def subdivision_imbalance(i: Scenario) -> None:
    """More comes out of a bulk lot than went in."""
    trade = i.trade
    bulk = i.of(t.LotRecorded)
    packs = i.work.batches[0].units * trade.goods[0].pack_grams
    bulk.fields["quantity"] = weight(packs - 500)
    i.expect("M-56", str(bulk.fields["lot"]))


@fault("M-57", on.grower)
def field_too_young(i: Scenario) -> None:
    """Pears from an orchard taken up two years ago are sold as organic."""
    field = t.Field(
        crop="PERENNIAL", registered_on=date(2023, 11, 1), land="CULTIVATED",
        last_prohibited_input_on=date(2023, 10, 1),
    )  # fmt: skip
    i.change(t.LotRecorded, field=field)
    i.expect("M-57", i.lot, f"{i.trade.label(i.trade.goods[0])} 1")


@fault("M-57", on.grower)
def field_of_another_crop(i: Scenario) -> None:
    """Orchard fruit is recorded as gathered in the wild."""
    field = t.Field(
        crop="WILD", registered_on=date(2016, 4, 1), last_prohibited_input_on=date(2015, 3, 1)
    )
    i.change(t.LotRecorded, field=field)
    i.expect("M-57", i.lot, f"{i.trade.label(i.trade.goods[0])} 1")
