"""Applications of a lot in their order, and of a fiscal year, answered from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from heapq import merge
from itertools import islice, pairwise
from typing import Any, Final

from ledger.custody.places import Kind
from ledger.facts import seals as s
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.questions.applications import Worked
from ledger.questions.applications.answers import SEALED, ApplicationAnswers
from ledger.questions.at_hand import EVIDENCE_IDS_MAX
from ledger.questions.dependencies import DependencyKey
from ledger.questions.lookalikes import shot_of
from ledger.questions.record import CALENDARS_APART_DAYS
from ledger.rules.moments import fiscal_year, later
from ledger.views.loading import BEGINNING, pages
from ledger.views.places import place_id

_LOT_PLACES = f"""
SELECT id, mark FROM places WHERE kind = {Kind.LOT:d} AND key = %b AND mark = ANY(%b::text[])
"""
_NEAR = """
SELECT position FROM (
    SELECT position, time - lag(time) OVER w AS since, lead(time) OVER w - time AS until
    FROM moves WHERE place = %b AND delta > 0 WINDOW w AS (PARTITION BY delta ORDER BY time)
) AS shots WHERE since <= %b OR until <= %b LIMIT %b
"""
_SEALERS = """
SELECT s.lot, s.actor FROM unnest(%b::text[], %b::text[]) AS wanted (lot, actor)
JOIN sealers AS s ON s.lot = wanted.lot AND s.actor = wanted.actor WHERE s.applications > 0
"""
_LOT_MARKS = f"SELECT mark FROM places WHERE kind = {Kind.LOT:d} AND key = %b"
_WORKED = """
SELECT lot, label, version, units FROM worked WHERE mark = %b AND year = %b AND units <> 0
"""
_FIRSTS = """
SELECT holder, contract, day, first, first_id FROM applied_days
WHERE mark = %b AND day BETWEEN %b AND %b AND applications > 0
ORDER BY day, holder, contract OFFSET %b LIMIT %b
"""
_REMOVALS = "SELECT position FROM removals WHERE mark = %b AND year = %b"
_EVER: Final = (-(2**63), 2**63 - 1)
shots_looked_max: Final = 20_000
"""Among so many applications close to another of as many seals, duplicates are looked for."""


WORKED: Final = DependencyKey[str, int](
    "worked", lambda fact: ((fact.mark, fiscal_year(fact.at)),), s.SealsApplied, s.SealsRemoved
)
"""What was sealed with a mark in a fiscal year, and removed."""


class YearAnswers(ApplicationAnswers):
    """What is asked about the applications of a lot in their order, and of a fiscal year."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._sealers: dict[tuple[str, str], bool] = {}

    # -- lots

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        self.dependencies.note(SEALED, lot)
        first = islice(self._applications(lot, marks), EVIDENCE_IDS_MAX)
        return tuple(known.id for known in first)

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        self.dependencies.note(SEALED, lot)
        for place, _ in self.rows.execute(_LOT_PLACES, (lot, list(marks))).fetchall():
            near = self.rows.execute(_NEAR, (place, within, within, shots_looked_max))
            positions = [position for (position,) in near.fetchall()]
            if shot_twice(self.counting(self._of_lot(place, positions)), within):
                return True
        return False

    def want_sealers(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read in bulk whether persons sealed lots, by (lot, person)."""
        missing = sorted({pair for pair in pairs if pair not in self._sealers})
        if missing:
            self._sealers.update(dict.fromkeys(missing, False))
            columns = [*map(list, zip(*missing, strict=True))]
            found = self.rows.execute(_SEALERS, columns, prepare=True).fetchall()
            self._sealers.update(dict.fromkeys(found, True))

    def sealed_by(self, lot: str, person: str) -> str | None:
        self.dependencies.note(SEALED, lot)
        self.want_sealers([(lot, person)])
        if not self._sealers[lot, person]:
            return None
        marks = [mark for (mark,) in self.rows.execute(_LOT_MARKS, (lot,)).fetchall()]
        applied = self._applications(lot, marks)
        return next((known.id for known in applied if known.fact.actor == person), None)

    def _applications(self, lot: str, marks: Collection[str]) -> Iterator[Known]:
        """The applications of some marks to a lot, by (time, id), read as they are asked for."""
        places = self.rows.execute(_LOT_PLACES, (lot, list(marks)), prepare=True).fetchall()
        return merge(*(self._in_order(place, BEGINNING) for place, _ in places))

    def _in_order(self, place: int, start: int, *, forward: bool = True) -> Iterator[Known]:
        for page in pages(self.rows, place, start, forward=forward):
            moved = {(time, position) for time, position in page}
            positions = sorted({position for _, position in page})
            events = zip(positions, self.at(positions), strict=True)
            # What replaces a departure moves its seals back, at the departure's time.
            there = [known for position, known in events if (known.at, position) in moved]
            yield from sorted(self._of_place(place, there), reverse=not forward)

    def _of_lot(self, place: int, positions: Iterable[int]) -> list[Known]:
        return self._of_place(place, self.at(positions))

    def _of_place(self, place: int, given: Iterable[Known]) -> list[Known]:
        """The applications to a LOT place that count, among events."""
        return [
            known
            for known in given
            if isinstance(known.fact, s.SealsApplied)
            and place_id(known.fact.mark, Kind.LOT, known.fact.lot) == place
            and self.record.counts(known.fact)
        ]

    # -- years

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        self.dependencies.note(WORKED, mark, year)
        units: dict[tuple[str, str, int], int] = defaultdict(int)
        found = self.rows.execute(_WORKED, (mark, year), prepare=True).fetchall()
        for lot, label, version, count in found:
            units[lot, label, version] += count
        for removal in self._removals(mark, year):
            last = self._label_at(removal)
            if last is not None:
                units[removal.lot, *last] -= removal.units
        # Whoever asks will ask what each lot is.
        lots = {lot for lot, _, _ in units}
        self.record.want({(kind, lot) for lot in lots for kind in (About.LOT, About.CHILD)})
        return [Worked(*key, count) for key, count in sorted(units.items())]

    def _removals(self, mark: str, year: int) -> list[s.SealsRemoved]:
        found = self.rows.execute(_REMOVALS, (mark, year), prepare=True).fetchall()
        return [
            known.fact
            for known in self.at(position for (position,) in found)
            if isinstance(known.fact, s.SealsRemoved) and self.record.counts(known.fact)
        ]

    def _label_at(self, removal: s.SealsRemoved) -> tuple[str, int] | None:
        """The label and version applied last to what seals were removed from, in whatever year."""
        self.dependencies.note(SEALED, removal.lot)
        place = place_id(removal.mark, Kind.LOT, removal.lot)
        last = next(self._in_order(place, removal.at, forward=False), None)
        if last is None or not isinstance(last.fact, s.SealsApplied):
            return None
        return last.fact.label, last.fact.label_version

    def first_of_year(self, mark: str, year: int) -> str | None:
        self.dependencies.note(WORKED, mark, year)
        best: Known | None = None
        # A year may begin before the calendar does, and end after it.
        if not 0 <= year <= date.max.year:
            return None
        begin = date(year, 3, 30) if year else date.min
        end = date(year + 1, 4, 2) if year < date.max.year else date.max
        days = begin, end
        for holder, contract, day, at, key in self.paged(_FIRSTS, (mark, *days)):
            if best is not None and day > later(best.fact.day, CALENDARS_APART_DAYS):
                break
            of = holder, mark, contract or None
            known = self._first_within(of, day, at, str(key), year)
            if known is not None and (best is None or known < best):
                best = known
        return None if best is None else best.id

    def _first_within(
        self, of: tuple[str, str, str | None], day: date, at: int, key: str, year: int
    ) -> Known | None:
        """The day's first application that counts and lies in the year, if any."""
        first = self.record.known(key)
        if first is not None and self.record.counts(first.fact) and fiscal_year(first.at) == year:
            return first
        there = self._of_day(of, day, at)
        return next((known for known in there if fiscal_year(known.at) == year), None)


def shot_twice(
    applied: Sequence[Known], within: int, start: int = _EVER[0], end: int = _EVER[1]
) -> bool:
    """Whether two of the applications, ordered by time, are one shot taken twice.

    At least one of the two lies from `start` to `end` (µs UTC): the other may lie beyond.
    """
    shots: dict[object, list[int]] = defaultdict(list)
    for known in applied:
        shots[shot_of(known.fact)].append(known.at)
    # The nearest shot before or after is the one that is close, if any is.
    return any(
        later - earlier <= within and later >= start and earlier <= end
        for times in shots.values()
        for earlier, later in pairwise(times)
    )
