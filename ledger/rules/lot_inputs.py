"""Inputs of lots: an operator certified for JAS looks at the mark of the goods it uses."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from ledger.facts.lots import InputVerified, LotGraded, LotSubdivided
from ledger.facts.mentions import About
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.certification import states
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind

_CERTIFIED_AS: Final = ("PRODUCER", "PROCESSOR", "SUBDIVIDER")


def input_not_verified(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-55: a JAS operator made or divided a lot from goods whose mark nobody looked at."""
    found: dict[str, Finding] = {}
    for finding in (*_made(key, questions, policy), *_divided(key, questions, policy)):
        earlier = found.get(finding.discriminator)
        if earlier is None:
            found[finding.discriminator] = finding
        else:
            found[finding.discriminator] = earlier._replace(
                evidence=(*earlier.evidence, *finding.evidence),
                deadline=min(earlier.deadline, finding.deadline),
            )
    yield from found.values()


def _made(lot: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    made = lot_facts.recorded(questions, lot)
    if made is None or made.status == "CONVENTIONAL":
        return
    if not _certified(made.operator, made.produced_on, questions):
        return
    for used in dict.fromkeys(entry.lot for entry in made.inputs if not entry.label_verified):
        on_time = _by_day(made.produced_on)
        if not _accounted_for(used, made.operator, on_time, questions):
            yield _unverified(
                used, made.id, wait(policy.grace_registry, questions.record.rec(made))
            )


def _divided(lot: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    for event in questions.record.about(LotSubdivided, About.LOT, lot):
        if not _certified(event.operator, event.day, questions):
            continue
        if not _accounted_for(lot, event.operator, _by_moment(event.at), questions):
            yield _unverified(
                lot, event.id, wait(policy.grace_registry, questions.record.rec(event))
            )


def _unverified(used: str, event_id: str, deadline: int) -> Finding:
    return Finding(used, ("verified",), ("not",), (event_id,), deadline)


def _certified(operator: str, on: date, questions: Questions) -> bool:
    found = states(questions, operator, on, scheme="JAS", roles=_CERTIFIED_AS)
    return any(state.valid for state in found)


_InTime = Callable[[InputVerified | LotGraded], bool]


def _by_day(day: date) -> _InTime:
    return lambda fact: fact.day <= day


def _by_moment(at: int) -> _InTime:
    return lambda fact: fact.at <= at


def _accounted_for(lot: str, operator: str, in_time: _InTime, questions: Questions) -> bool:
    """Whether goods were checked in time, need no check, or are the operator's own and graded."""
    source = lot_facts.origin_record(questions, lot)
    if source is not None and source.status == "CONVENTIONAL":
        return True
    if any(
        seen.operator == operator and in_time(seen)
        for seen in questions.record.about(InputVerified, About.LOT, lot)
    ):
        return True
    return (
        source is not None and source.operator == operator and _conforming(lot, in_time, questions)
    )


def _conforming(lot: str, in_time: _InTime, questions: Questions) -> bool:
    """Whether the last grading in time, of the lot or of what it was divided from, conforms."""
    for source in lot_facts.ancestry(questions, lot):
        past = [e for e in questions.record.about(LotGraded, About.LOT, source) if in_time(e)]
        if past:
            return past[-1].result == "CONFORMING"
        if lot_facts.recorded(questions, source) is not None:
            return False
    return False


RULES: Final = (
    Rule(
        number="M-55",
        slug="input-not-verified",
        family="P",
        severity="H",
        subjects=(On(SubjectKind.LOT, input_not_verified),),
        says=(Says(SubjectKind.LOT, "used:lot", "_", "_"),),
    ),
)
