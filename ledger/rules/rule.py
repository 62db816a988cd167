"""A rule: its public number and name, how grave it is, and the checks that make it up."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.questions import Questions
from ledger.rules.applied import Application, Breach
from ledger.rules.policy import Policy
from ledger.rules.violation import Family, Finding, Severity, SubjectKind

Check = Callable[[str, Questions, Policy], Iterator[Finding]]
"""(subject key, questions, policy) → findings. Pure; knows no clock."""

KindCheck = Callable[[Application, Questions], Iterator[Breach]]
"""What holds for every application by that holder of that mark at that site to that lot under that
label and contract on that day: worked out once for all of them."""

Holds = Callable[[Any, int, int], bool]
"""(event, its time, when it was recorded; both µs UTC) → whether a check has something to say."""

When = Callable[[Known, Questions, Policy], Holds | None]
"""From one counting event: when a check has something to say of events of its kind. None: never.

A check begins with it and is not called otherwise, so what it says stands nowhere else. Of scans it
is worked out once for all of one kind (`scan_kind`)."""


def always(_event: Any, _at: int, _rec: int) -> bool:
    """Hold of every event of the kind."""
    return True


def counting(key: str, questions: Questions) -> Known | None:
    """The event of that id; None where it does not count."""
    known = questions.record.known(key)
    return known if known is not None and questions.record.counts(known.fact) else None


class On(NamedTuple):
    """A check on subjects of a kind; on events, perhaps only on those `of` some types.

    Every check that may be about an application says `when`.
    """

    kind: SubjectKind
    check: Check
    of: tuple[type[Fact], ...] = (Fact,)
    when: When | None = None


class Says(NamedTuple):
    """What a rule hands to its words in one kind of its cases, part by part.

    A kind is told by what it is on and by its discriminator; its name is the last `=word` of the
    discriminator, else the kind of subject, unless given. The subject names its own parts. A part:
    `name` or `name:type`, the type being the name where left out; `?` may be missing, `*` any
    number, `+` one or more, `!other` there only where it differs from that value, `/2` made of two
    parts. `=word` is that word, `_` is not said.

    `impact` = how many seals, units or kilograms such a case is about: the name of a value, two
    names with a minus between them for their difference, or `subject` for the seals of the subject;
    left out, it is about no number.
    """

    on: SubjectKind
    discriminator: str = ""
    expected: str = ""
    found: str = ""
    kind: str = ""
    impact: str = ""


class Rule(NamedTuple):
    """One entry of the rule book; a rule may be about subjects of several kinds.

    `applications` = its checks on all applications of one kind together. `says` = the kinds of its
    cases, each with a sentence in `texts.en.toml` and `texts.ja.toml`.
    """

    number: str
    slug: str
    family: Family
    severity: Severity
    subjects: tuple[On, ...] = ()
    applications: tuple[KindCheck, ...] = ()
    says: tuple[Says, ...] = ()
