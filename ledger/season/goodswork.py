"""Lots: recorded with their field, made with records, graded, divided, held and let go.

Then carriage and sale: departures, returns from the port, arrivals, complaints, what is sold.
"""

from datetime import date, timedelta
from typing import Any, Final

from ledger.facts import lots as t
from ledger.facts import shipments as g
from ledger.facts.documents import ComplaintReceived
from ledger.facts.scalars import Area, Quantity, WeightOrZero
from ledger.season.book import Desk
from ledger.season.farming import Farm
from ledger.season.goods import Good, weight
from ledger.season.herds import herd_name
from ledger.season.moments import day_of, local_day_number
from ledger.season.paperwork import reference
from ledger.season.sealwork import unseal
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import Mode, activities

_FIELD: Final = {"registered_on": date(2016, 4, 1), "last_prohibited_input_on": date(2015, 3, 1)}
_YOUNG_FIELD: Final = {
    "registered_on": date(2024, 3, 1), "last_prohibited_input_on": date(2024, 2, 15)
}  # fmt: skip
_HENS: Final = 400
_USED: Final = {
    "MATERIAL": ("PLANT_RESIDUE_COMPOST", "350.000", "kg"), "POST_HARVEST": ("NITROGEN", None, None)
}  # fmt: skip
_SHELF_LIFE_DAYS: Final = 400


def made(c: TradeSeason) -> None:
    """Every lot is made, recorded, and graded as conforming."""
    trade = c.trade
    office = trade.office(trade.producer)
    for batch in c.batches:
        c.office_day(0, office)
        produced = local_day_number(c.clock, office.offset)
        lot_recorded(c, batch, produced)
        if trade.jas_route:
            process_recorded(c, batch.lot, batch.good, produced)
        c.pause(3600, 7200)
        graded(c, batch.lot)


def lot_recorded(c: TradeSeason, batch: Batch, produced: int, **changes: Any) -> None:
    """A lot of so many units of a pack."""
    trade, good = c.trade, batch.good
    day = day_of(produced)
    fields: dict[str, Any] = {
        "lot": batch.lot, "operator": trade.producer, "number": batch.lot[2:],
        "product": trade.product(good), "quantity": weight(batch.units * good.pack_grams),
        "units": batch.units, "pack_weight": weight(good.pack_grams), "status": good.status,
        "produced_on": day, "best_before": day + timedelta(days=_SHELF_LIFE_DAYS),
    }  # fmt: skip
    if good.crop:
        ages = _YOUNG_FIELD if good.status == "IN_CONVERSION" else _FIELD
        fields["field"] = t.Field(crop=good.crop, **ages)  # type: ignore[arg-type]  # a name of the catalogue
    if trade.herd(good) is not None:
        fields["herds"] = (herd_name(batch.lot),)
    c.book.pack(batch.lot, trade.product(good), good.pack_grams)
    c.say(t.LotRecorded, trade.office(trade.producer), **(fields | changes))


def made_unsealed(c: TradeSeason, good: Good) -> Batch:
    """A lot that will bear no seal."""
    office = c.trade.office(c.trade.producer)
    batch = Batch(f"L-{c.name}-U", good, [], c.rng.randint(100, 400))
    c.office_day(1, office)
    lot_recorded(c, batch, local_day_number(c.clock, office.offset))
    return batch


def process_recorded(c: TradeSeason, lot: str, good: Good, produced: int) -> None:
    """The process record of a lot made under JAS: an entry for each activity asked for.

    Of a farm's goods it is that of their herd, with the herd itself.
    """
    trade = c.trade
    herd = trade.herd(good)
    if herd is not None:
        Farm(c, herd, lot, produced).told()
        return
    office = trade.office(trade.producer)
    for activity in activities(good.class_):
        c.pause(30, 90)
        fields: dict[str, Any] = {}
        if activity in _USED and good.class_ in ("PLANT", "WILD_PLANT"):
            substance, quantity, unit = _USED[activity]
            fields["substance"] = substance
            if quantity and unit:
                fields |= {"quantity": Quantity(quantity), "unit": unit}
        if activity == "HOUSING":
            fields = {"heads": _HENS, "indoor_m2": Area("52.000"), "outdoor_m2": Area("60.000")}
        c.say(
            t.ProcessRecorded, office, actor=trade.person("manager"), lot=lot,
            operator=trade.producer, activity=activity, on=day_of(produced), **fields,
        )  # fmt: skip


def graded(c: TradeSeason, lot: str) -> None:
    """A trained grader finds the lot conforming."""
    c.say(
        t.LotGraded, c.trade.office(c.trade.producer), lot=lot, result="CONFORMING",
        grader=c.trade.person("grader"), records_complete=True, linked_to_lot=True,
        method_conforms=True, label_conforms=True,
    )  # fmt: skip


def divided(c: TradeSeason) -> None:
    """A subdivider checks the mark of a bulk lot and packs it anew: the lots are its children."""
    trade, good = c.trade, c.batches[0].good
    bulk = f"L-{c.name}-0"
    packs = sum(batch.units for batch in c.batches)
    loss = 250
    source = Batch(bulk, good, [], packs)
    office = trade.office(trade.producer)
    produced = local_day_number(c.clock, office.offset)
    lot_recorded(
        c, source, produced, units=None, pack_weight=None,
        quantity=weight(packs * good.pack_grams + loss),
    )  # fmt: skip
    process_recorded(c, bulk, good, produced)
    c.pause(3600, 7200)
    graded(c, bulk)
    house = c.office_day(1, trade.office(trade.operator))
    c.say(
        t.InputVerified, house, lot=bulk, operator=trade.operator, mark_seen="JAS",
        evidence="CONTAINER",
    )  # fmt: skip
    c.pause(3600, 5400)
    children = []
    for batch in c.batches:
        c.book.pack(batch.lot, trade.product(good), good.pack_grams)
        quantity, pack = weight(batch.units * good.pack_grams), weight(good.pack_grams)
        children.append(
            t.Child(lot=batch.lot, units=batch.units, pack_weight=pack, quantity=quantity)
        )
    c.say(
        t.LotSubdivided, house, actor=trade.person("divider"), lot=bulk, operator=trade.operator,
        children=tuple(children), loss=WeightOrZero("0.250"),
    )  # fmt: skip


