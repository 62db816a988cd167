"""Duties before use: what an exporter does before it attaches the first seal under a contract."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.facts.mentions import About
from ledger.facts.registry import (
    ProgrammeEnrolled,
    ResponsiblePersonDesignated,
    SealTrainingCompleted,
)
from ledger.questions import Questions
from ledger.questions.applications import FirstApplied
from ledger.rules.contracts import Contract, contract_of, contracts_of, marks_licensed, standing
from ledger.rules.moments import later, wait, within
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, Severity, SubjectKind

COURSE: Final = "SEAL_ATTACHMENT"
PROGRAMME: Final = "JAPAN_EXPORT"
_SEVERITIES: Final[dict[str, Severity]] = {
    "person": "H",
    "training": "H",
    "proof": "M",
    "programme": "M",
    "copy": "M",
}


def duty_before_use(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-13: some application governed by the contract lies on a day when a duty was not met.

    Between two days on which something changes all days are alike, so one of them is looked at,
    and the past is asked for the first application in between.
    """
    contract = contract_of(questions, key)
    if contract is None:
        return
    first_by_duty: dict[str, FirstApplied] = {}
    for first, last in _stretches(contract, questions):
        unmet = list(duties_unmet(contract, questions, first))
        applied = _first_governed(contract, questions, first, last) if unmet else None
        for duty in unmet if applied is not None else ():
            before = first_by_duty.get(duty)
            if applied is not None and (before is None or applied < before):
                first_by_duty[duty] = applied
    for duty, applied in sorted(first_by_duty.items()):
        yield Finding(
            discriminator=duty,
            expected=("met",),
            found=(applied.day.isoformat(),),
            evidence=(applied.id, contract.signed.id),
            deadline=wait(policy.grace_registry, applied.rec),
            severity=_SEVERITIES[duty],
        )


def _stretches(contract: Contract, questions: Questions) -> Iterator[tuple[date, date]]:
    """The days the contract is in force, cut wherever a duty or the governing contract changes."""
    signed = contract.signed
    begin, end = signed.from_, contract.end or date.max
    cuts = {begin}
    for other in contracts_of(questions, signed.exporter):
        cuts.add(other.signed.from_)
        if other.end is not None:
            cuts.add(later(other.end, 1))
    for person in _persons(contract, questions):
        cuts.add(person.from_)
        cuts.update(training.completed_on for training in _trainings(contract, questions, person))
    for enrolled in _programmes(contract, questions):
        cuts.add(enrolled.from_)
        if enrolled.until is not None:
            cuts.add(later(enrolled.until, 1))
    if signed.copy_sent_to_agent_on is not None:
        cuts.add(signed.copy_sent_to_agent_on)
    starts = sorted(cut for cut in cuts if begin <= cut <= end)
    for index, start in enumerate(starts):
        following = starts[index + 1] if index + 1 < len(starts) else None
        yield start, end if following is None else later(following, -1)


def duties_unmet(contract: Contract, questions: Questions, on: date) -> Iterator[str]:
    """The duties of a contract that are not met on a day, by their discriminator."""
    signed = contract.signed
    persons = [person for person in _persons(contract, questions) if person.from_ <= on]
    if persons:
        person = max(persons, key=lambda p: (p.from_, p.at, p.id))
        trainings = [t for t in _trainings(contract, questions, person) if t.completed_on <= on]
        told = {signed.importer, signed.agent}
        if not trainings:
            yield "training"
        elif not any(told <= set(training.proof_sent_to) for training in trainings):
            yield "proof"
    else:
        yield "person"
    if not any(within(on, p.from_, p.until) for p in _programmes(contract, questions)):
        yield "programme"
    if signed.copy_sent_to_agent_on is None or signed.copy_sent_to_agent_on > on:
        yield "copy"


def _persons(contract: Contract, questions: Questions) -> list[ResponsiblePersonDesignated]:
    key = contract.signed.contract
    return questions.record.about(ResponsiblePersonDesignated, About.CONTRACT, key)


def _trainings(
    contract: Contract, questions: Questions, person: ResponsiblePersonDesignated
) -> list[SealTrainingCompleted]:
    return [
        training
        for training in questions.record.about(SealTrainingCompleted, About.PERSON, person.person)
        if training.course == COURSE and training.party == contract.signed.exporter
    ]


def _programmes(contract: Contract, questions: Questions) -> list[ProgrammeEnrolled]:
    signed = contract.signed
    return [
        enrolled
        for enrolled in questions.record.about(ProgrammeEnrolled, About.PARTY, signed.exporter)
        if enrolled.programme == PROGRAMME and enrolled.agent == signed.agent
    ]


def _first_governed(
    contract: Contract, questions: Questions, first: date, last: date
) -> FirstApplied | None:
    """The first application the contract governs on days among which nothing changes."""
    signed = contract.signed
    found: list[FirstApplied] = []
    for mark in marks_licensed(questions, signed.importer, signed.rcb):
        for named in questions.contracts_named(signed.exporter, mark.mark):
            stands = standing(questions, signed.exporter, mark.mark, named, first)
            if stands is None or stands.governing is None:
                continue
            if stands.governing.signed.contract == signed.contract:
                applied = questions.first_application(
                    signed.exporter, mark.mark, named, first, last
                )
                found += [] if applied is None else [applied]
    return min(found, default=None)


RULES: Final = (
    Rule(
        number="M-13",
        slug="duty-before-use",
        family="P",
        severity="H",
        subjects=(On(SubjectKind.CONTRACT, duty_before_use),),
        says=(
            Says(SubjectKind.CONTRACT, "=person", "_", "day"),
            Says(SubjectKind.CONTRACT, "=training", "_", "day"),
            Says(SubjectKind.CONTRACT, "=proof", "_", "day"),
            Says(SubjectKind.CONTRACT, "=programme", "_", "day"),
            Says(SubjectKind.CONTRACT, "=copy", "_", "day"),
        ),
    ),
)
