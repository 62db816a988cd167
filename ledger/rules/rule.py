"""A rule: its public number and name, how grave it is, and the checks that make it up."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.seals import SealsApplied
from ledger.rules.applied import Application, Breach
from ledger.rules.books import Books
from ledger.rules.policy import Policy
from ledger.rules.violation import Family, Finding, Severity, SubjectKind

Check = Callable[[str, Books, Policy], Iterator[Finding]]
"""(subject key, books, policy) → findings. Pure; knows no clock."""

KindCheck = Callable[[Application, Books], Iterator[Breach]]
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


class On(NamedTuple):
    """A check on subjects of a kind; on events, perhaps only on those `of` some types.

    `when`, for a check that may look at applications, spares nearly all of them that check.
    """

    kind: SubjectKind
    check: Check
    of: tuple[type[Fact], ...] = (Fact,)
    when: Sieve | None = None


class Says(NamedTuple):
    """What a rule hands to its words in one kind of its cases, part by part.

    A kind is told by what it is on and by its discriminator; its name is the last `=word` of the
    discriminator, else the kind of subject, unless given. The subject names its own parts. A part:
    `name` or `name:type`, the type being the name where left out; `?` may be missing, `*` any
    number, `+` one or more, `!other` there only where it differs from that value, `/2` made of two
    parts. `=word` is that word, `_` is not said.
    """

    on: SubjectKind
    discriminator: str = ""
    expected: str = ""
    found: str = ""
    kind: str = ""


class Rule(NamedTuple):
    """One entry of the rule book; a rule may look at subjects of several kinds.

    `applications` = what it looks at in all applications of one kind together. `says` = the
    kinds of its cases, each with a sentence in `texts.en.toml` and `texts.ja.toml`.
    """

    number: str
    slug: str
    family: Family
    severity: Severity
    subjects: tuple[On, ...] = ()
    applications: tuple[KindCheck, ...] = ()
    says: tuple[Says, ...] = ()
