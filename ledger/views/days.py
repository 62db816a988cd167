"""What went in and out of a stock, day by day: the rows of a seal ledger.

A day is the calendar date where the event happened. Sums only: any order gives the same day.
"""

from typing import ClassVar, Final

from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.seals import (
    SealsApplied,
    SealsDispatched,
    SealsIssued,
    SealsLost,
    SealsReceived,
    SealsSampled,
    SealsSpoiled,
    StockAdjusted,
)
from ledger.views.folding import Fold, Rows, Scan
from ledger.views.places import PlaceIds

CAUSES: Final = (
    "issued",
    "received",
    "applied",
    "spoiled",
    "orderly",
    "dispatched",
    "sampled",
    "lost",
    "adjusted",
)
_APPLIED = CAUSES.index("applied")
_ORDERLY = frozenset({"EXPIRED", "UNUSED"})
"""Reasons of spoilage that are orderly disposal, no sign of bad handling."""

_UPSERT = f"""
INSERT INTO days AS d (place, day, moves, {", ".join(CAUSES)})
SELECT place, day::date, {", ".join(f"c{n}" for n in range(len(CAUSES) + 1))}
FROM unnest(%b::int8[], %b::text[], {", ".join(["%b::int8[]"] * (len(CAUSES) + 1))})
    AS new (place, day, {", ".join(f"c{n}" for n in range(len(CAUSES) + 1))})
ON CONFLICT (place, day) DO UPDATE SET moves = d.moves + excluded.moves,
    {", ".join(f"{cause} = d.{cause} + excluded.{cause}" for cause in CAUSES)}
"""


class Days(Fold):
    """Sums each stock's days by cause."""

    TABLES: ClassVar[str] = f"""
-- moves: how many events that count; orderly: the part of spoiled that was EXPIRED or UNUSED.
CREATE TABLE days (
    place int8 NOT NULL, day date NOT NULL, moves int8 NOT NULL,
    {", ".join(f"{cause} int8 NOT NULL" for cause in CAUSES)},
    PRIMARY KEY (place, day)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
"""

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._days: dict[tuple[int, str], list[int]] = {}

    def scan(self, scan: Scan, position: int, sign: int) -> None:
        """Used."""
        del position
        key = (scan.stock, scan.day)
        day = self._days.get(key)
        if day is None:
            day = self._days[key] = [0] * (len(CAUSES) + 1)
        day[0] += sign
        day[_APPLIED + 1] += scan.seals * sign

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Whatever else goes in or out of a stock."""
        del at, position
        for mark, holder, site, cause, count in causes(fact):
            key = (self._places.find(mark, Kind.STOCK, holder, site), fact.time[:10])
            day = self._days.setdefault(key, [0] * (len(CAUSES) + 1))
            if cause != "orderly":
                day[0] += sign
            day[CAUSES.index(cause) + 1] += count * sign

    def flush(self, rows: Rows) -> None:
        """Add to the days touched."""
        keys = sorted(self._days)
        if keys:
            columns = [
                *map(list, zip(*keys, strict=True)),
                *map(list, zip(*(self._days[key] for key in keys), strict=True)),
            ]
            rows.execute(_UPSERT, columns, prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._days.clear()


def causes(fact: Fact) -> list[tuple[str, str, str, str, int]]:
    """Each (mark, holder, site, cause, seals) of a stock that a fact changes.

    Seals are above zero whichever way they went, but for `adjusted`, which is signed.
    """
    match fact:
        case SealsIssued():
            return [(fact.mark, fact.holder, fact.site, "issued", fact.count)]
        case SealsReceived():
            return [(fact.mark, fact.holder, fact.site, "received", fact.count)]
        case SealsApplied():
            return [(fact.mark, fact.holder, fact.site, "applied", fact.count)]
        case SealsDispatched():
            return [(fact.mark, fact.from_holder, fact.from_site, "dispatched", fact.count)]
        case SealsSampled():
            return [(fact.mark, fact.holder, fact.site, "sampled", fact.count)]
        case SealsLost() if fact.dispatch is None:
            return [(fact.mark, fact.holder, fact.site, "lost", fact.count)]
        case StockAdjusted():
            return [(fact.mark, fact.holder, fact.site, "adjusted", fact.delta)]
        case SealsSpoiled():
            account = (fact.mark, fact.holder, fact.site)
            spoiled = [(*account, "spoiled", fact.count)]
            if fact.reason in _ORDERLY:
                spoiled.append((*account, "orderly", fact.count))
            return spoiled
        case _:
            return []
