"""Proof that the cases are what the facts show: every subject evaluated anew, and compared.

It uses nothing of what spares the auditor work: every rule is asked about every application, its
`when` of that very one and not of its kind, and nothing that was noted of what earlier evaluations
had read is believed. So applications wrongly taken for one kind, a dependency that was forgotten
and a case that shows what was true once are differences. A `when` that is wrong in itself fails the
tables of its rule. Writes nothing. What it says is true of the facts the views rest on.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from consumers.auditor.parts import Parts, next_events
from consumers.auditor.renewing import judged_by
from consumers.auditor.showing import context_of, row_of
from ledger.cases.canonical import TOPICS
from ledger.cases.discrepancy import LIVE, Case, Picture, State
from ledger.cases.due import policy_due
from ledger.cases.judging import case_of
from ledger.errors import EvaluationFull
from ledger.facts.record import Known
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.log import Log, Recorded
from ledger.questions.registry import Registry
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.audit import evaluate
from ledger.rules.moments import fiscal_year
from ledger.rules.policy import Policy
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing, schema
from ledger.views.cases import cases_of, live_subjects
from ledger.views.folding import Rows
from ledger.views.projection import reading
from ledger.views.shown import Shown, shown_of

chunk_events_max: Final = 4_000
facts_kept_max: Final = 20_000
chunk_subjects_max: Final = 2_000
unread_shown_max: Final = 5
aside_shown_max: Final = 100
NOT_WHOLE: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""What it raises to read facts that refer to others which somebody took out of the log."""
_OWN: Final = (SubjectKind.EVENT, SubjectKind.APPLICATION)


class Sample(NamedTuple):
    """So many events, and as many cases, drawn at random; the same seed draws the same."""

    events: int
    seed: int


def unsettled(
    log: Log,
    policy: Policy,
    sample: Sample | None = None,
    progressed: Callable[[int], None] | None = None,
) -> list[str] | None:
    """Violations without a case, cases without a violation or that show another, as sentences.

    At the audit's time of its last evaluation. With a sample only of what the events drawn are
    about and of the cases drawn. None where the audit is behind, or went by other rules or another
    policy, so that nothing can be said. Raises Unavailable where the views were never built.
    """
    with reading(log, computing=True) as rows:
        rows.execute("SET LOCAL statement_timeout = 0")
        until = schema.position(rows)
        stands = auditing.progress(rows)
        if until < log.position() or auditing.behind(rows, until):
            return None
        if until and stands.policy != judged_by(policy):
            return None
        proof = _Proof(log, rows, policy, stands.clock)
        return list(proof.differences(until, sample, progressed or (lambda _: None)))


_Holding = tuple[dict[UUID, tuple[Violation, Shown]], set[Subject], dict[Subject, str]]


