"""Herds, answered from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from ledger.facts.herds import AnimalsLeft, HerdRecorded
from ledger.facts.mentions import About
from ledger.labels.livestock.origin import Replaced
from ledger.questions.dependencies import ABOUT, Changes, DependencyKey
from ledger.questions.herds import Arrival, arrival_of, departed, left_since
from ledger.questions.record import Source
from ledger.views.replacing import arrived_later, replaced_by

_BEFORE = """
SELECT operator, species, arrived_on FROM herds
WHERE herd = %b AND (time, id) < (%b::int8, %b::uuid) ORDER BY time DESC, id DESC LIMIT 1
"""
_YEARS_LEFT = """
SELECT DISTINCT operator, extract(year FROM "on")::int4 FROM left_herds WHERE herd = %b
"""


def _arrived(fact: HerdRecorded) -> Iterable[tuple[str, str, int]]:
    arrival = arrival_of(fact)
    if arrival is not None:
        yield arrival.operator, arrival.species, arrival.arrived_on.year


def _left(fact: AnimalsLeft) -> Iterable[tuple[str, int]]:
    if departed(fact):
        yield fact.operator, fact.on.year


REPLACED: Final = DependencyKey[str, str, int]("replaced", _arrived, HerdRecorded)
"""How many animals an operator replaced of a species in a year, by the last that arrived in it.

The record that another one displaces is told by `note_displaced`: no fact names it."""
LEFT: Final = DependencyKey[str, int]("left", _left, AnimalsLeft)
"""How many animals left an operator in a year."""


def record_of(
    herd: str,
) -> tuple[DependencyKey[type[Any], About, str], type[Any], About, str]:
    """What is recorded of a herd, as something that is read."""
    return ABOUT, HerdRecorded, About.ANIMALS, herd


class HerdAnswers(Source):
    """What is asked about herds."""

    def replaced(self, arrival: Arrival) -> Replaced | None:
        operator, species, day, _, _ = arrival
        later = arrived_later(self.rows, arrival)
        if later is not None:
            # As long as this one stands where it does, another arrived later.
            self.dependencies.note(*record_of(later))
            return None
        self.dependencies.note(REPLACED, operator, species, day.year)
        for year in range(left_since(day).year, day.year + 1):
            self.dependencies.note(LEFT, operator, year)
        return replaced_by(self.rows, arrival)

    def note_displaced(self, fact: HerdRecorded, changed: Changes) -> None:
        """Note what may be different besides as a record of a herd came, or ceases to count.

        The record before it no longer holds, or holds again: its year is another one, and what
        left the herd may count for another species.
        """
        asked = (fact.herd, fact.at, UUID(fact.id))
        before = self.rows.execute(_BEFORE, asked, prepare=True).fetchone()
        operator, species, arrived_on = (None, None, None) if before is None else before
        if operator is not None and species is not None and arrived_on is not None:
            changed.note(REPLACED, operator, species, arrived_on.year)
        if species != fact.species:
            for of, year in self.rows.execute(_YEARS_LEFT, (fact.herd,), prepare=True).fetchall():
                changed.note(LEFT, of, year)
