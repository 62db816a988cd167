"""A trade at work: its seasons one after the other, its closing, and its report of the year."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from ledger.season import carriage, closing, goodswork, paperwork, sealwork, stockwork
from ledger.season.book import Book, Said
from ledger.season.moments import FILING_DAY, FIRST_DAY, LAST_SEALING, day_number, moment
from ledger.season.trade_season import (
    EXTRAS_FROM_EVENTS,
    LEAD_DAYS,
    TradeSeason,
    extras_of,
    goods_of,
    planned,
)
from ledger.season.trades import Mode, Trade

LOTS_MAX: Final = 2
_EXTRAS_A_TRADE_SEASON: Final = 3
_SEVEN_O_CLOCK: Final = 7 * 3600


@dataclass(frozen=True, slots=True)
class Plan:
    """How many events each trade season of a trade may use, and how many lots each makes."""

    trade: Trade
    budgets: tuple[int, ...]
    lots: int


def products_used(trade: Trade, seasons: int, lots: int) -> int:
    """How many products the trade seals, and reports for the year."""
    used = {good.code for n in range(seasons) for good in goods_of(trade, n, lots)}
    return len(used)


def worked(plan: Plan, rng: Random) -> Iterator[Said]:
    """Everything a trade says, in order of time."""
    trade, book = plan.trade, Book(rng)
    first = day_number(FIRST_DAY)
    span = day_number(LAST_SEALING) - LEAD_DAYS[trade.mode] - first
    incidents = extras_of(trade)
    serial = 1
    for number, budget in enumerate(plan.budgets):
        start = first + number * span // len(plan.budgets)
        extras: frozenset[str] = frozenset()
        if budget >= EXTRAS_FROM_EVENTS:
            at = number * _EXTRAS_A_TRADE_SEASON
            extras = frozenset(
                incidents[(at + n) % len(incidents)] for n in range(_EXTRAS_A_TRADE_SEASON)
            )
        c = TradeSeason(trade, book, number, start, budget, plan.lots, extras)
        c.clock = moment(start, _SEVEN_O_CLOCK + rng.uniform(0, 3000), trade.offset(trade.rcb))
        yield from book.until(c.clock)
        before = book.said
        serial = trade_season_worked(planned(c), serial)
        if book.said - before != budget:
            raise AssertionError(f"{c.name}: {book.said - before} events, {budget} planned")
    closing.closed(trade, book)
    yield from book.until(moment(day_number(FILING_DAY), 0, 0))
    closing.year_reported(trade, book)
    yield from book.until(None)


def trade_season_worked(c: TradeSeason, serial: int) -> int:
    """One trade season from first to last; the next certificate number."""
    match c.trade.mode:
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


def _consigned(c: TradeSeason, serial: int) -> int:
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


def _importer_applies(c: TradeSeason, serial: int) -> int:
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


def _own_use(c: TradeSeason) -> None:
    stockwork.supplied(c)
    goodswork.made(c)
    _sealing(c)


def _sealing(c: TradeSeason) -> None:
    stockwork.sampled(c)
    stockwork.lost_and_found(c)
    goodswork.held(c)
    sealwork.sealed(c)
    stockwork.given_up(c)
    sealwork.removed(c)
    stockwork.counted(c)
    stockwork.destroyed(c)


def _unsealed(c: TradeSeason) -> None:
    """A lot of goods that bear no seal, made and sold."""
    goods = c.trade.unsealed
    if not goods:
        return
    batch = goodswork.unsealed(c, goods[c.number % len(goods)])
    carriage.sold_batch(c, batch)


def _taken_in(c: TradeSeason) -> None:
    carriage.returned(c)
    carriage.arrived(c)
    carriage.unsealed(c)
    carriage.complaint(c)
    carriage.sold(c)
