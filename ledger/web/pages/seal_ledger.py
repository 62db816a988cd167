"""The lines of a seal ledger (受払簿): lots that used seals, a sum behind each month, at last all.

Opening + received - used - discarded + other = remaining, line by line and over all.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.custody.moves import Cause
from ledger.custody.places import Kind
from ledger.facts.canonical import decode
from ledger.facts.seals import SealsApplied
from ledger.views.loading import BEGINNING, LAST, batches_at, retracted
from ledger.views.places import place_id
from ledger.web.asking.figures import Account
from ledger.web.asking.given import Clocks
from ledger.web.desk import Looking

applications_read_max: Final = 5_000
"""Scans of which lots, labels and persons are told; of more, the days tell their sums alone."""
SUMMED: Final = ("received", "used", "discarded", "other")
_APPLIED: Final = f"""
SELECT DISTINCT position FROM moves
WHERE place = %s AND cause = {Cause.APPLIED:d} AND delta < 0 AND time >= %s AND time <= %s
    AND position <= %s ORDER BY position LIMIT {applications_read_max + 1}
"""


class Used(NamedTuple):
    """What one lot used on a day, under one label."""

    lot: str
    label: str
    units: int
    seals: int


class Usage(NamedTuple):
    """By local day: the lots that used seals, and who attached them."""

    lots: Mapping[str, Sequence[Used]]
    actors: Mapping[str, Sequence[str]]


def usage(looking: Looking, account: Account, clocks: Clocks, since: int | None) -> Usage:
    """Which lots used the seals of a stock, day by day; nothing where that is too much to tell."""
    mark, holder, site = account
    until = clocks.then(looking).last
    end = LAST if clocks.as_of is None else clocks.as_of
    asked = place_id(mark, Kind.STOCK, holder, site), since or BEGINNING, end, until
    positions = [row[0] for row in looking.rows.execute(_APPLIED, asked).fetchall()]
    sums: dict[tuple[str, str, str], list[int]] = {}
    actors: dict[str, dict[str, None]] = {}
    if len(positions) > applications_read_max:
        return Usage({}, {})
    for batch in batches_at(looking.log, positions):
        facts = [decode(event.state) for event in batch]
        gone = retracted(looking.rows, (fact.id for fact in facts), until)
        for fact in facts:
            if not isinstance(fact, SealsApplied) or fact.id in gone:
                continue
            day = fact.day.isoformat()
            one = sums.setdefault((day, fact.lot, fact.label), [0, 0])
            one[0] += fact.units
            one[1] += fact.count
            if fact.actor is not None:
                actors.setdefault(day, {})[fact.actor] = None
    lots: dict[str, list[Used]] = {}
    for (day, lot, label), (units, seals) in sorted(sums.items()):
        lots.setdefault(day, []).append(Used(lot, label, units, seals))
    return Usage(lots, {day: [*names] for day, names in actors.items()})


def ledger_lines(
    opening: int, rows: Sequence[Mapping[str, Any]], used: Usage
) -> list[dict[str, Any]]:
    """Days with their lots, and behind each month what it sums up to; `kind` is day or month."""
    lines: list[dict[str, Any]] = []
    month, remaining = "", opening
    sums = dict.fromkeys(SUMMED, 0)
    for row in rows:
        name = str(row["day"])[: len("YYYY-MM")]
        if month and name != month:
            lines.append({"kind": "month", "month": month, **sums, "remaining": remaining})
            sums = dict.fromkeys(SUMMED, 0)
        month, remaining = name, row["remaining"]
        for column in SUMMED:
            sums[column] += row[column]
        actors = used.actors.get(row["day"], ())
        checker = row["checker"] or _first(actors)
        lots = used.lots.get(row["day"], ())
        lines.append({**row, "kind": "day", "lots": lots, "checker": checker})
    if month:
        lines.append({"kind": "month", "month": month, **sums, "remaining": remaining})
    return lines


def total_of(opening: int, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The sums of all days, from what was brought forward to what is carried forward."""
    sums = {column: sum(row[column] for row in rows) for column in SUMMED}
    closing = opening + sums["received"] - sums["used"] - sums["discarded"] + sums["other"]
    return {"opening": opening, **sums, "closing": closing}


def _first(actors: Sequence[str]) -> str:
    """Who attached seals on a day, and how many others did."""
    if not actors:
        return ""
    return actors[0] if len(actors) == 1 else f"{actors[0]} +{len(actors) - 1}"
