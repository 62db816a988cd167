"""A season as a whole: so many events, from one seed, with the faults asked for.

The number of lines is exact, duplicates included. Facts are made as they are asked for, so a
season of a million events takes no more memory than one of ten thousand.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, merge
from operator import attrgetter
from random import Random
from typing import Final

from ledger.errors import Misuse
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_SECOND
from ledger.season.book import Book, Said
from ledger.season.enrolment import Entry, enrolment
from ledger.season.faults import Mix, scenarios
from ledger.season.moments import (
    MICROS_A_MINUTE,
    MICROS_AN_HOUR,
    NOW,
    REGISTRY_DAY,
    day_number,
    moment,
)
from ledger.season.scenario import Case, Scenario
from ledger.season.trade_season import TRADE_SEASON_EVENTS_MIN
from ledger.season.trades import TRADES, Trade
from ledger.season.working import LOTS_MAX, Plan, closing_events, products_used, worked

EVENTS_MIN: Final = 400
EVENTS_MAX: Final = 10_000_000
_EVENTS_A_DUPLICATE: Final = 50
_TRADE_SEASON_EVENTS = (60, 1500)
"""A trade season is a hundredth of the season within these bounds."""
_TWO_LOTS_FROM_EVENTS: Final = 150
_NINE_O_CLOCK: Final = 9 * 3600
LAG_HOURS_MAX: Final = 6
"""A scanner without network sends its backlog within a shift."""
_PROMPT, _SLOW = 0.8, 0.97


@dataclass(frozen=True, slots=True)
class Key:
    """The answer key: the cases that are open at `now` (RFC 3339), and no others."""

    now: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """A planned season: its key is known before its facts are made.

    `fact_count` facts arrive, `duplicates` of them twice.
    """

    seed: int
    plans: list[Plan]
    entries: list[Entry]
    planted: list[Scenario]
    fact_count: int
    duplicates: int

    def facts(self) -> Iterator[Fact]:
        """Every line of the season in the order of arrival; the same each time it is asked."""
        streams: list[Iterable[Said]] = [_registered(self.entries, _chance(self.seed, "registry"))]
        streams += [scenario.said for scenario in self.planted]
        streams += [worked(plan, _chance(self.seed, plan.trade.code)) for plan in self.plans]
        in_time = merge(*streams, key=attrgetter("at"))
        rng = _chance(self.seed, "delivery")
        return delivered(in_time, rng, self.fact_count, self.duplicates)

    def key(self) -> Key:
        """Which cases must be open at which time."""
        cases = {case for scenario in self.planted for case in scenario.cases}
        return Key(NOW, tuple(sorted(cases)))


def season(events: int, seed: int, faults: Mix | None = None) -> Season:
    """A season of exactly `events` lines.

    Raises Misuse where the events do not suffice for one trade and the faults asked for.
    """
    if not EVENTS_MIN <= events <= EVENTS_MAX:
        raise Misuse(f"A season has at least {EVENTS_MIN} and at most {EVENTS_MAX:,} events.")
    nominal, lots = _trade_season(events)
    planted, entries = _planted(events, faults, seed)
    duplicates = events // _EVENTS_A_DUPLICATE
    used = sum(len(scenario.said) for scenario in planted)
    room = events - duplicates - used
    trades: list[Trade] = []
    for trade in TRADES:
        own = {entry.key: entry for entry in enrolment(trade)}
        more = entries | {key: entry for key, entry in own.items() if key not in entries}
        if _least_room([*trades, trade], more) > room:
            break
        trades.append(trade)
        entries = more
    if not trades:
        needed = _sufficient(events, faults, seed)
        raise Misuse(f"{events} events do not suffice for these faults: {needed} do")
    plans = _plans(trades, room - len(entries), nominal, lots)
    return Season(seed, plans, list(entries.values()), planted, events - duplicates, duplicates)


def _trade_season(events: int) -> tuple[int, int]:
    """How many events a trade season of a season has, and how many lots at most."""
    nominal = min(max(events // 100, _TRADE_SEASON_EVENTS[0]), _TRADE_SEASON_EVENTS[1])
    return nominal, LOTS_MAX if nominal >= _TWO_LOTS_FROM_EVENTS else 1


def _planted(
    events: int, faults: Mix | None, seed: int
) -> tuple[list[Scenario], dict[tuple[str, ...], Entry]]:
    """The scenarios of a season, and what has to be registered for them."""
    nominal, lots = _trade_season(events)
    planted = scenarios(faults, events // nominal * lots, seed) if faults else []
    entries: dict[tuple[str, ...], Entry] = {}
    for scenario in planted:
        entries |= {entry.key: entry for entry in scenario.entries if entry.key not in entries}
    return planted, entries


def _least_room(trades: list[Trade], entries: Collection[object]) -> int:
    """How many events the trade on some trades takes at least, with what is registered for it."""
    ends = sum(closing_events(trade, len(trade.goods)) for trade in trades)
    return len(entries) + ends + len(trades) * TRADE_SEASON_EVENTS_MIN


def _sufficient(events: int, faults: Mix | None, seed: int) -> int:
    """A number of events that suffices for one trade and the faults, where `events` do not.

    A share of the lots asks for more faults in a longer season, so the answer is asked again.
    """
    trade = TRADES[0]
    while True:
        planted, entries = _planted(events, faults, seed)
        registered = entries.keys() | {entry.key for entry in enrolment(trade)}
        facts = _least_room([trade], registered) + sum(len(scenario.said) for scenario in planted)
        # The fewest lines that hold so many facts, every fiftieth being a duplicate.
        needed = facts + (facts - 1) // (_EVENTS_A_DUPLICATE - 1)
        if needed <= events:
            return events
        events = needed


def _plans(trades: list[Trade], room: int, nominal: int, lots: int) -> list[Plan]:
    """Share the room among the trades' seasons, to the last event."""
    total = max(len(trades), room // nominal)
    each = [total // len(trades) + (n < total % len(trades)) for n in range(len(trades))]
    for trade, seasons in zip(trades, each, strict=True):
        room -= closing_events(trade, products_used(trade, seasons, lots))
    least, rest = divmod(room, total)
    budgets = [least + (n < rest) for n in range(total)]
    plans, at = [], 0
    for trade, seasons in zip(trades, each, strict=True):
        plans.append(Plan(trade, tuple(budgets[at : at + seasons]), lots))
        at += seasons
    return plans


def _registered(entries: list[Entry], rng: Random) -> Iterator[Said]:
    book = Book(rng)
    start = moment(day_number(REGISTRY_DAY), _NINE_O_CLOCK, 0)
    for index, entry in enumerate(entries):
        at = start + index * MICROS_A_MINUTE
        book.say(entry.kind, at, entry.desk, documents=entry.documents, delay=0, **entry.fields)
    return book.until(None)


def _chance(seed: int, name: str) -> Random:
    """A stream of chance of its own, so that one part of a season never disturbs another."""
    return Random(f"{seed}/{name}")  # noqa: S311  # a made season is repeatable, not secret


def delivered(said: Iterable[Said], rng: Random, facts: int, duplicates: int) -> Iterator[Fact]:
    """Every fact in the order in which it arrives; exactly `duplicates` of `facts` twice.

    Late now and then, and out of order; the lag is bounded in time, so however few events a season
    has, none is overdue for being shuffled.
    """
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
