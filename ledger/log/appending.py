"""One batch into the log: settled against itself, against what is recorded, then copied.

All of it in the caller's transaction: either everything is recorded or nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from psycopg import errors

from ledger.errors import Fenced
from ledger.log.copying import front
from ledger.log.recorder import Head, Recorder, Rows
from ledger.log.rows import DeadLetter, Entry, Offset, Receipt, Refusal

look_first_events_max = 64  # below this a look-up costs less than a savepoint
_COPY_DEAD_LETTERS = (
    "COPY public.dead_letter (number, recorded_at, door, place, index, reason, path, payload,"
    " sha256, event_id, size, key, headers, timestamp, by, person) FROM STDIN (FORMAT binary)"
)
_DEAD_LETTER_TYPES = (
    *("int8", "int8", "text", "text", "int4", "text", "text", "bytea"),
    *("bytea", "uuid", "int8", "bytea", "bytea", "int8", "text", "text"),
)
# LATERAL … OFFSET 0 keeps the plan a probe per id, before and after ANALYZE.
_LOOK_UP = """
SELECT e.originator_id, e.state, e.notification_id, e.recorded_at, e.door, e.by, e.person
FROM unnest(%b::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM public.events
    WHERE originator_id = wanted.id AND originator_version = 1 OFFSET 0
) AS e
"""
_ADVANCE = """
UPDATE public.source_position SET next_offset = %s
WHERE topic = %s AND partition = %s AND epoch = %s AND next_offset <= %s
"""


class Known(NamedTuple):
    """An event under version 1 of an id, as already recorded."""

    state: bytes
    position: int
    recorded_at: int
    door: str | None
    by: str | None
    person: str | None


class Batch:
    """Entries to be appended, repeats within the batch set aside: the first one wins."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.first: dict[UUID, int] = {}
        for index, entry in enumerate(entries):
            self.first.setdefault(entry.id, index)
        self.fronts = [
            front(event, version, topic, state, door, by, person)
            for event, topic, state, version, _, door, by, person in (
                entries[index] for index in self.first.values()
            )
        ]

    def without(self, known: dict[UUID, Known]) -> tuple[list[Entry], list[bytes]]:
        """Return what is new, once each, and the same packed for COPY."""
        firsts = [self.entries[index] for index in self.first.values()]
        if not known:
            return firsts, self.fronts
        new = [pair for pair in zip(firsts, self.fronts, strict=True) if pair[0].id not in known]
        return [entry for entry, _ in new], [packed for _, packed in new]

    def receipts(self, known: dict[UUID, Known], head: Head, times: Sequence[int]) -> list[Receipt]:
        """Answer every entry in the order given; `times` are those of the new ones."""
        fresh = iter(enumerate(times, head.position + 1))
        return list(self._receipts(known, fresh))

    def _receipts(
        self, known: dict[UUID, Known], fresh: Iterator[tuple[int, int]]
    ) -> Iterator[Receipt]:
        settled: dict[UUID, Receipt] = {}
        first = self.first
        repeats = len(first) < len(self.entries)
        for index, entry in enumerate(self.entries):
            digest = sha256(entry.state).digest()
            if (there := known.get(entry.id)) is not None:
                same = there.state == entry.state
                yield _again(entry.id, there[1:], digest, same=same)
            elif repeats and first[entry.id] != index:
                earlier = settled[entry.id]
                same = earlier.sha256 == digest
                first_told = (earlier.position, earlier.recorded_at, *earlier[5:])
                yield _again(entry.id, first_told, digest, same=same)
            else:
                position, recorded_at = next(fresh)
                receipt = Receipt(entry.id, "recorded", position, recorded_at, digest, *entry[5:])
                if repeats:
                    settled[entry.id] = receipt
                yield receipt


_First = tuple[int, int, str | None, str | None, str | None]
"""Position and recorded time of a first delivery; its door, whom that vouched for, the person."""


def _again(event_id: UUID, first: _First, digest: bytes, *, same: bool) -> Receipt:
    if same:
        position, recorded_at, *provenance = first
        return Receipt(event_id, "duplicate", position, recorded_at, digest, *provenance)
    return Receipt(event_id, "conflict", 0, 0, digest)


def look_up(rows: Rows, ids: Sequence[UUID]) -> dict[UUID, Known]:
    """Find which of these ids are taken, and by what."""
    rows.execute(_LOOK_UP, (list(ids),), prepare=True)
    return {row[0]: Known(*row[1:]) for row in rows.fetchall()}


def advance(rows: Rows, offset: Offset) -> None:
    """Move a partition's next offset; raises Fenced where it is another's or already moved."""
    moved = (offset.last + 1, offset.topic, offset.partition, offset.epoch, offset.first)
    if rows.execute(_ADVANCE, moved, prepare=True).rowcount != 1:
        raise Fenced(
            f"{offset.topic}/{offset.partition} from {offset.first}: no longer ours to record"
            f" (epoch {offset.epoch})."
        )


def append_facts(
    rows: Rows,
    recorder: Recorder,
    batch: Batch,
    head: Head,
    *,
    times_of: Callable[[Head, Sequence[Entry]], Sequence[int]],
    look_first: bool,
) -> list[Receipt]:
    """Append facts under the lock and answer each: recorded, duplicate or conflict."""

    def copy_without(known: dict[UUID, Known]) -> list[Receipt]:
        new, fronts = batch.without(known)
        times: Sequence[int] = ()
        if new:
            times = times_of(head, new)
            recorder.copy(rows, head, fronts, times)
        return batch.receipts(known, head, times)

    ids = list(batch.first)
    if look_first or len(ids) <= look_first_events_max:
        return copy_without(look_up(rows, ids))
    try:
        with rows.connection.transaction():
            return copy_without({})
    except errors.UniqueViolation:
        # The savepoint is gone, the lock is still ours: what is there now stays there.
        return copy_without(look_up(rows, ids))


def write_refusals(rows: Rows, refusals: Sequence[Refusal], after: int, recorded_at: int) -> None:
    """Write dead letters under the lock, numbered from `after` + 1."""
    copy_dead_letters(
        rows,
        [
            DeadLetter(number, recorded_at, refusal)
            for number, refusal in enumerate(refusals, after + 1)
        ],
    )


def copy_dead_letters(rows: Rows, dead_letters: Iterable[DeadLetter]) -> None:
    """Write dead letters under the lock, with the numbers they carry."""
    with rows.copy(_COPY_DEAD_LETTERS) as copy:
        copy.set_types(_DEAD_LETTER_TYPES)
        for number, recorded_at, refusal in dead_letters:
            kept = refusal._replace(place=_text(refusal.place), path=_text(refusal.path))
            copy.write_row((number, recorded_at, *kept))


def _text(found: str) -> str:
    # Both may hold what a sender wrote; PostgreSQL's text takes no NUL and no lone surrogate.
    return found.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
