"""What was done to lots and in years: applications of a lot, numbers of papers, work of a mark."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise

from ledger.facts import seals as s
from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.books_conduct import EVIDENCE_IDS_MAX, Series, Worked
from ledger.rules.moments import fiscal_year
from ledger.rules.number_series import Named, numbers_named, series_of
from ledger.views.books.alike import shot_of
from ledger.views.books.source import Source

_INTO = """
SELECT m.position FROM places AS p JOIN moves AS m ON m.place = p.id
WHERE p.kind = 4 AND p.key = %b AND p.mark = ANY(%b::text[]) AND m.delta > 0
"""
_SEALED_BY = "SELECT FROM sealers WHERE lot = %b AND actor = %b AND applications > 0"
_LOT_MARKS = "SELECT mark FROM places WHERE kind = 4 AND key = %b"
_WORKED = """
SELECT lot, label, version, units FROM worked WHERE mark = %b AND year = %b AND units <> 0
"""
_FIRSTS = """
SELECT holder, contract, day, first, first_id FROM applied_days
WHERE mark = %b AND day BETWEEN %b AND %b AND applications > 0 ORDER BY first, first_id
"""


class Years(Source):
    """The part of the books about lots and years."""

    # -- lots

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        """Ids of applications of some marks to a lot, the first 100 by (time, id)."""
        self.reads.note("sealed", lot)
        return tuple(known.id for known in self._applied_to(lot, marks))[:EVIDENCE_IDS_MAX]

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        """S4: whether two applications of some marks to a lot are twins within microseconds."""
        self.reads.note("sealed", lot)
        return twins(self._applied_to(lot, marks), within)

    def sealed_by(self, lot: str, person: str) -> str | None:
        """The first application to a lot whose actor is that person."""
        self.reads.note("sealed", lot)
        row = self.rows.execute(_SEALED_BY, (lot, person), prepare=True).fetchone()
        if row is None:
            return None
        marks = [mark for (mark,) in self.rows.execute(_LOT_MARKS, (lot,)).fetchall()]
        applied = self._applied_to(lot, marks)
        return next((known.id for known in applied if known.fact.actor == person), None)

    def _applied_to(self, lot: str, marks: Collection[str]) -> list[Known]:
        found = self.rows.execute(_INTO, (lot, list(marks)), prepare=True).fetchall()
        # A correction may have moved seals back here, and be an application to another lot.
        return [
            known
            for known in self.counting(self.at(position for (position,) in found))
            if isinstance(known.fact, s.SealsApplied)
            and known.fact.lot == lot
            and known.fact.mark in marks
        ]

    def counting(self, given: Iterable[Known]) -> list[Known]:
        """The applications among events that count, by (time, id)."""
        return sorted(
            known
            for known in given
            if isinstance(known.fact, s.SealsApplied) and self.record.counts(known.fact)
        )

    # -- papers and years

    def numbers(self, issuer: str) -> Sequence[Series]:
        """The series of certificate numbers of an issuer, by prefix."""
        kinds: tuple[type[Fact], ...] = (ExportCertificateIssued, ExportCertificateCancelled)
        facts = [f for kind in kinds for f in self.record.about(kind, About.ISSUER, issuer)]
        return series_of(
            Named(number, self.record.rec(fact), fact.id)
            for fact in facts
            for number in numbers_named(fact)
        )

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        """What was sealed with a mark in a fiscal year, less what was removed; ordered."""
        self.reads.note("worked", mark, year)
        units: dict[tuple[str, str, int], int] = defaultdict(int)
        found = self.rows.execute(_WORKED, (mark, year), prepare=True).fetchall()
        for lot, label, version, count in found:
            units[lot, label, version] += count
        for removal in self._removals(mark):
            last = self._label_at(removal, mark) if fiscal_year(removal.at) == year else None
            if last is not None:
                units[removal.lot, *last] -= removal.units
        return [Worked(*key, count) for key, count in sorted(units.items())]

    def _removals(self, mark: str) -> list[s.SealsRemoved]:
        found = self.rows.execute(
            "SELECT m.position FROM removals AS m WHERE m.mark = %s", (mark,), prepare=True
        ).fetchall()
        return [
            known.fact
            for known in self.at(position for (position,) in found)
            if isinstance(known.fact, s.SealsRemoved) and self.record.counts(known.fact)
        ]

    def _label_at(self, removal: s.SealsRemoved, mark: str) -> tuple[str, int] | None:
        past = [k.fact for k in self._applied_to(removal.lot, [mark]) if k.at <= removal.at]
        last = past[-1] if past else None
        return (last.label, last.label_version) if isinstance(last, s.SealsApplied) else None

    def first_of_year(self, mark: str, year: int) -> str | None:
        """The first application of a mark in a fiscal year."""
        self.reads.note("year", mark, year)
        first, last = date(year, 3, 30), date(year + 1, 4, 2)
        days = self.rows.execute(_FIRSTS, (mark, first, last), prepare=True).fetchall()
        best: Known | None = None
        for holder, contract, day, at, key in days:
            if best is not None and at > best.at + 2 * MICROS_A_DAY:
                break
            for known in self._of_day(mark, (holder, contract or None, day), at, str(key), year):
                best = known if best is None else min(best, known)
        return None if best is None else best.id

    def _of_day(
        self, mark: str, of: tuple[str, str | None, date], at: int, key: str, year: int
    ) -> list[Known]:
        """The day's first application that counts and lies in the year, if any."""
        first = self.record.known(key)
        if first is not None and self.record.counts(first.fact) and fiscal_year(first.at) == year:
            return [first]
        holder, contract, day = of
        found = self.rows.execute(
            "SELECT m.position FROM places AS p JOIN moves AS m ON m.place = p.id WHERE p.mark = %s"
            " AND p.kind = 2 AND p.key = %s AND m.time BETWEEN %s AND %s AND m.delta < 0",
            (mark, holder, at - 2 * MICROS_A_DAY, at + 2 * MICROS_A_DAY),
        ).fetchall()
        given = self.at(position for (position,) in found)
        return [
            known
            for known in self.counting(given)
            if isinstance(known.fact, s.SealsApplied)
            and (known.fact.holder, known.fact.mark) == (holder, mark)
            and known.fact.contract == contract
            and known.fact.day == day
            and fiscal_year(known.at) == year
        ][:1]


def twins(applied: Sequence[Known], within: int) -> bool:
    """Whether two of the applications, ordered by time, are one shot taken twice."""
    shots: dict[object, list[int]] = defaultdict(list)
    for known in applied:
        shots[shot_of(known.fact)].append(known.at)
    return any(
        later - earlier <= within for times in shots.values() for earlier, later in pairwise(times)
    )
