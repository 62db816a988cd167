"""Practice: how goods were made and by whom, as their records tell."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.lots import LotGraded, LotSubdivided, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.registry import PersonQualified
from ledger.facts.seals import SealsApplied
from ledger.labels.process import process, qualified
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import mark_of
from ledger.rules.moments import days, ids, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always, counting
from ledger.rules.violation import Finding, SubjectKind


def unfit_process(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-62: an entry of a process record shows what the standard excludes."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, ProcessRecorded):
        return
    for code in process(questions.record, known.fact).broken:
        yield Finding(
            discriminator=code,
            expected=("allowed",),
            found=_figures(known.fact, code),
            evidence=(key,),
            deadline=wait(policy.grace_registry, known.rec),
        )


def _figures(entry: ProcessRecorded, code: str) -> tuple[str, ...]:
    """What of an entry a code is about: the figures compared, or the substance."""
    match code:
        case "DENSITY":
            found = entry.heads, entry.indoor_m2, entry.outdoor_m2
        case "WAITING_TIME":
            return (f"{entry.waiting_days} d", (entry.until or entry.on).isoformat())
        case _:
            return (entry.substance or "none",)
    return tuple("none" if figure is None else str(figure) for figure in found)


def records_missing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-63: a grader called the records of a lot complete and an activity has none."""
    graded = questions.record.latest(LotGraded, About.LOT, key)
    if graded is None or not graded.records_complete:
        return
    for activity in missing_activities(questions.record, key):
        yield Finding(
            discriminator=activity,
            expected=("recorded",),
            found=("nothing",),
            evidence=(graded.id,),
            deadline=wait(days(policy.evidence_days), questions.record.rec(graded)),
        )


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
    reported = _reported(task, questions)
    last = max(reported, key=lambda fact: (fact.from_, fact.at, fact.id))
    yield Finding(
        discriminator=task.function,
        expected=("qualified",),
        found=(last.from_.isoformat(), str(last.practice_years)),
        evidence=(key, *ids(reported)),
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

RULES: Final = (
    Rule(
        number="M-62",
        slug="unfit-process",
        family="H",
        severity="H",
        subjects=(On(_EVENT, unfit_process, of=(ProcessRecorded,)),),
        says=(
            Says(SubjectKind.EVENT, "=DENSITY", "_", "heads:count? indoor:area? outdoor:area?"),
            Says(SubjectKind.EVENT, "=WAITING_TIME", "_", "waiting:days last:day"),
            Says(SubjectKind.EVENT, "code", "_", "substance?"),
        ),
    ),
    Rule(
        number="M-63",
        slug="records-missing",
        family="P",
        severity="M",
        subjects=(On(SubjectKind.LOT, records_missing),),
        says=(Says(SubjectKind.LOT, "activity", "_", "_"),),
    ),
    Rule(
        number="M-64",
        slug="unqualified-person",
        family="P",
        severity="H",
        subjects=(On(_EVENT, unqualified_person, of=_BY_PERSONS, when=not_qualified),),
        says=(Says(SubjectKind.EVENT, "function", "_", "since:day years"),),
    ),
)
