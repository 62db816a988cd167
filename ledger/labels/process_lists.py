"""Which lists judge the substance of an entry of a process record, and what each list asks of it.

An entry is read by its activity, the class of its goods and its purpose; any of the lists may let
the substance in. What no list names is not listed, but for soil, plants and animals, to which
natural things and feed are given that no list names.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from ledger.facts.lots import ProcessRecorded
from ledger.labels.rows import Row, Table
from ledger.labels.substances import Substance, asks_need, substance
from ledger.labels.verdict import Reason, fails, unshown

ANY: Final = "*"
"""The row of classes that have none of their own."""
CLASS_READ: Final = frozenset({"T1", "T2"})
"""Lists whose class row is asked of process records; of the others only the substance."""
WITH_INSTRUCTIONS: Final = frozenset({"T2", "T5"})
"""Lists of agents that are used as their container says."""
SILKWORM_DROPPINGS: Final = "SILKWORM_DROPPINGS"
"""Feed that the standard names, up to its share (JAS for organic livestock, article 4, feed)."""
_ORGANIC: Final = "ORGANIC_"


class ProcessListRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lists asked of a substance; purpose empty = any that has no row.

    `additives`: what this list lets in is an additive of the goods, of which no more is asked.
    `need`: whether an emergency is asked, or that other means do not suffice. `unlisted`: what
    lets in a substance of no list.
    """

    activity: str
    class_: str
    purpose: str = ""
    lists: tuple[str, ...]
    additives: str = ""
    need: Literal["", "emergency", "means"] = ""
    unlisted: Literal["", "natural", "feed"] = ""


class BarredFeedRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How names begin that are no feed; `excused` where an exception for other feed holds."""

    prefix: str
    excused: Literal["yes", ""] = ""


PROCESS_LISTS: Final = Table(
    "process_lists",
    ProcessListRow,
    "activity class_ purpose",
    "which lists judge the substance of a process record",
)
BARRED_FEED: Final = Table("barred_feed", BarredFeedRow, "prefix", "what is never given as feed")


def barred_feed(name: str, on: date) -> BarredFeedRow | None:
    """The row by which something is never feed on a day."""
    written = _symbol(name)
    rows = [row for row in BARRED_FEED.in_force(on) if written.startswith(row.prefix)]
    return max(rows, key=lambda row: len(row.prefix), default=None)


def _symbol(name: str) -> str:
    """A name as a symbol: folded, in capitals, joined by underscores."""
    joined = unicodedata.normalize("NFKC", name).upper().replace("-", " ").replace("_", " ")
    return "_".join(joined.split())


def listed(entry: ProcessRecorded, class_: str | None) -> Iterator[Reason]:
    """What is against the substance of an entry on goods of a class; None = not known.

    NOT_LISTED CLASS NO_EMERGENCY NO_NEED INSTRUCTIONS; unproven USE EMERGENCY_UNTOLD NEED_UNTOLD
    FEED_NEED.
    """
    code, on = entry.substance, entry.on
    rows = () if code is None else _rows(entry.activity, class_, entry.purpose or "", on)
    if code is None or not rows or _is_additive(entry, code, class_, rows):
        return
    if entry.activity == "FEEDING" and barred_feed(code, on) is not None:
        yield from fails("NOT_LISTED")
        return
    if rows[0].need == "emergency" and entry.emergency is False:
        yield from fails("NO_EMERGENCY")
    asked = [
        substance(table, code, class_ if table in CLASS_READ else None, on)
        for table in sorted({table for row in rows for table in row.lists})
    ]
    admitting = [one for one in asked if one.allowed]
    if admitting:
        yield from _admitted(entry, rows[0].need, admitting)
    else:
        yield from _unlisted(entry, code, rows[0].unlisted, asked)


def _rows(activity: str, class_: str | None, purpose: str, on: date) -> tuple[ProcessListRow, ...]:
    """The row that reads an entry; of goods of no known class those of every class."""
    if class_ is None:
        kinds = {row.class_ for row in PROCESS_LISTS.in_force(on) if row.activity == activity}
        found = [_row(activity, kind, purpose, on) for kind in sorted(kinds) if ANY in kinds]
    else:
        found = [_row(activity, class_, purpose, on) or _row(activity, ANY, purpose, on)]
    return tuple(row for row in found if row is not None)


def _row(activity: str, class_: str, purpose: str, on: date) -> ProcessListRow | None:
    return PROCESS_LISTS.topmost((activity, class_, purpose), on) or PROCESS_LISTS.topmost(
        (activity, class_, ""), on
    )


def _is_additive(
    entry: ProcessRecorded, code: str, class_: str | None, rows: tuple[ProcessListRow, ...]
) -> bool:
    """Whether a substance of no told purpose is an additive of the goods, not an agent."""
    return entry.emergency is None and any(
        row.additives and substance(row.additives, code, class_, entry.on).allowed for row in rows
    )


def _admitted(entry: ProcessRecorded, need: str, admitting: list[Substance]) -> Iterator[Reason]:
    """What stands against a substance that lists let in: their conditions, and the need for it."""
    if not any(one.verdict.proven for one in admitting):
        yield from unshown("USE")
    if entry.instructions_followed is False and any(
        one.table in WITH_INSTRUCTIONS for one in admitting
    ):
        yield from fails("INSTRUCTIONS")
    if need == "emergency" and entry.emergency is None:
        yield from unshown("EMERGENCY_UNTOLD")
    if need == "means" and all(asks_need(one.table, entry.on) for one in admitting):
        if entry.means_insufficient is None:
            yield from unshown("NEED_UNTOLD")
        elif not entry.means_insufficient:
            yield from fails("NO_NEED")


def _unlisted(
    entry: ProcessRecorded, code: str, unlisted: str, asked: list[Substance]
) -> Iterator[Reason]:
    """What stands against a substance that no list lets in."""
    if unlisted == "natural":
        if entry.natural is None:
            yield from unshown("USE")
        elif not entry.natural:
            yield from fails("NOT_LISTED")
    elif unlisted == "feed":
        yield from _feed(entry, _symbol(code))
    elif any("CLASS" in one.verdict.codes for one in asked):
        yield from fails("CLASS")
    else:
        yield from fails("NOT_LISTED")


def _feed(entry: ProcessRecorded, name: str) -> Iterator[Reason]:
    """Feed that no list names: organic or in conversion, or for want of such."""
    if entry.status == "CONVENTIONAL":
        yield from unshown("FEED_NEED")
        return
    told = entry.status in ("ORGANIC", "IN_CONVERSION") or name.startswith(_ORGANIC)
    if not told and name != SILKWORM_DROPPINGS:
        yield from unshown("USE")
