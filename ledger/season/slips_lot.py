"""Slips with lots: sealed beyond what there is, sold unsealed, divided or made without a check."""

from datetime import date

from ledger.facts import lots as t
from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.scalars import MICROS_A_DAY, Weight
from ledger.facts.shipments import GoodsSold
from ledger.season import slip_lanes as on
from ledger.season.goods import weight
from ledger.season.island import Island, slip
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.paperwork import number


@slip("M-18", on.domestic)
def over_sealing(i: Island) -> None:
    """A lot of 280 units gets seals for 300; it weighs enough for both."""
    i.change(t.LotRecorded, units=280)
    i.expect("M-18", i.lot, "JAS")


@slip("M-18", on.consigned)
def over_sealed_shipment(i: Island) -> None:
    """An exporter seals and ships 300 units of a lot of 270; papers and seals agree."""
    i.change(t.LotRecorded, units=270)
    i.expect("M-18", i.lot, "JAS")


@slip("M-19", on.domestic)
def unknown_lot(i: Island) -> None:
    """A lot is sold abroad that nobody recorded."""
    ghost = f"L-{i.lane.code}-404"
    i.again(i.of(GoodsSold), MICROS_A_MINUTE, lot=ghost, units=10, country="TW")
    i.expect("M-19", ghost)


@slip("M-20", on.consigned)
def over_certified(i: Island) -> None:
    """A second certificate for a shipment that never left covers the same lot."""
    lane = i.lane
    i.again(
        i.of(ExportCertificateIssued), MICROS_A_MINUTE, number=number(lane, 2), request=None,
        shipment=f"SH-{lane.code}-never",
    )  # fmt: skip
    i.expect("M-20", i.lot)


@slip("M-30", on.domestic)
def unsealed_sale(i: Island) -> None:
    """Ten more units are sold as organic than were sealed."""
    i.of(GoodsSold).fields["units"] += 10
    i.expect("M-30", i.lot, i.lane.importer)


@slip("M-32", on.domestic)
def rejected_after_sealing(i: Island) -> None:
    """A sealed lot is rejected, and nobody takes the seals off."""
    i.again(i.of(t.LotGraded), 5 * MICROS_A_DAY, result="NON_CONFORMING", method_conforms=False)
    i.expect("M-32", i.lot, i.mark)


@slip("M-37", on.domestic)
def unshipped_seals(i: Island) -> None:
    """A sealed lot stands in the shed for half a year."""
    i.omit(GoodsSold)
    i.expect("M-37", i.lot, i.mark)


@slip("M-55", on.domestic)
def input_not_verified(i: Island) -> None:
    """Organic soy goes in, and nobody looked for its mark."""
    raw = f"L-{i.lane.code}-raw"
    line = t.Input(lot=raw, quantity=Weight("50.000"), label_verified=False)
    i.change(t.LotRecorded, inputs=(line,))
    i.expect("M-55", i.lot, raw)


@slip("M-55", on.subdivided)
def bulk_not_verified(i: Island) -> None:
    """A subdivider packs goods without having looked for their mark."""
    bulk = str(i.of(t.InputVerified).fields["lot"])
    i.omit(t.InputVerified)
    i.expect("M-55", bulk, bulk)


@slip("M-56", on.subdivided)
def subdivision_imbalance(i: Island) -> None:
    """More comes out of a bulk lot than went in."""
    lane = i.lane
    bulk = i.of(t.LotRecorded)
    packs = i.work.batches[0].units * lane.goods[0].pack_grams
    bulk.fields["quantity"] = weight(packs - 500)
    i.expect("M-56", str(bulk.fields["lot"]))


@slip("M-57", on.grower)
def field_too_young(i: Island) -> None:
    """Pears from an orchard taken up two years ago are sold as organic."""
    field = t.Field(
        crop="PERENNIAL", registered_on=date(2023, 11, 1), land="CULTIVATED",
        last_prohibited_input_on=date(2023, 10, 1),
    )  # fmt: skip
    i.change(t.LotRecorded, field=field)
    i.expect("M-57", i.lot, f"{i.lane.label(i.lane.goods[0])} 1")


@slip("M-57", on.grower)
def field_of_another_crop(i: Island) -> None:
    """Orchard fruit is recorded as gathered in the wild."""
    field = t.Field(
        crop="WILD", registered_on=date(2016, 4, 1), last_prohibited_input_on=date(2015, 3, 1)
    )
    i.change(t.LotRecorded, field=field)
    i.expect("M-57", i.lot, f"{i.lane.label(i.lane.goods[0])} 1")
