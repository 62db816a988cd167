"""A lane at work: its campaigns one after the other, its closing, and its report of the year."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from ledger.season import carriage, closing, goodswork, paperwork, sealwork, stockwork
from ledger.season.book import Book, Said
from ledger.season.campaign import (
    EXTRAS_FROM_EVENTS,
    LEAD_DAYS,
    Campaign,
    extras_of,
    goods_of,
    planned,
)
from ledger.season.lanes import Lane, Mode
from ledger.season.moments import FILING_DAY, FIRST_DAY, LAST_SEALING, day_number, moment

LOTS_MAX: Final = 2
_EXTRAS_A_CAMPAIGN: Final = 3
_SEVEN_O_CLOCK: Final = 7 * 3600


@dataclass(frozen=True, slots=True)
class Plan:
    """How many events each campaign of a lane may use, and how many lots each makes."""

    lane: Lane
    budgets: tuple[int, ...]
    lots: int


def products_used(lane: Lane, campaigns: int, lots: int) -> int:
    """How many products the lane seals, and reports for the year."""
    used = {good.code for n in range(campaigns) for good in goods_of(lane, n, lots)}
    return len(used)


def worked(plan: Plan, rng: Random) -> Iterator[Said]:
    """Everything a lane says, in order of time."""
    lane, book = plan.lane, Book(rng)
    first = day_number(FIRST_DAY)
    span = day_number(LAST_SEALING) - LEAD_DAYS[lane.mode] - first
    incidents = extras_of(lane)
    serial = 1
    for number, budget in enumerate(plan.budgets):
        start = first + number * span // len(plan.budgets)
        extras: frozenset[str] = frozenset()
        if budget >= EXTRAS_FROM_EVENTS:
            at = number * _EXTRAS_A_CAMPAIGN
            extras = frozenset(
                incidents[(at + n) % len(incidents)] for n in range(_EXTRAS_A_CAMPAIGN)
            )
        c = Campaign(lane, book, number, start, budget, plan.lots, extras)
        c.clock = moment(start, _SEVEN_O_CLOCK + rng.uniform(0, 3000), lane.offset(lane.rcb))
        yield from book.until(c.clock)
        before = book.said
        serial = campaign_worked(planned(c), serial)
        if book.said - before != budget:
            raise AssertionError(f"{c.name}: {book.said - before} events, {budget} planned")
    closing.closed(lane, book)
    yield from book.until(moment(day_number(FILING_DAY), 0, 0))
    closing.year_reported(lane, book)
    yield from book.until(None)


def campaign_worked(c: Campaign, serial: int) -> int:
    """One campaign from first to last; the next certificate number."""
    match c.lane.mode:
        case Mode.CONSIGNED:
            return _consigned(c, serial)
        case Mode.IMPORTER_APPLIES:
            return _importer_applies(c, serial)
        case Mode.DIRECT_JAS:
            _own_use(c)
            carriage.departed(c, None)
            _taken_in(c)
        case Mode.DOMESTIC:
            _own_use(c)
            carriage.complaint(c)
            carriage.sold(c)
            _unsealed(c)
        case Mode.SUBDIVIDED:
            goodswork.divided(c)
            stockwork.supplied(c)
            _sealing(c)
            carriage.complaint(c)
            carriage.sold(c)
    return serial


def _consigned(c: Campaign, serial: int) -> int:
    stockwork.supplied(c)
    goodswork.made(c)
    _sealing(c)
    paperwork.requested(c)
    serial = paperwork.issued(c, serial)
    paperwork.reported(c, serial)
    carriage.departed(c, serial)
    paperwork.documents_sent(c, serial)
    _taken_in(c)
    return serial + 1


def _importer_applies(c: Campaign, serial: int) -> int:
    goodswork.made(c)
    paperwork.requested(c)
    serial = paperwork.issued(c, serial)
    carriage.departed(c, serial)
    paperwork.documents_sent(c, serial)
    carriage.arrived(c)
    stockwork.supplied(c)
    _sealing(c)
    carriage.complaint(c)
    carriage.sold(c)
    return serial + 1


def _own_use(c: Campaign) -> None:
    stockwork.supplied(c)
    goodswork.made(c)
    _sealing(c)


def _sealing(c: Campaign) -> None:
    stockwork.sampled(c)
    stockwork.lost_and_found(c)
    goodswork.held(c)
    sealwork.sealed(c)
    stockwork.given_up(c)
    sealwork.removed(c)
    stockwork.counted(c)
    stockwork.destroyed(c)


def _unsealed(c: Campaign) -> None:
    """A lot of goods that bear no seal, made and sold."""
    goods = c.lane.unsealed
    if not goods:
        return
    batch = goodswork.unsealed(c, goods[c.number % len(goods)])
    carriage.sold_batch(c, batch)


def _taken_in(c: Campaign) -> None:
    carriage.returned(c)
    carriage.arrived(c)
    carriage.unsealed(c)
    carriage.complaint(c)
    carriage.sold(c)
