"""A discrepancy: what may happen to it, and what it is after that.

A case is the fold of its events in order of their version; nothing else makes one.
"""

from enum import StrEnum
from typing import ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.errors import Fatal
from ledger.facts.scalars import ReasonCode
from ledger.rules.violation import Family, Severity, SubjectKind, Violation, compared

evidence_max: Final = 100
"""Ids of events kept with a case; how many there are in all is kept besides."""


class State(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    EXPLAINED = "EXPLAINED"
    ESCALATED = "ESCALATED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


LIVE: Final = frozenset({State.OPEN, State.EXPLAINED, State.ESCALATED})
"""The states in which a case asks for somebody's attention."""


class Values(Struct, frozen=True, gc=False):
    """What an explanation or a closing holds for: other values are another question.

    How many others go without a case of their own is no part of the question.
    """

    severity: Severity
    expected: tuple[str, ...]
    found: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        """Whether the question is the same."""
        return isinstance(other, Values) and self._asked() == other._asked()

    def __hash__(self) -> int:
        """A number that values of the same question share."""
        return hash(self._asked())

    def _asked(self) -> tuple[object, ...]:
        return self.severity, self.expected, compared(self.found)


class Picture(Struct, frozen=True, kw_only=True, gc=False):
    """What one evaluation showed: the values, and what they rest on."""

    values: Values
    artefact: bool
    evidence: tuple[str, ...]
    evidence_total: int

    @classmethod
    def of(cls, violation: Violation) -> "Picture":
        """What a violation shows, its evidence cut to what a case keeps."""
        return cls(
            values=Values(violation.severity, violation.expected, violation.found),
            artefact=violation.artefact,
            evidence=violation.evidence[:evidence_max],
            evidence_total=len(violation.evidence) + violation.more,
        )


class Decision(
    Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False
):
    """What every event of a case has.

    `case` is the id of its stream, `time` the canonical time by the clock it was decided by,
    `position` the last position of the log that the decision rests on.
    """

    makes: ClassVar[str]
    """What was done, as a word for people."""

    case: str
    time: str
    position: int


class DiscrepancyOpened(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A violation holds for the first time."""

    makes: ClassVar[str] = "opened"

    rule: str
    subject_kind: SubjectKind
    subject: str
    discriminator: str
    family: Family
    shows: Picture


class DiscrepancyWithdrawn(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The facts no longer show it."""

    makes: ClassVar[str] = "withdrawn"


class DiscrepancyReopened(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The facts show it again, or show something else than what was explained or closed."""

    makes: ClassVar[str] = "reopened"

    shows: Picture


class DiscrepancyExplained(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A party concerned says how it came."""

    makes: ClassVar[str] = "explained"

    party: str
    person: str
    reason: ReasonCode
    text: str | None = None
    values: Values


class DiscrepancyEscalated(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier wants more than an explanation."""

    makes: ClassVar[str] = "escalated"

    party: str
    person: str
    text: str


class DiscrepancyClosed(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier has settled it at these values."""

    makes: ClassVar[str] = "closed"

    party: str
    person: str
    reason: ReasonCode
    text: str | None = None
    values: Values


Event = (
    DiscrepancyOpened
    | DiscrepancyWithdrawn
    | DiscrepancyReopened
    | DiscrepancyExplained
    | DiscrepancyEscalated
    | DiscrepancyClosed
)


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """A discrepancy as its events left it.

    `shows` is what its last opening or reopening showed; `settled` the values that were last
    explained or closed since; `explainer` the person who last explained it; `escalated` whether it
    was escalated and not closed since.
    """

    id: str
    version: int
    state: State
    rule: str
    subject_kind: SubjectKind
    subject: str
    discriminator: str
    family: Family
    shows: Picture
    settled: Values | None = None
    explainer: str | None = None
    escalated: bool = False


def evolve(case: Case | None, event: Event) -> Case:
    """The case after its next event; raises Fatal where the event cannot follow."""
    if isinstance(event, DiscrepancyOpened):
        if case is not None:
            raise Fatal(f"Case {case.id} was opened a second time.")
        return Case(
            id=event.case,
            version=1,
            state=State.OPEN,
            rule=event.rule,
            subject_kind=event.subject_kind,
            subject=event.subject,
            discriminator=event.discriminator,
            family=event.family,
            shows=event.shows,
        )
    if case is None:
        raise Fatal(f"Case {event.case} was {event.makes} before it was opened.")
    return replace(_followed(case, event), version=case.version + 1)


def _followed(case: Case, event: Event) -> Case:
    match event:
        case DiscrepancyWithdrawn():
            return replace(case, state=State.WITHDRAWN)
        case DiscrepancyReopened():
            state = State.ESCALATED if case.escalated else State.OPEN
            return replace(case, state=state, shows=event.shows, settled=None)
        case DiscrepancyExplained():
            state = State.ESCALATED if case.escalated else State.EXPLAINED
            return replace(case, state=state, settled=event.values, explainer=event.person)
        case DiscrepancyEscalated():
            return replace(case, state=State.ESCALATED, escalated=True)
        case DiscrepancyClosed():
            return replace(case, state=State.CLOSED, settled=event.values, escalated=False)
        case DiscrepancyOpened():
            raise Fatal(f"Case {case.id} was opened a second time.")
