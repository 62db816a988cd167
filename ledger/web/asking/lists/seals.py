"""Lists of seals: where they are, a stock day by day, the events behind a figure."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from ledger.custody.places import Kind
from ledger.facts.scalars import time_text
from ledger.listing.values import Row
from ledger.views.behind import Behind
from ledger.views.loading import LAST
from ledger.views.reading import each
from ledger.web.asking.events import event_row
from ledger.web.asking.given import Clocks
from ledger.web.asking.listing import NOW, Listing, columns
from ledger.web.desk import Looking

Rows = Iterator[Row]


def reconciliation(rows: Callable[[Looking], Sequence[Row]], clocks: Clocks = NOW) -> Listing:
    """Where all seals are, and what is claimed, a row for each pair or part of one."""
    return Listing(
        columns("reconciliation"), "rows", lambda looking, _: rows(looking), key=pair_of,
        clocks=clocks, momentary=("as_of",),
    )  # fmt: skip


def pair_of(row: Row) -> tuple[str, str, str, str]:
    """What tells a row of the reconciliation from the others."""
    return row["importer"], row["rcb"], row["exporter"] or "", row["agent"] or ""


def figure(behind: Callable[[Looking, int, int], Sequence[Behind]]) -> Listing:
    """The events behind a figure, the latest recorded first.

    `behind` is asked for those under a position, at most so many.
    """

    def rows(looking: Looking, few: int) -> Rows:
        before = LAST
        while found := behind(looking, before, few):
            events = {one.position: one for one in looking.log.at([one.position for one in found])}
            for one in found:
                event = event_row(events[one.position]) if one.position in events else {}
                time = time_text(one.time, 0)
                yield {"position": one.position, "time": time, **event, "amount": one.amount}
            before = found[-1].position

    return Listing(columns("figure"), "events", rows)


def statement(found: Callable[[Looking], dict[str, Any]], clocks: Clocks, of: Row) -> Listing:
    """One stock day by day; `of` = what it is of."""
    kept: dict[str, Any] = {}

    def told(looking: Looking) -> Row:
        if not kept:
            kept.update(found(looking))
        return {**of, **{name: value for name, value in kept.items() if name != "days"}}

    def days(looking: Looking, _: int) -> Sequence[Row]:
        told(looking)
        rows: Sequence[Row] = kept["days"]
        return rows

    return Listing(
        columns("statement").without("remarks", "checker"), "days", days, clocks=clocks, told=told
    )


def seal_ledger(days: Callable[[Looking], Sequence[Row]]) -> Listing:
    """One stock day by day, with remarks and who checked."""
    return Listing(columns("statement"), "days", lambda looking, _: days(looking))


def stocks(mark: str = "", holder: str = "", after: Sequence[str] = ("", "", "")) -> Listing:
    """Stocks by mark, holder and site, and what is in each now."""
    asked = (int(Kind.STOCK), mark, mark, holder, holder, *after)
    return Listing(
        columns("stocks"), "stocks", partial(_stocks, asked),
        key=lambda row: (row["mark"], row["holder"], row["site"]),
    )  # fmt: skip


_STOCKS: Final = """
SELECT p.mark, p.key, p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id
WHERE p.kind = %s AND (%s = '' OR p.mark = %s) AND (%s = '' OR p.key = %s)
    AND (p.mark, p.key, p.site) > (%s, %s, %s)
ORDER BY p.mark, p.key, p.site
"""


def _stocks(asked: Sequence[Any], looking: Looking, _: int) -> Rows:
    for mark, holder, site, balance in each(looking.rows, _STOCKS, asked):
        yield {"mark": mark, "holder": holder, "site": site, "balance": balance}
