"""What a table would change: each stock that it touches, and names that the ledger never heard of.

Both rest on the views, and are only told where those know all that is recorded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, NamedTuple
from uuid import UUID

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.errors import Unavailable
from ledger.facts.canonical import decode
from ledger.facts.corrections import targets_of
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.log.recorder import Rows
from ledger.log.seeing import Viewer
from ledger.tables.columns import Template
from ledger.tables.messages import Message
from ledger.views.known import Named, is_known
from ledger.views.places import place_id
from ledger.views.reading import reading
from ledger.views.schema import position
from ledger.web.asking.tables.judged import Judged
from ledger.web.desk import Desk

names_max: Final = 200
"""So many different names of a table are looked up."""
ids_a_look_max: Final = 10_000
_digits_max: Final = 10
_NAMED: Final = {
    "mark": Named.MARK, "lot": Named.LOT, "contract": Named.CONTRACT, "product": Named.PRODUCT,
    "shipment": Named.SHIPMENT, "herd": Named.HERD, "input_lot": Named.LOT,
}  # fmt: skip
"""Columns whose names somebody registers or records first."""
_BALANCES: Final = "SELECT place, balance FROM balances WHERE place = ANY(%s)"
Views = Callable[[], AbstractContextManager[Rows | None]]
"""The views, as somebody sees them, where they know all that is recorded."""


class Effect(NamedTuple):
    """Seals of a mark in a stock before a table is recorded, and after.

    Both are None where whoever asks does not see the stock.
    """

    mark: str
    holder: str
    site: str
    change: int
    before: int | None
    after: int | None


def effects(
    log: Log,
    events: Sequence[Judged],
    gone: Iterable[Fact],
    views: Views | None = None,
    viewer: Viewer | None = None,
) -> list[Effect] | None:
    """Each stock that the events to be recorded touch; None where the views are behind the log.

    `views` are as the viewer sees them; without either all is seen.
    """
    facts = [each.fact for each in events if each.outcome == "would-record" and each.fact]
    changes: Counter[tuple[str, str, str]] = Counter()
    taken = [*_taken_back(log, [*facts, *gone])]
    for sign, said in ((1, facts), (-1, taken)):
        for fact in said:
            for move in moves(fact):
                for place, seals in ((move.target, sign), (move.source, -sign)):
                    if place.kind is Kind.STOCK:
                        changes[move.mark, place.key, place.site] += seals * move.seals
    ids = {place_id(mark, Kind.STOCK, holder, site): (mark, holder, site)
           for mark, holder, site in changes}  # fmt: skip
    with (views or caught_up(log))() as rows:
        if rows is None:
            return None
        before: dict[int, int] = dict(rows.execute(_BALANCES, ([*ids],)).fetchall())
    found = []
    for at, stock in sorted(ids.items(), key=lambda each: each[1]):
        # A stock that is not seen is no empty one; one's own is always seen.
        known = before.get(at, 0 if viewer is None or viewer.party == stock[1] else None)
        after = None if known is None else known + changes[stock]
        found.append(Effect(*stock, changes[stock], known, after))
    return found


def _taken_back(log: Log, facts: Sequence[Fact]) -> Iterator[Fact]:
    """The recorded events that these retract or correct."""
    targets = [UUID(target) for fact in facts for target in targets_of(fact)]
    for start in range(0, len(targets), ids_a_look_max):
        for found in log.get(targets[start : start + ids_a_look_max]).values():
            yield decode(found[0].state)


def caught_up(log: Log) -> Views:
    """All of the views."""

    @contextmanager
    def look() -> Iterator[Rows | None]:
        try:
            with reading(log) as rows:
                yield rows if position(rows) == log.position() else None
        except Unavailable:
            yield None

    return look


def seen(desk: Desk, viewer: Viewer) -> Views:
    """The views as a viewer sees them."""

    @contextmanager
    def look() -> Iterator[Rows | None]:
        with desk.looking(viewer) as looking:
            yield looking.rows if not looking.standing.behind else None

    return look


def unknown(events: Sequence[Judged], template: Template, views: Views) -> list[Message]:
    """Notes on names of marks, lots and the like that nothing recorded knows, at their first row.

    What the template itself founds is new by nature. With a name that differs in its noughts or
    its case alone, where that one is known.
    """
    asked = _names(events, template)
    if not asked:
        return []
    with views() as rows:
        if rows is None:
            return []
        return [
            _note(rows, kind, name, place)
            for (kind, name), place in asked.items()
            if not is_known(rows, kind, name)
        ]


_Names = dict[tuple[Named, str], Message]


def _names(events: Sequence[Judged], template: Template) -> _Names:
    """The first so many names, each with where it stands first."""
    columns = [
        column for column in template.columns
        if column.code in _NAMED and column.path and column.code not in template.key
    ]  # fmt: skip
    found: _Names = {}
    for each in events:
        if each.outcome != "would-record" or each.fact is None or len(found) >= names_max:
            continue
        for column in columns:
            values = _values(each.fact, column.path)
            for number, value in enumerate(values):
                if value is not None:
                    row = each.event.rows[min(number, len(each.event.rows) - 1)]
                    at = Message("", (), row.sheet, row.number, row.columns.get(column.code))
                    found.setdefault((_NAMED[column.code], value), at)
    return found


def _values(fact: Fact, path: tuple[str, ...]) -> list[Any]:
    held = getattr(fact, path[0])
    if len(path) == 1:
        return [held]
    entries = held if isinstance(held, tuple) else () if held is None else (held,)
    return [getattr(entry, path[1]) for entry in entries]


def _note(rows: Rows, kind: Named, name: str, place: Message) -> Message:
    for other in _alike(name):
        if is_known(rows, kind, other):
            values = (("said", name), ("other", other))
            return place._replace(way="unknown-id/near", values=values)
    return place._replace(way="unknown-id", values=(("said", name),))


def _alike(name: str) -> list[str]:
    """Names that a spreadsheet or a hand makes of the same one."""
    padded = (
        [name.zfill(n) for n in range(len(name) + 1, _digits_max + 1)] if name.isdigit() else []
    )
    others = [*padded, name.lstrip("0"), name.upper(), name.lower()]
    return [other for other in dict.fromkeys(others) if other and other != name]
