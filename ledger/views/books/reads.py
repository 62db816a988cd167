"""What a look at a subject has read: so that it is looked at again when any of that changes.

Everything read is noted as an eight-byte hash; a fact changes the hashes that `changes` names.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.mentions import mentions
from ledger.facts.registry import SourceRegistered
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.rules.effect import effective_from
from ledger.rules.marks import marks_of
from ledger.rules.moments import fiscal_year
from ledger.views.books.tallies import folded, known_ids
from ledger.views.places import hashed

T = TypeVar("T")
_hashes_kept_max: Final = 100_000


@lru_cache(maxsize=_hashes_kept_max)
def rests(*what: Hashable) -> int:
    """The hash under which something that can be read is noted."""
    return hashed(*what)


class Reads:
    """Notes what is read, and what was computed from what."""

    def __init__(self) -> None:
        self.open: list[set[int]] = []
        """What those who want to know what is read have been told; empty: nobody does."""
        self._memo: dict[Hashable, tuple[Any, frozenset[int] | None]] = {}

    def note(self, *what: Hashable) -> None:
        """Something was read."""
        if self.open:
            self.open[-1].add(rests(*what))

    @contextmanager
    def watch(self) -> Iterator[set[int]]:
        """Give the set of everything read within the block."""
        read: set[int] = set()
        self.open.append(read)
        try:
            yield read
        finally:
            self.open.pop()
            if self.open:
                self.open[-1] |= read

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once; whoever asks has read what it read."""
        known = self._memo.get(key)
        if not self.open:
            if known is None:
                # Nobody notes anything now; who does so later has it computed again.
                known = self._memo[key] = compute(), None
        else:
            if known is None or known[1] is None:
                with self.watch() as read:
                    known = self._memo[key] = compute(), frozenset(read)
            self.open[-1] |= known[1] or frozenset()
        value: T = known[0]
        return value


class Changes(dict[int, str | None]):
    """Hashes of what was read and is different now.

    With each the local day (`YYYY-MM-DD`) from which it matters to applications that nothing was
    wrong with; None where it matters to all.
    """

    def take(self, fact: Fact) -> None:
        """Everything that can be read and that a fact changes when it comes or ceases to count."""
        for about, key in () if isinstance(fact, SealsApplied) else mentions(fact):
            day = effective_from(fact, about)
            what = rests("about", type(fact).__name__, int(about), key)
            self.note(what, None if day is None else day.isoformat())
        for what in _changes(fact):
            self.note(what)

    def note(self, what: int, day: str | None = None) -> None:
        """Something is different, for applications of a day on; the earliest day holds."""
        known = self.get(what, day)
        self[what] = None if known is None or day is None else min(known, day)


def _changes(fact: Fact) -> Iterator[int]:
    kind = type(fact).__name__
    yield rests("event", fact.id)
    yield rests("type", kind)
    if not isinstance(fact, SealsApplied):
        for about, key in known_ids(fact):
            yield rests("fold", int(about), folded(about, key))
    for mark in marks_of(fact):
        yield rests("naming", mark)
    yield from _moved(fact)
    if isinstance(fact, SourceRegistered):
        yield rests("scanner", hashed("source", fact.registers))
    yield rests("heard", "source", fact.source)
    if fact.actor is not None:
        yield rests("heard", "person", fact.actor)
    if isinstance(fact, SealsApplied):
        yield from _applied(fact)
    elif isinstance(fact, SealsRemoved):
        yield rests("worked", fact.mark, fiscal_year(fact.at))


def _moved(fact: Fact) -> Iterator[int]:
    for move in moves(fact):
        for place in (move.source, move.target):
            yield rests("place", move.mark, int(place.kind), place.key, place.site)
            if place.kind is Kind.STOCK:
                yield rests("stocks", move.mark, place.key)
                yield rests("held", move.mark)


def _applied(fact: SealsApplied) -> Iterator[int]:
    year = fiscal_year(fact.at)
    yield rests("worked", fact.mark, year)
    yield rests("year", fact.mark, year)
    yield rests("sealed", fact.lot)
    yield rests("labelled", fact.label, fact.label_version)
    yield rests("contracts", fact.holder, fact.mark)
    yield rests("applied", fact.holder, fact.mark, fact.contract)
