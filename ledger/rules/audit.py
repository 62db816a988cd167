"""The audit: every rule on a subject, and every subject of a ledger from nothing."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.record import Record
from ledger.rules import rulebook
from ledger.rules.books import Books
from ledger.rules.memory import MemoryBooks
from ledger.rules.policy import Policy
from ledger.rules.rule import Check, Rule
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, SubjectKind, Violation

RULES: Final[dict[str, Rule]] = {rule.number: rule for rule in rulebook.RULES}
"""Every rule by its number."""

_CHECKS: Final[dict[SubjectKind, list[tuple[Rule, Check]]]] = {
    kind: [
        (rule, check)
        for rule in RULES.values()
        for of_kind, check in rule.checks
        if of_kind is kind
    ]
    for kind in SubjectKind
}


def evaluate(kind: SubjectKind, key: str, books: Books, policy: Policy) -> list[Violation]:
    """Every violation on a subject, those whose deadline lies ahead too; ordered.

    Never asks for the time: a violation exists from its `deadline` on.
    """
    return sorted(
        Violation(
            rule=rule.number,
            subject_kind=kind,
            subject=key,
            discriminator=finding.discriminator,
            severity=finding.severity or rule.severity,
            family=rule.family,
            expected=finding.expected,
            found=finding.found,
            evidence=tuple(dict.fromkeys(finding.evidence)),
            deadline=finding.deadline,
            artefact=finding.artefact,
        )
        for rule, check in _CHECKS[kind]
        for finding in check(key, books, policy)
    )


def audit(record: Record, policy: Policy, now: int) -> list[Violation]:
    """Every violation that exists at `now` (microseconds UTC), from all facts; ordered."""
    books = MemoryBooks(record)
    return sorted(
        violation
        for subject in subjects(books)
        for violation in evaluate(*subject, books, policy)
        if violation.deadline <= now
    )


def subjects(books: MemoryBooks) -> set[Subject]:
    """Every subject that some fact of the books is about."""
    found = {subject for known in books.whole for subject in subjects_of(known.fact)}
    found.update(_party_years(books))
    return found


def _party_years(books: MemoryBooks) -> Iterator[Subject]:
    for party, year in books.years_applied():
        yield Subject(SubjectKind.PARTY_YEAR, f"{party} {year}")
