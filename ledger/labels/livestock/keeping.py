"""Keeping: how long animals were kept organically before goods of them are organic."""

from datetime import date, timedelta
from typing import Final

from ledger.facts.herds import HerdRecorded
from ledger.labels.animals import use_of
from ledger.labels.livestock.measures import Measure, breaks, lacks
from ledger.labels.livestock.origin import of_birth
from ledger.labels.rows import Row, Table, months_after

_PERCENT: Final = 100


class KeepingRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long animals of a species are kept organically before use.

    Of the animals of some `origins`, or that were no older than `young_months` when it began, the
    first row that fits holds. `months` or `days` from then on, and `life_percent` of the life; or
    from `born_days` after birth at the latest.
    """

    species: str
    origins: frozenset[str] = frozenset()
    young_months: int | None = None
    months: int | None = None
    days: int | None = None
    life_percent: int | None = None
    born_days: int | None = None


KEEPING: Final = Table(
    "keeping", KeepingRow, "species", "how long animals are kept organically before use"
)


def keeping(herd: HerdRecorded, produced_on: date) -> list[Measure]:
    """KEEPING_PERIOD where goods of a herd were made too early; HERD_HISTORY where dates lack.

    Meat is made on the day of slaughter, where that is told. Nothing is asked of animals that were
    born or hatched organic.
    """
    if herd.origin in {"BORN_ORGANIC", "HATCHED"} and not any(
        each.level == "F" for each in of_birth(herd)
    ):
        return []
    used_on = produced_on
    if herd.slaughter_on is not None and use_of(herd.species) == "MEAT":
        used_on = herd.slaughter_on
    rows = KEEPING.of(herd.species, used_on)
    if herd.born_on is None and any(map(_asks_birth, rows)):
        return [lacks("HERD_HISTORY")]
    row = next((row for row in rows if _fits(row, herd)), None)
    if row is None:
        return []
    if row.born_days is not None:
        return _from_birth(row.born_days, herd, used_on)
    first = _first_day(row, herd)
    return [] if first <= used_on else [breaks("KEEPING_PERIOD", [first], [used_on])]


def _asks_birth(row: KeepingRow) -> bool:
    return (row.young_months, row.life_percent, row.born_days) != (None, None, None)


def _fits(row: KeepingRow, herd: HerdRecorded) -> bool:
    if row.origins and herd.origin not in row.origins:
        return False
    if row.young_months is None or herd.born_on is None:
        return True
    return herd.organic_since <= months_after(herd.born_on, row.young_months)


def _first_day(row: KeepingRow, herd: HerdRecorded) -> date:
    """The first day on which goods are organic: the later one where two conditions bind."""
    since = herd.organic_since
    first = months_after(since, row.months or 0)
    if row.days is not None:
        first = max(first, _days_after(since, row.days))
    if row.life_percent is not None and herd.born_on is not None:
        # R - O at least so many per cent of R - B: solved for R, in whole days.
        before = (since - herd.born_on).days * row.life_percent
        first = max(first, _days_after(since, -(-before // (_PERCENT - row.life_percent))))
    return first


def _from_birth(days: int, herd: HerdRecorded, used_on: date) -> list[Measure]:
    """Whether animals came younger than so many days and were kept organically from then on."""
    if herd.born_on is None or (herd.origin == "BROUGHT_IN" and herd.arrived_on is None):
        return [lacks("HERD_HISTORY")]
    last = _days_after(herd.born_on, days)
    came_late = (
        herd.origin == "BROUGHT_IN" and herd.arrived_on is not None and herd.arrived_on >= last
    )
    if herd.organic_since <= last and not came_late:
        return []
    return [breaks("KEEPING_PERIOD", [None], [used_on])]


def _days_after(day: date, days: int) -> date:
    """So many days later; the end of the calendar where there is no such day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
