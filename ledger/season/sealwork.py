"""Seals in hand and on goods: printed, sent, received, sampled, attached, counted, destroyed.

They go onto goods by thousands of small scans on a few lines, with their mishaps.
"""

from typing import Any, Final

from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.season.book import Desk, Stocks
from ledger.season.enrolment import SCANNERS_A_LANE
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import Mode

_SPOIL_REASONS = ("TORN", "MACHINE", "MISPRINT", "WET", "MISAPPLIED")
SERIALS_A_TRADE_SEASON: Final = 1_000_000
"""Numbers set aside for a trade season, so that no two of them share any."""
_SPARE_SEALS: Final = 25
"""Printed beyond what is sent on; they stay with the importer."""


def sealed(c: TradeSeason) -> None:
    """Every lot is sealed, scan by scan; seals tear now and then."""
    trade = c.trade
    lines = [trade.scanner(n + 1) for n in range(SCANNERS_A_LANE)]
    scans = sum(len(batch.plan) for batch in c.batches)
    every = max(1, scans // len(c.spoils))
    spoils = list(c.spoils)
    done = 0
    c.office_day(1, lines[0])
    for batch in c.batches:
        for units in batch.plan:
            c.shift(lines[0].offset)
            _scan(c, batch, units, c.rng.choice(lines), done)
            done += 1
            if spoils and done % every == 0:
                _spoil(c, lines[0], spoils.pop())
            c.pause(15, 45)
    for count in spoils:
        _spoil(c, lines[0], count)


def _scan(c: TradeSeason, batch: Batch, units: int, line: Desk, done: int) -> None:
    trade, good = c.trade, batch.good
    count = units * good.seals_per_unit
    fields: dict[str, Any] = {
        **trade.shelf, "lot": batch.lot, "label": trade.label(good), "label_version": 1,
        "units": units, "count": count, "line": f"L{line.source[-1]}", **c.numbers(count),
    }  # fmt: skip
    if trade.mode is Mode.CONSIGNED:
        fields["contract"] = trade.contract
    batch.sealed_last = fields.get("last")
    if done == 1 and "corrected" in c.extras:
        wrong = {**fields, "line": "L9"}
        if c.serial is None:
            wrong |= {"units": units + 10, "count": (units + 10) * good.seals_per_unit}
        first = c.say(s.SealsApplied, line, counts=False, **wrong)
        c.pause(60, 200)
        c.scans.append(c.say(s.SealsApplied, line, corrects=first, **fields))
        return
    c.scans.append(c.say(s.SealsApplied, line, **fields))
    if done == 2 and "doubled" in c.extras:
        c.pause(2, 6)
        double = c.say(s.SealsApplied, line, counts=False, **fields)
        c.pause(60, 200)
        c.say(EventRetracted, line, target=double, reason="DUPLICATE")


def _spoil(c: TradeSeason, line: Desk, count: int) -> None:
    c.clock += 5 * MICROS_A_SECOND
    reason = c.rng.choice(_SPOIL_REASONS)
    c.say(s.SealsSpoiled, line, **c.trade.shelf, count=count, reason=reason, **c.numbers(count))


def tail(batch: Batch, count: int) -> dict[str, int]:
    """The last numbers attached to a lot, taken off it; nothing where seals bear none."""
    if batch.sealed_last is None:
        return {}
    last = batch.sealed_last
    batch.sealed_last = last - count
    return {"first": last - count + 1, "last": last}


def removed(c: TradeSeason) -> None:
    """Crushed packs lose their seals before they leave."""
    if "removed" not in c.extras:
        return
    batch = c.batches[-1]
    batch.removed = c.rng.randint(1, 3)
    c.office_day(1, c.trade.scanner(1))
    unseal(c, batch, batch.removed, "LOT", "pack crushed by the pallet above")


def unseal(c: TradeSeason, batch: Batch, units: int, found_at: str, cause: str) -> None:
    """Seals of some units are taken off where the goods are."""
    trade = c.trade
    count = units * batch.good.seals_per_unit
    here = found_at == "LOT"
    c.say(
        s.SealsRemoved, trade.scanner(1) if here else trade.dock, mark=trade.mark, lot=batch.lot,
        label=trade.label(batch.good), found_at=found_at, units=units, count=count, cause=cause,
        holder=trade.sealer if here else trade.importer, site=trade.site if here else trade.store,
        method="REMOVED" if here else "OBLITERATED", **tail(batch, count),
    )  # fmt: skip


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
    roll: dict[str, Any] = {"dispatch": f"D-{c.name}", "count": c.supply, **first}
    c.office_day(1, trade.dock)
    c.say(s.SealsDispatched, trade.dock, **trade.sent_on, **roll)
    scanner = c.office_day(c.rng.randint(4, 7), trade.scanner(1))
    c.say(s.SealsReceived, scanner, condition="GOOD", **trade.shelf, **roll)


def sampled(c: TradeSeason) -> None:
    """Two seals go into the file as samples."""
    if not c.sampled:
        return
    c.pause(1800, 3600)
    c.say(
        s.SealsSampled, c.trade.scanner(1), **c.trade.shelf, count=c.sampled,
        purpose="kept with the roll's delivery note", **c.numbers(c.sampled),
    )  # fmt: skip


def lost_and_found(c: TradeSeason) -> None:
    """A roll is reported lost, and the report taken back when it turns up."""
    if "lost and found" not in c.extras:
        return
    trade = c.trade
    office = c.office_day(1, trade.office(trade.sealer))
    lost = c.say(
        s.SealsLost, office, counts=False, documents=1, **trade.shelf, count=20, cause="LOST",
        discovered_on=c.today(office.offset),
    )  # fmt: skip
    c.office_day(1, office)
    c.say(
        EventRetracted, office, target=lost, reason="DID_NOT_HAPPEN",
        note="the roll lay behind the pallet",
    )  # fmt: skip


def given_up(c: TradeSeason) -> None:
    """The rest of a numbered roll is given up, so that no number is left lying about."""
    if c.serial is None:
        return
    c.pause(600, 1200)
    c.say(
        s.SealsSpoiled, c.trade.scanner(1), **c.trade.shelf, count=c.leftover, reason="UNUSED",
        **c.numbers(c.leftover),
    )  # fmt: skip


def counted(c: TradeSeason) -> None:
    """The stock is counted by two people; what is missing is adjusted with a reason."""
    trade = c.trade
    scanner = c.office_day(1, trade.scanner(1))
    short = c.short

    def found(stocks: Stocks) -> dict[str, Any]:
        return {
            "counted": stocks.usable(**trade.shelf) - short,
            "spoiled_counted": stocks.spoiled(**trade.shelf),
        }

    count = c.say(
        s.SealsCounted, scanner, found, actor=trade.person("counter"),
        counted_by=trade.person("counter"), second_person=trade.person("second"), **trade.shelf,
    )  # fmt: skip
    if short:
        c.office_day(1, scanner)
        c.say(
            s.StockAdjusted, trade.office(trade.sealer), actor=trade.person("clerk"), delta=-short,
            count_event=count, reason="LOSS", approved_by=trade.person("head"), **trade.shelf,
        )  # fmt: skip


def destroyed(c: TradeSeason) -> None:
    """Spoiled seals are shredded before a witness; of numbered ones the rest of the roll."""
    trade = c.trade
    count, numbers = sum(c.spoils), {}
    if c.serial is not None:
        count = c.leftover
        numbers = {"first": c.serial - count, "last": c.serial - 1}
    office = c.office_day(2, trade.office(trade.sealer))
    c.say(
        s.SealsDestroyed, office, documents=1, **trade.shelf, count=count, method="shredded",
        witness=trade.person("witness"), **numbers,
    )  # fmt: skip
