"""Carriage and sale: departures, returns from the port, arrivals, complaints, what is sold."""

from typing import Any

from ledger.facts import shipments as g
from ledger.facts.documents import ComplaintReceived
from ledger.season.book import Desk
from ledger.season.goods import weight
from ledger.season.paperwork import reference
from ledger.season.sealwork import unseal
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import Mode, Trade


def departed_lines(c: TradeSeason, *, sealed: bool) -> tuple[g.DepartedLine, ...]:
    """What leaves, with its seals or without."""
    trade = c.trade
    return tuple(
        g.DepartedLine(
            lot=batch.lot,
            product=trade.product(batch.good),
            units=batch.shipped,
            pack_weight=weight(batch.good.pack_grams),
            net_weight=weight(batch.shipped * batch.good.pack_grams),
            mark=trade.mark if sealed else None,
            seals=batch.shipped * batch.good.seals_per_unit if sealed else 0,
        )
        for batch in c.batches
    )


def departed(c: TradeSeason, serial: int | None, **changes: Any) -> str:
    """The goods leave for Japan, with `changes` to what would be right; the event's id."""
    trade = c.trade
    scanner = Desk(f"SYS-{trade.operator}", trade.offset(trade.operator))
    c.office_day(1, scanner.offset)
    fields: dict[str, Any] = {
        "shipment": c.shipment, "exporter": trade.operator, "importer": trade.importer,
        "site": f"{trade.operator}-{trade.code}-W1", "sealing_mode": str(trade.mode),
        "origin": trade.country, "destination": "JP", "transport": trade.transport,
        "transport_seal": f"TS{c.rng.randint(100_000, 999_999)}",
        "contract": trade.contract if trade.mode is Mode.CONSIGNED else None,
        "certificate": reference(trade, serial) if serial is not None else None,
        "lines": departed_lines(c, sealed=trade.mode is not Mode.IMPORTER_APPLIES),
    }  # fmt: skip
    return c.say(g.ShipmentDeparted, scanner, **(fields | changes))


def returned(c: TradeSeason) -> None:
    """A few packs never leave the port, come back and lose their seals."""
    if "returned" not in c.extras:
        return
    trade, batch = c.trade, c.batches[0]
    batch.returned = batch.gone = c.rng.randint(1, 3)
    office = trade.office(trade.importer)
    c.office_day(2, office.offset)
    line = g.ReturnedLine(
        lot=batch.lot, units=batch.returned, mark=trade.mark,
        seals=batch.returned * batch.good.seals_per_unit,
    )  # fmt: skip
    c.say(
        g.GoodsReturned, office, shipment=c.shipment, importer=trade.importer,
        returned_from="SHIPPED", site=trade.site, lines=(line,),
    )  # fmt: skip
    c.office_day(1, trade.scanner(1).offset)
    unseal(c, batch, batch.returned, "LOT", "returned from the port wet")


def arrived(c: TradeSeason, **changes: Any) -> str:
    """The importer takes the goods in, with `changes`; the event's id."""
    trade = c.trade
    sealed = trade.mode is not Mode.IMPORTER_APPLIES
    c.office_day(c.rng.randint(14, 20), trade.dock.offset)
    fields: dict[str, Any] = {
        "shipment": c.shipment, "importer": trade.importer, "site": trade.store,
        "condition": "sound", "certificate_seen": True, "report_seen": True, "originals_seen": True,
        "lines": tuple(received_line(trade, batch, sealed=sealed) for batch in c.batches),
    }  # fmt: skip
    return c.say(g.ShipmentReceived, trade.dock, **(fields | changes))


def received_line(trade: Trade, batch: Batch, *, sealed: bool) -> g.ReceivedLine:
    """What arrives of a lot: what left and did not come back."""
    units = batch.shipped - batch.returned
    return g.ReceivedLine(
        lot=batch.lot, units=units, net_weight=weight(units * batch.good.pack_grams),
        mark=trade.mark if sealed else None,
        seals=units * batch.good.seals_per_unit if sealed else 0,
    )  # fmt: skip


def unsealed(c: TradeSeason) -> None:
    """The importer takes the seals off packs it will not sell."""
    if "unsealed" not in c.extras:
        return
    batch = c.batches[0]
    units = c.rng.randint(1, 3)
    batch.gone += units
    c.office_day(1, c.trade.dock.offset)
    unseal(c, batch, units, "DELIVERED", "pack torn in transit, not for sale")


def complaint(c: TradeSeason) -> None:
    """A buyer complains and gets an answer."""
    if "complaint" not in c.extras:
        return
    trade = c.trade
    office = trade.office(trade.importer)
    c.office_day(2, office.offset)
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
    c.office_day(1, office.offset)
    c.say(
        g.GoodsSold, office, actor=trade.person("sales"), importer=trade.importer, lot=batch.lot,
        product=trade.product(batch.good), units=batch.shipped - batch.gone,
        claim=batch.good.claim, country="DE" if batch.good.claim == "BUD_ABROAD" else country,
    )  # fmt: skip
