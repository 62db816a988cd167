"""Dates as people write them: by eras, by words, by numbers in an order that must be known."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.tables.cells import Cell, Raw
from ledger.tables.dialects.outcome import DateOrders, How, Said, Unread
from ledger.tables.messages import MONTH_NAMES

_MONTHS: Final = {
    name[:3]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), 1,
    )
}  # fmt: skip
_APRIL: Final = 4


class Era(NamedTuple):
    """An era of Japan: its names, its first day, and the last where it is over."""

    name: str
    letter: str
    first: date
    last: date | None


ERAS: Final = (
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", date(2019, 5, 1), None),
)
_ENGLISH: Final = {"昭和": "Showa", "平成": "Heisei", "令和": "Reiwa"}

_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})\s*(?:[-/.]|年)\s*([0-9]{1,2})\s*(?:[-/.]|月)\s*([0-9]{1,2})(?:\s*日)?"
)
_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_ERA: Final = re.compile(
    r"(昭和|平成|令和|[SHR])\s*(元|[0-9]{1,2})\s*(?:[-/.]|年)\s*([0-9]{1,2})\s*(?:[-/.]|月)"
    r"\s*([0-9]{1,2})(?:\s*日)?",
    re.IGNORECASE,
)
YEAR_LAST: Final = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_SHORT: Final = re.compile(
    r"([0-9]{1,2})\s*(?:[-/.]|年)\s*([0-9]{1,2})\s*(?:[-/.]|月)\s*([0-9]{1,2})(?:\s*日)?"
)
_NO_YEAR: Final = re.compile(r"([0-9]{1,2})\s*(?:[-/]|月)\s*([0-9]{1,2})(?:\s*日)?")
_DAY_MONTH: Final = re.compile(r"([0-9]{1,2})[-\s.]*([A-Za-z]{3,9})\.?[-\s,]*([0-9]{4}|[0-9]{2})?")
_MONTH_DAY: Final = re.compile(r"([A-Za-z]{3,9})\.?\s*([0-9]{1,2})(?:st|nd|rd|th)?,?\s*([0-9]{4})?")
_SERIAL: Final = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_WEEKDAY: Final = re.compile(r"\s*\((?:[月火水木金土日]|[A-Za-z]{3})\)$")


def read_date(cell: str | Cell, how: How, _notes: list[Said]) -> date:
    """A day; a clock other than midnight has no place in it."""
    if isinstance(cell, Cell):
        if cell.kind == "number":
            raise Unread("date-is-number", said=cell.text)
        day, clock = of_cell(cell)
        if day is None or clock not in (None, "00:00:00"):
            raise Unread("date-has-time", said=cell.text)
        return day
    day, rest = day_and_rest(cell, how)
    if rest.strip() and not re.fullmatch(r"T?0?0:00(?::00(?:\.0+)?)?", rest.strip()):
        clocked = re.search(r"[0-9]{1,2}\s*[:時]", rest)
        raise Unread("date-has-time" if clocked else "no-such-date", said=cell)
    return day


def of_cell(cell: Cell) -> tuple[date | None, str | None]:
    """The day and the clock of a cell that a spreadsheet holds as a date."""
    day, _, clock = cell.text.partition("T")
    if not day:
        return None, clock
    try:
        return date.fromisoformat(day), clock or None
    except ValueError:
        raise Unread("no-such-date", said=cell.text) from None


def day_and_rest(said: str, how: How) -> tuple[date, str]:
    """The day that a text begins with, and what stands behind it."""
    text = _WEEKDAY.sub("", unicodedata.normalize("NFKC", said).strip())
    for pattern, read in _READINGS:
        found = pattern.match(text)
        if found is not None:
            return read(found, said, how), text[found.end() :]
    if _SERIAL.fullmatch(text):
        raise Unread("date-is-number", said=said)
    raise Unread("no-such-date", said=said)


def _day(year: int, month: int, day: int, said: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unread("no-such-date", said=said) from None


def _year_first(found: re.Match[str], said: str, _how: How) -> date:
    year, month, day = map(int, found.groups())
    return _day(year, month, day, said)


def _of_era(found: re.Match[str], said: str, _how: How) -> date:
    name, of, month, day = found.groups()
    era = next(era for era in ERAS if name.upper() in (era.name, era.letter))
    year = era.first.year - 1 + (1 if of == "元" else int(of))
    at = _day(year, int(month), int(day), said)
    if era.first <= at and (era.last is None or at <= era.last):
        return at
    right = next((e for e in ERAS if e.first <= at and (e.last is None or at <= e.last)), None)
    instead = f"{right.name}{_year_of(right, at)}年" if right is not None else ""
    if era.last is not None and at > era.last:
        way, day_of = "era-over", era.last
    else:
        way, day_of = "era-over/before", era.first
    name = f"{era.name} ({_ENGLISH[era.name]})"
    raise Unread(way, said=said, era=name, day=str(day_of), instead=instead)


def _year_of(era: Era, at: date) -> str:
    year = at.year - era.first.year + 1
    return "元" if year == 1 else str(year)


def _year_last(found: re.Match[str], said: str, how: How) -> date:
    first, second, year = map(int, found.groups())
    if how.day_order is None:
        raise _unclear(first, second, year, said, how.orders)
    month, day = (first, second) if how.day_order == "mdy" else (second, first)
    return _day(year, month, day, said)


def _unclear(first: int, second: int, year: int, said: str, orders: DateOrders) -> Unread:
    counts = {"all": orders.all, "mdy": orders.mdy, "dmy": orders.dmy}
    if _is_day(year, second, first) and _is_day(year, first, second):
        return Unread(
            "date-unclear", said=said, dayfirst=f"{first} {MONTH_NAMES[second - 1]}",
            monthfirst=f"{second} {MONTH_NAMES[first - 1]}", **counts,
        )  # fmt: skip
    return Unread("date-unclear/one", said=said, **counts)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def orders_of(cells: Iterable[Raw]) -> DateOrders:
    """How many dates of a column put the year last, and how many of them fit each order."""
    found = [0, 0, 0]
    for cell in cells:
        if not isinstance(cell, str) or not (hit := YEAR_LAST.match(cell.strip())):
            continue
        first, second, year = map(int, hit.groups())
        found[0] += 1
        found[1] += _is_day(year, first, second)
        found[2] += _is_day(year, second, first)
    return DateOrders(*found)


def _short(found: re.Match[str], said: str, how: How) -> date:
    """Two digits of a year: in front, or last where an order of days is given."""
    one, two, three = map(int, found.groups())
    if how.century is None:
        raise Unread("year-missing", said=said)
    if how.day_order is None:
        return _day(how.century + one, two, three, said)
    month, day = (one, two) if how.day_order == "mdy" else (two, one)
    return _day(how.century + three, month, day, said)


def _no_year(found: re.Match[str], said: str, how: How) -> date:
    month, day = map(int, found.groups())
    if how.day_order == "dmy" and "月" not in said:
        month, day = day, month
    return _day(_year_for(month, said, how), month, day, said)


def _year_for(month: int, said: str, how: How) -> int:
    if how.year is not None:
        return how.year
    if how.fiscal_year is not None:
        return how.fiscal_year + (month < _APRIL)
    raise Unread("year-missing", said=said)


def _day_month(found: re.Match[str], said: str, how: How) -> date:
    return _named(found.group(2), found.group(1), found.group(3), said, how)


def _month_day(found: re.Match[str], said: str, how: How) -> date:
    return _named(found.group(1), found.group(2), found.group(3), said, how)


def _named(name: str, day: str, year: str | None, said: str, how: How) -> date:
    month = _MONTHS.get(name[:3].casefold())
    if month is None or not MONTH_NAMES[month - 1].casefold().startswith(name.casefold()):
        raise Unread("no-such-date", said=said)
    if year is None:
        return _day(_year_for(month, said, how), month, int(day), said)
    if len(year) == 2:
        if how.century is None:
            raise Unread("year-missing", said=said)
        return _day(how.century + int(year), month, int(day), said)
    return _day(int(year), month, int(day), said)


_READINGS: Final = (
    (_YEAR_FIRST, _year_first),
    (_DIGITS, _year_first),
    (_ERA, _of_era),
    (YEAR_LAST, _year_last),
    (_SHORT, _short),
    (_DAY_MONTH, _day_month),
    (_MONTH_DAY, _month_day),
    (_NO_YEAR, _no_year),
)
Fold = Literal["first", "second"]
