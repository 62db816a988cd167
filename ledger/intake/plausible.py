"""Times that are hardly true: recorded all the same, and said in the receipt."""

from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from ledger.facts.catalogue import TYPES
from ledger.facts.scalars import micros
from ledger.log import Recorded

Warn = Literal["time-before-2000", "time-far-ahead"]

_MICROS: Final = 1_000_000
BEFORE_MICROS: Final = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * _MICROS
"""Nobody reported an organic seal before this: a clock that was never set."""
AHEAD_MICROS_MAX: Final = 366 * 24 * 60 * 60 * _MICROS


def warning(at: int, now: int) -> Warn | None:
    """What is hardly true of an event's time; both in µs UTC, `now` by whoever answers."""
    if at < BEFORE_MICROS:
        return "time-before-2000"
    if at > now + AHEAD_MICROS_MAX:
        return "time-far-ahead"
    return None


def warning_of(recorded: Recorded) -> Warn | None:
    """What was hardly true of a recorded event's time when it was recorded.

    The ledger's own decisions are at no clock but its own, and have none.
    """
    if recorded.topic not in TYPES:
        return None
    at = micros(msgspec.json.decode(recorded.state, type=_Dated).time)
    return warning(at, recorded.recorded_at)


class _Dated(msgspec.Struct):
    time: str
