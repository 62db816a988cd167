"""From what subjects show now to what has to be said about their cases."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.discrepancy import (
    LIVE,
    Case,
    DiscrepancyOpened,
    DiscrepancyReopened,
    Picture,
    evolve,
)
from ledger.cases.judging import case_of, judge
from ledger.errors import EvaluationFull, TooMuch
from ledger.log import Entry, Receipt
from ledger.questions.concerned import Concerned, concerned
from ledger.questions.dependencies import Read
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing
from ledger.views.auditing import Shown
from ledger.views.cases import cases_of
from ledger.views.months_moved import month

evidence_read_max: Final = 2_000
"""Events whose months are kept with a case; no rule names so many."""
_OPENING: Final = {DiscrepancyOpened.__name__, DiscrepancyReopened.__name__}
_OWN: Final = (SubjectKind.APPLICATION, SubjectKind.EVENT)


class Decided(NamedTuple):
    """Decisions to record, the case after each, and what the cases concerned show.

    `dependencies` = what was read of each subject to tell whom its cases concern; `aside` =
    subjects of which that is too much to tell, and why.
    """

    entries: list[Entry]
    cases: list[Case]
    shown: list[Shown]
    dependencies: dict[Subject, set[Read]]
    aside: dict[Subject, str]

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


def decided(
    found: Mapping[Subject, Sequence[Violation]],
    questions: SnapshotQuestions,
    pending: Pending,
    *,
    now: int,
    position: int,
) -> Decided:
    """Compare what holds now of each subject with its cases."""
    subjects = [(str(kind), key) for kind, key in found]
    cases: dict[UUID, Case] = {
        UUID(case.id): case for case in cases_of(questions.rows, subjects)
    } | pending.of(subjects)
    holds = {
        case_of(violation): violation for violations in found.values() for violation in violations
    }
    entries, after = [], []
    standing = []
    for key in sorted(cases.keys() | holds.keys(), key=attrgetter("int")):
        case, violation = cases.get(key), holds.get(key)
        event = judge(case, violation, now=now, position=position, key=key)
        if event is not None:
            after.append(evolve(case, event))
            entries.append(
                Entry(
                    id=key,
                    topic=type(event).__name__,
                    state=encode_decision(event),
                    version=1 if case is None else case.version + 1,
                )
            )
        if violation is not None and (event is not None or case is None or case.state in LIVE):
            standing.append((key, violation))
    dependencies: dict[Subject, set[Read]] = {}
    aside: dict[Subject, str] = {}
    shown = list(_shown(standing, questions, dependencies, aside))
    return Decided(entries, after, shown, dependencies, aside)


def _shown(
    standing: Iterable[tuple[UUID, Violation]],
    questions: SnapshotQuestions,
    dependencies: dict[Subject, set[Read]],
    aside: dict[Subject, str],
) -> Iterable[Shown]:
    for key, violation in standing:
        picture = Picture.of(violation)
        subject = Subject(violation.subject_kind, violation.subject)
        with questions.dependencies.watch() as read:
            try:
                whom = concerned(violation, questions)
            except EvaluationFull:
                raise
            except TooMuch as much:
                # The case stands all the same, before the operator alone.
                whom, aside[subject] = Concerned([], []), str(much)
        dependencies.setdefault(subject, set()).update(read)
        yield Shown(
            id=key,
            severity=violation.severity,
            artefact=violation.artefact,
            expected=list(violation.expected),
            found=list(violation.found),
            evidence=list(picture.evidence),
            evidence_total=picture.evidence_total,
            marks=whom.marks,
            parties=whom.parties,
            months=_months(violation, questions),
        )


def _months(violation: Violation, questions: SnapshotQuestions) -> list[str]:
    """The months in which the evidence happened; of none the one in which the case fell due."""
    known = (questions.record.known(key) for key in violation.evidence[:evidence_read_max])
    found = {month(event.at) for event in known if event is not None}
    return sorted(found) or [month(violation.deadline)]
