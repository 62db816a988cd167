"""Lots: recorded with their field, made with records, graded, divided, held and let go."""

from datetime import date, timedelta
from typing import Any, Final

from ledger.facts import lots as t
from ledger.facts.scalars import Area, Quantity, WeightOrZero
from ledger.season.goods import Good, weight
from ledger.season.moments import day_of, local_day_number
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import activities

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
        c.office_day(0, office.offset)
        produced = local_day_number(c.clock, office.offset)
        lot_recorded(c, batch, produced)
        if trade.jas_route:
            process_recorded(c, batch.lot, batch.good, produced)
        c.pause(3600, 7200)
        graded(c, batch.lot)


def lot_recorded(c: TradeSeason, batch: Batch, produced: int, **changes: Any) -> str:
    """A lot of so many units of a pack; the event's id."""
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
    c.book.pack(batch.lot, trade.product(good), good.pack_grams)
    return c.say(t.LotRecorded, trade.office(trade.producer), **(fields | changes))


def unsealed(c: TradeSeason, good: Good) -> Batch:
    """A lot that will bear no seal."""
    office = c.trade.office(c.trade.producer)
    batch = Batch(f"L-{c.name}-U", good, [], c.rng.randint(100, 400))
    c.office_day(1, office.offset)
    lot_recorded(c, batch, local_day_number(c.clock, office.offset))
    return batch


def process_recorded(c: TradeSeason, lot: str, good: Good, produced: int) -> None:
    """The process record of a lot made under JAS: an entry for each activity asked for."""
    trade = c.trade
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


def graded(c: TradeSeason, lot: str, **changes: Any) -> str:
    """A trained grader finds the lot conforming."""
    trade = c.trade
    fields: dict[str, Any] = {
        "lot": lot, "result": "CONFORMING", "grader": trade.person("grader"),
        "records_complete": True, "linked_to_lot": True, "method_conforms": True,
        "label_conforms": True,
    }  # fmt: skip
    return c.say(t.LotGraded, trade.office(trade.producer), **(fields | changes))


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
    house = trade.office(trade.operator)
    c.office_day(1, house.offset)
    c.say(
        t.InputVerified, house, lot=bulk, operator=trade.operator, mark_seen="JAS",
        evidence="CONTAINER",
    )  # fmt: skip
    c.pause(3600, 5400)
    children = []
    for batch in c.batches:
        grams = batch.units * good.pack_grams
        c.book.pack(batch.lot, trade.product(good), good.pack_grams)
        children.append(
            t.Child(
                lot=batch.lot,
                units=batch.units,
                pack_weight=weight(good.pack_grams),
                quantity=weight(grams),
            )
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
    c.office_day(2, office.offset)
    c.say(t.LotReleased, office, lot=c.batches[0].lot, reason="nothing found")
