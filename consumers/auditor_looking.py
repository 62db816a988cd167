"""Looking: every rule on subjects at one moment of the clock, and what a look rests on."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from consumers.auditor_touching import Touched
from ledger.facts.identity import Fact
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

    def subject(self, subject: Subject, *, anew: bool = False) -> None:
        """Look at a subject; what applications rest on is noted together, with their lot."""
        kind, key = subject
        with self._books.reads.watch() as read:
            self._find(subject, anew=anew)
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

    def _find(self, subject: Subject, *, anew: bool = False) -> None:
        """Apply every rule; nothing found of what is looked at for the first time says nothing."""
        kind, key = subject
        shown = evaluate(kind, key, self._books, self._policy)
        if not shown and anew:
            return
        now = self._now
        self.found[subject] = holds = []
        for violation in shown:
            if violation.deadline <= now:
                holds.append(violation)
            else:
                due = (str(kind), key)
                self.dues[due] = min(violation.deadline, self.dues.get(due, violation.deadline))

    def applications(self, applied: Iterable[Known], *, anew: bool = False) -> None:
        """Look at applications; those of one kind read the same, so it is noted once.

        `anew` = no look has ever been taken at them.
        """
        counts, tracked, find = self._books.record.counts, self.tracked, self._find
        for known in applied:
            fact = known.fact
            assert isinstance(fact, SealsApplied)  # noqa: S101 -- only such are given
            alike = (
                fact.lot, fact.mark, fact.holder, fact.site, fact.label, fact.label_version,
                fact.contract, fact.actor, fact.source, fact.time[:10],
            )  # fmt: skip
            if alike in tracked and fact.corrects is None and counts(fact):
                find(Subject(_APPLICATION, known.id), anew=anew)
                find(Subject(_EVENT, known.id), anew=anew)
            else:
                tracked.add(alike)
                self.subject(Subject(_APPLICATION, known.id), anew=anew)
                self.subject(Subject(_EVENT, known.id), anew=anew)

    def lot(self, key: str, looked_to: int) -> list[auditing.Key]:
        """Look again at the applications to a lot; answers what is left to look at."""
        lot, _, after = key.partition(" ")
        applied, rest = self._books.applications(lot, int(after or 0), looked_to, lot_events_max)
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
    issued = [_span(fact) for fact in found.ranged if isinstance(fact, SealsIssued)]
    others = [_span(fact) for fact in found.ranged if not isinstance(fact, SealsIssued)]
    # Numbers issued are asked for by every event that has them; all others by applications.
    shared = [*books.sharing(issued), *books.sharing(others, SealsApplied)]
    earlier = {at for positions in shared for at in positions if at <= looked_to}
    for event in books.log.at(sorted(earlier)):
        waits.add((str(_EVENT), str(event.id)))
        if event.topic == SealsApplied.__name__:
            waits.add((str(_APPLICATION), str(event.id)))
    books.want_repeats(found.late)
    heard = {UUID(other) for known in found.late for other in books.heard_with(known)}
    if heard:
        for stream in books.log.get(sorted(heard)).values():
            if stream[0].position <= looked_to:
                waits.add((str(_EVENT), str(stream[0].id)))
    return sorted(waits)


def _span(fact: Fact) -> tuple[str, int, int]:
    """Mark, first and last number of a fact that has them."""
    mark, first, last = (getattr(fact, name) for name in ("mark", "first", "last"))
    return mark, first, last
