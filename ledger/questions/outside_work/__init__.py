"""Outside work: what others did for a party, as process records tell.

An entry is outside work where it names a contractor that is not its operator.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

from ledger.facts.identity import Fact
from ledger.facts.lots import ProcessRecorded
from ledger.facts.record import Known, Record
from ledger.questions.at_hand import AtHand

contractors_max: Final = 1_000
"""Of a party so many contractors are told, the first by name."""


class OutsideWork(Protocol):
    """What is asked about outside work."""

    def contractors(self, party: str) -> Sequence[str]:
        """Who did outside work for a party, by name, as entries that count tell.

        Each is found by one step in an index, however many entries name it.
        """
        ...

    def first_outside(self, party: str, contractor: str, first: date, last: date) -> Known | None:
        """The first entry of a contractor's work for a party by (`on`, time, id) within days.

        Both days included; one step in an index.
        """
        ...


def contractor_of(fact: Fact) -> str | None:
    """Who did the work of an entry in its operator's place; None of any other fact."""
    if not isinstance(fact, ProcessRecorded) or fact.contractor == fact.operator:
        return None
    return fact.contractor


class OutsideWorkAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._outside: dict[str, dict[str, list[Known]]] = defaultdict(lambda: defaultdict(list))
        for known in self.counting:
            contractor = contractor_of(known.fact)
            if contractor is not None:
                operator: str = getattr(known.fact, "operator")  # noqa: B009 -- an entry has one
                self._outside[operator][contractor].append(known)

    def contractors(self, party: str) -> Sequence[str]:
        return sorted(self._outside.get(party, {}))[:contractors_max]

    def first_outside(self, party: str, contractor: str, first: date, last: date) -> Known | None:
        there = [
            (fact.on, known.at, known.id, known)
            for known in self._outside.get(party, {}).get(contractor, ())
            if isinstance(fact := known.fact, ProcessRecorded) and first <= fact.on <= last
        ]
        return min(there)[-1] if there else None
