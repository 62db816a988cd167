"""Evaluating every rule on subjects at one moment of the clock, and what it depends on."""

from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from consumers.auditor.affected import Affected
from consumers.auditor.deciding import Pending
from ledger.errors import EvaluationFull, TooMuch
from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.facts.seals import SealsApplied, SealsIssued
from ledger.questions.budget import load_events_max
from ledger.questions.dependencies import ABOUT, EVENT, Read, hash_of
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.audit import EVERY_RULE, Condition, conditions, evaluate
from ledger.rules.policy import Policy
from ledger.rules.subjects import ABOUTS
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing

Conditions = dict[Hashable, tuple[Condition, ...]]
"""By kind of scan: when rules have something to say of applications of that kind."""
again_events_max: Final = 4_000
"""As many applications are evaluated again at once: what is new waits no longer for them."""
_DAY: Final = len("YYYY-MM-DD")
_ALWAYS: Final[tuple[Condition, ...]] = (EVERY_RULE,)
_EVENT, _APPLICATION = SubjectKind.EVENT, SubjectKind.APPLICATION


class Evaluation:
    """What is found at one moment of the audit's clock."""

    def __init__(
        self, questions: SnapshotQuestions, policy: Policy, now: int, conditions_: Conditions
    ) -> None:
        """`conditions_` = those worked out in the questions' lifetime, whose reads were noted."""
        self._questions, self._policy, self._now = questions, policy, now
        self.conditions = dict(conditions_)
        self.found: dict[Subject, list[Violation]] = {}
        self.aside: dict[auditing.Key, str] = {}
        """Subjects that need more than one evaluation may hold, and why."""
        self.dues: dict[auditing.Key, int] = {}
        self._kind: Hashable = None
        self._of_kind: tuple[Condition, ...] = ()
        """When rules have something to say of the kind of scan that was evaluated last."""
        self._quiet: list[str] = []
        self._dependencies: dict[auditing.Key, set[int]] = {}

    def over(self, questions: SnapshotQuestions) -> None:
        """Go on with other questions of the same snapshot."""
        if questions is not self._questions:
            self._questions = questions
            self.conditions, self._kind = {}, None

    def set_aside(self, subject: Subject, why: str) -> None:
        """Say nothing of a subject: it is too much for one evaluation."""
        self.found.pop(subject, None)
        self.aside[str(subject.kind), subject.key] = why

    def subject(
        self, subject: Subject, *, anew: bool = False, rules: AbstractSet[str] | None = None
    ) -> None:
        """Evaluate a subject; what applications depend on is noted together, with their lot.

        `rules` = numbers of the only rules that have something to say; None: all are asked.
        """
        with self._questions.dependencies.watch() as read:
            try:
                self._find(subject, anew=anew, rules=rules)
            except EvaluationFull:
                raise
            except TooMuch as much:
                self.set_aside(subject, str(much))
        self.note(subject, read)

    def note(self, subject: Subject, read: set[Read]) -> None:
        """Note what was read of a subject.

        Facts about the very subject are left out: it is evaluated whenever one comes or goes.
        """
        kind, key = subject
        noted = str(kind), key
        abouts = ABOUTS[kind]
        if abouts:
            read = {
                what
                for what in read
                if what[0] is not ABOUT or what[3] != key or what[2] not in abouts
            }
        if kind is _EVENT or kind is _APPLICATION:
            read.discard((EVENT, key))
            known = self._questions.record.known(key)
            # One that does not count is not found through its lot again.
            if (
                known is not None
                and isinstance(known.fact, SealsApplied)
                and self._questions.record.counts(known.fact)
            ):
                noted = _with(auditing.APPLICATIONS, known.fact)
        self._depend(noted, read)

    def _depend(self, noted: auditing.Key, read: set[Read]) -> None:
        if read:
            self._dependencies.setdefault(noted, set()).update(hash_of(*what) for what in read)

    def _find(self, subject: Subject, *, anew: bool, rules: AbstractSet[str] | None) -> None:
        """Apply the rules; nothing found of what is evaluated for the first time says nothing."""
        kind, key = subject
        shown = evaluate(kind, key, self._questions, self._policy, rules=rules)
        if not shown and anew:
            return
        now = self._now
        self.found[subject] = holds = []
        for violation in shown:
            if violation.deadline <= now:
                holds.append(violation)
            else:
                self.due({subject: violation.deadline})

    def take(
        self,
        read: Mapping[Subject, set[Read]],
        dues: Mapping[Subject, int],
        aside: Mapping[Subject, str],
    ) -> None:
        """Note what was read of cases, when they are due, and which were too much to tell."""
        for subject, what in read.items():
            self.note(subject, what)
        self.due(dues)
        self.aside |= {(str(of.kind), of.key): why for of, why in aside.items()}

    def due(self, dues: Mapping[Subject, int]) -> None:
        """Note when subjects are to be evaluated again, at the latest."""
        for (kind, key), at in dues.items():
            due = (str(kind), key)
            self.dues[due] = min(at, self.dues.get(due, at))

    def application(self, kind: Hashable, known: Known, *, anew: bool = False) -> None:
        """Evaluate an application of a kind by the rules that have something to say of it.

        Those of one kind read the same, so it is noted once. `anew` = it never was evaluated.
        """
        at, key, rec, fact, _, _ = known
        rules: AbstractSet[str] | None = None
        if self._questions.record.counts(fact):
            if kind is not self._kind:
                self._of_kind = self._conditions(kind, key, fact)
                self._kind = kind
            of_kind = self._of_kind
            if of_kind is not _ALWAYS:
                # Of nearly all no rule has anything to say: that is found out first.
                try:
                    for _, holds in of_kind:
                        if holds(fact, at, rec):
                            break
                    else:
                        if not anew:
                            self._quiet.append(key)
                        return
                    rules = {str(number) for number, holds in of_kind if holds(fact, at, rec)}
                except EvaluationFull:
                    raise
                except TooMuch:
                    rules = None
        for subject in subjects_of_application(key):
            self.subject(subject, anew=anew, rules=rules)

    def clear(self, pending: Pending) -> None:
        """Say that nothing holds of applications that no rule asks about and that have a case."""
        with_case = auditing.kept(self._questions.rows, self._quiet) + pending.among(self._quiet)
        for kind, key in with_case:
            self.found.setdefault(Subject(SubjectKind(kind), key), [])

    def _conditions(self, kind: Hashable, key: str, fact: Fact) -> tuple[Condition, ...]:
        """When rules have something to say of a kind of scan; of one of it, where that is new."""
        known = self.conditions.get(kind)
        if known is not None:
            return known
        with self._questions.dependencies.watch() as read:
            found = conditions(key, self._questions, self._policy)
        read.discard((EVENT, key))
        always = EVERY_RULE in found
        assert isinstance(fact, SealsApplied)  # noqa: S101 -- only such are given
        self._depend(_with(auditing.APPLICATIONS if always else auditing.QUIET, fact), read)
        self.conditions[kind] = _ALWAYS if always else found
        return self.conditions[kind]

    def again(
        self, waiting: Iterable[auditing.Key], evaluated_to: int, limit: int
    ) -> tuple[list[Known], list[auditing.Key], list[auditing.Key]]:
        """Applications to evaluate again, so many as one evaluation has time for.

        Answers also which of those that wait these are, and what of them is left to evaluate.
        """
        left = limit
        seen: dict[str, None] = {}
        waits: list[auditing.Key] = []
        evaluated: list[auditing.Key] = []
        applied: list[Known] = []
        for kind, key in waiting:
            if left <= 0 and key not in seen:
                break
            evaluated.append((kind, key))
            if key not in seen:
                seen[key] = None
                lot, day, *after = key.split(" ")
                start = int(after[0]) if after else 0
                found, rest = self._questions.applications(lot, day, start, evaluated_to, left)
                applied += found
                left -= len(found)
                if rest is not None:
                    waits.append((auditing.APPLICATIONS, f"{lot} {day} {rest}"))
        return applied, evaluated, waits

    def dependencies(self) -> dict[auditing.Key, frozenset[int]]:
        """What each subject depends on."""
        return {key: frozenset(read) for key, read in self._dependencies.items()}


