"""Runs: how long nothing prohibited came onto the land before animals grazed it."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal

from ledger.facts.herds import FeedingRecorded
from ledger.facts.keeping import Run
from ledger.labels.entries import FEEDING_DAYS_MAX, Entry, Husbandry
from ledger.labels.livestock.feeding import intake
from ledger.labels.rows import MONTHS_A_YEAR, Row, Table, months_after, years_after
from ledger.labels.verdict import Reason, fails, unshown

BOUGHT_PARTS_MAX: Final = 2
"""Of bought organic feed at most one part in so many of the intake: "half own feed"."""
_BOUGHT: Final = ("ORGANIC", "IN_CONVERSION")


class RunRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many years before first grazing, or before sowing, nothing prohibited came onto a run.

    Of animals of some `kinds`, on land of some `uses`. `own_feed`: only where at most half of the
    feed is bought and run, stable and field lie together. The topmost fitting row holds.
    """

    id: str
    kinds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    years: int
    before: Literal["GRAZING", "SOWING"]
    own_feed: Literal["yes", ""] = ""


RUNS: Final = Table("runs", RunRow, "id", "years without prohibited input before a run is grazed")


def runs(entry: Entry, husbandry: Husbandry) -> Iterator[Reason]:
    """RUN_PERIOD, DRIFT, GMO, SHELTER of an entry of a run; FIELD_HISTORY, RUN_UNTOLD."""
    run = entry.said.run
    if entry.said.activity != "RUN" or run is None:
        return
    if entry.kind is not None:
        yield from _period(entry, run, husbandry)
    if run.separated is False:
        yield from fails("DRIFT")
    if run.gm_planted is True:
        yield from fails("GMO")
    if run.shelter is False and run.free_access is not True:
        yield from fails("SHELTER")


def _period(entry: Entry, run: Run, husbandry: Husbandry) -> Iterator[Reason]:
    rows = [
        row
        for row in RUNS.in_force(entry.said.on)
        if (not row.kinds or entry.kind in row.kinds) and (not row.uses or run.use in row.uses)
    ]
    strict = next((row for row in rows if not row.own_feed), None)
    if strict is None:
        yield from unshown("RUN_UNTOLD")
        return
    met = _kept(run, strict)
    if met:
        return
    if met is None:
        yield from unshown("FIELD_HISTORY")
        return
    eased = next((row for row in rows if row.own_feed and _kept(run, row)), None)
    if eased is None or run.adjoining is False or not half_own_feed(entry, run, husbandry):
        yield from fails("RUN_PERIOD")
    elif run.adjoining is None:
        yield from unshown("RUN_UNTOLD")


def _kept(run: Run, row: RunRow) -> bool | None:
    """Whether the years had passed; None where the day they count to is not told."""
    day = run.sown_on if row.before == "SOWING" else run.first_grazed_on
    return None if day is None else years_after(run.clean_since, row.years) <= day


def half_own_feed(entry: Entry, run: Run, husbandry: Husbandry) -> bool:
    """Whether at most half of the intake of the last 12 months was bought organic feed.

    Counted where feedings tell of every day of the twelve months before the entry, else as told.
    """
    last = entry.said.on
    first = months_after(last, -MONTHS_A_YEAR)
    feedings: list[FeedingRecorded] = []
    if entry.said.herd is not None:
        since = first - timedelta(days=min(FEEDING_DAYS_MAX, (first - date.min).days))
        found = husbandry.feedings_of(entry.said.herd, since, last)
        feedings = [fed for fed in found if fed.until >= first]
    eaten = [kg for fed in feedings if (kg := intake(fed)) is not None]
    if len(eaten) < len(feedings) or not _covers(feedings, first, last):
        return run.half_own_feed is True
    bought = (
        line.dry_matter
        for fed in feedings
        for line in fed.lines
        if line.bought and line.kind in _BOUGHT
    )
    return BOUGHT_PARTS_MAX * sum(bought) <= sum(eaten)


def _covers(feedings: Iterable[FeedingRecorded], first: date, end: date) -> bool:
    """Whether feedings tell of every day from the first one until before the end."""
    day = first
    for fed in sorted(feedings, key=lambda fed: fed.from_):
        if fed.from_ > day:
            break
        if fed.until >= day:
            day = fed.until + timedelta(days=1) if fed.until < date.max else date.max
    return day >= end
