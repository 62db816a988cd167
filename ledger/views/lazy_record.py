"""A record that reads from the log what it is asked for, subject by subject.

For the judging of one lot or label: what was never asked for is never read.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied
from ledger.facts.standing import REGISTRY
from ledger.log import Log
from ledger.views.folding import Rows
from ledger.views.loading import applications_to, facts_about, facts_of

F = TypeVar("F", bound=Fact)

OF_LOT: Final = (About.LOT, About.CHILD, About.INPUT, About.LINE)
"""What a fact says of a lot, but for what was attached to it."""


class LazyRecord(Record):
    """The registry, and every other fact once somebody asks about its subject."""

    def __init__(self, rows: Rows, log: Log, registered: Record | None = None) -> None:
        """`registered` is the registry where it is at hand already; else it is read."""
        super().__init__()
        self._rows, self._log = rows, log
        self._asked: set[tuple[About, str, bool]] = set()
        registered = registry_facts(rows, log) if registered is None else registered
        self._take(registered)
        self.tell(*registered.told)

    def expect(self, lots: Iterable[str]) -> None:
        """Read at once what is recorded of several lots, but for what was attached to them."""
        subjects = [(about, lot) for lot in lots for about in OF_LOT]
        self._take(facts_about(self._rows, self._log, subjects))
        self._asked.update((about, lot, False) for about, lot in subjects)

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Counting facts of a kind about a subject, in order of (time, id)."""
        self._ask(kind, about, key)
        return super().about(kind, about, key)

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the greatest (time, id)."""
        self._ask(kind, about, key)
        return super().latest(kind, about, key)

    def first(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the smallest (time, id)."""
        self._ask(kind, about, key)
        return super().first(kind, about, key)

    def recorded(
        self, kind: type[F], about: About | None = None, key: str = ""
    ) -> Iterator[tuple[F, int]]:
        """Facts of a kind about a subject, those that do not count too, with their `rec`."""
        if about is not None:
            self._ask(kind, about, key)
        return super().recorded(kind, about, key)

    def _ask(self, kind: type[Fact], about: About, key: str) -> None:
        applied = kind is SealsApplied
        if kind in REGISTRY or (about, key, applied) in self._asked:
            return
        self._asked.add((about, key, applied))
        if applied:
            self._take(applications_to(self._rows, self._log, [key]))
        else:
            self._take(facts_about(self._rows, self._log, [(about, key)]))

    def _take(self, found: Record) -> None:
        for known in found:
            self.add(known.fact, known.rec, known.by, known.door)
            rec = found.retracted_at(known.id)
            if rec is not None:
                self.retract(known.id, rec)


def registry_facts(rows: Rows, log: Log) -> Record:
    """The registry alone, to begin several records with."""
    return facts_of(rows, log, sorted(REGISTRY, key=lambda kind: kind.__name__))
