"""What happens to seals in hand: printed, sent, received, sampled, counted, destroyed."""

from typing import Any, Final

from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.season.book import Stocks
from ledger.season.trade_season import TradeSeason
from ledger.season.trades import Mode

SERIALS_A_TRADE_SEASON: Final = 1_000_000
"""Numbers set aside for a trade season, so that no two of them share any."""
_SPARE_SEALS: Final = 25
"""Printed beyond what is sent on; they stay with the importer."""


def supplied(c: TradeSeason) -> None:
    """Seals are printed for the licensee and reach the place where they are attached."""
    trade = c.trade
    if trade.serialised:
        c.serial = 1 + c.number * SERIALS_A_TRADE_SEASON
    first = {"first": c.serial, "last": c.serial + c.supply - 1} if c.serial else {}
    consigned = trade.mode is Mode.CONSIGNED
    spare = _SPARE_SEALS if consigned and not trade.serialised else 0
    home = trade.store if consigned else trade.site
    c.say(
        s.SealsIssued, trade.office(trade.rcb), mark=trade.mark, holder=trade.licensee, site=home,
        count=c.supply + spare, print_run=f"RUN-{c.name}", **first,
    )  # fmt: skip
    if not consigned:
        return
    roll: dict[str, Any] = {
        "dispatch": f"D-{c.name}", "mark": trade.mark, "count": c.supply, **first
    }  # fmt: skip
    c.office_day(1, trade.dock.offset)
    c.say(
        s.SealsDispatched, trade.dock, purpose="SUPPLY", from_holder=trade.licensee,
        from_site=trade.store, to_holder=trade.operator, to_site=trade.site, **roll,
    )  # fmt: skip
    scanner = trade.scanner(1)
    c.office_day(c.rng.randint(4, 7), scanner.offset)
    held = {"holder": trade.operator, "site": trade.site}
    c.say(s.SealsReceived, scanner, condition="GOOD", **held, **roll)


def sampled(c: TradeSeason) -> None:
    """Two seals go into the file as samples."""
    if not c.sampled:
        return
    trade = c.trade
    c.pause(1800, 3600)
    c.say(
        s.SealsSampled, trade.scanner(1), mark=trade.mark, holder=trade.sealer, site=trade.site,
        count=c.sampled, purpose="kept with the roll's delivery note", **c.numbers(c.sampled),
    )  # fmt: skip


def lost_and_found(c: TradeSeason) -> None:
    """A roll is reported lost, and the report taken back when it turns up."""
    if "lost and found" not in c.extras:
        return
    trade = c.trade
    office = trade.office(trade.sealer)
    c.office_day(1, office.offset)
    lost = c.say(
        s.SealsLost, office, counts=False, documents=1, mark=trade.mark, holder=trade.sealer,
        site=trade.site, count=20, cause="LOST",
        discovered_on=c.today(office.offset),
    )  # fmt: skip
    c.office_day(1, office.offset)
    c.say(
        EventRetracted, office, target=lost, reason="DID_NOT_HAPPEN",
        note="the roll lay behind the pallet",
    )  # fmt: skip


def given_up(c: TradeSeason) -> None:
    """The rest of a numbered roll is given up, so that no number is left lying about."""
    if c.serial is None:
        return
    trade = c.trade
    c.pause(600, 1200)
    c.say(
        s.SealsSpoiled, trade.scanner(1), mark=trade.mark, holder=trade.sealer, site=trade.site,
        count=c.leftover, reason="UNUSED", **c.numbers(c.leftover),
    )  # fmt: skip


def counted(c: TradeSeason) -> None:
    """The stock is counted by two people; what is missing is adjusted with a reason."""
    trade = c.trade
    place = {"mark": trade.mark, "holder": trade.sealer, "site": trade.site}
    scanner = trade.scanner(1)
    c.office_day(1, scanner.offset)
    short = c.short

    def found(stocks: Stocks) -> dict[str, Any]:
        return {
            "counted": stocks.usable(trade.mark, trade.sealer, trade.site) - short,
            "spoiled_counted": stocks.spoiled(trade.mark, trade.sealer, trade.site),
        }

    count = c.say(
        s.SealsCounted, scanner, found, actor=trade.person("counter"),
        counted_by=trade.person("counter"), second_person=trade.person("second"), **place,
    )  # fmt: skip
    if short:
        c.office_day(1, scanner.offset)
        c.say(
            s.StockAdjusted, trade.office(trade.sealer), actor=trade.person("clerk"), delta=-short,
            count_event=count, reason="LOSS", approved_by=trade.person("head"), **place,
        )  # fmt: skip


def destroyed(c: TradeSeason) -> None:
    """Spoiled seals are shredded before a witness; of numbered ones the rest of the roll."""
    trade = c.trade
    count, numbers = sum(c.spoils), {}
    if c.serial is not None:
        count = c.leftover
        numbers = {"first": c.serial - count, "last": c.serial - 1}
    office = trade.office(trade.sealer)
    c.office_day(2, office.offset)
    c.say(
        s.SealsDestroyed, office, documents=1, mark=trade.mark, holder=trade.sealer,
        site=trade.site, count=count, method="shredded", witness=trade.person("witness"), **numbers,
    )  # fmt: skip
