"""Reversals: retractions that are unusual, and sources that retract too much.

What was recorded is judged, whether it counts or not.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ledger.facts.corrections import EventRetracted, targets_of
from ledger.facts.record import Known
from ledger.questions import Questions
from ledger.rules.moments import days, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, always
from ledger.rules.violation import Finding, SubjectKind


def reverses(known: Known, _questions: Questions, _policy: Policy) -> Holds | None:
    """When M-49 speaks of an event that counts: where it retracts or corrects another."""
    return always if [*targets_of(known.fact)] else None


def reversal(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-49 on an event: it reverses what is old, another party's, a reversal, or unknown."""
    known = questions.record.known(key)
    if known is None:
        return
    seen: set[str] = set()
    for target in targets_of(known.fact):
        for finding in _unusual(known, target, questions, policy):
            if finding.discriminator not in seen:
                seen.add(finding.discriminator)
                yield finding


def _unusual(known: Known, target: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    reversed_ = questions.record.known(target)
    if reversed_ is None:
        deadline = wait(policy.grace_registry, known.rec)
        yield Finding("no-target", (), (target,), (known.id,), deadline)
        return
    evidence = (known.id, target)
    age = known.at - reversed_.at
    if age > days(policy.reversal_days):
        found = target, f"{age // days(1)} d"
        yield Finding("age", (), found, evidence, deadline=0)
    ours, theirs = _whose(reversed_, known, questions)
    if ours != theirs:
        yield Finding("party", (), (target, ours, theirs), evidence, deadline=0)
    if isinstance(reversed_.fact, EventRetracted):
        yield Finding("retraction", (), (target,), evidence, deadline=0)


def _whose(one: Known, other: Known, questions: Questions) -> tuple[str, str]:
    """The parties that speak in two facts; their sources where nobody knows one of these."""
    record = questions.record
    ours, theirs = record.speaker_of(one), record.speaker_of(other)
    if ours is None or theirs is None:
        return one.fact.source, other.fact.source
    return ours, theirs


def reversed_months(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-49 on a source: too large a share of a month's events was reversed."""
    for month in questions.reversed_months(key):
        share = policy.reversal_share * Decimal(month.recorded)
        if month.retracted >= policy.reversal_min and month.retracted > share:
            named = tuple(questions.reversed_in(key, month.month))
            yield Finding(
                discriminator=month.month,
                expected=(),
                found=(str(month.retracted), str(month.recorded)),
                evidence=named,
                more=month.retracted - len(named),
                deadline=0,
            )


RULES: Final = (
    Rule(
        number="M-49",
        slug="reversal",
        family="D",
        severity="M",
        subjects=(
            On(SubjectKind.EVENT, reversal, when=reverses),
            On(SubjectKind.SOURCE, reversed_months),
        ),
        says=(
            Says(SubjectKind.EVENT, "=no-target", found="_"),
            Says(SubjectKind.EVENT, "=age", found="_ age:days"),
            Says(SubjectKind.EVENT, "=party", found="_ reporter:party party"),
            Says(SubjectKind.EVENT, "=retraction", found="_"),
            Says(SubjectKind.SOURCE, "month", found="retracted:count recorded:count"),
        ),
    ),
)
