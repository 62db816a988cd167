"""How months and fiscal years of pairs stand: running, open, late, prepared, signed, restated."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ledger.cases.period import Period, PeriodState, Signed, months_between, period_of
from ledger.facts.scalars import MICROS_A_DAY
from ledger.log import Log
from ledger.rules.moments import JAPAN, day_at, fiscal_year, month_of
from ledger.views.cases import known_period, known_periods
from ledger.views.discrepancies.listing import OF_CASE, pairs_of_marks
from ledger.views.folding import IS_LIVE, Rows
from ledger.views.months_moved import Months, month, months_of, months_of_each
from ledger.views.period_sheet import last_month, marks_of

months_shown: Final = 13
years_shown: Final = 2
Pair = tuple[str, str]
"""Importer and body."""
_GRAVE: Final = f"""
SELECT s.months, c.opened_at, {OF_CASE}
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE c.{IS_LIVE} AND coalesce(s.severity, c.severity) IN ('C', 'H')
"""


class Standing(StrEnum):
    """How a period stands for people."""

    RUNNING = "running"
    EMPTY = "empty"
    OPEN = "open"
    LATE = "late"
    PREPARED = "prepared"
    SIGNED = "signed"
    RESTATED = "restated"


TO_SIGN: Final = frozenset({Standing.OPEN, Standing.LATE, Standing.PREPARED, Standing.RESTATED})
"""Those that wait for a signature."""
_DECIDED: Final = {
    PeriodState.PREPARED: Standing.PREPARED,
    PeriodState.CLOSED: Standing.SIGNED,
    PeriodState.RESTATED: Standing.RESTATED,
}


class Cell(NamedTuple):
    """A period of a pair: how it stands, and how many live critical and high cases touch it."""

    name: str
    standing: Standing
    grave: int


class Line(NamedTuple):
    """A pair with its periods, in the order of their columns."""

    importer: str
    rcb: str
    cells: Sequence[Cell]

    @property
    def waits(self) -> bool:
        """Whether anything of it waits for a signature."""
        return any(cell.standing in TO_SIGN for cell in self.cells)


class Calendar(NamedTuple):
    """What tells how any period stands: the months of pairs, what was decided, the clock."""

    months: Mapping[Pair, Months]
    known: Mapping[tuple[str, str, str], Signed]
    sign_days: int
    now: int

    def standing(self, period: Period) -> Standing:
        """How a period stands."""
        known = self.known.get((period.importer, period.rcb, period.name))
        if known is not None and known.state in _DECIDED:
            return _DECIDED[known.state]
        if self.now <= period.end:
            return Standing.RUNNING
        months = self.months.get((period.importer, period.rcb))
        if months is None or months.empty(month_of(period.first), last_month(period)):
            return Standing.EMPTY
        late = self.now > period.end + self.sign_days * MICROS_A_DAY
        return Standing.LATE if late else Standing.OPEN


def calendar(rows: Rows, log: Log, *, sign_days: int, now: int) -> Calendar:
    """The calendar of all pairs; `rows` sees every table, `now` is µs UTC."""
    known = {(one.period.importer, one.period.rcb, one.period.name): one
             for one in known_periods(rows)}  # fmt: skip
    return Calendar(months_of_each(rows, pairs_of_marks(rows, log)), known, sign_days, now)


def standing_of(rows: Rows, log: Log, period: Period, *, sign_days: int, now: int) -> Standing:
    """How one period stands."""
    pair = period.importer, period.rcb
    known = known_period(rows, period.id)
    named = {} if known is None else {(*pair, period.name): known}
    months = {pair: months_of(rows, marks_of(rows, log, period))}
    return Calendar(months, named, sign_days, now).standing(period)


def columns_at(now: int) -> list[str]:
    """The periods of the grid: the last months, the running one last, and two fiscal years."""
    today = day_at(now, JAPAN)
    first = today.year * 12 + today.month - months_shown
    months = months_between(month_of(date(first // 12, first % 12 + 1, 1)), month_of(today))
    year = fiscal_year(now)
    years = (f"FY{year - back}" for back in reversed(range(years_shown)))
    return [*months, *years]


def grid(rows: Rows, log: Log, pairs: Iterable[Pair], told: Calendar) -> list[Line]:
    """The periods of pairs as a grid, a line a pair."""
    names = columns_at(told.now)
    grave = _grave_months(rows, log)
    found = []
    for importer, rcb in pairs:
        since = grave.get((importer, rcb), ())
        cells = []
        for name in names:
            period = period_of(importer, rcb, name)
            last = last_month(period)
            touching = sum(first <= last for first in since)
            cells.append(Cell(name, told.standing(period), touching))
        found.append(Line(importer, rcb, cells))
    return found


def _grave_months(rows: Rows, log: Log) -> dict[Pair, list[str]]:
    """By pair, the first month of the evidence of each live critical or high case."""
    pair_of = pairs_of_marks(rows, log)
    found: dict[Pair, list[str]] = {}
    for months, opened_at, marks in rows.execute(_GRAVE).fetchall():
        first = min(months) if months else month(opened_at)
        for pair in {pair_of[mark] for mark in marks if mark in pair_of}:
            found.setdefault(pair, []).append(first)
    return found


def waiting(told: Calendar) -> dict[str, int]:
    """How many months of all pairs wait for a signature, by how they stand."""
    counts = dict.fromkeys(sorted(TO_SIGN), 0)
    for (importer, rcb), months in told.months.items():
        for name in _months_of(months, told.now):
            standing = told.standing(period_of(importer, rcb, name))
            if standing in TO_SIGN:
                counts[standing] += 1
    return {str(standing): count for standing, count in counts.items()}


def _months_of(months: Months, now: int) -> Iterable[str]:
    first = next(iter(months.moved), None)
    return () if first is None else months_between(first, month(now))


def pairs_seen(
    rows: Rows, log: Log, *, importer: str | None = None, rcb: str | None = None
) -> list[Pair]:
    """The pairs there are, of one importer or one body where these are given."""
    pairs: Collection[Any] = set(pairs_of_marks(rows, log).values())
    return sorted(pair for pair in pairs if importer in (None, pair[0]) and rcb in (None, pair[1]))
