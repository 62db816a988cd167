"""Conduct: controls by two people, evidence kept, complaints answered."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.documents import ComplaintReceived, ExportCertificateIssued, SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractSigned,
    LabelApproved,
    SealTrainingCompleted,
)
from ledger.facts.seals import SealsCounted, SealsLost, StockAdjusted
from ledger.facts.shipments import GoodsSold
from ledger.questions import Questions
from ledger.rules.moments import days, wait
from ledger.rules.papers import report_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind


def duties_not_separated(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-50: one person stands on both sides of a control."""
    known = counting(key, questions)
    if known is None:
        return
    for discriminator, person, other in _alone(known.fact, questions):
        evidence = (key,) if other is None else (key, other)
        yield Finding(discriminator, ("two",), (person,), evidence, deadline=0)


def _alone(fact: Fact, questions: Questions) -> Iterator[tuple[str, str, str | None]]:
    """What control, which person, and the other event that shows it."""
    match fact:
        case StockAdjusted():
            counted = counting(fact.count_event, questions)
            count = None if counted is None else counted.fact
            if isinstance(count, SealsCounted) and count.counted_by == fact.approved_by:
                yield "approver", fact.approved_by, count.id
            elif fact.actor == fact.approved_by:
                yield "approver", fact.approved_by, None
        case SealsCounted():
            if fact.second_person == fact.counted_by:
                yield "second", fact.counted_by, None
        case SealReportFiled():
            if fact.checked_by == fact.grader and report_of(questions, fact.report) == fact:
                yield "checker", fact.grader, None
        case GoodsSold():
            sealed = None if fact.actor is None else questions.sealed_by(fact.lot, fact.actor)
            if sealed is not None and fact.actor is not None:
                yield "sales", fact.actor, sealed
        case _:
            pass


def evidence_missing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-54: an event that rests on a paper names none."""
    known = counting(key, questions)
    if known is None or known.fact.documents or not _needs_paper(known.fact):
        return
    deadline = wait(days(policy.evidence_days), known.rec)
    yield Finding("", ("present",), ("absent",), (key,), deadline)


_ON_PAPER: Final = (
    ConsignmentContractSigned,
    SealTrainingCompleted,
    LabelApproved,
    ExportCertificateIssued,
    SealsLost,
)


def _needs_paper(fact: Fact) -> bool:
    if isinstance(fact, CertificationChanged):
        return fact.status == "GRANTED"
    return isinstance(fact, _ON_PAPER)


def complaint_unanswered(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-61: a complaint was not answered in time."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, ComplaintReceived):
        return
    fact = known.fact
    if fact.answered_on is not None:
        return
    answered = _answered(fact.complaint, questions)
    if answered is not None and answered > (fact.at, fact.id):
        return
    deadline = known.at + days(policy.answer_days)
    yield Finding("", ("answered",), ("nothing",), (key,), deadline)


def _answered(complaint: str, questions: Questions) -> tuple[int, str] | None:
    """Time and id of the last event by which a complaint is answered."""

    def last() -> tuple[int, str] | None:
        events = questions.record.about(ComplaintReceived, About.COMPLAINT, complaint)
        return max(((e.at, e.id) for e in events if e.answered_on is not None), default=None)

    return questions.memo(("answered", complaint), last)


_EVENT: Final = SubjectKind.EVENT
_CONTROLLED: Final = (StockAdjusted, SealsCounted, SealReportFiled, GoodsSold)

RULES: Final = (
    Rule(
        number="M-50",
        slug="duties-not-separated",
        family="D",
        severity="M",
        subjects=(On(_EVENT, duties_not_separated, of=_CONTROLLED),),
        says=(
            Says(SubjectKind.EVENT, "=approver", "_", "person"),
            Says(SubjectKind.EVENT, "=second", "_", "person"),
            Says(SubjectKind.EVENT, "=checker", "_", "person"),
            Says(SubjectKind.EVENT, "=sales", "_", "person"),
        ),
    ),
    Rule(
        number="M-54",
        slug="evidence-missing",
        family="P",
        severity="L",
        subjects=(On(_EVENT, evidence_missing, of=(CertificationChanged, *_ON_PAPER)),),
        says=(Says(SubjectKind.EVENT, expected="_", found="_"),),
    ),
    Rule(
        number="M-61",
        slug="complaint-unanswered",
        family="P",
        severity="M",
        subjects=(On(_EVENT, complaint_unanswered, of=(ComplaintReceived,)),),
        says=(Says(SubjectKind.EVENT, expected="_", found="_"),),
    ),
)
