"""A line of the status: what is looked at, how it stands, and the sentence that mends it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ledger.facts.scalars import time_text


class State(StrEnum):
    """How something stands: `wrong` needs a person, `note` is worth knowing."""

    WRONG = "wrong"
    UNKNOWN = "unknown"
    NOTE = "note"
    FINE = "fine"


_ORDER: Final = {state: place for place, state in enumerate(State)}


class Line(NamedTuple):
    """One thing: which part of the ledger, which question about it, of what, and the answer.

    `values` holds the figures that `says` puts into words: seconds, bytes, counts, days, and times
    as RFC 3339 in UTC. `mend` is empty where nothing is to be done.
    """

    part: str
    code: str
    about: str
    state: State
    says: str
    mend: str = ""
    values: Mapping[str, Any] = {}

    def told(self) -> dict[str, Any]:
        """The line as programs read it."""
        return {**self._asdict(), "state": str(self.state), "values": dict(self.values)}


def in_order(lines: Iterable[Line]) -> list[Line]:
    """What is wrong first, then what cannot be told, then what is worth knowing."""
    return sorted(lines, key=lambda line: _ORDER[line.state])


def any_wrong(lines: Iterable[Line]) -> bool:
    """Whether something needs a person."""
    return any(line.state is State.WRONG for line in lines)


def moment(at: int) -> str:
    """A time (µs UTC) as people say it, to the second."""
    return f"{time_text(at, 0)[:19].replace('T', ' ')} UTC"


_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def lasting(seconds: float) -> str:
    """A duration as people say it: 12 s, 14 min, 3 h, 2 d."""
    for size, name in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {name}"
    return f"{max(0.0, seconds):.0f} s"


def size_of(octets: float) -> str:
    """A number of bytes as people say it, in units of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(octets) < 1_000:
            return f"{octets:.0f} {unit}" if unit in {"B", "kB"} else f"{octets:.1f} {unit}"
        octets /= 1_000
    return f"{octets:.1f} TB"


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
