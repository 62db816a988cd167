"""How facts reach a ledger: late now and then, out of order, and some of them twice.

The lag is bounded in time, so however few events a season has, none is overdue for being shuffled.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from random import Random
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.season.book import Said
from ledger.season.moments import MICROS_A_MINUTE, MICROS_AN_HOUR

LAG_HOURS_MAX: Final = 6
"""A scanner without network sends its backlog within a shift."""
_PROMPT, _SLOW = 0.8, 0.97


def delivered(said: Iterable[Said], rng: Random, facts: int, duplicates: int) -> Iterator[Fact]:
    """Every fact in the order in which it arrives; exactly `duplicates` of `facts` twice."""
    heap: list[tuple[int, int, Fact]] = []
    serial = 0
    for at, fact, delay in said:
        heappush(heap, (at + (_lag(rng) if delay is None else delay), serial, fact))
        serial += 1
        if duplicates and rng.random() * facts < duplicates:
            duplicates -= 1
            heappush(heap, (at + (delay or 0) + _lag(rng), serial, fact))
            serial += 1
        facts -= 1
        while heap and heap[0][0] <= at:
            yield heappop(heap)[2]
    while heap:
        yield heappop(heap)[2]


def _lag(rng: Random) -> int:
    """Seconds as a rule, minutes sometimes, a shift at worst."""
    luck = rng.random()
    if luck < _PROMPT:
        return int(rng.random() * 2 * MICROS_A_SECOND)
    if luck < _SLOW:
        return int(rng.random() * 10 * MICROS_A_MINUTE)
    return int(rng.random() * LAG_HOURS_MAX * MICROS_AN_HOUR)
