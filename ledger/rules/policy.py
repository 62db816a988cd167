"""The policy: how long the audit waits and where it draws its lines.

Every parameter has a value and every value is checked: a policy that exists can be applied.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Struct

from ledger.errors import Misuse
from ledger.facts.scalars import MICROS_A_DAY, MICROS_A_SECOND

Seconds = Literal["never", "cases", "always"]
"""When a second person has to sign a period: never, always, or where a critical or high case
touches it and for every fiscal year."""


class Policy(Struct, frozen=True, kw_only=True):
    """The parameters by their public names.

    Waits, `clock_skew` and `double_shot` are microseconds; `*_days` days; `travel_minutes` minutes;
    shares are fractions of one (1 % = 0.01); `annual_tolerance` kg. `due_critical` is business
    days, the others of when a case is due and `overdue_again` calendar days.
    """

    grace_scan: int
    grace_count: int
    grace_dispatch: int
    grace_registry: int
    grace_document: int
    seal_transit_days: int
    goods_transit_days: int
    return_days: int
    unshipped_days: int
    removal_days: int
    aged_days: int
    count_days: int
    evidence_days: int
    answer_days: int
    gap_days: int
    late_days: int
    reversal_days: int
    papers_days: int
    request_days: int
    count_abs: int
    count_share: Decimal
    spoil_limit: Decimal
    spoil_min: int
    reversal_share: Decimal
    reversal_min: int
    line_capacity: int
    missed_heartbeats: int
    annual_tolerance: Decimal
    clock_skew: int
    travel_minutes: int
    double_shot: int
    sign_days: int
    period_second: Seconds
    due_critical: int
    due_high: int
    due_medium: int
    due_low: int
    overdue_again: int
    holidays: frozenset[date]

    def digest(self) -> str:
        """SHA-256 over all parameters: the same values have the same digest."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        values["holidays"] = sorted(self.holidays)
        return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()


def read_policy(text: str, over: Policy | None = None) -> Policy:
    """The policy a TOML text describes; what it leaves out is as in `over`.

    Raises Misuse naming the key where one is unknown or missing or holds what it cannot hold.
    """
    try:
        given = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Misuse(f"the policy is no TOML: {error}") from None
    unknown = sorted(set(given) - set(_READERS))
    if unknown:
        raise Misuse(f"policy: unknown parameter {unknown[0]}; known are {', '.join(_READERS)}")
    values = {name: _read(name, value) for name, value in given.items()}
    if over is not None:
        return msgspec.structs.replace(over, **values)
    missing = [name for name in _READERS if name not in values]
    if missing:
        raise Misuse(f"policy: {missing[0]} is missing")
    return Policy(**values)


def default_policy() -> Policy:
    """The policy that stands beside the rules."""
    return read_policy(files("ledger.rules").joinpath("policy.toml").read_text("utf-8"))


def _read(name: str, value: object) -> Any:
    try:
        return _READERS[name](value)
    except ValueError as error:
        raise Misuse(f"policy: {name}: {error}") from None


_DURATION = re.compile(r"([0-9]{1,6}) ?(s|min|h|d)")
_UNITS: Final = {
    "s": MICROS_A_SECOND,
    "min": 60 * MICROS_A_SECOND,
    "h": 3_600 * MICROS_A_SECOND,
    "d": MICROS_A_DAY,
}


def _duration(value: object) -> int:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a duration such as "1 h", "5 min", "60 s" or "7 d"')
    return int(match[1]) * _UNITS[match[2]]


_WHOLE_MAX: Final = 1_000_000_000


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _WHOLE_MAX:
        raise ValueError("expected a whole number from 0")
    return value


def _days(value: object) -> int:
    days = _whole(value)
    if days > 36_500:
        raise ValueError("expected at most 36500 days")
    return days


def _lag(value: object) -> int:
    # What was recorded within a day is not kept apart, so a shorter lag cannot be asked for.
    if (days := _days(value)) < 1:
        raise ValueError("expected at least 1 day")
    return days


def _share(value: object) -> Decimal:
    match = re.fullmatch(r"([0-9]{1,3}(\.[0-9]{1,6})?) ?%", str(value))
    if match is None or Decimal(match[1]) > 100:
        raise ValueError('expected a share such as "5 %"')
    return Decimal(match[1]) / 100


def _weight(value: object) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,3})?", value):
        raise ValueError('expected kilograms as text, such as "1.000"')
    return Decimal(value)


def _dates(value: object) -> frozenset[date]:
    if not isinstance(value, list) or not all(
        isinstance(day, date) and not isinstance(day, datetime) for day in value
    ):
        raise ValueError("expected a list of dates such as [2026-01-01]")
    return frozenset(value)


def _seconds(value: object) -> str:
    if value not in get_args(Seconds):
        raise ValueError(f"expected one of {', '.join(get_args(Seconds))}")
    return str(value)


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "grace_scan": _duration,
    "grace_count": _duration,
    "grace_dispatch": _duration,
    "grace_registry": _duration,
    "grace_document": _duration,
    "seal_transit_days": _days,
    "goods_transit_days": _days,
    "return_days": _days,
    "unshipped_days": _days,
    "removal_days": _days,
    "aged_days": _days,
    "count_days": _days,
    "evidence_days": _days,
    "answer_days": _days,
    "gap_days": _days,
    "late_days": _lag,
    "reversal_days": _days,
    "papers_days": _days,
    "request_days": _days,
    "count_abs": _whole,
    "count_share": _share,
    "spoil_limit": _share,
    "spoil_min": _whole,
    "reversal_share": _share,
    "reversal_min": _whole,
    "line_capacity": _whole,
    "missed_heartbeats": _whole,
    "annual_tolerance": _weight,
    "clock_skew": _duration,
    "travel_minutes": _whole,
    "double_shot": _duration,
    "sign_days": _days,
    "period_second": _seconds,
    "due_critical": _days,
    "due_high": _days,
    "due_medium": _days,
    "due_low": _days,
    "overdue_again": _lag,
    "holidays": _dates,
}
