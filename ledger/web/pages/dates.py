"""Days, moments, months, eras and figures as pages write them, in each language.

All moments are by Japan's clock. Cells of tables are short and line up (`2025/10/14 09:30`), in a
sentence they are written out (`2025年10月14日 9時30分`); English writes both alike. Years stand in
every date.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from ledger.facts.scalars import micros
from ledger.rules.reading import MONTHS, Tongue
from ledger.rules.reading import day as day_of
from ledger.rules.reading import number as number_of

JAPAN: Final = timezone(timedelta(hours=9), "JST")
"""Days and years of the trade are Japan's."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ERAS: Final = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
)
"""First day and name of an era, the latest first; earlier days have none here."""
_FISCAL: Final = "FY"
_texts_kept_max: Final = 10_000


def in_japan(value: int | str) -> datetime:
    """A moment by Japan's clock, from µs UTC or canonical text."""
    at = value if isinstance(value, int) else micros(value)
    return (_EPOCH + timedelta(microseconds=at)).astimezone(JAPAN)


# A page says the same few hundred numbers and days in many rows, and to many readers.
@lru_cache(maxsize=_texts_kept_max)
def number(value: str) -> str:
    """A figure with its groups of thousands and a true minus; a weight keeps its places."""
    return number_of(value)


@lru_cache(maxsize=_texts_kept_max)
def day(on: date, tongue: Tongue) -> str:
    """A date in a cell: `14 Oct 2025`, `2025/10/14`."""
    return f"{on.year:04d}/{on.month:02d}/{on.day:02d}" if tongue == "ja" else day_said(on, tongue)


def day_said(on: date, tongue: Tongue) -> str:
    """A date in a sentence: `14 Oct 2025`, `2025年10月14日`."""
    return day_of(on.isoformat(), tongue)


def near(on: date, tongue: Tongue) -> str:
    """A date in a sentence whose year is plain: `14 Oct`, `10月14日`."""
    return f"{on.month}月{on.day}日" if tongue == "ja" else f"{on.day} {MONTHS[on.month - 1][:3]}"


def moment(value: int | str, tongue: Tongue, *, seconds: bool = False) -> str:
    """A moment in a cell: `14 Oct 2025, 09:30`, `2025/10/14 09:30`."""
    at = in_japan(value)
    between = " " if tongue == "ja" else ", "
    clock = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
    return f"{day(at.date(), tongue)}{between}{clock}"


def moment_said(value: int | str, tongue: Tongue) -> str:
    """A moment in a sentence: `14 Oct 2025, 09:30`, `2025年10月14日 9時30分`."""
    at = in_japan(value)
    if tongue == "ja":
        return f"{day_said(at.date(), tongue)} {at.hour}時{at.minute:02d}分"
    return moment(value, tongue)


def elsewhere(value: int | str, tongue: Tongue) -> str:
    """The moment by the clock of whoever reported it, where that is not Japan's; else nothing."""
    if isinstance(value, int):
        return ""
    at = datetime.fromisoformat(value)
    if at.utcoffset() == JAPAN.utcoffset(None):
        return ""
    between = " " if tongue == "ja" else ", "
    return f"{day(at.date(), tongue)}{between}{at:%H:%M} {at.isoformat()[-6:]}"


def month(name: str, tongue: Tongue) -> str:
    """A month or fiscal year: `2025-10` is October 2025, `FY2025` April 2025 to March 2026."""
    if name.startswith(_FISCAL):
        year = int(name.removeprefix(_FISCAL))
        if tongue == "ja":
            return f"{year}年度"
        return f"fiscal year {year} (Apr {year}–Mar {year + 1})"
    year, of_year = map(int, name.split("-"))
    return f"{year}年{of_year}月" if tongue == "ja" else f"{MONTHS[of_year - 1]} {year}"


def month_and_era(name: str, tongue: Tongue) -> str:
    """The same as papers and headings of a month-end say it: in Japanese with its era.

    A month has the era of its last day, a fiscal year that of its last.
    """
    said = month(name, tongue)
    if tongue != "ja":
        return said
    if name.startswith(_FISCAL):
        year = int(name.removeprefix(_FISCAL))
        era = _era(date(year + 1, 3, 31), year)
        return f"{said}（{era}度）" if era else said
    year, of_year = map(int, name.split("-"))
    last = date(year + of_year // 12, of_year % 12 + 1, 1) - timedelta(days=1)
    era = _era(last, year)
    return f"{said}（{era}{of_year}月）" if era else said


def day_and_era(on: date, tongue: Tongue) -> str:
    """A date on a paper: `14 Oct 2025`, `2025年10月14日（令和7年10月14日）`."""
    said, era = day_said(on, tongue), _era(on, on.year)
    return f"{said}（{era}{on.month}月{on.day}日）" if tongue == "ja" and era else said


def _era(last: date, year: int) -> str:
    """A year of the era that a day lies in: 令和元年, 平成31年; nothing before those we know."""
    for start, name in _ERAS:
        if last >= start:
            number_in_era = year - start.year + 1
            return f"{name}{'元' if number_in_era == 1 else number_in_era}年"
    return ""


def due(days: int, tongue: Tongue) -> str:
    """How far off a day is: `in 3 days`, `today`, `2 days late` for -2."""
    if days == 0:
        return "本日" if tongue == "ja" else "today"
    if tongue == "ja":
        counted = f"{number(str(abs(days)))}日"
        return f"あと{counted}" if days > 0 else f"期限を{counted}超過"
    counted = f"{number(str(abs(days)))} day{'' if abs(days) == 1 else 's'}"
    return f"in {counted}" if days > 0 else f"{counted} late"


_UNITS: Final = {
    "seals": ("seal", "seals", "枚"),
    "units": ("unit", "units", "個"),
    "cases": ("case", "cases", "件"),
    "events": ("event", "events", "件"),
    "certificates": ("certificate", "certificates", "通"),
    "days": ("day", "days", "日"),
}


def counted(value: int, of: str, tongue: Tongue) -> str:
    """How many of something, a key of the units above: `1 seal`, `20 seals`, `20枚`."""
    one, many, japanese = _UNITS[of]
    shown = number(str(value))
    return shown + japanese if tongue == "ja" else f"{shown} {one if abs(value) == 1 else many}"


def kilos(value: object) -> str:
    """A weight, its places kept: `149.500 kg`."""
    return f"{number(str(value))} kg"


def percent(value: object, tongue: Tongue) -> str:
    """A share: `2 %`, `2%`."""
    return f"{number(str(value))}{'%' if tongue == 'ja' else ' %'}"
