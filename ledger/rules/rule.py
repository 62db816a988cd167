"""A rule: its public number and name, how grave it is, and the checks that make it up."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.rules.books import Books
from ledger.rules.policy import Policy
from ledger.rules.violation import Family, Finding, Severity, SubjectKind

Check = Callable[[str, Books, Policy], Iterator[Finding]]
"""(subject key, books, policy) → findings. Pure; knows no clock."""


class Rule(NamedTuple):
    """One row of the rule book; a rule may look at subjects of several kinds."""

    number: str
    slug: str
    family: Family
    severity: Severity
    checks: tuple[tuple[SubjectKind, Check], ...]
