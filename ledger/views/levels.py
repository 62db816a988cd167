"""How full a place was at a moment: from its balance, the days since, and that day's moves.

What a moment costs does not grow with the history before it, nor, by stretches of days, with what
came after. The rows of `lows` and `low_stretches` are kept by the view of low points.
"""

from typing import Final

from ledger.custody.places import Kind
from ledger.facts.scalars import MICROS_A_DAY

KINDS: Final = frozenset({Kind.STOCK, Kind.SPOILED, Kind.DELIVERED, Kind.LOT})
"""Places with many moves, whose days are kept; of all others the moves themselves are few."""
STRETCH_DAYS: Final = 32


def stretch_of(day: int) -> int:
    """The first day of the stretch in which a day (since 1970, UTC) lies."""
    return day - day % STRETCH_DAYS


def held_at(place: str, time: str) -> str:
    """SQL for what a place (of KINDS) held at a time, µs UTC; both given as SQL."""
    day = f"floor(({time}) / {MICROS_A_DAY}.0)::int8"
    first = f"({day} - mod(mod({day}, {STRETCH_DAYS}) + {STRETCH_DAYS}, {STRETCH_DAYS}))"
    return f"""(
    coalesce((SELECT balance FROM balances WHERE balances.place = {place}), 0)
    - coalesce((SELECT sum(net) FROM low_stretches AS l WHERE l.place = {place}
        AND l.first > {first}), 0)
    - coalesce((SELECT sum(net) FROM lows AS l WHERE l.place = {place}
        AND l.day > {day} AND l.day < {first} + {STRETCH_DAYS}), 0)
    - coalesce((SELECT sum(delta) FROM moves AS m WHERE m.place = {place}
        AND m.time > {time} AND m.time < ({day} + 1) * {MICROS_A_DAY}), 0)
)::int8"""
