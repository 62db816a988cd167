"""The audit: every rule on a subject, and every subject of a ledger from nothing."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final

from ledger.errors import TooMuch
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.record import Known, Record
from ledger.questions import Questions, QuestionsAtHand
from ledger.questions.at_hand import EVIDENCE_IDS_MAX
from ledger.rules import rulebook
from ledger.rules.applied import Application, Breach, application_of, kind_of
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, When, always
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Finding, Subject, SubjectKind, Violation

RULES: Final[dict[str, Rule]] = {rule.number: rule for rule in rulebook.RULES}
"""Every rule by its number."""

_Checks = list[tuple[Rule, On]]


def _checks(kind: SubjectKind, of: type[Fact] = Fact) -> _Checks:
    """The checks on subjects of a kind; on an event, those on events of its type."""
    return [
        (rule, on)
        for rule in RULES.values()
        for on in rule.subjects
        if on.kind is kind and (kind is not SubjectKind.EVENT or issubclass(of, on.of))
    ]


_CHECKS: Final[dict[SubjectKind, _Checks]] = {
    kind: _checks(kind) for kind in SubjectKind if kind is not SubjectKind.EVENT
}
_EVENT_CHECKS: Final[dict[type[Fact], _Checks]] = {
    of: _checks(SubjectKind.EVENT, of) for of in TYPES.values()
}
_KIND_CHECKS: Final = [(rule, check) for rule in RULES.values() for check in rule.applications]
_WHENS: Final = [
    (rule.number, on.when) for rule in RULES.values() for on in rule.subjects if on.when is not None
]

Condition = tuple[str | None, Holds]
"""The number of a rule, None for every one, and when it has something to say."""
EVERY_RULE: Final[Condition] = (None, always)
"""Every rule has to be asked about every application of the kind."""


def evaluate(
    kind: SubjectKind,
    key: str,
    questions: Questions,
    policy: Policy,
    *,
    rules: AbstractSet[str] | None = None,
) -> list[Violation]:
    """Every violation on a subject, those whose deadline lies ahead too; ordered.

    Never asks for the time: a violation exists from its `deadline` on. `rules` = the numbers of
    those whose `when` holds of this application, as found for its kind; None: all are asked.
    """
    found: list[Violation] = []
    known = questions.record.known(key) if kind in _OF_EVENTS else None
    if kind is SubjectKind.EVENT:
        checks = [] if known is None else _EVENT_CHECKS[type(known.fact)]
    else:
        checks = _CHECKS[kind]
    if rules is not None:
        checks = [each for each in checks if each[0].number in rules]
    elif kind is SubjectKind.APPLICATION:
        found += _of_kind(key, questions, policy)
    asked = known if known is not None and questions.record.counts(known.fact) else None
    for rule, on in checks:
        if on.when is None or asked is None or _holds(on.when, asked, questions, policy):
            found += [
                _violation(rule, kind, key, each) for each in on.check(key, questions, policy)
            ]
    return sorted(found)


_OF_EVENTS: Final = frozenset({SubjectKind.EVENT, SubjectKind.APPLICATION})


def _holds(when: When, known: Known, questions: Questions, policy: Policy) -> bool:
    """Whether a check has something to say of one event, as far as its `when` tells.

    Worked out for this very event: what the auditor worked out for its kind is not believed.
    """
    holds = when(known, questions, policy)
    return holds is not None and holds(known.fact, known.at, known.rec)


def conditions(key: str, questions: Questions, policy: Policy) -> tuple[Condition, ...]:
    """When rules have something to say of applications of one kind (`scan_kind`), from one of them.

    Of an application that counts, a rule none of whose conditions holds finds nothing: neither on
    it nor on its event.
    """
    app, known = application_of(key, questions), questions.record.known(key)
    if app is None or known is None or _breaches(app, questions):
        return (EVERY_RULE,)
    found = [(number, when(known, questions, policy)) for number, when in _WHENS]
    if any(holds is always for _, holds in found):
        return (EVERY_RULE,)
    return tuple((number, holds) for number, holds in found if holds is not None)


def _breaches(app: Application, questions: Questions) -> list[tuple[Rule, Breach]]:
    return questions.memo(
        ("breaches", kind_of(app)),
        lambda: [
            (rule, breach) for rule, check in _KIND_CHECKS for breach in check(app, questions)
        ],
    )


def _of_kind(key: str, questions: Questions, policy: Policy) -> Iterator[Violation]:
    """What holds for all applications of a kind, said of one."""
    app = application_of(key, questions)
    if app is None:
        return
    for rule, breach in _breaches(app, questions):
        finding = Finding(
            discriminator=breach.discriminator,
            expected=breach.expected,
            found=breach.found,
            evidence=(key, *breach.evidence),
            deadline=wait(policy.grace_registry, app.rec),
            artefact=breach.artefact,
        )
        yield _violation(rule, SubjectKind.APPLICATION, key, finding)


def _violation(rule: Rule, kind: SubjectKind, key: str, finding: Finding) -> Violation:
    evidence = tuple(dict.fromkeys(finding.evidence))
    return Violation(
        rule=rule.number,
        subject_kind=kind,
        subject=key,
        discriminator=finding.discriminator,
        severity=finding.severity or rule.severity,
        family=rule.family,
        expected=finding.expected,
        found=finding.found,
        evidence=evidence[:EVIDENCE_IDS_MAX],
        deadline=finding.deadline,
        artefact=finding.artefact,
        more=finding.more + len(evidence[EVIDENCE_IDS_MAX:]),
    )


def audit(record: Record, policy: Policy, now: int) -> list[Violation]:
    """Every violation that exists at `now` (microseconds UTC), from all facts; ordered.

    Subjects that need more than one evaluation may hold are left out.
    """
    questions = QuestionsAtHand(record)
    found: list[Violation] = []
    for subject in subjects(questions):
        with suppress(TooMuch):
            found += evaluate(*subject, questions, policy)
    return sorted(violation for violation in found if violation.deadline <= now)


def subjects(questions: QuestionsAtHand) -> set[Subject]:
    """Every subject that some fact at hand is about."""
    found = {subject for known in questions.whole for subject in subjects_of(known.fact)}
    found.update(_party_years(questions))
    return found


def _party_years(questions: QuestionsAtHand) -> Iterator[Subject]:
    for party, year in questions.years_applied():
        yield Subject(SubjectKind.PARTY_YEAR, f"{party} {year}")
