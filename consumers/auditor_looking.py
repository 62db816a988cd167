"""Looking: every rule on subjects at one moment of the clock, and what a look rests on."""

from collections.abc import Iterable
from typing import Final

from consumers.auditor_touching import Touched
from ledger.facts.record import Known
from ledger.facts.seals import SealsApplied, SealsIssued
from ledger.rules.audit import evaluate
from ledger.rules.policy import Policy
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing
from ledger.views.books.reads import rests
from ledger.views.books.snapshot import ViewBooks

APPLICATIONS: Final = "applications"
"""Stands for all applications to a lot, which rest on much the same; the key is the lot, and where
a look at them ended, the position after which the next one goes on."""
Alike = tuple[str | int | None, ...]
"""What applications have in common that read the same."""
lot_events_max: Final = 2_000
_EVENT, _APPLICATION = SubjectKind.EVENT, SubjectKind.APPLICATION


class Looking:
    """What is found at one moment of the audit's clock."""

    def __init__(
        self, books: ViewBooks, policy: Policy, now: int, tracked: frozenset[Alike]
    ) -> None:
        """`tracked` = kinds of applications whose reads were noted in the books' lifetime."""
        self._books, self._policy, self._now = books, policy, now
        self.tracked = set(tracked)
        self.found: dict[Subject, list[Violation]] = {}
        self.dues: dict[auditing.Key, int] = {}
        self._rests: dict[auditing.Key, set[int]] = {}

    def subject(self, subject: Subject) -> None:
        """Look at a subject; what applications rest on is noted together, with their lot."""
        kind, key = subject
        with self._books.reads.watch() as read:
            self._find(subject)
        noted = str(kind), key
        if kind is _EVENT or kind is _APPLICATION:
            read.discard(rests("event", key))
            known = self._books.record.known(key)
            # One that does not count is not found through its lot again.
            if (
                known is not None
                and isinstance(known.fact, SealsApplied)
                and self._books.record.counts(known.fact)
            ):
                noted = APPLICATIONS, known.fact.lot
        if read:
            self._rests.setdefault(noted, set()).update(read)

    def _find(self, subject: Subject) -> None:
        kind, key = subject
        shown = evaluate(kind, key, self._books, self._policy)
        now = self._now
        self.found[subject] = holds = []
        for violation in shown:
            if violation.deadline <= now:
                holds.append(violation)
            else:
                due = (str(kind), key)
                self.dues[due] = min(violation.deadline, self.dues.get(due, violation.deadline))

    def applications(self, applied: Iterable[Known]) -> None:
        """Look at applications; those of one kind read the same, so it is noted once."""
        record = self._books.record
        for known in applied:
            fact = known.fact
            assert isinstance(fact, SealsApplied)  # noqa: S101 -- only such are given
            alike = (
                fact.lot, fact.mark, fact.holder, fact.site, fact.label, fact.label_version,
                fact.contract, fact.actor, fact.source, fact.time[:10],
            )  # fmt: skip
            noted = alike in self.tracked and fact.corrects is None and record.counts(fact)
            self.tracked.add(alike)
            for kind in (_APPLICATION, _EVENT):
                if noted:
                    self._find(Subject(kind, known.id))
                else:
                    self.subject(Subject(kind, known.id))

    def lot(self, key: str) -> list[auditing.Key]:
        """Look at the applications to a lot; answers what is left to look at."""
        lot, _, after = key.partition(" ")
        applied, rest = self._books.applications(lot, int(after or 0), lot_events_max)
        self._books.want_sealed([lot])
        self._books.want_events(applied)
        self.applications(applied)
        return [] if rest is None else [(APPLICATIONS, f"{lot} {rest}")]

    def rests(self) -> dict[auditing.Key, frozenset[int]]:
        """What each subject rests on."""
        return {key: frozenset(read) for key, read in self._rests.items()}


def neighbours(found: Touched, books: ViewBooks, looked_to: int) -> list[auditing.Key]:
    """Events looked at before that share serial numbers, or source and time, with late ones."""
    waits: set[auditing.Key] = set()
    for fact in found.ranged:
        span = (fact.mark, fact.first, fact.last)  # type: ignore[attr-defined]  # it is Ranged
        kinds = () if isinstance(fact, SealsIssued) else (SealsApplied,)
        (positions,) = books.sharing([span], *kinds)
        earlier = [position for position in positions if position <= looked_to]
        for event in books.log.at(earlier):
            waits.add((str(_EVENT), str(event.id)))
            if event.topic == SealsApplied.__name__:
                waits.add((str(_APPLICATION), str(event.id)))
    books.want_repeats(found.late)
    for known in found.late:
        waits.update((str(_EVENT), other) for other in books.heard_with(known))
    return sorted(waits)
