"""A season as a whole: so many events, from one seed, with the slips asked for.

The number of lines is exact, duplicates included. Facts are made as they are asked for, so a
season of a million events takes no more memory than one of ten thousand.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from random import Random
from typing import Final

from ledger.errors import Misuse
from ledger.facts.identity import Fact
from ledger.season.book import Book, Said
from ledger.season.campaign import CAMPAIGN_EVENTS_MIN
from ledger.season.closing import closing_events
from ledger.season.delivery import delivered
from ledger.season.enrolment import Entry, enrolment
from ledger.season.island import Case, Island
from ledger.season.lanes import LANES, Lane
from ledger.season.mix import Mix
from ledger.season.moments import (
    MICROS_A_MINUTE,
    NOW,
    REGISTRY_DAY,
    day_number,
    moment,
)
from ledger.season.slips import islands
from ledger.season.working import LOTS_MAX, Plan, products_used, worked

EVENTS_MIN: Final = 400
EVENTS_MAX: Final = 10_000_000
_EVENTS_A_DUPLICATE: Final = 50
_CAMPAIGN_EVENTS = (60, 1500)
"""A campaign is a hundredth of the season within these bounds."""
_TWO_LOTS_FROM_EVENTS: Final = 150
_NINE_O_CLOCK: Final = 9 * 3600


@dataclass(frozen=True, slots=True)
class Key:
    """The answer key: the cases that are open at `now` (RFC 3339), and no others."""

    now: str
    cases: tuple[Case, ...]


class Season:
    """A planned season: its key is known before its facts are made."""

    def __init__(
        self,
        seed: int,
        plans: list[Plan],
        entries: list[Entry],
        planted: list[Island],
        *,
        facts: int,
        duplicates: int,
    ) -> None:
        self._seed = seed
        self._plans = plans
        self._entries = entries
        self._planted = planted
        self._facts = facts
        self._duplicates = duplicates

    def facts(self) -> Iterator[Fact]:
        """Every line of the season in the order of arrival; the same each time it is asked."""
        streams: list[Iterable[Said]] = [
            _registered(self._entries, _chance(self._seed, "registry"))
        ]
        streams += [island.said for island in self._planted]
        streams += [worked(plan, _chance(self._seed, plan.lane.code)) for plan in self._plans]
        in_time = merge(*streams, key=attrgetter("at"))
        rng = _chance(self._seed, "delivery")
        return delivered(in_time, rng, self._facts, self._duplicates)

    def key(self) -> Key:
        """Which cases must be open at which time."""
        cases = {case for island in self._planted for case in island.cases}
        return Key(NOW, tuple(sorted(cases)))


def season(events: int, seed: int, slips: Mix | None = None) -> Season:
    """A season of exactly `events` lines.

    Raises Misuse where the events do not suffice for one trade and the slips asked for.
    """
    if not EVENTS_MIN <= events <= EVENTS_MAX:
        raise Misuse(f"a season has at least {EVENTS_MIN} and at most {EVENTS_MAX} events")
    nominal, lots = _campaign(events)
    planted, entries = _planted(events, slips, seed)
    duplicates = events // _EVENTS_A_DUPLICATE
    used = sum(len(island.said) for island in planted)
    room = events - duplicates - used
    lanes: list[Lane] = []
    for lane in LANES:
        more = entries | {entry.key: entry for entry in enrolment(lane) if entry.key not in entries}
        if _least_room([*lanes, lane], more) > room:
            break
        lanes.append(lane)
        entries = more
    if not lanes:
        needed = _sufficient(events, slips, seed)
        raise Misuse(f"{events} events do not suffice for these slips: {needed} do")
    plans = _plans(lanes, room - len(entries), nominal, lots)
    return Season(
        seed,
        plans,
        list(entries.values()),
        planted,
        facts=events - duplicates,
        duplicates=duplicates,
    )


def _campaign(events: int) -> tuple[int, int]:
    """How many events a campaign of a season has, and how many lots at most."""
    nominal = min(max(events // 100, _CAMPAIGN_EVENTS[0]), _CAMPAIGN_EVENTS[1])
    return nominal, LOTS_MAX if nominal >= _TWO_LOTS_FROM_EVENTS else 1


def _planted(
    events: int, slips: Mix | None, seed: int
) -> tuple[list[Island], dict[tuple[str, ...], Entry]]:
    """The islands of a season, and what has to be registered for them."""
    nominal, lots = _campaign(events)
    planted = islands(slips, events // nominal * lots, seed) if slips else []
    entries: dict[tuple[str, ...], Entry] = {}
    for island in planted:
        entries |= {entry.key: entry for entry in island.entries if entry.key not in entries}
    return planted, entries


def _least_room(lanes: list[Lane], entries: Collection[object]) -> int:
    """How many events the trade on some lanes takes at least, with what is registered for it."""
    ends = sum(closing_events(lane, len(lane.goods)) for lane in lanes)
    return len(entries) + ends + len(lanes) * CAMPAIGN_EVENTS_MIN


def _sufficient(events: int, slips: Mix | None, seed: int) -> int:
    """A number of events that suffices for one trade and the slips, where `events` do not.

    A share of the lots asks for more slips in a longer season, so the answer is asked again.
    """
    lane = LANES[0]
    while True:
        planted, entries = _planted(events, slips, seed)
        registered = entries.keys() | {entry.key for entry in enrolment(lane)}
        facts = _least_room([lane], registered) + sum(len(island.said) for island in planted)
        # The fewest lines that hold so many facts, every fiftieth being a duplicate.
        needed = facts + (facts - 1) // (_EVENTS_A_DUPLICATE - 1)
        if needed <= events:
            return events
        events = needed


def _plans(lanes: list[Lane], room: int, nominal: int, lots: int) -> list[Plan]:
    """Share the room among the lanes' campaigns, to the last event."""
    total = max(len(lanes), room // nominal)
    each = [total // len(lanes) + (n < total % len(lanes)) for n in range(len(lanes))]
    for lane, campaigns in zip(lanes, each, strict=True):
        room -= closing_events(lane, products_used(lane, campaigns, lots))
    least, rest = divmod(room, total)
    budgets = [least + (n < rest) for n in range(total)]
    plans, at = [], 0
    for lane, campaigns in zip(lanes, each, strict=True):
        plans.append(Plan(lane, tuple(budgets[at : at + campaigns]), lots))
        at += campaigns
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
