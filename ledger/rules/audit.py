"""The audit: every rule on a subject, and every subject of a ledger from nothing."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final

from ledger.errors import TooMuch
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.questions import Books, MemoryBooks
from ledger.questions.at_hand import EVIDENCE_IDS_MAX
from ledger.rules import rulebook
from ledger.rules.applied import Application, Breach, application_of, kind_of
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Check, Rule, Suspects, everything
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Finding, Subject, SubjectKind, Violation

RULES: Final[dict[str, Rule]] = {rule.number: rule for rule in rulebook.RULES}
"""Every rule by its number."""

_Looks = list[tuple[Rule, Check]]


def _looks(kind: SubjectKind, of: type[Fact] = Fact) -> _Looks:
    """The checks on subjects of a kind; on an event, those that its type is looked at by."""
    return [
        (rule, look[1])
        for rule in RULES.values()
        for look in rule.checks
        if look[0] is kind and (len(look) < 3 or issubclass(of, look[2]))
    ]


_CHECKS: Final[dict[SubjectKind, _Looks]] = {
    kind: _looks(kind) for kind in SubjectKind if kind is not SubjectKind.EVENT
}
_EVENT_CHECKS: Final[dict[type[Fact], _Looks]] = {
    of: _looks(SubjectKind.EVENT, of) for of in TYPES.values()
}
_ALIKE: Final = [(rule, check) for rule in RULES.values() for check in rule.applied]
_SIEVES: Final = [(rule.number, sift) for rule in RULES.values() for sift in rule.sieves]

Suspicion = tuple[str | None, Suspects]
"""A rule and whom it suspects; None: no single one."""


def evaluate(
    kind: SubjectKind,
    key: str,
    books: Books,
    policy: Policy,
    *,
    rules: AbstractSet[str] | None = None,
) -> list[Violation]:
    """Every violation on a subject, those whose deadline lies ahead too; ordered.

    Never asks for the time: a violation exists from its `deadline` on. `rules` = the numbers of
    those that suspect this application; None: all of them look.
    """
    found: list[Violation] = []
    if kind is SubjectKind.EVENT:
        known = books.record.known(key)
        checks = [] if known is None else _EVENT_CHECKS[type(known.fact)]
    else:
        checks = _CHECKS[kind]
    if rules is not None:
        checks = [each for each in checks if each[0].number in rules]
    elif kind is SubjectKind.APPLICATION:
        found += _alike(key, books, policy)
    for rule, check in checks:
        found += [_violation(rule, kind, key, finding) for finding in check(key, books, policy)]
    return sorted(found)


def sieve(key: str, books: Books, policy: Policy) -> tuple[Suspicion, ...]:
    """What the rules suspect among all applications of one kind (`scan_kind`), from one of them.

    Of an application that counts, corrects nothing, and that a rule does not suspect, that rule
    finds nothing: neither on it nor on its event.
    """
    app = application_of(key, books)
    if app is None or _breaches(app, books):
        return (ALL_SUSPECT,)
    found = [(number, sift(app, books, policy)) for number, sift in _SIEVES]
    if any(suspects is everything for _, suspects in found):
        return (ALL_SUSPECT,)
    return tuple((number, suspects) for number, suspects in found if suspects is not None)


ALL_SUSPECT: Final[Suspicion] = (None, everything)
"""Every rule looks at every application of the kind."""


def _breaches(app: Application, books: Books) -> list[tuple[Rule, Breach]]:
    return books.memo(
        ("alike", kind_of(app)),
        lambda: [(rule, breach) for rule, check in _ALIKE for breach in check(app, books)],
    )


def _alike(key: str, books: Books, policy: Policy) -> Iterator[Violation]:
    """What holds for all applications of a kind, said of one."""
    app = application_of(key, books)
    if app is None:
        return
    for rule, breach in _breaches(app, books):
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

    Subjects that need more than one look may hold are left out.
    """
    books = MemoryBooks(record)
    found: list[Violation] = []
    for subject in subjects(books):
        with suppress(TooMuch):
            found += evaluate(*subject, books, policy)
    return sorted(violation for violation in found if violation.deadline <= now)


def subjects(books: MemoryBooks) -> set[Subject]:
    """Every subject that some fact of the books is about."""
    found = {subject for known in books.whole for subject in subjects_of(known.fact)}
    found.update(_party_years(books))
    return found


def _party_years(books: MemoryBooks) -> Iterator[Subject]:
    for party, year in books.years_applied():
        yield Subject(SubjectKind.PARTY_YEAR, f"{party} {year}")
