"""What went in and out of a stock, day by day: the rows of a seal ledger.

A day is the calendar date where the event happened. Sums only: any order gives the same day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple

from ledger.custody.places import Kind
from ledger.facts.canonical import decode
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
from ledger.log import Log
from ledger.views.access.policies import in_place
from ledger.views.folding import Fold, Rows, Scans, Seen, columns
from ledger.views.loading import BEGINNING, LAST, batches_at, retracted
from ledger.views.places import PlaceIds, place_id

Account = tuple[str, str, str]
"""mark, holder, site."""

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
_SPOILED = CAUSES.index("spoiled")
_ORDERLY = CAUSES.index("orderly")
_MONTH: Final = len("YYYY-MM")
_ORDERLY_REASONS = frozenset({"EXPIRED", "UNUSED"})
"""Reasons of spoilage that are orderly disposal, no sign of bad handling."""

_UPSERT = f"""
INSERT INTO days AS d (place, day, moves, {", ".join(CAUSES)})
SELECT place, day::date, {", ".join(f"c{n}" for n in range(len(CAUSES) + 1))}
FROM unnest(%b::int8[], %b::text[], {", ".join(["%b::int8[]"] * (len(CAUSES) + 1))})
    AS new (place, day, {", ".join(f"c{n}" for n in range(len(CAUSES) + 1))})
ON CONFLICT (place, day) DO UPDATE SET moves = d.moves + excluded.moves,
    {", ".join(f"{cause} = d.{cause} + excluded.{cause}" for cause in CAUSES)}
"""

_MONTHS = """
INSERT INTO months AS m (place, month, spoiled, applied)
SELECT * FROM unnest(%b::int8[], %b::text[], %b::int8[], %b::int8[])
ON CONFLICT (place, month) DO UPDATE SET spoiled = m.spoiled + excluded.spoiled,
    applied = m.applied + excluded.applied
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
-- month: YYYY-MM of those days; spoiled without what is orderly disposal.
CREATE TABLE months (
    place int8 NOT NULL, month text NOT NULL, spoiled int8 NOT NULL, applied int8 NOT NULL,
    PRIMARY KEY (place, month)
) WITH (fillfactor = 70);
"""
    SEEN: ClassVar[Seen] = {
        "days": (in_place("days.place"),),
    }
    BATCH = ("_days",)

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._days: dict[tuple[int, str], list[int]] = {}

    def scans(self, alike: Scans) -> None:
        """Take what was applied out of a stock."""
        key = (alike.stock, alike.day)
        day = self._days.get(key)
        if day is None:
            day = self._days[key] = [0] * (len(CAUSES) + 1)
        day[0] += alike.count
        day[_APPLIED + 1] += alike.seals

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take whatever else goes in or out of a stock."""
        del at, position
        for mark, holder, site, cause, count in causes(fact):
            key = (self._places.find(mark, Kind.STOCK, holder, site), fact.time[:10])
            day = self._days.setdefault(key, [0] * (len(CAUSES) + 1))
            if cause != "orderly":
                day[0] += sign
            day[CAUSES.index(cause) + 1] += count * sign

    def flush(self, rows: Rows) -> None:
        """Add to the days affected."""
        keys = sorted(self._days)
        if keys:
            days = columns([(*key, *self._days[key]) for key in keys])
            rows.execute(_UPSERT, days, prepare=True)
            rows.execute(_MONTHS, columns(self._months()), prepare=True)
        self.forget()

    def _months(self) -> list[tuple[int, str, int, int]]:
        months: dict[tuple[int, str], tuple[int, int]] = {}
        for (place, day), (_, *sums) in self._days.items():
            spoiled, applied = months.get((place, day[:_MONTH]), (0, 0))
            bad = sums[_SPOILED] - sums[_ORDERLY]
            months[place, day[:_MONTH]] = spoiled + bad, applied + sums[_APPLIED]
        return [(*key, *sums) for key, sums in sorted(months.items())]


