"""Husbandry, answered from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final, TypeVar

from ledger.facts.herds import FeedingRecorded
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.questions.dependencies import EVENT, DependencyKey
from ledger.questions.husbandry import FED, MADE, days_of
from ledger.questions.record import Source, page_rows_first
from ledger.rules.moments import month_of, next_month

F = TypeVar("F", bound=Fact)
months_noted_max: Final = 36
"""Of a longer time all days are noted at once."""

_FIRST = """
SELECT wanted.herd, d.id FROM unnest(%b::text[]) AS wanted (herd) CROSS JOIN LATERAL (
    SELECT id FROM herd_days WHERE herd = wanted.herd AND what = %b AND day <= %b
    ORDER BY day, id LIMIT 1
) AS d
"""
_BETWEEN = """
SELECT position FROM herd_days WHERE herd = %b AND what = %b AND day BETWEEN %b AND %b
ORDER BY day, id OFFSET %b LIMIT %b
"""


def _months(fact: Fact) -> Iterable[tuple[str, str, str]]:
    return ((herd, what, month_of(day)) for herd, what, day in days_of(fact))


def _ever(fact: Fact) -> Iterable[tuple[str, str]]:
    return ((herd, what) for herd, what, _ in days_of(fact))


_TELLING: Final = (LotRecorded, ProcessRecorded, FeedingRecorded)
HERD_MONTH: Final = DependencyKey[str, str, str]("herd month", _months, *_TELLING)
"""What was done of a kind with a herd in a month."""
HERD_EVER: Final = DependencyKey[str, str]("herd ever", _ever, *_TELLING)
"""The same on any day."""


class HusbandryAnswers(Source):
    """What is asked about what was done with herds."""

    def lots_of_herd(self, herd: str, first: date, last: date) -> Iterator[LotRecorded]:
        return self._between(LotRecorded, (herd, MADE), first, last)

    def any_did(self, herds: Collection[str], activity: str, until: date) -> bool:
        found = self._firsts(herds, activity, until)
        if not found:
            for herd in herds:
                self.dependencies.note(HERD_EVER, herd, activity)
        for key in sorted(found.values())[:1]:
            self.dependencies.note(EVENT, key)
        return bool(found)

    def each_fed(self, herds: Collection[str], until: date) -> bool:
        found = self._firsts(herds, FED, until)
        for herd in herds:
            if herd in found:
                self.dependencies.note(EVENT, found[herd])
            else:
                self.dependencies.note(HERD_EVER, herd, FED)
        return found.keys() >= set(herds)

    def feedings_of(self, herd: str, first: date, last: date) -> Iterator[FeedingRecorded]:
        return self._between(FeedingRecorded, (herd, FED), first, last)

    def _firsts(self, herds: Collection[str], what: str, until: date) -> dict[str, str]:
        """By herd, the id of the first of a kind up to a day; of herds that have one.

        What shows an answer is noted alone: as long as that counts, more of the kind changes
        nothing. Where nothing does, whatever comes of the kind may.
        """
        found = self.rows.execute(_FIRST, ([*herds], what, until), prepare=True).fetchall()
        return {herd: str(key) for herd, key in found}

    def _between(self, kind: type[F], of: tuple[str, str], first: date, last: date) -> Iterator[F]:
        """The facts of a kind on the days, by (day, id), read as they are asked for."""
        self._note_months(of, first, last)
        return self._of_days(kind, of, first, last)

    def _note_months(self, of: tuple[str, str], first: date, last: date) -> None:
        months = [*islice(months_between(first, last), months_noted_max + 1)]
        if len(months) > months_noted_max:
            self.dependencies.note(HERD_EVER, *of)
        else:
            for month in months:
                self.dependencies.note(HERD_MONTH, *of, month)

    def _of_days(self, kind: type[F], of: tuple[str, str], first: date, last: date) -> Iterator[F]:
        found = self.paged(_BETWEEN, (*of, first, last))
        while positions := [position for (position,) in islice(found, page_rows_first)]:
            ordered = sorted(set(positions))
            at = dict(zip(ordered, self.at(ordered), strict=True))
            for position in positions:
                if isinstance(fact := at[position].fact, kind):
                    yield fact


def months_between(first: date, last: date) -> Iterator[str]:
    """The months (`YYYY-MM`) from that of one day to that of another."""
    day = first
    while day <= last:
        month = month_of(day)
        yield month
        if next_month(month) == date.max:
            return
        day = next_month(month)
