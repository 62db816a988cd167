"""One batch into the log: settled against itself, against what is recorded, then copied.

All of it in the caller's transaction: either everything is recorded or nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from psycopg import errors

from ledger.errors import Fenced
from ledger.log.arrays import PackedIds
from ledger.log.columns import Appended, Columns, Known
from ledger.log.copying import facts
from ledger.log.recorder import Head, Recorder, Rows
from ledger.log.rows import DeadLetter, Offset, Refusal

look_first_events_max = 64  # below this a look-up costs less than a savepoint
_COPY_DEAD_LETTERS = (
    "COPY dead_letter (number, recorded_at, door, place, index, reason, path, payload,"
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
    SELECT * FROM events
    WHERE originator_id = wanted.id AND originator_version = 1 OFFSET 0
) AS e
"""
_ADVANCE = """
UPDATE source_position SET next_offset = %s
WHERE topic = %s AND partition = %s AND epoch = %s AND next_offset <= %s
"""


class Batch:
    """Columns to be appended, packed; of several under one id the first one wins."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        ids = columns.ids
        self.repeats: dict[int, int] = {}
        """At which index the first one under an id stands, of each that is not the first."""
        if len(set(ids)) < len(ids):
            firsts: dict[bytes, int] = {}
            for index, event_id in enumerate(ids):
                first = firsts.setdefault(event_id, index)
                if first != index:
                    self.repeats[index] = first
        self.fronts = facts(ids, columns.names, columns.states)

    def new(self, known: dict[bytes, Known]) -> Sequence[int]:
        """The indexes of what is new, once each."""
        ids, repeats = self.columns.ids, self.repeats
        if not known and not repeats:
            return range(len(ids))
        return [
            index
            for index, event_id in enumerate(ids)
            if index not in repeats and event_id not in known
        ]

    def appended(self, known: dict[bytes, Known], position: int, times: Sequence[int]) -> Appended:
        """What became of all; `times` are those of the new ones, behind `position`."""
        ids, states = self.columns.ids, self.columns.states
        there: dict[int, Known] = {}
        if known:
            there = {index: known[each] for index, each in enumerate(ids) if each in known}
        repeats = {index: first for index, first in self.repeats.items() if index not in there}
        differing = [index for index, each in there.items() if each.state != states[index]]
        differing += [i for i, first in repeats.items() if states[first] != states[i]]
        return Appended(position, times, there, repeats, sorted(differing))


def look_up(rows: Rows, ids: list[bytes]) -> dict[bytes, Known]:
    """Find which of these ids are taken, and by what."""
    rows.execute(_LOOK_UP, (PackedIds(ids),), prepare=True)
    return {row[0].bytes: Known(*row[1:]) for row in rows.fetchall()}


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
    times_of: Callable[[Head, Sequence[int]], Sequence[int]],
    look_first: bool,
) -> Appended:
    """Append facts under the lock; `times_of` gives recorded times for the events' own times."""

    def copy_without(known: dict[bytes, Known]) -> Appended:
        new = batch.new(known)
        times: Sequence[int] = ()
        if new:
            own, fronts = batch.columns.times, batch.fronts
            if len(new) < len(fronts):
                own, fronts = [own[index] for index in new], [fronts[index] for index in new]
            times = times_of(head, own)
            recorder.copy(rows, head, fronts, times)
        return batch.appended(known, head.position, times)

    ids = batch.columns.ids
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
