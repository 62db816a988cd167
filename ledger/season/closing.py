"""The end of a trade's season: stock cleared, contracts ended, the year reported, a new roll."""

from typing import Any, Final

from ledger.facts import documents as d
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.scalars import MICROS_A_DAY
from ledger.season.book import Book, Desk, Stocks
from ledger.season.goods import weight
from ledger.season.moments import (
    CLOSING_DAY,
    FILING_DAY,
    MICROS_A_MINUTE,
    NEXT_ROLL_DAY,
    day_number,
    day_of,
    local_day_number,
    moment,
)
from ledger.season.trades import Mode, Trade

_TEN_O_CLOCK: Final = 10 * 3600


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
    roll: dict[str, Any] = {
        "dispatch": f"D-{trade.code}-next", "mark": trade.mark, "count": count // 2,
    }  # fmt: skip
    book.say(
        s.SealsDispatched, at + MICROS_A_DAY, trade.dock, purpose="SUPPLY",
        from_holder=trade.licensee, from_site=trade.store, to_holder=trade.operator,
        to_site=trade.site, **roll,
    )  # fmt: skip
    book.say(
        s.SealsReceived, at + 7 * MICROS_A_DAY, trade.scanner(1), holder=trade.operator,
        site=trade.site, condition="GOOD", **roll,
    )  # fmt: skip


def _given_back(trade: Trade, book: Book, at: int) -> None:
    """The exporter counts what is left and sends it back."""
    scanner = trade.scanner(1)
    rest: dict[str, int] = {}

    def all_left(stocks: Stocks) -> dict[str, Any]:
        rest["count"] = stocks.usable(trade.mark, trade.operator, trade.site)
        return dict(rest)

    def counted(stocks: Stocks) -> dict[str, Any]:
        return {"counted": stocks.usable(trade.mark, trade.operator, trade.site)}

    roll: dict[str, Any] = {"dispatch": f"D-{trade.code}-back", "mark": trade.mark}
    book.say(
        s.SealsCounted, at, scanner, counted, actor=trade.person("counter"),
        counted_by=trade.person("counter"), second_person=trade.person("second"), mark=trade.mark,
        holder=trade.operator, site=trade.site,
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
    holder, site = (trade.licensee, trade.store) if consigned else (trade.sealer, trade.site)
    desk = trade.dock if consigned else trade.scanner(1)
    keeper = trade.person("keeper" if consigned else "counter")
    place: dict[str, Any] = {"mark": trade.mark, "holder": holder, "site": site}
    book.say(
        s.SealsSpoiled, at, desk,
        lambda stocks: {"count": stocks.usable(trade.mark, holder, site)}, reason="UNUSED", **place,
    )  # fmt: skip
    book.say(
        s.SealsDestroyed, at + 50 * MICROS_A_MINUTE, Desk(f"SYS-{holder}", desk.offset),
        lambda stocks: {"count": stocks.spoiled(trade.mark, holder, site)}, documents=1,
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
    role = "IMPORTER" if trade.agent else "PRODUCER" if trade.goods[0].crop else "PROCESSOR"
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
