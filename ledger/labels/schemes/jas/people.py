"""People: who has the schooling, the practice and the courses that a function asks.

Nobody is asked of whom nothing was ever reported. Years are as reported.
"""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.facts.lots import LotGraded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import PersonQualified
from ledger.labels.certified import in_force, trained
from ledger.labels.lots import class_of_lot, origin_record
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.grading import by_own_certificate, courses
from ledger.labels.verdict import Verdict, fails


class QualificationRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The years of practice a function asks after a schooling."""

    function: str
    schooling: str
    years: Decimal


QUALIFICATIONS: Final = Table(
    "qualifications",
    QualificationRow,
    "function schooling",
    "years of practice by function and schooling",
)
DIVIDERS_COURSE: Final = "SUBDIVISION"


def qualified(record: Record, person: str, party: str, function: str, on: date) -> Verdict:
    """UNQUALIFIED where a person was reported on, but nothing reported fits the function.

    Silent where nothing was ever reported on the person at that party. Years are as reported.
    Labelling asks its course, whatever the schooling.
    """
    reported = [
        fact for fact in record.about(PersonQualified, About.PERSON, person) if fact.party == party
    ]
    if not reported:
        return Verdict()
    if function == "LABELLER":
        course = trained(record, party, {"GRADING_LABEL"}, on, person)
        return Verdict() if course else Verdict.of(fails("UNQUALIFIED"))
    for fact in reported:
        if fact.function == function and in_force(fact, on) and _experienced(fact, on):
            return Verdict()
    return Verdict.of(fails("UNQUALIFIED"))


def _experienced(fact: PersonQualified, on: date) -> bool:
    """Whether the years of practice are enough for the function that was reported.

    A university that did not teach the subject counts as a school.
    """
    other = fact.schooling == "UNIVERSITY" and fact.subject is False
    schooling = "SCHOOL" if other else fact.schooling
    row = QUALIFICATIONS.topmost((fact.function, schooling), on)
    return row is None or fact.practice_years >= row.years


class Unmanaged(NamedTuple):
    """A function that nobody reported for it fills as it asks, and who was reported."""

    function: str
    reported: tuple[PersonQualified, ...]


def grading_unmanaged(record: Record, graded: LotGraded) -> tuple[Unmanaged, ...]:
    """What a grading on the JAS route lacks in people: of managers, and of one grader in charge."""
    made = origin_record(record, graded.lot)
    if made is None or not by_own_certificate(record, graded.lot):
        return ()
    on, party = graded.day, made.operator
    fitting = courses("MANAGEMENT", class_of_lot(record, made, on))
    managers = _of(record, party, on, "PROCESS_MANAGER", "RESPONSIBLE_MANAGER")
    responsible = [
        fact for fact in managers if fact.function == "RESPONSIBLE_MANAGER" or fact.in_charge
    ]
    graders = _of(record, party, on, "GRADER")
    leads = [fact for fact in graders if fact.in_charge is not None]
    found = [
        _lacking("PROCESS_MANAGER", managers, lambda fact: _experienced(fact, on)),
        _lacking("RESPONSIBLE_MANAGER", responsible, _trained(record, fitting, on))
        if fitting
        else None,
        _lacking("GRADER_IN_CHARGE", graders, lambda fact: bool(fact.in_charge))
        if leads and len({fact.person for fact in graders}) > 1
        else None,
    ]
    return tuple(one for one in found if one is not None)


def dividing_unmanaged(record: Record, divided: LotSubdivided) -> tuple[Unmanaged, ...]:
    """The same of a subdividing: whoever is in charge, or the only one, has taken the course."""
    on = divided.day
    dividers = _of(record, divided.operator, on, "SUBDIVIDING_PERSON")
    leads = [fact for fact in dividers if fact.in_charge]
    if not leads and len({fact.person for fact in dividers}) == 1:
        leads = dividers
    found = _lacking("SUBDIVIDING_MANAGER", leads, _trained(record, {DIVIDERS_COURSE}, on))
    return () if found is None else (found,)


def _of(record: Record, party: str, on: date, *functions: str) -> list[PersonQualified]:
    """What was reported of people of a party in these functions, as far as it holds on a day."""
    return [
        fact
        for fact in record.about(PersonQualified, About.PARTY, party)
        if fact.function in functions and in_force(fact, on)
    ]


def _trained(
    record: Record, fitting: Collection[str], on: date
) -> Callable[[PersonQualified], bool]:
    return lambda fact: trained(record, fact.party, fitting, on, fact.person)


def _lacking(
    function: str, reported: list[PersonQualified], fills: Callable[[PersonQualified], bool]
) -> Unmanaged | None:
    """The function, where people were reported for it and none of them fills it."""
    if not reported or any(map(fills, reported)):
        return None
    return Unmanaged(function, tuple(reported))
