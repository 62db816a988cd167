"""Herds: how many animals an operator replaced in a year, and how many left it before.

What is asked, and the answer from all facts at hand. Of a herd its latest record holds.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from datetime import date
from typing import Final, NamedTuple, Protocol

from ledger.facts.herds import AnimalsLeft, HerdRecorded
from ledger.facts.record import Record
from ledger.labels.livestock.origin import Replaced, replaces
from ledger.labels.rows import years_after
from ledger.questions.at_hand import AtHand

LEFT_YEARS: Final = 3
"""Animals that left count so many years, up to the day of an arrival."""


class Arrival(NamedTuple):
    """When animals arrived to replace others; those of one operator and species are ordered so.

    `at` and `id` are those of the record that says so, in µs UTC.
    """

    operator: str
    species: str
    arrived_on: date
    at: int
    id: str


class Herds(Protocol):
    """What is asked about herds."""

    def replaced(self, arrival: Arrival) -> Replaced | None:
        """The sums of the calendar year of an arrival; None where another came later in it.

        One probe for a later one, one sum for the year, and a row for each day of three years at
        most on which animals of that operator and species left.
        """
        ...


def arrival_of(herd: HerdRecorded) -> Arrival | None:
    """When the animals of a herd arrived to replace others, if they did and it is told."""
    if not replaces(herd) or herd.arrived_on is None:
        return None
    return Arrival(herd.operator, herd.species, herd.arrived_on, herd.at, herd.id)


def departed(left: AnimalsLeft) -> bool:
    """Whether animals left for good: not moved to another herd."""
    return left.how != "MOVED"


def left_since(arrived_on: date) -> date:
    """The day after which animals count as having left before an arrival."""
    return years_after(arrived_on, -LEFT_YEARS)


class HerdsAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        latest: dict[str, HerdRecorded] = {}
        self._left: dict[tuple[str, str], list[AnimalsLeft]] = defaultdict(list)
        for known in self.counting:
            if isinstance(known.fact, HerdRecorded):
                latest[known.fact.herd] = known.fact
        for known in self.counting:
            fact = known.fact
            if isinstance(fact, AnimalsLeft) and departed(fact) and fact.herd in latest:
                self._left[fact.operator, latest[fact.herd].species].append(fact)
        self._arrivals: dict[tuple[str, str, int], list[tuple[Arrival, int]]] = defaultdict(list)
        for herd in latest.values():
            if (arrival := arrival_of(herd)) is not None:
                year = arrival.operator, arrival.species, arrival.arrived_on.year
                self._arrivals[year].append((arrival, herd.heads))

    def replaced(self, arrival: Arrival) -> Replaced | None:
        operator, species, day, _, _ = arrival
        arrivals = self._arrivals.get((operator, species, day.year), ())
        if any(other > arrival for other, _ in arrivals):
            return None
        left = (
            fact.heads
            for fact in self._left.get((operator, species), ())
            if left_since(day) < fact.on <= day
        )
        return Replaced(sum(heads for _, heads in arrivals), sum(left))