def causes(fact: Fact) -> list[tuple[str, str, str, str, int]]:
    """Each (mark, holder, site, cause, seals) of a stock that a fact changes.

    Seals are above zero whichever way they went, but for `adjusted`, which is signed.
    """
    match fact:
        case SealsDispatched():
            return [(fact.mark, fact.from_holder, fact.from_site, "dispatched", fact.count)]
        case StockAdjusted():
            return [(fact.mark, fact.holder, fact.site, "adjusted", fact.delta)]
        case SealsIssued() | SealsReceived() | SealsApplied() | SealsSampled() | SealsSpoiled():
            found = [(fact.mark, fact.holder, fact.site, _CAUSE[type(fact)], fact.count)]
            if isinstance(fact, SealsSpoiled) and fact.reason in _ORDERLY_REASONS:
                found.append((fact.mark, fact.holder, fact.site, "orderly", fact.count))
            return found
        case SealsLost() if fact.dispatch is None:
            return [(fact.mark, fact.holder, fact.site, "lost", fact.count)]
        case _:
            return []


_CAUSE: Final[dict[type[Fact], str]] = {
    SealsIssued: "issued",
    SealsReceived: "received",
    SealsApplied: "applied",
    SealsSampled: "sampled",
    SealsSpoiled: "spoiled",
}


_OF_STOCK = """
SELECT DISTINCT position FROM moves WHERE place = %s AND time >= %s AND time <= %s
    AND position <= %s ORDER BY position
"""


def statement(
    rows: Rows,
    log: Log,
    account: Account,
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: int | None = None,
    known_at: int | None = None,
    since: int | None = None,
) -> dict[str, Any]:
    """The statement of a stock (mark, holder, site), in seals, from `start` to `end` inclusive.

    Days on which nothing moved are left out. What happened before `since` (µs UTC) is brought
    forward, whatever day it was at its own offset. The clocks are µs UTC; with one of them the
    stock's events are read again, which costs its history, not its days.
    """
    opening = 0
    if as_of is None and known_at is None and since is None:
        days = _days_now(rows, account)
    else:
        position = LAST if known_at is None else log.known_at(known_at)
        then = _Then(BEGINNING, LAST if as_of is None else as_of, position)
        if since is not None:
            before = _days_then(rows, log, account, then._replace(end=since - 1))
            opening = sum(_added(sums) for _, _, sums in before)
            then = then._replace(start=since)
        days = _days_then(rows, log, account, then)
    balance = opening
    listed = []
    for day, moved, sums in days:
        if end is not None and day > end:
            break
        entry = _entry(sums)
        balance += _added(sums)
        if start is not None and day < start:
            opening = balance
        elif moved:
            listed.append({"day": day.isoformat(), **entry, "remaining": balance})
    return {"opening": opening, "days": listed, "closing": balance}


def _added(sums: dict[str, int]) -> int:
    entry = _entry(sums)
    return entry["received"] - entry["used"] - entry["discarded"] + entry["other"]


def _entry(sums: dict[str, int]) -> dict[str, int]:
    return {
        "received": sums["issued"] + sums["received"],
        "used": sums["applied"],
        "discarded": sums["spoiled"],
        "other": sums["adjusted"] - sums["dispatched"] - sums["sampled"] - sums["lost"],
    }


_Day = tuple[date, int, dict[str, int]]
"""The day, how many events moved seals on it, seals by cause."""


def _days_now(rows: Rows, account: Account) -> Iterator[_Day]:
    mark, holder, site = account
    rows.execute(
        f"SELECT day, moves, {', '.join(CAUSES)} FROM days WHERE place = %s ORDER BY day",
        (place_id(mark, Kind.STOCK, holder, site),),
    )
    for row in rows.fetchall():
        yield row[0], row[1], dict(zip(CAUSES, row[2:], strict=True))


class _Then(NamedTuple):
    """Events from a time to another (µs UTC), as known at a position."""

    start: int
    end: int
    position: int


def _days_then(rows: Rows, log: Log, account: Account, then: _Then) -> Iterator[_Day]:
    mark, holder, site = account
    rows.execute(_OF_STOCK, (place_id(mark, Kind.STOCK, holder, site), *then))
    positions = [row[0] for row in rows.fetchall()]
    days: dict[date, tuple[int, dict[str, int]]] = {}
    for batch in batches_at(log, positions):
        facts = [decode(recorded.state) for recorded in batch]
        gone = retracted(rows, (fact.id for fact in facts), then.position)
        for fact in facts:
            if fact.id in gone or not then.start <= fact.at <= then.end:
                continue
            for *where, cause, seals in causes(fact):
                if tuple(where) == account:
                    moved, sums = days.get(fact.day, (0, dict.fromkeys(CAUSES, 0)))
                    sums[cause] += seals
                    days[fact.day] = (moved + (cause != "orderly"), sums)
    for day in sorted(days):
        yield day, *days[day]
