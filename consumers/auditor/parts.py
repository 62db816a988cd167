"""Work that may need more than one evaluation can hold, done in halves until what is left fits.

What needs too much all alone is set aside; everything else goes on.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, TypeVar

from psycopg.errors import OutOfMemory, ProgramLimitExceeded, QueryCanceled

from consumers.auditor.affected import Scans
from consumers.auditor.evaluating import Evaluation, subjects_of_application
from ledger.errors import EvaluationFull, TooMuch
from ledger.facts.record import Known
from ledger.facts.seals import SealsApplied
from ledger.log import Log, Recorded
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.violation import Subject, SubjectKind
from ledger.views.folding import Rows
from ledger.views.set_aside import among, reach

T = TypeVar("T")
Want = Callable[[SnapshotQuestions, Sequence[T]], None]
"""Reads in bulk what work on some items will ask."""
Work = Callable[[SnapshotQuestions, T], None]
_Scan = tuple[Hashable, Known]
"""An application and its kind."""
evaluation_events_bytes_max: Final = 8 * 1024 * 1024
SIZE_ERRORS: Final = (QueryCanceled, OutOfMemory, ProgramLimitExceeded)
"""What the database says of a statement that takes too long or holds too much."""


def next_events(log: Log, rows: Rows, after: int, until: int, most: int) -> list[Recorded]:
    """The next events up to a position, so many as an evaluation has room for: at least one."""
    if after >= until:
        return []
    reached = reach(rows, after, until, most, evaluation_events_bytes_max)
    return log.read(after, reached - after, until, rows)


class Parts:
    """Questions over one snapshot, begun anew whenever too much has been read."""

    def __init__(
        self, questions: SnapshotQuestions, fresh: Callable[[], SnapshotQuestions]
    ) -> None:
        """`fresh` lets go of the questions before and opens others over the same snapshot."""
        self.questions = questions
        self._fresh = fresh

    def _prefetch(self, want: Want[T], part: Sequence[T]) -> None:
        try:
            want(self.questions, part)
        except EvaluationFull:
            raise
        except TooMuch:
            pass  # whoever asks for it is told so by itself

    def each(self, items: Sequence[T], want: Want[T], work: Work[T]) -> list[tuple[T, str]]:
        """Work on every item; answers those that were too much all alone, and why."""
        aside: list[tuple[T, str]] = []
        parts = [items] if items else []
        while parts:
            part, done = parts.pop(), 0
            try:
                # What a statement of the database breaks off, it takes back to here.
                with self.questions.rows.connection.transaction():
                    self._prefetch(want, part)
                    for item in part:
                        try:
                            work(self.questions, item)
                        except EvaluationFull:
                            raise
                        except TooMuch as much:
                            aside.append((item, str(much)))
                        done += 1
            except (EvaluationFull, *SIZE_ERRORS) as full:
                self.questions = self._fresh()
                left = part[done:]
                if len(part) == 1:
                    aside.append((part[0], " ".join(str(full).split())))
                elif len(left) == 1:
                    parts.append(left)
                else:
                    half = len(left) // 2
                    parts += [left[half:], left[:half]]
        return aside


class Taken:
    """What one evaluation takes in hand, in parts that can be held."""

    def __init__(self, evaluation: Evaluation, parts: Parts, aside: Rows | None) -> None:
        """`aside` = the snapshot that knows which subjects are set aside; None: all are tried."""
        self._evaluation, self._parts, self._rows = evaluation, parts, aside

    def applications(self, applied: Scans, *, anew: bool) -> None:
        """Evaluate applications; `anew` = they never were before."""
        evaluation = self._evaluation

        def want(questions: SnapshotQuestions, part: Sequence[_Scan]) -> None:
            evaluation.over(questions)
            given = [known for _, known in part]
            questions.want((), {k.fact.lot for k in given if isinstance(k.fact, SealsApplied)})
            questions.want_events(given)

        def work(questions: SnapshotQuestions, scan: _Scan) -> None:
            del questions
            evaluation.application(*scan, anew=anew)

        scans = [(kind, known) for kind, alike in applied.items() for known in alike]
        if not anew:
            subjects = [subjects_of_application(known.id) for _, known in scans]
            out = self._out([each for pair in subjects for each in pair])
            scans = [each for each, pair in zip(scans, subjects, strict=True) if not out & {*pair}]
        for (_, known), why in self._parts.each(scans, want, work):
            for subject in subjects_of_application(known.id):
                evaluation.set_aside(subject, why)

    def subjects(self, asked: Sequence[Subject]) -> None:
        """Evaluate subjects, those left out that are set aside."""
        evaluation = self._evaluation

        def want(questions: SnapshotQuestions, part: Sequence[Subject]) -> None:
            evaluation.over(questions)
            questions.want(part, ())

        def work(questions: SnapshotQuestions, subject: Subject) -> None:
            del questions
            evaluation.subject(subject)

        out = self._out(asked)
        left = [subject for subject in asked if subject not in out] if out else asked
        for subject, why in self._parts.each(left, want, work):
            evaluation.set_aside(subject, why)

    def _out(self, subjects: Sequence[Subject]) -> set[Subject]:
        if self._rows is None:
            return set()
        found = among(self._rows, [(str(kind), key) for kind, key in subjects])
        return {Subject(SubjectKind(kind), key) for kind, key in found}
