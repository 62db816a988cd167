"""The auditor: evaluates whatever changed or fell due, and records what that means for cases.

Level-triggered: an evaluation depends on the facts as they stand, never on how they came, so that
one lost in a crash, or made twice, changes nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from consumers.auditor.affected import affected, by_kind
from consumers.auditor.deciding import Moment, Pending, decided
from consumers.auditor.evaluating import Conditions, Evaluation, again_events_max, neighbours
from consumers.auditor.parts import Parts, Taken, next_events
from consumers.auditor.renewing import audit_time, begin, judged_by
from consumers.auditor.step import Evaluated, Step, begins_anew
from ledger.cases.canonical import TOPICS
from ledger.errors import Conflict, EvaluationFull, TooSlow
from ledger.log import Log, batch_events_max
from ledger.questions.budget import look_bytes_max
from ledger.questions.registry import Registry
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.policy import Policy
from ledger.rules.violation import Subject, SubjectKind
from ledger.views import SCHEMA, auditing, schema, set_aside
from ledger.views.auditing import Progress
from ledger.views.cases import any_case
from ledger.views.folding import Rows
from ledger.views.projection import reading
from ledger.views.shown import show

evaluation_events_max: Final = 8_000
evaluation_subjects_max: Final = 2_000
defer_evaluations_max: Final = 4
"""While more is behind, what events share (accounts, lots, papers) is evaluated every so
many times: it costs the same after one event as after thousands."""
facts_kept_max: Final = 30_000
octets_kept_max: Final = look_bytes_max // 2
"""Facts, and bytes of them, held between two evaluations of the same state of the log."""
_seen_max: Final = 100_000
_OWN: Final = frozenset({SubjectKind.EVENT, SubjectKind.APPLICATION})
"""What belongs to one event alone."""

_HORIZON = """
SELECT notification_id FROM events
WHERE notification_id > %s AND notification_id <= %s AND topic <> ALL(%s)
ORDER BY notification_id DESC LIMIT 1
"""
_DECISION = """
SELECT notification_id FROM events
WHERE notification_id > %s AND topic = ANY(%s) AND notification_id <> ALL(%s)
ORDER BY notification_id LIMIT 1
"""


class Auditor:
    """Audits one log; two at once take turns."""

    def __init__(self, log: Log, policy: Policy, clock: Callable[[], int]) -> None:
        """`clock` answers the audit's time, µs UTC."""
        self._log, self._policy, self._clock = log, policy, clock
        self._judged_by = judged_by(policy)
        self._clean = 0  # no decision of others stands between what was projected and here
        self._own: list[int] = []  # positions behind that, of decisions taken here
        self._pending = Pending()
        self._horizon, self._turn = -1, -1  # the turn that was last recorded here
        self._facts = (0, 0)  # up to which position the log was asked for its last fact; that fact
        self._registry = Registry(log)
        self._questions: SnapshotQuestions | None = None
        self._conditions: Conditions = {}
        self._aside = set_aside.Counted()
        # Both are good as long as no other auditor has looked.
        self._seen: dict[auditing.Key, int] = {}
        self._noted: dict[auditing.Key, int] = {}
        self._parts = 1
        """Into so many parts what one evaluation takes is divided: more while it holds too much."""

    def try_again(self) -> None:
        """Let subjects that are set aside be evaluated once more."""
        with self._log.transaction() as rows:
            schema.use(rows, SCHEMA)
            set_aside.try_again(rows)
        self._aside = set_aside.Counted()
        self._seen.clear()

    def step(self) -> Step:
        """Evaluate once; on return everything it found is recorded.

        Raises Conflict where another auditor or person was first, Unavailable where the database
        is away: nothing is written then, and the same call may be repeated.
        """
        while True:
            try:
                with reading(self._log, computing=True) as rows:
                    position = schema.position(rows)
                    aside = self._aside.at(rows, auditing.progress(rows).turn)
                    if self._unfolded(rows, position):
                        at = auditing.progress(rows).position
                        return Step(0, 0, 0, behind=True, views=True, position=at, aside=aside)
                    done = self._evaluate(rows, position)
                break
            except (EvaluationFull, TooSlow):
                self._drop()
                if self._parts >= evaluation_events_max:
                    raise
                self._parts *= 2
        self._parts = max(1, self._parts // 2)
        aside = self._record(done) + (0 if done.renewed else aside)
        self._aside = set_aside.Counted(done.after.turn, aside)
        return Step(
            done.events, len(done.at), len(done.decided.entries), done.behind, views=False,
            position=done.after.position, aside=aside, opened=done.decided.opened,
        )  # fmt: skip

    def _unfolded(self, rows: Any, position: int) -> bool:
        """Whether the views lack decisions of others; what was decided here is known anyway."""
        clean = max(position, self._clean)
        asked = (clean, sorted(TOPICS), self._own)
        if rows.execute(_DECISION, asked, prepare=True).fetchone() is not None:
            return True
        found = rows.execute("SELECT coalesce(max(position), 0) FROM commits").fetchone()
        self._clean = max(clean, int(found[0]))
        self._own.clear()
        self._pending.shown(position)
        return False

    # -- evaluating

    def _evaluate(self, rows: Any, position: int) -> Evaluated:
        before, changed = begin(stored := auditing.progress(rows), self._judged_by)
        now, went_back = audit_time(before, self._clock())
        if changed:
            begins_anew(changed)
        if before is not stored or went_back or stored.turn != self._turn:
            self._seen.clear()
            self._noted.clear()
        questions = self._opened(rows, position)
        limit = max(1, evaluation_subjects_max // self._parts)
        most = max(1, evaluation_events_max // self._parts)
        # Behind the last fact stand decisions alone, which affect nothing.
        events = next_events(self._log, rows, before.position, self._horizon, most)
        reached = events[-1].position if events else before.position
        if reached >= self._horizon:
            reached = max(reached, position)
        floor, again = before.floor, before.again
        if floor is None:
            floor = self._horizon
            again = max(again, floor if any_case(rows) else 0)
        found = affected(self._log, events, questions, known_to=floor)
        # With nothing left behind, or now and then, all at once.
        defer = reached < position and before.turn % defer_evaluations_max > 0
        deferred = {each for each in found.subjects if defer and each.kind not in _OWN}
        waiting = [] if defer else auditing.waiting(rows, limit)
        lots = auditing.applications_waiting(rows, limit)
        due = auditing.due(rows, now, limit)
        evaluation = Evaluation(questions, self._policy, now, self._conditions)
        asked = self._asked(found.subjects - deferred, waiting, due)
        again_max = again_events_max // self._parts
        anew, evaluated, waits = evaluation.again(lots, before.position, again_max)
        parts = Parts(questions, lambda: self._opened(rows, position, fresh=True))
        renewed = before is not stored
        taken = Taken(evaluation, parts, aside=None if renewed else rows)
        taken.applications(found.applied, anew=before.position >= again)
        taken.applications(by_kind(anew), anew=False)
        taken.subjects(asked)
        questions = parts.questions
        evaluation.over(questions)
        evaluation.clear(self._pending)
        waits += [*neighbours(found, questions, before.position), *_keys(deferred)]
        if went_back:
            waits += self._pending.subjects()
        moment = Moment(now, position, self._policy)
        made = decided(evaluation.found, questions, self._pending, moment)
        evaluation.take(made.dependencies, made.dues, made.aside)
        return Evaluated(
            before=before,
            after=Progress(reached, self._judged_by, floor, again, before.turn + 1, now),
            at=_keys(evaluation.found),
            waited=[*waiting, *evaluated, *_keys(evaluation.found)],
            dues=evaluation.dues,
            dependencies=evaluation.dependencies(),
            changed=found.changed,
            waits=waits,
            decided=made,
            conditions=evaluation.conditions,
            events=len(events),
            behind=reached < position
            or len(waiting) == limit
            or len(evaluated) < len(lots)
            or len(lots) == limit
            or len(due) == limit
            or bool(waits or found.changed)
            or went_back,
            aside=[set_aside.Aside(*key, why) for key, why in evaluation.aside.items()],
            went_back=went_back,
            renewed=renewed,
        )

    def _opened(self, rows: Any, position: int, *, fresh: bool = False) -> SnapshotQuestions:
        """The questions to this state of the facts, kept while only decisions come."""
        horizon = self._last_fact(rows, position)
        if (
            fresh
            or self._questions is None
            or horizon != self._horizon
            or self._questions.record.held > facts_kept_max
            or self._questions.record.budget.octets > octets_kept_max
        ):
            self._drop()
            self._questions = SnapshotQuestions(rows, self._log, self._registry)
            self._horizon = horizon
        else:
            self._questions.rebind(rows)
        return self._questions

    def _last_fact(self, rows: Rows, position: int) -> int:
        """Where the last fact stands up to a position; 0 without any.

        Only what came since it was last asked is read: behind a flood of facts stand as many
        decisions.
        """
        asked, fact = self._facts if self._facts[0] <= position else (0, 0)
        found = rows.execute(_HORIZON, (asked, position, sorted(TOPICS)), prepare=True).fetchone()
        self._facts = position, fact if found is None else int(found[0])
        return self._facts[1]

    def _drop(self) -> None:
        """Let go of the questions, and of what was made of them."""
        if self._questions is not None:
            self._questions.drop()
            self._questions = None
        self._conditions = {}

    def _asked(
        self, affected_: set[Subject], waiting: list[auditing.Key], due: list[auditing.Key]
    ) -> list[Subject]:
        """Subjects to evaluate: what waits, what is due, what was affected and not seen since."""
        fresh = [
            subject
            for subject in affected_
            if self._seen.get((str(subject.kind), subject.key)) != self._horizon
        ]
        called = [
            Subject(SubjectKind(kind), key)
            for kind, key in waiting
            if self._seen.get((kind, key)) != self._horizon
        ]
        fallen = [Subject(SubjectKind(kind), key) for kind, key in due]
        return sorted({*fresh, *called, *fallen})

    # -- recording

    def _record(self, done: Evaluated) -> int:
        """Record an evaluation, and answer how many subjects it set aside."""
        entries, put = done.decided.entries, 0
        fresh = {key: read for key, read in done.dependencies.items() if self._is_news(key, read)}

        def inside(rows: Any) -> None:
            nonlocal put
            schema.use(rows, SCHEMA, plan_once=True)
            there = auditing.progress(rows, lock=True)
            if there.turn != done.before.turn:
                raise Conflict("Another auditor has looked since: look again.")
            auditing.depend(rows, fresh)
            gone = [(kind, key) for kind, key, _ in done.aside]
            auditing.evaluated(rows, [*done.waited, *gone], [*done.at, *gone], done.dues)
            put = set_aside.put(rows, done.aside, done.after.clock, anew=done.renewed)
            auditing.wake(rows, done.changed, done.at)
            auditing.wait(rows, done.waits)
            if done.went_back:
                auditing.wait_for_cases(rows)
            show(rows, done.decided.shown)
            auditing.advance(rows, done.after)

        for start in range(0, len(entries), batch_events_max):
            part = entries[start : start + batch_events_max]
            # What is recorded twice collides; what is recorded here is found again by the rest.
            last = start + batch_events_max >= len(entries)
            receipts = self._log.decide(part, inside=inside if last else None)
            self._own += [receipt.position for receipt in receipts]
            self._pending.take(done.decided.cases[start : start + batch_events_max], receipts)
        if not entries:
            self._log.decide([], inside=inside)
        for cache in (self._seen, self._noted):
            if len(cache) > _seen_max:
                cache.clear()
        self._seen.update(dict.fromkeys(done.at, self._horizon))
        self._turn, self._conditions = done.after.turn, done.conditions
        self._noted.update({key: hash(read) for key, read in fresh.items()})
        done.tell(put)
        return put

    def _is_news(self, key: auditing.Key, read: frozenset[int]) -> bool:
        return self._noted.get(key) != hash(read)


def _keys(found: Iterable[Subject]) -> list[auditing.Key]:
    return [(str(kind), key) for kind, key in found]
