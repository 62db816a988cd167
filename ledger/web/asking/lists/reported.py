"""Lists of what was reported and done: sources, events, what was refused, the trail."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from ledger.facts.mentions import About
from ledger.facts.registry import SourceRegistered
from ledger.facts.scalars import time_text
from ledger.listing.values import Row
from ledger.views.letters import Asked, kept
from ledger.views.loading import facts_of
from ledger.views.source_totals import sources as sources_view
from ledger.web.asking.events import Wanted, event_rows
from ledger.web.asking.given import Clocks
from ledger.web.asking.letters import kept_row, refused
from ledger.web.asking.listing import NOW, Listing, columns
from ledger.web.asking.tables.imports import every, shown
from ledger.web.desk import Looking

Rows = Iterator[Row]


def sources(after: str = "") -> Listing:
    """Sources by name: whose they are, how much each reported, when last."""
    return Listing(
        columns("sources"), "sources", partial(_sources, after), key=lambda row: (row["source"],)
    )


_TIMES: Final = ("last_recorded", "last_time")


def _sources(after: str, looking: Looking, _: int) -> Rows:
    registered = facts_of(looking.rows, looking.log, [SourceRegistered])
    for row in sources_view(looking.rows):
        if row["source"] > after:
            known = registered.latest(SourceRegistered, About.SOURCE, row["source"])
            own = {name: getattr(known, name, None) for name in ("kind", "party", "site")}
            yield {**row, **own, **{name: time_text(row[name], 0) for name in _TIMES}}


def events(wanted: Wanted, clocks: Clocks = NOW, after: int = 0) -> Listing:
    """Events in the order in which they became known."""
    return Listing(
        columns("events"), "events", lambda looking, _: event_rows(wanted, clocks, after, looking),
        key=lambda row: (row["position"],), clocks=clocks,
    )  # fmt: skip


def moves(rows: Callable[[Looking], Sequence[Row]]) -> Listing:
    """What an event moved."""
    return Listing(columns("moves"), "moves", lambda looking, _: rows(looking))


def trail(rows: Callable[[Looking], Sequence[Row]]) -> Listing:
    """Who did what, the latest first."""
    return Listing(columns("trail"), "trail", lambda looking, _: rows(looking))


def imports() -> Listing:
    """What was recorded from tables, the latest first."""
    return Listing(
        columns("imports"), "imports", lambda looking, _: map(shown, every(looking.rows))
    )


def refusals(after: int = 0) -> Listing:
    """What was refused, first to last."""
    return Listing(
        columns("refusals"), "refusals", partial(_refusals, after),
        key=lambda row: (row["number"],),
    )  # fmt: skip


def _refusals(after: int, looking: Looking, few: int) -> Rows:
    while found := looking.log.dead_letters(after, min(few, letters_together)):
        yield from map(refused, found)
        after = found[-1].number


letters_together: Final = 50
"""A letter may hold a quarter of a megabyte."""


def dead_letters(asked: Asked) -> Listing:
    """What was refused and what became of it, the latest first."""
    return Listing(
        columns("dead_letters"), "dead_letters", partial(_dead_letters, asked),
        key=lambda row: (row["number"],),
    )  # fmt: skip


def _dead_letters(asked: Asked, looking: Looking, few: int) -> Rows:
    while found := kept(looking.rows, asked, min(few, letters_together)):
        yield from map(kept_row, found)
        asked = asked._replace(before=found[-1].dead_letter.number)
