"""A discrepancy: what may happen to it, and what it is after that.

A case is the fold of its events in order of their version; nothing else makes one.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.cases.correction import (
    Correction,
    CorrectionEvent,
    DiscrepancyCorrectionAsked,
    DiscrepancyCorrectionReported,
    evolve_correction,
)
from ledger.cases.decision import Decision
from ledger.cases.thread import (
    Arrangement,
    DiscrepancyAssigned,
    DiscrepancyCommented,
    DiscrepancyDueSet,
    DiscrepancyOverdue,
    DiscrepancyRouted,
)
from ledger.errors import Fatal
from ledger.facts.identity import Document
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
    documents: tuple[Document, ...] = ()


class DiscrepancyEscalated(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier wants more than an explanation."""

    makes: ClassVar[str] = "escalated"

    party: str
    person: str
    text: str
    documents: tuple[Document, ...] = ()


class DiscrepancyClosed(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier has settled it at these values; `waive` says why a correction is not owed."""

    makes: ClassVar[str] = "closed"

    party: str
    person: str
    reason: ReasonCode
    text: str | None = None
    values: Values
    documents: tuple[Document, ...] = ()
    waive: str | None = None


StateEvent = (
    DiscrepancyOpened
    | DiscrepancyWithdrawn
    | DiscrepancyReopened
    | DiscrepancyExplained
    | DiscrepancyEscalated
    | DiscrepancyClosed
)
Event = StateEvent | CorrectionEvent | Arrangement


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """A discrepancy as its events left it.

    `shows` is what its last opening or reopening showed, `since` when that was; `settled` the
    values that were last explained or closed since, `explained_at` when they were explained;
    `explainer` the person who last explained it, `reporter` who last reported a correction;
    `escalated` whether it was escalated and not closed since. `due` is the day that a certifier set
    since it was opened; `routed` the certifiers that the operator gave it to; `told` how often it
    was called overdue for the day `told_due`, the last time at `told_at`. Times are canonical.
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
    since: str = ""
    settled: Values | None = None
    explained_at: str | None = None
    explainer: str | None = None
    reporter: str | None = None
    escalated: bool = False
    due: date | None = None
    owner: str | None = None
    owner_party: str | None = None
    correction: Correction | None = None
    routed: tuple[str, ...] = ()
    told_due: date | None = None
    told_at: str | None = None
    told: int = 0

    @property
    def owes(self) -> Correction | None:
        """The correction that was asked and is not accepted, if there is one."""
        return self.correction if self.correction is not None and self.correction.owed else None


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
            since=event.time,
        )
    if case is None:
        raise Fatal(f"Case {event.case} was {event.makes} before it was opened.")
    return replace(_followed(case, event), version=case.version + 1)


def _followed(case: Case, event: Event) -> Case:
    if isinstance(event, CorrectionEvent):
        return _corrected(case, event)
    return _arranged(case, event) if isinstance(event, Arrangement) else _moved(case, event)


def _moved(case: Case, event: StateEvent) -> Case:
    match event:
        case DiscrepancyWithdrawn():
            return replace(case, state=State.WITHDRAWN)
        case DiscrepancyReopened():
            state = State.ESCALATED if case.escalated else State.OPEN
            return replace(
                case, state=state, shows=event.shows, since=event.time, settled=None,
                explained_at=None, due=None,
            )  # fmt: skip
        case DiscrepancyExplained():
            state = State.ESCALATED if case.escalated else State.EXPLAINED
            return replace(
                case, state=state, settled=event.values, explained_at=event.time,
                explainer=event.person,
            )  # fmt: skip
        case DiscrepancyEscalated():
            return replace(case, state=State.ESCALATED, escalated=True)
        case DiscrepancyClosed():
            waived = None if event.waive is not None else case.correction
            return replace(
                case, state=State.CLOSED, settled=event.values, escalated=False, correction=waived
            )
        case DiscrepancyOpened():
            raise Fatal(f"Case {case.id} was opened a second time.")


def _corrected(case: Case, event: CorrectionEvent) -> Case:
    correction = evolve_correction(case.correction, event)
    if correction is None:
        raise Fatal(f"Case {case.id}: {event.makes} before one was asked.")
    case = replace(case, correction=correction)
    match event:
        case DiscrepancyCorrectionAsked():
            return replace(case, state=State.ESCALATED, escalated=True)
        case DiscrepancyCorrectionReported():
            return replace(case, reporter=event.person)
        case _:
            return case


def _arranged(case: Case, event: Arrangement) -> Case:
    match event:
        case DiscrepancyAssigned():
            party = None if event.owner is None else event.owner_party
            return replace(case, owner=event.owner, owner_party=party)
        case DiscrepancyDueSet():
            return replace(case, due=event.due)
        case DiscrepancyRouted():
            return replace(case, routed=(*dict.fromkeys((*case.routed, event.to)),))
        case DiscrepancyOverdue():
            told = case.told + 1 if case.told_due == event.due else 1
            return replace(case, told_due=event.due, told_at=event.time, told=told)
        case DiscrepancyCommented():
            return case
