"""People: whether those who graded, sealed and divided goods, and managed it, may."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Known, Record
from ledger.facts.registry import PersonQualified
from ledger.facts.seals import SealsApplied
from ledger.labels.schemes.jas.people import (
    Unmanaged,
    dividing_unmanaged,
    grading_unmanaged,
    qualified,
)
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import mark_of
from ledger.rules.moments import ids, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always, counting
from ledger.rules.violation import Finding, SubjectKind


class _Task(NamedTuple):
    """Who did what for whom on a day."""

    person: str
    party: str
    function: str
    on: date


def not_qualified(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-64 speaks: where the person was reported on, and not qualified that day."""
    task = _task(known.fact, questions)
    return None if task is None or not _reported(task, questions) else always


def unqualified_person(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-64: a person reported as qualified for other work graded, sealed or divided."""
    known = counting(key, questions)
    task = None if known is None else _task(known.fact, questions)
    if known is None or task is None:
        return
    yield _finding(known, Unmanaged(task.function, _reported(task, questions)), policy)


def unmanaged(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-64: of the managers reported of a party that graded or divided, none is what it asks."""
    known = counting(key, questions)
    judge = None if known is None else _MANAGED.get(type(known.fact))
    if known is not None and judge is not None:
        for lacking in judge(questions.record, known.fact):
            yield _finding(known, lacking, policy)


_MANAGED: Final[dict[type[Fact], Callable[[Record, Any], Sequence[Unmanaged]]]] = {
    LotGraded: grading_unmanaged,
    LotSubdivided: dividing_unmanaged,
}


def _finding(known: Known, lacking: Unmanaged, policy: Policy) -> Finding:
    last = max(lacking.reported, key=lambda fact: (fact.from_, fact.at, fact.id))
    return Finding(
        discriminator=lacking.function,
        expected=("qualified",),
        found=(last.from_.isoformat(), str(last.practice_years)),
        evidence=(known.id, *ids(lacking.reported)),
        deadline=wait(policy.grace_registry, known.rec),
    )


def _task(fact: object, questions: Questions) -> _Task | None:
    match fact:
        case LotGraded():
            operator = lot_facts.operator(questions, fact.lot)
            return None if operator is None else _Task(fact.grader, operator, "GRADER", fact.day)
        case SealsApplied(actor=str(actor)):
            own = _licensee(fact.mark, questions) == fact.holder
            return _Task(actor, fact.holder, "LABELLER", fact.day) if own else None
        case LotSubdivided(actor=str(actor)):
            return _Task(actor, fact.operator, "SUBDIVIDING_PERSON", fact.day)
        case _:
            return None


def _licensee(mark: str, questions: Questions) -> str | None:
    def read() -> str | None:
        registered = mark_of(questions, mark)
        return None if registered is None else registered.importer

    return questions.memo(("licensee", mark), read)


def _reported(task: _Task, questions: Questions) -> tuple[PersonQualified, ...]:
    return questions.memo(("M-64", task), lambda: _unqualified(task, questions))


def _unqualified(task: _Task, questions: Questions) -> tuple[PersonQualified, ...]:
    """What was reported on a person who is not qualified; nothing where it is, or none was."""
    if qualified(questions.record, *task).eligible:
        return ()
    reported = questions.record.about(PersonQualified, About.PERSON, task.person)
    return tuple(fact for fact in reported if fact.party == task.party)


_EVENT: Final = SubjectKind.EVENT
_BY_PERSONS: Final = (LotGraded, SealsApplied, LotSubdivided)
_FOUND: Final = "since:day years"

RULES: Final = (
    Rule(
        number="M-64",
        slug="unqualified-person",
        family="P",
        severity="H",
        subjects=(
            On(_EVENT, unqualified_person, of=_BY_PERSONS, when=not_qualified),
            *(On(_EVENT, unmanaged, of=(kind,)) for kind in _MANAGED),
        ),
        says=(
            Says(_EVENT, "=PROCESS_MANAGER", "_", _FOUND, impact="subject"),
            Says(_EVENT, "=RESPONSIBLE_MANAGER", "_", _FOUND, impact="subject"),
            Says(_EVENT, "=GRADER_IN_CHARGE", "_", _FOUND, impact="subject"),
            Says(_EVENT, "=SUBDIVIDING_MANAGER", "_", _FOUND, impact="subject"),
            Says(_EVENT, "function", "_", _FOUND, impact="subject"),
        ),
    ),
)