def subjects_of_application(key: str) -> tuple[Subject, Subject]:
    """What an application is evaluated as."""
    return Subject(_APPLICATION, key), Subject(_EVENT, key)


def _with(kind: str, fact: SealsApplied) -> auditing.Key:
    """What stands for an application and those to its lot on its day."""
    return kind, f"{fact.lot} {fact.time[:_DAY]}"


def neighbours(
    found: Affected, questions: SnapshotQuestions, evaluated_to: int
) -> list[auditing.Key]:
    """Events evaluated before that share serial numbers with late ones, or say what they say."""
    waits: set[auditing.Key] = set()
    issued = sorted({_span(fact) for fact in found.ranged if isinstance(fact, SealsIssued)})
    others = sorted({_span(fact) for fact in found.ranged if not isinstance(fact, SealsIssued)})
    # Numbers issued are asked for by every event that has them; all others by applications.
    shared = [*questions.sharing(issued), *questions.sharing(others, SealsApplied)]
    # Whoever shares numbers with too many others is set aside, so nothing of theirs changes.
    earlier = sorted({at for of in shared for at in of or () if at <= evaluated_to})
    for start in range(0, len(earlier), load_events_max):
        for event in questions.log.at(earlier[start : start + load_events_max], questions.rows):
            waits.add((str(_EVENT), str(event.id)))
            if event.topic == SealsApplied.__name__:
                waits.add((str(_APPLICATION), str(event.id)))
    waits.update((str(_EVENT), str(key)) for key in questions.repeated_by(found.late, evaluated_to))
    return sorted(waits)


def _span(fact: Fact) -> tuple[str, int, int]:
    """Mark, first and last number of a fact that has them."""
    mark, first, last = (getattr(fact, name) for name in ("mark", "first", "last"))
    return mark, first, last