def held(c: TradeSeason) -> None:
    """A lot waits for a laboratory and is let go."""
    if "held" not in c.extras:
        return
    office = c.trade.office(c.trade.operator)
    c.pause(1200, 2400)
    c.say(t.LotHeld, office, lot=c.batches[0].lot, cause="residue analysis outstanding")
    c.office_day(2, office)
    c.say(t.LotReleased, office, lot=c.batches[0].lot, reason="nothing found")


def departed_lines(c: TradeSeason, *, sealed: bool) -> tuple[g.DepartedLine, ...]:
    """What leaves, with its seals or without."""
    trade = c.trade
    return tuple(
        g.DepartedLine(
            **batch.line(trade, batch.shipped),
            pack_weight=weight(batch.good.pack_grams),
            mark=trade.mark if sealed else None,
            seals=batch.shipped * batch.good.seals_per_unit if sealed else 0,
        )
        for batch in c.batches
    )


def departed(c: TradeSeason) -> None:
    """The goods leave for Japan."""
    trade = c.trade
    scanner = c.office_day(1, Desk(f"SYS-{trade.operator}", trade.offset(trade.operator)))
    c.say(
        g.ShipmentDeparted, scanner, shipment=c.shipment, exporter=trade.operator,
        importer=trade.importer, site=f"{trade.operator}-{trade.code}-W1",
        sealing_mode=str(trade.mode), origin=trade.country, destination="JP",
        transport=trade.transport, transport_seal=f"TS{c.rng.randint(100_000, 999_999)}",
        contract=trade.contract if trade.mode is Mode.CONSIGNED else None,
        certificate=reference(c) if trade.agent else None,
        lines=departed_lines(c, sealed=trade.mode is not Mode.IMPORTER_APPLIES),
    )  # fmt: skip


def returned(c: TradeSeason) -> None:
    """A few packs never leave the port, come back and lose their seals."""
    if "returned" not in c.extras:
        return
    trade, batch = c.trade, c.batches[0]
    batch.returned = batch.gone = c.rng.randint(1, 3)
    office = c.office_day(2, trade.office(trade.importer))
    line = g.ReturnedLine(
        lot=batch.lot, units=batch.returned, mark=trade.mark,
        seals=batch.returned * batch.good.seals_per_unit,
    )  # fmt: skip
    c.say(
        g.GoodsReturned, office, shipment=c.shipment, importer=trade.importer,
        returned_from="SHIPPED", site=trade.site, lines=(line,),
    )  # fmt: skip
    c.office_day(1, trade.scanner(1))
    unseal(c, batch, batch.returned, "LOT", "returned from the port wet")


def arrived(c: TradeSeason) -> None:
    """The importer takes in what left and did not come back."""
    trade = c.trade
    sealed = trade.mode is not Mode.IMPORTER_APPLIES
    c.office_day(c.rng.randint(14, 20), trade.dock)
    came = [(batch, batch.shipped - batch.returned) for batch in c.batches]
    c.say(
        g.ShipmentReceived, trade.dock, shipment=c.shipment, importer=trade.importer,
        site=trade.store, condition="sound", certificate_seen=True, report_seen=True,
        originals_seen=True,
        lines=tuple(
            g.ReceivedLine(
                lot=batch.lot, units=units, net_weight=weight(units * batch.good.pack_grams),
                mark=trade.mark if sealed else None,
                seals=units * batch.good.seals_per_unit if sealed else 0,
            )
            for batch, units in came
        ),
    )  # fmt: skip


def unsealed(c: TradeSeason) -> None:
    """The importer takes the seals off packs it will not sell."""
    if "unsealed" not in c.extras:
        return
    batch = c.batches[0]
    units = c.rng.randint(1, 3)
    batch.gone += units
    c.office_day(1, c.trade.dock)
    unseal(c, batch, units, "DELIVERED", "pack torn in transit, not for sale")


def complaint(c: TradeSeason) -> None:
    """A buyer complains and gets an answer."""
    if "complaint" not in c.extras:
        return
    trade = c.trade
    office = c.office_day(2, trade.office(trade.importer))
    c.say(
        ComplaintReceived, office, complaint=f"CP-{c.name}", party=trade.importer,
        kind="COMPLAINT", lot=c.batches[0].lot, answered_on=c.today(office.offset),
    )  # fmt: skip


def sold(c: TradeSeason) -> None:
    """Everything is sold under the claim of its label, by people who attach no seals."""
    for batch in c.batches:
        sold_batch(c, batch)


def sold_batch(c: TradeSeason, batch: Batch) -> None:
    """A lot is sold; what is meant for buyers abroad goes to Germany."""
    trade = c.trade
    office = trade.office(trade.importer)
    country = "JP" if trade.scheme == "JAS" else trade.country
    c.office_day(1, office)
    c.say(
        g.GoodsSold, office, actor=trade.person("sales"), importer=trade.importer, lot=batch.lot,
        product=trade.product(batch.good), units=batch.shipped - batch.gone,
        claim=batch.good.claim, country="DE" if batch.good.claim == "BUD_ABROAD" else country,
    )  # fmt: skip
