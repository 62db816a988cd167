"""A record: facts that are known, which of them count, and the latest of each kind.

An event counts as long as nothing known retracts or corrects it; that is the whole rule, so what
a record answers depends on the set of facts alone, never on the order in which they came.
"""

from bisect import insort
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions

F = TypeVar("F", bound=Fact)


class Known(NamedTuple):
    """A fact and when the ledger first recorded it; ordered by the fact's (time, id).

    `at` and `rec` are microseconds UTC.
    """

    at: int
    id: str
    rec: int
    fact: Fact


class Record:
    """Facts indexed by type and subject."""

    def __init__(self, facts: Iterable[tuple[Fact, int]] = ()) -> None:
        """Take facts with the microsecond at which each was first recorded."""
        self._known: dict[str, Known] = {}
        self._about: dict[tuple[type[Fact], About, str], list[Known]] = {}
        self._of: dict[type[Fact], list[Known]] = {}
        self._retracted: dict[str, int] = {}
        for fact, rec in facts:
            self.add(fact, rec)

    def add(self, fact: Fact, rec: int) -> None:
        """Take one more fact; a second time the same id changes nothing."""
        if fact.id in self._known:
            return
        known = Known(fact.at, fact.id, rec, fact)
        self._known[fact.id] = known
        insort(self._of.setdefault(type(fact), []), known, key=_order)
        for about, key in mentions(fact):
            insort(self._about.setdefault((type(fact), about, key), []), known, key=_order)
        if isinstance(fact, EventRetracted):
            self.retract(fact.target, rec)
        if fact.corrects is not None:
            self.retract(fact.corrects, rec)

    def retract(self, event_id: str, rec: int) -> None:
        """Take note that something recorded at `rec` retracts or corrects an event.

        `add` does it for the corrections it is given. A retracted retraction still retracts.
        """
        earlier = self._retracted.get(event_id)
        if earlier is None or rec < earlier:
            self._retracted[event_id] = rec

    def counts(self, fact: Fact) -> bool:
        """Whether nothing known retracts or corrects the fact."""
        return fact.id not in self._retracted

    def retracted_at(self, event_id: str) -> int | None:
        """When the first correction of an event was recorded, if one was."""
        return self._retracted.get(event_id)

    def known(self, event_id: str) -> Known | None:
        """The event of that id, whether it counts or not."""
        return self._known.get(event_id)

    def rec(self, fact: Fact) -> int:
        """When the fact was first recorded, microseconds UTC."""
        return self._known[fact.id].rec

    def recorded(
        self, kind: type[F], about: About | None = None, key: str = ""
    ) -> Iterator[tuple[F, int]]:
        """Facts of a kind about a subject, those that do not count too, with their `rec`."""
        for entry in self._entries(kind, about, key):
            if isinstance(entry.fact, kind):
                yield entry.fact, entry.rec

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Counting facts of a kind about a subject, in order of (time, id)."""
        retracted = self._retracted
        return [
            entry.fact
            for entry in self._about.get((kind, about, key), ())
            if entry.id not in retracted and isinstance(entry.fact, kind)
        ]

    def all(self, kind: type[F]) -> list[F]:
        """Counting facts of a kind, in order of (time, id)."""
        return [
            entry.fact
            for entry in self._of.get(kind, ())
            if entry.id not in self._retracted and isinstance(entry.fact, kind)
        ]

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the greatest (time, id)."""
        for entry in reversed(self._about.get((kind, about, key), ())):
            if entry.id not in self._retracted and isinstance(entry.fact, kind):
                return entry.fact
        return None

    def first(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the smallest (time, id)."""
        for entry in self._about.get((kind, about, key), ()):
            if entry.id not in self._retracted and isinstance(entry.fact, kind):
                return entry.fact
        return None

    def earliest_rec(self, facts: Iterable[Fact]) -> int | None:
        """The earliest moment one of the facts was recorded; None where there is none."""
        return min((self._known[fact.id].rec for fact in facts), default=None)

    def __iter__(self) -> Iterator[Known]:
        return iter(self._known.values())

    def _entries(self, kind: type[Fact], about: About | None, key: str) -> list[Known]:
        if about is None:
            return self._of.get(kind, [])
        return self._about.get((kind, about, key), [])


def _order(entry: Known) -> tuple[int, str]:
    return entry.at, entry.id
