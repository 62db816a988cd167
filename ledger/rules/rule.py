"""A rule: its public number and name, how grave it is, and the checks that make it up."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.seals import SealsApplied
from ledger.questions import Books
from ledger.rules.applied import Application, Breach
from ledger.rules.policy import Policy
from ledger.rules.violation import Family, Finding, Severity, SubjectKind

Check = Callable[[str, Books, Policy], Iterator[Finding]]
"""(subject key, books, policy) → findings. Pure; knows no clock."""

Look = tuple[SubjectKind, Check] | tuple[SubjectKind, Check, tuple[type[Fact], ...]]
"""A check on subjects of a kind; on events, perhaps only on those of some types."""

Alike = Callable[[Application, Books], Iterator[Breach]]
"""What holds for every application by that holder of that mark at that site to that lot under that
label and contract on that day: worked out once for all of them."""


Suspects = Callable[[SealsApplied, int, int], bool]
"""(application, its time, when it was recorded; both µs UTC) → whether a check may find something
on it. A check that is silent on an application it suspects has only cost time."""

Sieve = Callable[[Application, Books, Policy], Suspects | None]
"""From one counting application: what a check suspects all of its kind of. None: of nothing.

Asked only about applications that count and replace nothing."""


def everything(_fact: SealsApplied, _at: int, _rec: int) -> bool:
    """Suspects every application."""
    return True


class Rule(NamedTuple):
    """One row of the rule book; a rule may look at subjects of several kinds.

    `applied` = what it looks at in all applications of one kind together. `sieves`, one for each
    check on applications by themselves, spare nearly all of them that check.
    """

    number: str
    slug: str
    family: Family
    severity: Severity
    checks: tuple[Look, ...]
    applied: tuple[Alike, ...] = ()
    sieves: tuple[Sieve, ...] = ()
