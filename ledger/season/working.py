"""A trade at work: its seasons one after the other, its closing, and its report of the year.

At the end stock is cleared, contracts are ended, the year is reported, a new roll is printed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from ledger.facts import documents as d
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.scalars import MICROS_A_DAY
from ledger.season import goodswork, paperwork, sealwork
from ledger.season.book import Book, Desk, Said, Stocks
from ledger.season.goods import weight
from ledger.season.moments import (
    CLOSING_DAY,
    FILING_DAY,
    FIRST_DAY,
    LAST_SEALING,
    MICROS_A_MINUTE,
    NEXT_ROLL_DAY,
    day_number,
    day_of,
    local_day_number,
    moment,
)
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
_TEN_O_CLOCK: Final = 10 * 3600


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
    closed(trade, book)
    yield from book.until(moment(day_number(FILING_DAY), 0, 0))
    year_reported(trade, book)
    yield from book.until(None)


def _unsealed(c: TradeSeason) -> None:
    """A lot of goods that bear no seal, made and sold."""
    goods = c.trade.unsealed
    if not goods:
        return
    batch = goodswork.made_unsealed(c, goods[c.number % len(goods)])
    goodswork.sold_batch(c, batch)


_SEALING: Final = (
    sealwork.sampled, sealwork.lost_and_found, goodswork.held, sealwork.sealed, sealwork.given_up,
    sealwork.removed, sealwork.counted, sealwork.destroyed,
)  # fmt: skip
_SALE: Final = (goodswork.complaint, goodswork.sold)
_ARRIVAL: Final = (goodswork.returned, goodswork.arrived, goodswork.unsealed, *_SALE)
_STEPS: Final[dict[Mode, tuple[Callable[[TradeSeason], None], ...]]] = {
    Mode.CONSIGNED: (
        sealwork.supplied, goodswork.made, *_SEALING, paperwork.requested, paperwork.issued,
        paperwork.reported, goodswork.departed, paperwork.documents_sent, *_ARRIVAL,
    ),
    Mode.IMPORTER_APPLIES: (
        goodswork.made, paperwork.requested, paperwork.issued, goodswork.departed,
        paperwork.documents_sent, goodswork.arrived, sealwork.supplied, *_SEALING, *_SALE,
    ),
    Mode.DIRECT_JAS: (
        sealwork.supplied, goodswork.made, *_SEALING, goodswork.departed, *_ARRIVAL
    ),
    Mode.DOMESTIC: (sealwork.supplied, goodswork.made, *_SEALING, *_SALE, _unsealed),
    Mode.SUBDIVIDED: (goodswork.divided, sealwork.supplied, *_SEALING, *_SALE),
}  # fmt: skip
"""What happens in a trade season, by how its goods come to carry seals."""


def trade_season_worked(c: TradeSeason, serial: int) -> int:
    """One trade season from first to last; the next certificate number."""
    c.certificate = serial
    for step in _STEPS[c.trade.mode]:
        step(c)
    return c.certificate + 1 if c.trade.agent else serial


def closing_events(trade: Trade, products: int) -> int:
    """How many events the closing of a trade takes."""
    stock = 0 if trade.serialised else 6 if trade.mode is Mode.CONSIGNED else 3
    if trade.goes_on:
        return stock + (3 if trade.mode is Mode.CONSIGNED else 1) + products
    return stock + (2 if trade.mode is Mode.CONSIGNED else 0) + products


def closed(trade: Trade, book: Book) -> None:
    """Give the rest back and destroy it; end what was only for this season."""
    at = moment(day_number(CLOSING_DAY), _TEN_O_CLOCK, trade.offset(trade.sealer))
    if not trade.serialised:
        if trade.mode is Mode.CONSIGNED:
            _given_back(trade, book, at)
        _cleared(trade, book, at + 12 * MICROS_A_DAY)
    if trade.goes_on:
        _next_roll(trade, book)
    elif trade.mode is Mode.CONSIGNED:
        office = trade.office(trade.operator)
        end = at + 13 * MICROS_A_DAY
        day = day_of(local_day_number(end, office.offset))
        book.say(
            r.ConsignmentContractEnded, end, office, contract=trade.contract, on=day,
            reason="season over, to be signed anew",
        )  # fmt: skip
        agent = trade.office(trade.agent)
        book.say(
            r.LabelWithdrawn, end + MICROS_A_DAY, agent, label=trade.label(trade.goods[0]),
            version=1, on=day, reason="new design from next season",
        )  # fmt: skip


def _next_roll(trade: Trade, book: Book) -> None:
    """A roll for the next season is printed; an exporter gets half of it."""
    consigned = trade.mode is Mode.CONSIGNED
    at = moment(day_number(NEXT_ROLL_DAY), _TEN_O_CLOCK, trade.offset(trade.rcb))
    count = book.rng.randint(20, 60) * 100
    book.say(
        s.SealsIssued, at, trade.office(trade.rcb), mark=trade.mark, holder=trade.licensee,
        site=trade.store if consigned else trade.site, count=count,
        print_run=f"RUN-{trade.code}-next",
    )  # fmt: skip
    if not consigned:
        return
    roll: dict[str, Any] = {"dispatch": f"D-{trade.code}-next", "count": count // 2}
    book.say(s.SealsDispatched, at + MICROS_A_DAY, trade.dock, **trade.sent_on, **roll)
    received = roll | {"condition": "GOOD"} | trade.shelf
    book.say(s.SealsReceived, at + 7 * MICROS_A_DAY, trade.scanner(1), **received)


def _given_back(trade: Trade, book: Book, at: int) -> None:
    """The exporter counts what is left and sends it back."""
    scanner = trade.scanner(1)
    rest: dict[str, int] = {}

    def all_left(stocks: Stocks) -> dict[str, Any]:
        rest["count"] = stocks.usable(**trade.shelf)
        return dict(rest)

    def counted(stocks: Stocks) -> dict[str, Any]:
        return {"counted": stocks.usable(**trade.shelf)}

    roll: dict[str, Any] = {"dispatch": f"D-{trade.code}-back", "mark": trade.mark}
    book.say(
        s.SealsCounted, at, scanner, counted, actor=trade.person("counter"),
        counted_by=trade.person("counter"), second_person=trade.person("second"), **trade.shelf,
    )  # fmt: skip
    book.say(
        s.SealsDispatched, at + 30 * MICROS_A_MINUTE, scanner, all_left, purpose="RETURN",
        from_holder=trade.operator, from_site=trade.site, to_holder=trade.licensee,
        to_site=trade.store, **roll,
    )  # fmt: skip
    book.say(
        s.SealsReceived, at + 6 * MICROS_A_DAY, trade.dock, lambda _: dict(rest),
        holder=trade.licensee, site=trade.store, condition="GOOD", **roll,
    )  # fmt: skip


def _cleared(trade: Trade, book: Book, at: int) -> None:
    """The licensee gives up and destroys what it holds, and counts an empty shelf."""
    consigned = trade.mode is Mode.CONSIGNED
    store = {"mark": trade.mark, "holder": trade.licensee, "site": trade.store}
    place = store if consigned else trade.shelf
    desk = trade.dock if consigned else trade.scanner(1)
    keeper = trade.person("keeper" if consigned else "counter")
    book.say(
        s.SealsSpoiled, at, desk,
        lambda stocks: {"count": stocks.usable(**place)}, reason="UNUSED", **place,
    )  # fmt: skip
    book.say(
        s.SealsDestroyed, at + 50 * MICROS_A_MINUTE, Desk(f"SYS-{place['holder']}", desk.offset),
        lambda stocks: {"count": stocks.spoiled(**place)}, documents=1,
        method="burnt", witness=trade.person("witness"), **place,
    )  # fmt: skip
    book.say(
        s.SealsCounted, at + 90 * MICROS_A_MINUTE, desk, actor=keeper, counted=0, spoiled_counted=0,
        counted_by=keeper, **place,
    )  # fmt: skip


def year_reported(trade: Trade, book: Book, desk: Desk | None = None, **changes: Any) -> None:
    """Each year is reported by product, as the book has it by now, with `changes`.

    The licensee reports unless another desk is named.
    """
    office = desk or trade.office(trade.licensee)
    role = "IMPORTER" if trade.agent else trade.made_as
    if trade.mode is Mode.SUBDIVIDED:
        role = "SUBDIVIDER"
    for index, ((year, product), grams) in enumerate(sorted(book.grams.items())):
        day = FILING_DAY.replace(year=year + 1)
        if grams <= 0 or day > FILING_DAY:
            continue
        at = moment(day_number(day), _TEN_O_CLOCK, office.offset) + index * 7 * MICROS_A_MINUTE
        fields: dict[str, Any] = {
            "party": trade.licensee, "fiscal_year": year, "role": role, "product": product,
            "quantity": weight(grams), "filed_on": day, "rcb": trade.rcb,
        }  # fmt: skip
        book.say(d.AnnualReportFiled, at, office, documents=1, **(fields | changes))
