"""Moments and days as the rules count them.

Days have 24 hours when added to a moment, and are calendar days when added to a date.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.scalars import EPOCH, MICROS_A_DAY, MICROS_A_SECOND, offset_minutes, time_text

MICROS_AN_HOUR: Final = 3_600 * MICROS_A_SECOND
MICROS_A_MINUTE: Final = 60 * MICROS_A_SECOND
JAPAN: Final = 540
"""Minutes east of UTC: the fiscal year and the dates of contracts run on Japan time."""
_SATURDAY: Final = 5


def wait(grace: int, *recs: int) -> int:
    """R(g; X, …): the grace after the later of the moments at which the events were recorded."""
    return grace + max(recs)


def days(count: int) -> int:
    """That many days in microseconds."""
    return count * MICROS_A_DAY


def utc_text(at: int) -> str:
    """A moment as people read it: RFC 3339 in UTC."""
    return time_text(at, 0)


def start_of(day: date, offset: int = 0) -> int:
    """00:00 of a day at an offset in minutes east of UTC, in microseconds UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (midnight - EPOCH) // timedelta(microseconds=1) - offset * MICROS_A_MINUTE


def day_at(at: int, offset: int) -> date:
    """The calendar date of a moment at an offset in minutes east of UTC."""
    return (EPOCH + timedelta(microseconds=at, minutes=offset)).date()


def later(day: date, count: int) -> date:
    """The date that many calendar days later; the end of the calendar where there is none."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return date.max


def fiscal_year(at: int) -> int:
    """The year N of 1 April N to 31 March N+1 in which a moment lies, by Japan's calendar."""
    day = day_at(at, JAPAN)
    return day.year if day.month >= 4 else day.year - 1


def month_of(day: date) -> str:
    """`YYYY-MM`."""
    return f"{day.year:04d}-{day.month:02d}"


def next_month(month: str) -> date:
    """The first day of the month after `YYYY-MM`; the end of the calendar where there is none."""
    year, number = int(month[:4]), int(month[5:])
    if (year, number) == (9999, 12):
        return date.max
    return date(year + number // 12, number % 12 + 1, 1)


def end_of_next_business_day(fact: Fact, holidays: Collection[date]) -> int:
    """24:00 of the first business day later than the fact's day, at the fact's own offset."""
    day = later(fact.day, 1)
    while day != date.max and (day.weekday() >= _SATURDAY or day in holidays):
        day = later(day, 1)
    return start_of(later(day, 1), offset_minutes(fact.time))


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies between two dates, both included; None is open."""
    return (first is None or first <= day) and (last is None or day <= last)


def ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The ids of facts, as evidence."""
    return tuple(fact.id for fact in facts)
