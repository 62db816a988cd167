"""Criteria: what a party said of its sites, staff and rules that falls short of its criteria.

Nothing is said here of a party that says nothing: silence is unproven, and no case.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.criteria import CriterionShown
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.labels.schemes.jas.criteria import (
    KINDS,
    OUTSIDE,
    OUTSIDE_ITEMS,
    YEARLY,
    asked,
    criteria_of,
    in_order,
    items_of,
    year_of,
)
from ledger.questions import Questions
from ledger.rules.moments import days, ids, later, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of

WRITTEN: Final = ("INTERNAL_RULES", "GRADING_RULES", "LABEL_RULES")
"""Subjects that are one text: whoever shows it shows all of it."""
_BROKEN, _MISSING = "broken", "missing"


class _Short(NamedTuple):
    """What falls short, of what it is found, what shows it, and when that was recorded first."""

    discriminator: str
    found: str
    evidence: tuple[str, ...]
    rec: int


def criteria_broken(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-74: said not to be met; left out of rules that were shown; not sent; work unshown."""
    shown = in_order(questions.record.about(CriterionShown, About.PARTY, key))
    found: dict[str, _Short] = {}
    for short in (
        *_said_broken(shown, questions),
        *_left_out(key, shown, questions),
        *_not_sent(key, shown, questions),
        *_unshown_work(key, shown, questions),
    ):
        found.setdefault(short.discriminator, short)
    for name, short in sorted(found.items()):
        yield Finding(
            discriminator=name,
            expected=("met",),
            found=(short.found,),
            evidence=short.evidence,
            deadline=wait(days(policy.evidence_days), short.rec),
        )


def _said_broken(shown: Sequence[CriterionShown], questions: Questions) -> Iterator[_Short]:
    """What was said last of an item is that it is not met, whether or not that still holds."""
    last: dict[tuple[str, ...], tuple[str, CriterionShown]] = {}
    for fact in shown:
        for item in items_of(fact):
            name = _name(fact, item)
            last[name, fact.criteria, item] = name, fact
    by_name: dict[str, list[CriterionShown]] = {}
    for name, fact in last.values():
        if not fact.met:
            by_name.setdefault(name, []).append(fact)
    for name, facts in by_name.items():
        yield _short(name, _BROKEN, in_order(facts), questions)


def _name(fact: CriterionShown, item: str) -> str:
    """The discriminator of what an event says of an item."""
    if fact.subject == YEARLY:
        return key_of(YEARLY, str(year_of(fact)))
    if fact.subject == OUTSIDE and fact.contractor is not None:
        return key_of(OUTSIDE, fact.contractor)
    return key_of(fact.criteria, fact.subject, *filter(None, [item]))


def _short(name: str, found: str, facts: Sequence[CriterionShown], questions: Questions) -> _Short:
    return _Short(name, found, ids(facts), min(map(questions.record.rec, facts)))


def _left_out(
    party: str, shown: Sequence[CriterionShown], questions: Questions
) -> Iterator[_Short]:
    """Rules were shown that leave out an item asked on that day, and nothing ever names it."""
    for criteria in KINDS:
        for subject in WRITTEN:
            of = [fact for fact in shown if (fact.criteria, fact.subject) == (criteria, subject)]
            named = {item for fact in of for item in items_of(fact)}
            for fact in of:
                if not fact.met or not _is_asked(party, criteria, fact.on, questions):
                    continue
                for row in asked(questions.record, party, criteria, fact.on):
                    if row.subject == subject and row.item not in named:
                        yield _short(_name(fact, row.item), _MISSING, [fact], questions)


def _is_asked(party: str, criteria: str, on: date, questions: Questions) -> bool:
    return criteria in criteria_of(questions.record, party, on)


def _not_sent(
    party: str, shown: Sequence[CriterionShown], questions: Questions
) -> Iterator[_Short]:
    """The plan of a year was shown, and never that it was sent to the body."""
    plans: dict[tuple[str, str], list[CriterionShown]] = {}
    for fact in shown:
        if fact.subject == YEARLY and fact.met:
            plans.setdefault((fact.criteria, _name(fact, "")), []).append(fact)
    for (criteria, name), facts in plans.items():
        if not any(fact.sent_to for fact in facts) and any(
            _is_asked(party, criteria, fact.on, questions) for fact in facts
        ):
            yield _short(name, _MISSING, facts, questions)


def _unshown_work(
    party: str, shown: Sequence[CriterionShown], questions: Questions
) -> Iterator[_Short]:
    """Somebody else did work on a day on which nothing showed how it is handed out."""
    for contractor in questions.contractors(party):
        covered = [
            (fact.on, fact.until or date.max)
            for fact in shown
            if fact.subject == OUTSIDE
            and fact.contractor == contractor
            and fact.met
            and set(fact.items) >= OUTSIDE_ITEMS
        ]
        first = _first_uncovered(party, contractor, covered, questions)
        if first is not None:
            yield _Short(key_of(OUTSIDE, contractor), contractor, (first.id,), first.rec)


def _first_uncovered(
    party: str, contractor: str, covered: Iterable[tuple[date, date]], questions: Questions
) -> Known | None:
    begin: date | None = date.min
    for first, last in sorted(covered):
        if begin is not None and begin < first:
            found = questions.first_outside(party, contractor, begin, later(first, -1))
            if found is not None:
                return found
        if begin is not None and last >= begin:
            begin = None if last == date.max else later(last, 1)
    return None if begin is None else questions.first_outside(party, contractor, begin, date.max)


_PARTY: Final = SubjectKind.PARTY

RULES: Final = (
    Rule(
        number="M-74",
        slug="criteria-broken",
        family="P",
        severity="M",
        subjects=(On(_PARTY, criteria_broken),),
        says=(
            Says(_PARTY, "=YEARLY_PLAN year", "_", "=broken", kind="plan_broken"),
            Says(_PARTY, "=YEARLY_PLAN year", "_", "=missing", kind="plan_unsent"),
            Says(_PARTY, "=OUTSIDE_WORK contractor:party", "_", "=broken", kind="work_broken"),
            Says(_PARTY, "=OUTSIDE_WORK contractor:party", "_", "_", kind="work_unshown"),
            Says(_PARTY, "criteria topic item?", "_", "=broken", kind="broken"),
            Says(_PARTY, "criteria topic item", "_", "=missing", kind="missing"),
        ),
    ),
)
