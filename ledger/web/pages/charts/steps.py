"""A stock over days, as a line of steps: it holds still between the days on which seals moved."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

_width: Final = 900.0
_height: Final = 150.0
_left: Final = 70.0
_top: Final = 12.0
_foot: Final = 28.0


class Steps(NamedTuple):
    """The picture; `zero` is where nothing is left."""

    width: float
    height: float
    path: str
    area: str
    zero: float
    highest: int
    lowest: int
    top: float
    first: date
    last: date


def steps(opening: int, days: Sequence[tuple[date, int]]) -> Steps | None:
    """The picture of balances at the ends of days; None where no seal moved."""
    if not days:
        return None
    balances = [opening, *(balance for _, balance in days)]
    highest, lowest = max(*balances, 0), min(*balances, 0)
    first, last = days[0][0], days[-1][0]
    across = (_width - _left) / max((last - first).days + 1, 1)
    up = (_height - _top - _foot) / max(highest - lowest, 1)

    def y(balance: int) -> float:
        return round(_top + (highest - balance) * up, 1)

    line = [f"M{_left} {y(opening)}"]
    for day, balance in days:
        x = round(_left + (day - first).days * across, 1)
        line += [f"H{x}", f"V{y(balance)}"]
    line.append(f"H{_width}")
    path = "".join(line)
    return Steps(
        _width, _height, path, f"{path}V{y(0)}H{_left}Z", y(0), highest, lowest, _top, first, last
    )
