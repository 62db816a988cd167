"""Practice: how goods were made, as their records tell."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.lots import LotGraded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.labels.process import process
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.questions import Questions
from ledger.rules.moments import days, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
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


_EVENT: Final = SubjectKind.EVENT

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
)
