"""Applications: what was applied to lots, by holders, under contracts and in fiscal years.

What is asked, and the answer from all facts at hand.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple, Protocol

from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts.mentions import About
from ledger.facts.record import Known, Record
from ledger.questions.at_hand import Moment, first_ids
from ledger.questions.lookalikes import LookAlikesAtHand
from ledger.rules.moments import fiscal_year


class Sealed(NamedTuple):
    """What was applied to a lot under a (mark, label, version, holder); removals not taken off.

    `first`, `first_day` and `first_rec` are those of the application with the smallest (time, id),
    `last` that with the greatest; `rec` = the earliest moment one of them was recorded.
    """

    mark: str
    label: str
    version: int
    holder: str
    units: int
    seals: int
    applications: int
    first: Moment
    first_day: date
    first_rec: int
    last: Moment
    rec: int


class FirstApplied(NamedTuple):
    """The application with the smallest (time, id) of those asked for."""

    at: int
    id: str
    day: date
    rec: int


class Worked(NamedTuple):
    """Units of a lot sealed with a mark under a label version in a fiscal year.

    Units applied less units removed in the year; a removal is booked under the last label applied
    to (lot, mark) at or before its time, and under none where there was none.
    """

    lot: str
    label: str
    version: int
    units: int


class Applications(Protocol):
    """What is asked about applications."""

    def sealed(self, lot: str) -> Sequence[Sealed]:
        """What was applied to a lot, ordered: one row per (mark, label, version, holder)."""
        ...

    def labelled(self, label: str, version: int) -> Sequence[str]:
        """The marks that a label version was applied with, ordered.

        From the sums of what was applied; asked only where a violation of a label stands.
        """
        ...

    def attached_under(self, label: str, version: int) -> int:
        """The seals attached under a label version; removals not taken off.

        From the same sums; asked only where a violation of a label stands.
        """
        ...

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        """The first application by a holder of a mark on local days from `first` to `last`.

        `contract` = the contract it names, None = it names none. One index probe into a sum
        per (holder, mark, contract, day).
        """
        ...

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        """What a holder's applications of a mark name as their contract, None for none.

        The distinct values of that sum: a handful.
        """
        ...

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        """Ids of applications of some marks to a lot, the first 100 by (time, id).

        At most 100 entries of the moves into the lot; asked only where a violation stands.
        """
        ...

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        """S4: whether two applications of some marks to a lot are duplicates within microseconds.

        The index of shots, entries of that lot, each against its neighbour; asked only where a
        violation stands.
        """
        ...

    def sealed_by(self, lot: str, person: str) -> str | None:
        """The first application to a lot whose actor is that person: a row per (lot, actor)."""
        ...

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        """What was sealed with a mark in a fiscal year, ordered.

        One row per (lot, label, version) of that year; asked only once a report was filed for it.
        """
        ...

    def first_of_year(self, mark: str, year: int) -> str | None:
        """The first application of a mark in a fiscal year: one row per (mark, year)."""
        ...


class ApplicationsAtHand(LookAlikesAtHand):
    """The answers from all facts."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._of_lot: dict[str, list[Known]] = defaultdict(list)
        self._by_holder: dict[tuple[str, str, str | None], list[Known]] = defaultdict(list)
        self._of_mark: dict[str, list[Known]] = defaultdict(list)
        for known in self.counting:
            fact = known.fact
            if isinstance(fact, s.SealsApplied):
                self._of_lot[fact.lot].append(known)
                self._by_holder[fact.holder, fact.mark, fact.contract].append(known)
            if isinstance(fact, s.SealsApplied | s.SealsRemoved):
                self._of_mark[fact.mark].append(known)

    def sealed(self, lot: str) -> Sequence[Sealed]:
        groups: dict[tuple[str, str, int, str], list[Known]] = defaultdict(list)
        for known in self._of_lot.get(lot, ()):
            fact = known.fact
            assert isinstance(fact, s.SealsApplied)  # noqa: S101 - the index holds nothing else
            groups[fact.mark, fact.label, fact.label_version, fact.holder].append(known)
        return [_sealed(*key, group) for key, group in sorted(groups.items())]

    def labelled(self, label: str, version: int) -> Sequence[str]:
        return sorted(
            {
                known.fact.mark
                for known in chain.from_iterable(self._of_lot.values())
                if isinstance(known.fact, s.SealsApplied)
                and (known.fact.label, known.fact.label_version) == (label, version)
            }
        )

    def attached_under(self, label: str, version: int) -> int:
        return sum(
            known.fact.count
            for known in chain.from_iterable(self._of_lot.values())
            if isinstance(known.fact, s.SealsApplied)
            and (known.fact.label, known.fact.label_version) == (label, version)
        )

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        for known in self._by_holder.get((holder, mark, contract), ()):
            if first <= known.fact.day <= last:
                return FirstApplied(known.at, known.id, known.fact.day, known.rec)
        return None

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        return {named for of, applied, named in self._by_holder if (of, applied) == (holder, mark)}

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        return first_ids(known for known, _ in self._applied_to(lot, marks))

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        return any(self.shot_twice(known, within) for known, _ in self._applied_to(lot, marks))

    def sealed_by(self, lot: str, person: str) -> str | None:
        sealed = (known.id for known in self._of_lot.get(lot, ()) if known.fact.actor == person)
        return next(sealed, None)

    def _applied_to(self, lot: str, marks: Collection[str]) -> list[tuple[Known, s.SealsApplied]]:
        return [
            (known, known.fact)
            for known in self._of_lot.get(lot, ())
            if isinstance(known.fact, s.SealsApplied) and known.fact.mark in marks
        ]

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        units: dict[tuple[str, str, int], int] = defaultdict(int)
        last: dict[str, tuple[str, int]] = {}
        # An application comes before a removal of the same time: "at or before".
        for known in sorted(self._of_mark.get(mark, ()), key=_applications_first):
            fact = known.fact
            if isinstance(fact, s.SealsApplied):
                last[fact.lot] = fact.label, fact.label_version
            if isinstance(fact, s.SealsApplied | s.SealsRemoved) and fact.lot in last:
                signed = fact.units if isinstance(fact, s.SealsApplied) else -fact.units
                if fiscal_year(known.at) == year:
                    units[(fact.lot, *last[fact.lot])] += signed
        return [Worked(*key, count) for key, count in sorted(units.items())]

    def first_of_year(self, mark: str, year: int) -> str | None:
        return next(
            (
                known.id
                for known in self._of_mark.get(mark, ())
                if isinstance(known.fact, s.SealsApplied) and fiscal_year(known.at) == year
            ),
            None,
        )

    def years_applied(self) -> set[tuple[str, int]]:
        """Every (licensee, fiscal year) in which a mark of the licensee was applied or removed."""
        found: set[tuple[str, int]] = set()
        for known in self.counting:
            if isinstance(known.fact, s.SealsApplied | s.SealsRemoved):
                mark = self.whole.latest(r.MarkRegistered, About.MARK, known.fact.mark)
                if mark is not None:
                    found.add((mark.importer, fiscal_year(known.at)))
        return found


def _sealed(mark: str, label: str, version: int, holder: str, group: list[Known]) -> Sealed:
    facts = [known.fact for known in group if isinstance(known.fact, s.SealsApplied)]
    first, last = group[0], group[-1]
    return Sealed(
        mark=mark,
        label=label,
        version=version,
        holder=holder,
        units=sum(fact.units for fact in facts),
        seals=sum(fact.count for fact in facts),
        applications=len(facts),
        first=Moment(first.at, first.id),
        first_day=first.fact.day,
        first_rec=first.rec,
        last=Moment(last.at, last.id),
        rec=min(known.rec for known in group),
    )


def _applications_first(known: Known) -> tuple[int, bool, str]:
    return known.at, not isinstance(known.fact, s.SealsApplied), known.id
