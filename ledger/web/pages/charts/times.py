"""Events on both clocks: when each happened, above; when the ledger learned of it, below."""

from collections.abc import Sequence
from typing import Final, NamedTuple

_width: Final = 720.0
_left: Final = 110.0
_right: Final = 24.0
points_max: Final = 40


class Point(NamedTuple):
    """An event: where it stands on either line."""

    title: str
    happened: float
    known: float


class Times(NamedTuple):
    """The picture; `first` and `last` are µs UTC at its ends."""

    width: float
    height: float
    points: tuple[Point, ...]
    first: int
    last: int


def times(events: Sequence[tuple[str, int, int]]) -> Times | None:
    """The picture of (title, happened, recorded), µs UTC; None where there is nothing to draw."""
    if not events:
        return None
    cut = events[:points_max]
    moments = [at for _, *both in cut for at in both]
    first, last = min(moments), max(moments)
    scale = (_width - _left - _right) / max(last - first, 1)

    def place(at: int) -> float:
        return round(_left + (at - first) * scale, 1)

    points = tuple(Point(title, place(at), place(known)) for title, at, known in cut)
    return Times(_width, 120.0, points, first, last)
