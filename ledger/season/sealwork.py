"""Seals going onto goods: thousands of small scans on a few lines, with their mishaps."""

from typing import Any

from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.season.book import Desk
from ledger.season.enrolment import SCANNERS_A_LANE
from ledger.season.trade_season import Batch, TradeSeason
from ledger.season.trades import Mode

_SPOIL_REASONS = ("TORN", "MACHINE", "MISPRINT", "WET", "MISAPPLIED")


def sealed(c: TradeSeason) -> None:
    """Every lot is sealed, scan by scan; seals tear now and then."""
    trade = c.trade
    lines = [trade.scanner(n + 1) for n in range(SCANNERS_A_LANE)]
    scans = sum(len(batch.plan) for batch in c.batches)
    every = max(1, scans // len(c.spoils))
    spoils = list(c.spoils)
    done = 0
    c.office_day(1, lines[0].offset)
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
        "mark": trade.mark, "holder": trade.sealer, "site": trade.site, "lot": batch.lot,
        "label": trade.label(good), "label_version": 1, "units": units, "count": count,
        "line": f"L{line.source[-1]}", **c.numbers(count),
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
    trade = c.trade
    c.clock += 5 * MICROS_A_SECOND
    c.say(
        s.SealsSpoiled, line, mark=trade.mark, holder=trade.sealer, site=trade.site, count=count,
        reason=c.rng.choice(_SPOIL_REASONS), **c.numbers(count),
    )  # fmt: skip


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
    c.office_day(1, c.trade.scanner(1).offset)
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
