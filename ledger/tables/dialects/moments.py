"""Clocks, and moments: a day, its clock, and the zone in which both are read."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ledger.facts.scalars import canonical_time
from ledger.tables.cells import Cell
from ledger.tables.dialects.dates import Fold, day_and_rest, of_cell
from ledger.tables.dialects.outcome import How, Said, Unread

NOON: Final = time(12)
"""A date alone stands at noon, so that all moves of such a day are taken together."""
_CLOCK: Final = re.compile(
    r"(午前|午後|AM|PM)?\s*([0-9]{1,2})\s*(?::|時)\s*(?:([0-9]{1,2})\s*(?:(?::|分)\s*(?:([0-9]{1,2})"
    r"(?:\.([0-9]{1,6}))?\s*秒?)?)?)?\s*(AM|PM|a\.m\.|p\.m\.)?",
    re.IGNORECASE,
)
_NOON_HOUR: Final = 12
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]+(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class When(NamedTuple):
    """What a cell says of a moment: `moment` with its offset, else a day and perhaps a clock."""

    said: str
    moment: str | None = None
    day: date | None = None
    clock: time | None = None


def read_moment(cell: str | Cell, how: How, _notes: list[Said]) -> When:
    """RFC 3339, a day, or a day and a clock in one cell."""
    if isinstance(cell, Cell):
        if cell.kind == "number":
            raise Unread("date-is-number", said=cell.text)
        day, clock = of_cell(cell)
        if day is None:
            raise Unread("no-such-date", said=cell.text)
        return When(cell.text, None, day, _of_text(clock) if clock else None)
    if _RFC3339.fullmatch(cell):
        try:
            return When(cell, canonical_time(cell))
        except ValueError as error:
            raise Unread("invalid", said=cell, why=str(error)) from None
    day, rest = day_and_rest(cell, how)
    rest = rest.strip().removeprefix("T").strip()
    return When(cell, None, day, _of_text(rest) if rest else None)


def read_clock(cell: str | Cell, _how: How, _notes: list[Said]) -> time:
    """A time of day."""
    if isinstance(cell, str):
        return _of_text(cell)
    if cell.kind != "date":
        raise Unread("invalid", said=cell.text, why="expected a time of day, such as 9:30")
    day, clock = cell.text.partition("T")[::2]
    if day or not clock:
        raise Unread("invalid", said=cell.text, why="expected a time of day, such as 9:30")
    return _of_text(clock)


def _of_text(said: str) -> time:
    text = unicodedata.normalize("NFKC", said).strip()
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Unread("invalid", said=said, why="expected a time of day, such as 9:30")
    before, hours, minutes, seconds, fraction, behind = found.groups()
    hour = int(hours)
    half = (before or behind or "").upper().replace(".", "")
    if half:
        if hour > _NOON_HOUR:
            raise Unread("invalid", said=said, why="expected a time of day, such as 9:30")
        hour = hour % _NOON_HOUR + (_NOON_HOUR if half in ("PM", "午後") else 0)
    micro = int((fraction or "").ljust(6, "0") or 0)
    try:
        return time(hour, int(minutes or 0), int(seconds or 0), micro)
    except ValueError:
        raise Unread("invalid", said=said, why="expected a time of day, such as 9:30") from None


def resolved(when: When, clock: time | None, zone: ZoneInfo | None, fold: Fold | None) -> str:
    """The canonical time of a moment. Unread where no zone says which, or the clocks do not."""
    if when.moment is not None:
        return when.moment
    if zone is None:
        raise Unread("zone-missing", said=when.said)
    at = when.clock if when.clock is not None else clock if clock is not None else NOON
    local = datetime.combine(when.day or date.min, at)
    early = local.replace(tzinfo=zone, fold=0)
    late = local.replace(tzinfo=zone, fold=1)
    said = when.said if when.clock is not None or clock is None else f"{when.said} {at:%H:%M}"
    try:
        there = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
        if not there:
            raise Unread("no-such-clock", said=said, zone=zone.key)
        if early.utcoffset() != late.utcoffset():
            if fold is None:
                raise Unread("clock-twice", said=said, zone=zone.key)
            early = late if fold == "second" else early
        return canonical_time(_rfc3339(early))
    except (OverflowError, ValueError):
        raise Unread("no-such-date", said=when.said) from None


def _rfc3339(at: datetime) -> str:
    """With an offset in whole minutes: those of long ago had seconds."""
    offset = at.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    plain = at.replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{plain}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
