"""From what subjects show now to what has to be said about their cases."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from consumers.auditor.showing import context_of, nothing_of, row_of
from ledger.cases.canonical import encode_decision
from ledger.cases.discrepancy import (
    LIVE,
    Case,
    DiscrepancyOpened,
    DiscrepancyReopened,
    evolve,
)
from ledger.cases.due import Sayers, next_overdue, overdue, policy_due
from ledger.cases.judging import Judgement, case_of, judge
from ledger.cases.thread import DiscrepancyOverdue
from ledger.errors import EvaluationFull, TooMuch
from ledger.log import Entry, Receipt
from ledger.questions.dependencies import Read
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.policy import Policy
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing
from ledger.views.cases import cases_of
from ledger.views.discrepancies import Whom
from ledger.views.discrepancies import standing as standing_of
from ledger.views.shown import Shown

_OPENING: Final = {DiscrepancyOpened.__name__, DiscrepancyReopened.__name__}
_OWN: Final = (SubjectKind.APPLICATION, SubjectKind.EVENT)


class Decided(NamedTuple):
    """Decisions to record, the case after each, and what the cases concerned show.

    `dependencies` = what was read of each subject to tell what stands around its cases; `aside` =
    subjects of which that is too much to tell, and why; `dues` = when one of a subject's cases is
    to be called overdue next, µs UTC.
    """

    entries: list[Entry]
    cases: list[Case]
    shown: list[Shown]
    dependencies: dict[Subject, set[Read]]
    aside: dict[Subject, str]
    dues: dict[Subject, int]

    def take(self, key: UUID, case: Case | None, event: Judgement | DiscrepancyOverdue) -> Case:
        """Have a decision recorded; answers the case after it."""
        after = evolve(case, event)
        self.cases.append(after)
        self.entries.append(
            Entry(
                id=key,
                topic=type(event).__name__,
                state=encode_decision(event),
                version=1 if case is None else case.version + 1,
            )
        )
        return after

    @property
    def opened(self) -> Counter[tuple[str, str]]:
        """How many cases are opened, or opened again, by rule and severity."""
        return Counter(
            (case.rule, case.shows.values.severity)
            for entry, case in zip(self.entries, self.cases, strict=True)
            if entry.topic in _OPENING
        )


class Pending:
    """Cases as decisions left them that the views do not show yet."""

    def __init__(self) -> None:
        self._cases: dict[auditing.Key, dict[UUID, tuple[int, Case]]] = {}

    def take(self, cases: Sequence[Case], receipts: Sequence[Receipt]) -> None:
        """Keep what cases are after the decisions just recorded."""
        for case, receipt in zip(cases, receipts, strict=True):
            of_subject = self._cases.setdefault((str(case.subject_kind), case.subject), {})
            of_subject[receipt.id] = receipt.position, case

    def of(self, subjects: Iterable[auditing.Key]) -> dict[UUID, Case]:
        """The cases of these subjects that are kept."""
        return {
            key: case
            for subject in subjects
            for key, (_, case) in self._cases.get(subject, {}).items()
        }

    def subjects(self) -> list[auditing.Key]:
        """The subjects of which something is kept."""
        return list(self._cases)

    def among(self, ids: Iterable[str]) -> list[auditing.Key]:
        """The subjects, applications as such and as events, of which something is kept."""
        asked = ((str(kind), key) for key in ids for kind in _OWN)
        return [subject for subject in asked if subject in self._cases] if self._cases else []

    def shown(self, position: int) -> None:
        """Let go of what the views show at a position."""
        self._cases = {
            subject: still
            for subject, cases in self._cases.items()
            if (still := {key: kept for key, kept in cases.items() if kept[0] > position})
        }


class Moment(NamedTuple):
    """When is decided, µs UTC, on what of the log, by which policy."""

    now: int
    position: int
    policy: Policy


class _Standing(NamedTuple):
    """A violation that stands, with its case after what was just decided about it, if anything."""

    key: UUID
    violation: Violation
    case: Case
    fresh: bool


def decided(
    found: Mapping[Subject, Sequence[Violation]],
    questions: SnapshotQuestions,
    pending: Pending,
    moment: Moment,
) -> Decided:
    """Compare what holds now of each subject with its cases."""
    subjects = [(str(kind), key) for kind, key in found]
    cases: dict[UUID, Case] = {
        UUID(case.id): case for case in cases_of(questions.rows, subjects)
    } | pending.of(subjects)
    holds = {
        case_of(violation): violation for violations in found.values() for violation in violations
    }
    made = Decided([], [], [], {}, {}, {})
    standing = []
    for key in sorted(cases.keys() | holds.keys(), key=attrgetter("int")):
        case, violation = cases.get(key), holds.get(key)
        event = judge(case, violation, now=moment.now, position=moment.position, key=key)
        after = made.take(key, case, event) if event is not None else case
        if violation is not None and after is not None and after.state in LIVE:
            standing.append(_Standing(key, violation, after, event is not None))
    for each in standing:
        _show(each, questions, moment, made)
    return made


def _show(standing: _Standing, questions: SnapshotQuestions, moment: Moment, made: Decided) -> None:
    """Keep what a case shows, and say that it is overdue where it is time to."""
    key, violation, case, fresh = standing
    subject = Subject(violation.subject_kind, violation.subject)
    with questions.dependencies.watch() as read:
        try:
            context = context_of(violation, questions)
        except EvaluationFull:
            raise
        except TooMuch as much:
            # The case stands all the same, before the operator alone.
            context, made.aside[subject] = nothing_of(violation), str(much)
    made.dependencies.setdefault(subject, set()).update(read)
    by_policy = policy_due(case.since, violation.severity, moment.policy)
    made.shown.append(row_of(key, violation, context, by_policy, questions))
    due = case.due or by_policy
    at = next_overdue(case, due, moment.policy)
    if at is not None and at <= moment.now and not fresh:
        whom = Whom(context.whom.marks, context.whom.parties)
        say = standing_of(questions.rows, case, whom, moment.now)
        whose = Sayers(say.concerned, say.certifiers)
        event = overdue(case, due, whose, now=moment.now, position=moment.position)
        case = made.take(key, case, event)
        at = next_overdue(case, due, moment.policy)
    if at is not None:
        made.dues[subject] = min(at, made.dues.get(subject, at))
