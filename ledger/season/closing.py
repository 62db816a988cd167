"""The end of a lane's season: the stock cleared, contracts ended, the year reported, a new roll."""

from typing import Any, Final

from ledger.facts import documents as d
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.scalars import MICROS_A_DAY
from ledger.season.book import Book, Desk, Stocks
from ledger.season.goods import weight
from ledger.season.lanes import Lane, Mode
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

_TEN_O_CLOCK: Final = 10 * 3600


def closing_events(lane: Lane, products: int) -> int:
    """How many events the closing of a lane takes."""
    stock = 0 if lane.serialised else 6 if lane.mode is Mode.CONSIGNED else 3
    if lane.goes_on:
        return stock + (3 if lane.mode is Mode.CONSIGNED else 1) + products
    return stock + (2 if lane.mode is Mode.CONSIGNED else 0) + products


def closed(lane: Lane, book: Book) -> None:
    """Give the rest back and destroy it; end what was only for this season."""
    at = moment(day_number(CLOSING_DAY), _TEN_O_CLOCK, lane.offset(lane.sealer))
    if not lane.serialised:
        if lane.mode is Mode.CONSIGNED:
            _given_back(lane, book, at)
        _cleared(lane, book, at + 12 * MICROS_A_DAY)
    if lane.goes_on:
        _next_roll(lane, book)
    elif lane.mode is Mode.CONSIGNED:
        office = lane.office(lane.operator)
        end = at + 13 * MICROS_A_DAY
        day = day_of(local_day_number(end, office.offset))
        book.say(
            r.ConsignmentContractEnded, end, office, contract=lane.contract, on=day,
            reason="season over, to be signed anew",
        )  # fmt: skip
        agent = lane.office(lane.agent)
        book.say(
            r.LabelWithdrawn, end + MICROS_A_DAY, agent, label=lane.label(lane.goods[0]),
            version=1, on=day, reason="new design from next season",
        )  # fmt: skip


def _next_roll(lane: Lane, book: Book) -> None:
    """A roll for the next season is printed; an exporter gets half of it."""
    consigned = lane.mode is Mode.CONSIGNED
    at = moment(day_number(NEXT_ROLL_DAY), _TEN_O_CLOCK, lane.offset(lane.rcb))
    count = book.rng.randint(20, 60) * 100
    book.say(
        s.SealsIssued, at, lane.office(lane.rcb), mark=lane.mark, holder=lane.licensee,
        site=lane.store if consigned else lane.site, count=count,
        print_run=f"RUN-{lane.code}-next",
    )  # fmt: skip
    if not consigned:
        return
    roll: dict[str, Any] = {
        "dispatch": f"D-{lane.code}-next", "mark": lane.mark, "count": count // 2,
    }  # fmt: skip
    book.say(
        s.SealsDispatched, at + MICROS_A_DAY, lane.dock, purpose="SUPPLY",
        from_holder=lane.licensee, from_site=lane.store, to_holder=lane.operator,
        to_site=lane.site, **roll,
    )  # fmt: skip
    book.say(
        s.SealsReceived, at + 7 * MICROS_A_DAY, lane.scanner(1), holder=lane.operator,
        site=lane.site, condition="GOOD", **roll,
    )  # fmt: skip


def _given_back(lane: Lane, book: Book, at: int) -> None:
    """The exporter counts what is left and sends it back."""
    scanner = lane.scanner(1)
    rest: dict[str, int] = {}

    def all_left(stocks: Stocks) -> dict[str, Any]:
        rest["count"] = stocks.usable(lane.mark, lane.operator, lane.site)
        return dict(rest)

    def counted(stocks: Stocks) -> dict[str, Any]:
        return {"counted": stocks.usable(lane.mark, lane.operator, lane.site)}

    roll: dict[str, Any] = {"dispatch": f"D-{lane.code}-back", "mark": lane.mark}
    book.say(
        s.SealsCounted, at, scanner, counted, actor=lane.person("counter"),
        counted_by=lane.person("counter"), second_person=lane.person("second"), mark=lane.mark,
        holder=lane.operator, site=lane.site,
    )  # fmt: skip
    book.say(
        s.SealsDispatched, at + 30 * MICROS_A_MINUTE, scanner, all_left, purpose="RETURN",
        from_holder=lane.operator, from_site=lane.site, to_holder=lane.licensee,
        to_site=lane.store, **roll,
    )  # fmt: skip
    book.say(
        s.SealsReceived, at + 6 * MICROS_A_DAY, lane.dock, lambda _: dict(rest),
        holder=lane.licensee, site=lane.store, condition="GOOD", **roll,
    )  # fmt: skip


def _cleared(lane: Lane, book: Book, at: int) -> None:
    """The licensee gives up and destroys what it holds, and counts an empty shelf."""
    consigned = lane.mode is Mode.CONSIGNED
    holder, site = (lane.licensee, lane.store) if consigned else (lane.sealer, lane.site)
    desk = lane.dock if consigned else lane.scanner(1)
    keeper = lane.person("keeper" if consigned else "counter")
    place: dict[str, Any] = {"mark": lane.mark, "holder": holder, "site": site}
    book.say(
        s.SealsSpoiled, at, desk,
        lambda stocks: {"count": stocks.usable(lane.mark, holder, site)}, reason="UNUSED", **place,
    )  # fmt: skip
    book.say(
        s.SealsDestroyed, at + 50 * MICROS_A_MINUTE, Desk(f"SYS-{holder}", desk.offset),
        lambda stocks: {"count": stocks.spoiled(lane.mark, holder, site)}, documents=1,
        method="burnt", witness=lane.person("witness"), **place,
    )  # fmt: skip
    book.say(
        s.SealsCounted, at + 90 * MICROS_A_MINUTE, desk, actor=keeper, counted=0, spoiled_counted=0,
        counted_by=keeper, **place,
    )  # fmt: skip


def year_reported(lane: Lane, book: Book, desk: Desk | None = None, **changes: Any) -> None:
    """Each year is reported by product, as the book has it by now, with `changes`.

    The licensee reports unless another desk is named.
    """
    office = desk or lane.office(lane.licensee)
    role = "IMPORTER" if lane.agent else "PRODUCER" if lane.goods[0].crop else "PROCESSOR"
    if lane.mode is Mode.SUBDIVIDED:
        role = "SUBDIVIDER"
    for index, ((year, product), grams) in enumerate(sorted(book.grams.items())):
        day = FILING_DAY.replace(year=year + 1)
        if grams <= 0 or day > FILING_DAY:
            continue
        at = moment(day_number(day), _TEN_O_CLOCK, office.offset) + index * 7 * MICROS_A_MINUTE
        fields: dict[str, Any] = {
            "party": lane.licensee, "fiscal_year": year, "role": role, "product": product,
            "quantity": weight(grams), "filed_on": day, "rcb": lane.rcb,
        }  # fmt: skip
        book.say(d.AnnualReportFiled, at, office, documents=1, **(fields | changes))
