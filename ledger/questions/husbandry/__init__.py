"""Husbandry: what was done with a herd by day, what it was fed, and which lots were made from it.

What is asked stands with the checks that ask it (`labels/entries.py`); here are the answer from all
facts at hand and the days by which the database finds them. A lot, an entry or a feeding is found
by its day, so no answer costs more because a herd has a long history: one probe a herd for whether
something was done, and a row for each lot or feeding of the days asked for.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.herds import FeedingRecorded
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.record import Record
from ledger.labels.entries import RecordedHusbandry
from ledger.questions.at_hand import AtHand

FED: Final = "FeedingRecorded"
MADE: Final = "LotRecorded"


class HerdDay(NamedTuple):
    """Something of a herd on a day: `what` is an activity, a feeding (`FED`) or a lot (`MADE`)."""

    herd: str
    what: str
    day: date


def days_of(fact: Fact) -> Iterator[HerdDay]:
    """What a fact tells of herds, each once."""
    match fact:
        case LotRecorded():
            for herd in dict.fromkeys(fact.herds):
                yield HerdDay(herd, MADE, fact.produced_on)
        case ProcessRecorded(herd=str(herd)):
            yield HerdDay(herd, fact.activity, fact.on)
        case FeedingRecorded():
            yield HerdDay(fact.herd, FED, fact.from_)
        case _:
            return


class HusbandryAtHand(AtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._husbandry = RecordedHusbandry(record)

    def lots_of_herd(self, herd: str, first: date, last: date) -> Iterable[LotRecorded]:
        return self._husbandry.lots_of_herd(herd, first, last)

    def any_did(self, herds: Collection[str], activity: str, until: date) -> bool:
        return self._husbandry.any_did(herds, activity, until)

    def each_fed(self, herds: Collection[str], until: date) -> bool:
        return self._husbandry.each_fed(herds, until)

    def feedings_of(self, herd: str, first: date, last: date) -> Iterable[FeedingRecorded]:
        return self._husbandry.feedings_of(herd, first, last)