class _Proof:
    """One comparison, at one snapshot."""

    def __init__(self, log: Log, rows: Rows, policy: Policy, now: int) -> None:
        self._log, self._rows, self._policy, self._now = log, rows, policy, now
        self._registry = Registry(log)
        self._questions = SnapshotQuestions(rows, log, self._registry)
        self._seen: set[Subject] = set()
        self._unread = self._aside = 0

    def differences(
        self, until: int, sample: Sample | None, progressed: Callable[[int], None]
    ) -> Iterator[str]:
        """Sentences about everything up to a position, or about a sample of it."""
        for events in _events(self._log, self._rows, until, sample):
            yield from self._about(events)
            progressed(events[-1].position)
        # The other way round: cases of what no event is about, and of a sample some cases at all.
        drawn = live_subjects(self._rows, *((None, 0) if sample is None else sample))
        for start in range(0, len(drawn), chunk_subjects_max):
            some = [Subject(SubjectKind(kind), key)
                    for kind, key in drawn[start : start + chunk_subjects_max]]  # fmt: skip
            yield from self._compared([each for each in some if each not in self._seen])
        if (more := self._unread - unread_shown_max) > 0:
            yield f"{more} more subjects cannot be looked at."
        if (more := self._aside - aside_shown_max) > 0:
            yield f"{more} more subjects are set aside."

    def _about(self, events: Sequence[Recorded]) -> Iterator[str]:
        """What differs of the subjects that some events are about, shared ones once."""
        facts = [event for event in events if event.topic not in TOPICS]
        try:
            given = self._questions.record.give(facts)
        except EvaluationFull:
            given = self._anew().record.give(facts)
        subjects = {each for known in given for each in (*subjects_of(known.fact),
                                                         *self._years(known))}  # fmt: skip
        subjects -= self._seen
        self._seen.update(each for each in subjects if each.kind not in _OWN)
        yield from self._compared(sorted(subjects), given)

    def _years(self, known: Known) -> Iterator[Subject]:
        if isinstance(known.fact, SealsApplied | SealsRemoved):
            for party in self._questions.licensees(known.fact.mark):
                yield Subject(SubjectKind.PARTY_YEAR, f"{party} {fiscal_year(known.at)}")

    def _compared(
        self, subjects: Collection[Subject], given: Sequence[Known] = ()
    ) -> Iterator[str]:
        """What differs of some subjects; `given` = the events of theirs that were read already."""
        cases = {UUID(case.id): case for case in cases_of(self._rows, _keys(subjects))}
        shown = {row.id: row for row in shown_of(self._rows, sorted(cases))}
        holds, unread, aside = self._holding(subjects, given)
        for subject in unread:
            self._unread += 1
            if self._unread <= unread_shown_max:
                yield f"{subject.kind} {subject.key} cannot be looked at: facts are missing."
        for subject, why in aside.items():
            self._aside += 1
            if self._aside <= aside_shown_max:
                yield f"{subject.kind} {subject.key} is set aside, its cases are not proven: {why}"
        for key in sorted(cases.keys() | holds.keys()):
            case, held = cases.get(key), holds.get(key)
            if case is None or Subject(case.subject_kind, case.subject) not in unread | {*aside}:
                yield from _difference(key, case, held, shown.get(key), self._policy)
        if self._questions.record.held > facts_kept_max:
            self._anew()

    def _holding(self, subjects: Collection[Subject], given: Sequence[Known]) -> _Holding:
        """What holds of subjects, and of which that cannot be told."""
        holds: dict[UUID, tuple[Violation, Shown]] = {}
        unread: set[Subject] = set()
        parts = Parts(self._questions, self._anew)

        def want(questions: SnapshotQuestions, part: Sequence[Subject]) -> None:
            some = {key for _, key in part}
            mine = [known for known in given if known.id in some]
            lots = {known.fact.lot for known in mine if isinstance(known.fact, SealsApplied)}
            try:
                questions.want_events(mine)
                questions.want(part, lots)
            except NOT_WHOLE:
                # What they ask is read as they ask, and only some of them cannot.
                parts.questions = self._anew()

        def work(questions: SnapshotQuestions, subject: Subject) -> None:
            try:
                for violation in evaluate(*subject, questions, self._policy):
                    if violation.deadline <= self._now:
                        key, context = case_of(violation), context_of(violation, questions)
                        row = row_of(key, violation, context, date.max, questions)
                        holds[key] = violation, row
            except NOT_WHOLE:
                parts.questions = self._anew()
                unread.add(subject)

        return holds, unread, dict(parts.each(list(subjects), want, work))

    def _anew(self) -> SnapshotQuestions:
        """Go on with questions that nothing was asked of yet."""
        self._questions.drop()
        self._questions = SnapshotQuestions(self._rows, self._log, self._registry)
        return self._questions


def _difference(
    key: UUID,
    case: Case | None,
    held: tuple[Violation, Shown] | None,
    shown: Shown | None,
    policy: Policy,
) -> Iterator[str]:
    """What is wrong with one case, or with there being none."""
    if held is None:
        if case is not None and case.state in LIVE:
            yield f"Case {key} is {case.state}, and nothing shows it any more."
        return
    violation, right = held
    of = f"{violation.rule} holds of {violation.subject_kind} {violation.subject}"
    of = f"{of} {violation.discriminator}".rstrip()
    if case is None or not _settled(case, violation):
        yield f"{of} and has no case that says so."
    elif case.state in LIVE:
        due = policy_due(case.since, violation.severity, policy)
        for name, said, so in _unlike(shown, right._replace(due=due)):
            yield f"{of}; case {key} says {name} {said}, and the facts show {so}."


def _unlike(shown: Shown | None, right: Shown) -> Iterator[tuple[str, object, object]]:
    """What a case shows that is not so: what it is, as shown, and as it is."""
    if shown is None:
        yield "nothing:", "it was never looked at", "otherwise"
        return
    said, so = (each._replace(evidence=sorted(map(str, each.evidence))) for each in (shown, right))
    for name, one, other in zip(Shown._fields, said, so, strict=True):
        if one != other:
            yield _SAID.get(name, name.replace("_", " ")), one, other


_SAID: Final = {"evidence_total": "evidence in all"}


def _settled(case: Case, violation: Violation) -> bool:
    if case.state is State.WITHDRAWN:
        return False
    if case.state is State.CLOSED:
        return case.settled == Picture.of(violation).values
    return case.state is not State.EXPLAINED or case.settled == Picture.of(violation).values


def _events(log: Log, rows: Rows, until: int, sample: Sample | None) -> Iterator[list[Recorded]]:
    """Everything up to a position, or what was drawn of it, in chunks."""
    if sample is None:
        after = 0
        while events := next_events(log, rows, after, until, chunk_events_max):
            yield events
            after = events[-1].position
        return
    chance = Random(sample.seed)  # noqa: S311 -- a draw that can be repeated, not a secret
    drawn = sorted(chance.sample(range(1, until + 1), min(sample.events, until)))
    for start in range(0, len(drawn), chunk_events_max):
        if events := log.at(drawn[start : start + chunk_events_max]):
            yield events


def _keys(subjects: Collection[Subject]) -> list[auditing.Key]:
    return [(str(kind), key) for kind, key in subjects]
