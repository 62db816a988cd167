"""The facts that rules may see: the registry whole, everything else loaded when it is asked for.

What is asked for subject by subject is loaded subject by subject; `want` loads in bulk what will
be. Either way the answers are the same.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from ledger.errors import Fatal, TooMuch
from ledger.facts.canonical import decode
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.record import Known, Record
from ledger.facts.seals import SealsApplied
from ledger.log import Log, Recorded
from ledger.questions.budget import (
    Budget,
    load_events_first,
    load_events_max,
    positions_about,
    subject_facts_max,
)
from ledger.questions.dependencies import ABOUT, EVENT, TYPE, Dependencies, speaker
from ledger.questions.registry import HELD, Registry
from ledger.views import schema
from ledger.views.folding import Rows

F = TypeVar("F", bound=Fact)
T = TypeVar("T")

CALENDARS_APART_DAYS: Final = 2
"""What happened on a later day than so many after another one, by whatever offsets, came later."""
page_rows_first: Final = 16
page_rows_max: Final = 1_024

_known: Final[Callable[[tuple[Any, ...]], Known]] = partial(tuple.__new__, Known)
"""One of these tuples made without a call of Python: every event becomes one."""
_RETRACTED = "SELECT target, recorded_at FROM retracted WHERE target = ANY(%b::uuid[])"


class QuestionsRecord(Record):
    """A record that loads what it is asked for and notes what was asked."""

    def __init__(self, rows: Rows, log: Log, read: Dependencies, registry: Registry) -> None:
        super().__init__()
        self._rows, self._log, self._dependencies = rows, log, read
        self._registry, self._knows_corrections = registry.record, registry.knows_corrections
        self._corrected = registry.record.retracted
        self._beyond = registry.beyond
        self.budget = Budget()
        self.tell(*registry.record.told)
        self._whole: set[tuple[About, str]] = set()
        self._given: dict[str, Known] = {}
        self._at: dict[int, Known] = {}
        self.ids: dict[str, UUID] = {}
        """The ids of events that were given, as the log has them."""

    def rebind(self, rows: Rows) -> None:
        """Load from another snapshot of the same facts."""
        self._rows = rows

    @property
    def held(self) -> int:
        """How many facts are in memory."""
        return len(self._known) + len(self._given)

    @property
    def whole(self) -> AbstractSet[tuple[About, str]]:
        """Subjects every fact about which is in memory."""
        return self._whole

    # -- loading

    def want(self, subjects: Iterable[tuple[About, str]]) -> None:
        """Load every fact about these subjects, but of those that have too many.

        Raises EvaluationFull where all of them together are too many.
        """
        missing = set(subjects) - self._whole - self._beyond
        if not missing:
            return
        positions, beyond = positions_about(self._rows, [*missing])
        self.budget.check(len(positions))
        self._beyond.update(beyond)
        missing.difference_update(beyond)
        start, size = 0, load_events_first
        while start < len(positions):
            events = self._log.at(positions[start : start + size], self._rows)
            start, size = start + size, min(2 * size, load_events_max)
            self.budget.spend(events)
            for event in events:
                fact = decode(event.state)
                # Two keys may share a hash: what was not asked for is left out.
                if any(mention in missing for mention in mentions(fact)):
                    self.add(fact, event.recorded_at, event.by, event.door)
            self._correct([str(event.id) for event in events])
        self._whole |= missing

    def _correct(self, keys: list[str]) -> None:
        """Learn which of these events are corrected: the registry knows, unless there are many."""
        if self._knows_corrections:
            for key, rec in self._registry.retracted_among(keys):
                self.retract(key, rec)
        elif keys:
            ids = [*map(UUID, keys)]
            found = self._rows.execute(_RETRACTED, (ids,), prepare=True).fetchall()
            for target, recorded_at in found:
                self.retract(str(target), recorded_at)

    def give(self, events: Iterable[Recorded]) -> list[Known]:
        """Take events as read from the log, to be found by id; those that were taken already too.

        Answers them in that order.
        """
        coming, held = list(events), self._at
        fresh = [event for event in coming if event.position not in held]
        self.budget.spend(fresh)
        for event in fresh:
            fact = decode(event.state)
            key = fact.id
            held[event.position] = self._given[key] = _known(
                (fact.at, key, event.recorded_at, fact, event.by, event.door)
            )
            self.ids[key] = event.id
        if not self._knows_corrections:
            self._correct([str(event.id) for event in fresh])
        return [held[event.position] for event in coming]

    def give_ids(self, ids: Iterable[str]) -> None:
        """Load events by id, to be found by it."""
        missing = [UUID(key) for key in ids if key not in self._given and key not in self._known]
        for start in range(0, len(missing), load_events_max):
            part = missing[start : start + load_events_max]
            streams = self._log.get(part, self._rows).values()
            self.give(stream[0] for stream in streams if stream[0].topic in TYPES)

    # -- answers

    def known(self, event_id: str) -> Known | None:
        """The event of that id, whether it counts or not."""
        known = self._given.get(event_id)
        if known is not None and not self._dependencies.open:
            return known
        self._dependencies.note(EVENT, event_id)
        known = known or self._known.get(event_id) or self._registry.known(event_id)
        if known is None:
            self.give_ids([event_id])
            known = self._given.get(event_id)
        return known

    def rec(self, fact: Fact) -> int:
        """When the fact was first recorded, microseconds UTC."""
        known = self._given.get(fact.id) or self._known.get(fact.id)
        return self._registry.rec(fact) if known is None else known.rec

    def counts(self, fact: Fact) -> bool:
        """Whether nothing known retracts or corrects the fact."""
        key = fact.id
        if key not in self._corrected and key not in self._retracted:
            return True
        if key in self._retracted and not self._goes_on(fact):
            return False
        return self._registry.counts(fact)

    def retracted_at(self, event_id: str) -> int | None:
        """When the first correction of an event was recorded, if one was."""
        found = super().retracted_at(event_id)
        return self._registry.retracted_at(event_id) if found is None else found

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Counting facts of a kind about a subject, in order of (time, id)."""
        if self._in_registry(kind, about, key):
            return self._registry.about(kind, about, key)
        # Of most types nothing is about a subject.
        return super().about(kind, about, key) if (kind, about, key) in self._about else []

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the greatest (time, id)."""
        if self._in_registry(kind, about, key):
            return self._registry.latest(kind, about, key)
        return super().latest(kind, about, key) if (kind, about, key) in self._about else None

    def first(self, kind: type[F], about: About, key: str) -> F | None:
        """The counting fact of a kind about a subject with the smallest (time, id)."""
        if self._in_registry(kind, about, key):
            return self._registry.first(kind, about, key)
        return super().first(kind, about, key)

    def recorded(
        self, kind: type[F], about: About | None = None, key: str = ""
    ) -> Iterator[tuple[F, int]]:
        """Facts of a kind about a subject, those that do not count too, with their `rec`."""
        if about is None:
            self._read_all(kind)
            return self._registry.recorded(kind)
        if self._in_registry(kind, about, key):
            return self._registry.recorded(kind, about, key)
        return super().recorded(kind, about, key)

    def all(self, kind: type[F]) -> list[F]:
        """Counting facts of a registry kind, in order of (time, id)."""
        self._read_all(kind)
        return self._registry.all(kind)

    def registered(self, ids: Iterable[str]) -> Iterator[Known]:
        """Those of these events that the registry holds."""
        for key in ids:
            known = self._registry.known(key)
            if known is not None:
                yield known

    def party_of(self, source: str) -> str | None:
        """For whom a source speaks: the party of the registration that founded it."""
        self._dependencies.note(*speaker(source))
        return super().party_of(source)

    def _find(self, event_id: str) -> Known | None:
        given = self._given.get(event_id) or self._known.get(event_id)
        return given or self._registry.known(event_id)

    def _entries(self, kind: type[Fact], about: About | None, key: str) -> list[Known]:
        if about is not None and self._in_registry(kind, about, key):
            return self._registry.entries(kind, about, key)
        return super()._entries(kind, about, key)

    def _once(self, key: Hashable, compute: Callable[[], T]) -> T:
        return self._dependencies.memo(("record", key), compute)

    def _in_registry(self, kind: type[Fact], about: About, key: str) -> bool:
        """Note what is read and load it, unless the registry has it: then answers True."""
        if self._dependencies.open:
            self._dependencies.open[-1].add((ABOUT, kind, about, key))
        if kind in HELD:
            return True
        if (about, key) not in self._whole:
            if kind is SealsApplied or about is About.ACCOUNT:
                raise Fatal(f"rules never ask the record for {kind.__name__}")
            self.want([(about, key)])
        if (about, key) in self._beyond:
            raise TooMuch(
                f"More than {subject_facts_max:,} facts, or too large ones, are about"
                f" {about.name.lower()} {key}."
            )
        return False

    def _read_all(self, kind: type[Fact]) -> None:
        if kind not in HELD:
            raise Fatal(f"not every {kind.__name__} is held: ask by subject")
        self._dependencies.note(TYPE, kind.__name__)


class Source:
    """A snapshot; what was read from it is kept until it is dropped."""

    def __init__(self, rows: Rows, log: Log, registry: Registry | None = None) -> None:
        """`registry` = one kept from an earlier snapshot, if there is one: it follows this one."""
        self.rows, self.log = rows, log
        self.dependencies = Dependencies()
        known = (registry or Registry(log)).follow(rows, schema.position(rows))
        self.record = QuestionsRecord(rows, log, self.dependencies, known)
        self.memo = self.dependencies.memo

    def paged(self, statement: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement that ends in OFFSET and LIMIT, read as they are asked for."""
        start, limit = 0, page_rows_first
        while True:
            asked = (*values, start, limit)
            found = self.rows.execute(statement, asked, prepare=True).fetchall()
            yield from found
            if len(found) < limit:
                return
            start, limit = start + limit, min(2 * limit, page_rows_max)

    def at(self, positions: Iterable[int]) -> list[Known]:
        """The events at positions, each once, in the order of position."""
        return self.record.give(self.log.at(sorted(set(positions)), self.rows))
