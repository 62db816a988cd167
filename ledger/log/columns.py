"""Facts on their way into the log, a list a column: no object an event.

What became of them is told in bulk; receipts are made of it where somebody asks for them.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from ledger.log.copying import named
from ledger.log.rows import Entry, Outcome, Receipt


class Columns:
    """Facts to append, in their order.

    `ids` are 16 bytes each, `states` the canonical forms, `times` the events' own times in µs UTC,
    `names` how each is called and where it came in, as `copying.named` packs it.
    """

    __slots__ = ("ids", "names", "states", "times")

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.names: list[bytes] = []
        self.states: list[bytes] = []
        self.times: list[int] = []

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, event_id: bytes, name: bytes, state: bytes, at: int) -> None:
        """Add one."""
        self.ids.append(event_id)
        self.names.append(name)
        self.states.append(state)
        self.times.append(at)


def of_entries(entries: Sequence[Entry]) -> Columns:
    """The columns of entries."""
    found = Columns()
    for event_id, topic, state, _, at, door, by, person in entries:
        number = event_id.int.to_bytes(16, "big")
        found.add(number, named(topic, door, by, person), state, at)
    return found


class Known(NamedTuple):
    """An event under version 1 of an id, as already recorded."""

    state: bytes
    position: int
    recorded_at: int
    door: str | None
    by: str | None
    person: str | None


class Appended(NamedTuple):
    """What became of columns, by index.

    `position` is the one before the first that is new, `times` the recorded times of those that
    are, in their order. `known` says what was recorded under an id before, `repeats` at which
    index the first one under an id stands here, `conflicts` which of both have other content.
    `told_late` are those known that this very delivery recorded, whose answer was lost.
    """

    position: int
    times: Sequence[int]
    known: dict[int, Known]
    repeats: dict[int, int]
    conflicts: list[int]
    told_late: frozenset[int] = frozenset()

    @property
    def recorded(self) -> int:
        """How many this delivery recorded."""
        return len(self.times) + len(self.told_late)

    @property
    def last(self) -> int:
        """The last position of what is new; 0 where nothing is."""
        return self.position + len(self.times) if self.times else 0

    @property
    def duplicates(self) -> int:
        """How many were recorded before, with the same content."""
        before = len(self.known) + len(self.repeats) - len(self.conflicts)
        return before - len(self.told_late)

    def as_first_told(self, ids: Sequence[bytes], position: int) -> "Appended":
        """The same where the answer to an earlier try was lost: what came in behind `position`.

        Of several under one id only the first was recorded then.
        """
        firsts: dict[bytes, int] = {}
        for index in self.known:
            firsts.setdefault(ids[index], index)
        conflicts = frozenset(self.conflicts)
        late = {i for i in firsts.values() if self.known[i].position > position} - conflicts
        return self._replace(told_late=frozenset(late))


NOTHING = Appended(0, (), {}, {}, [])


def receipts(entries: Sequence[Entry], appended: Appended) -> list[Receipt]:
    """Answer every entry, in the order given."""
    return list(_receipts(entries, appended))


def _receipts(entries: Sequence[Entry], appended: Appended) -> Iterator[Receipt]:
    fresh = iter(enumerate(appended.times, appended.position + 1))
    known, repeats, conflicts = appended.known, appended.repeats, frozenset(appended.conflicts)
    firsts = frozenset(repeats.values())
    settled: dict[int, Receipt] = {}
    for index, entry in enumerate(entries):
        digest = sha256(entry.state).digest()
        if index in conflicts:
            yield Receipt(entry.id, "conflict", 0, 0, digest)
        elif (there := known.get(index)) is not None:
            outcome: Outcome = "recorded" if index in appended.told_late else "duplicate"
            yield Receipt(entry.id, outcome, *there[1:3], digest, *there[3:])
        elif (first := repeats.get(index)) is not None:
            yield settled[first]._replace(outcome="duplicate")
        else:
            position, recorded_at = next(fresh)
            receipt = Receipt(entry.id, "recorded", position, recorded_at, digest, *entry[5:])
            if index in firsts:
                settled[index] = receipt
            yield receipt
