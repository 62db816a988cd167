"""The rows that go into the log and come out of it.

Plain tuples: nothing here knows a database, so every layer may speak in them.
"""

from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

Outcome: TypeAlias = Literal["recorded", "duplicate", "conflict"]


class Entry(NamedTuple):
    """One event to append: a fact (version 1) or a decision (the next version of its stream).

    `state` is the canonical form, `time` the event's own time in µs UTC, which becomes the
    recorded time where a simulation records events at their own time. `door` is where it came in,
    `by` the party that the door vouches for, `person` whom it knows there: kept beside the event,
    no part of what is compared with a second delivery.
    """

    id: UUID
    topic: str
    state: bytes
    version: int = 1
    time: int = 0
    door: str | None = None
    by: str | None = None
    person: str | None = None


class Refusal(NamedTuple):
    """One refused event or message, as it goes to the dead letters.

    `door` is kafka, http or file; `place` is topic/partition/offset, a request id, or file:line;
    `index` the event's place within its message; `path` the field at fault, or "".
    `payload` is the event's own bytes (cut where too large), `sha256` the digest of all of them,
    `size` their length before the cut. `id` is the event's id where one could be read.
    `key`, `headers` (a JSON object) and `timestamp` (ms UTC) are a Kafka message's own. `by` is the
    party that the door vouches for, `person` whom it knows there.
    """

    door: str
    place: str
    index: int  # type: ignore[assignment]  # hides tuple.index: a row is not searched
    reason: str
    path: str
    payload: bytes
    sha256: bytes
    id: UUID | None = None
    size: int | None = None
    key: bytes | None = None
    headers: bytes | None = None
    timestamp: int | None = None
    by: str | None = None
    person: str | None = None


class DeadLetter(NamedTuple):
    """A refusal as recorded: its dense number (from 1), when (µs UTC), and what was refused."""

    number: int
    recorded_at: int
    refusal: Refusal


class Offset(NamedTuple):
    """The stretch of a source's partition, first to last, that one batch settles."""

    topic: str
    partition: int
    epoch: int
    first: int
    last: int


class Receipt(NamedTuple):
    """What became of an entry: `position`, `recorded_at` (µs UTC) and the SHA-256 of its state.

    A duplicate gets the receipt of the first delivery, with the `door`, `by` and `person` of that
    one. A conflict has position and recorded_at 0 and the digest of what was offered.
    """

    id: UUID
    outcome: Outcome
    position: int
    recorded_at: int
    sha256: bytes
    door: str | None = None
    by: str | None = None
    person: str | None = None


class Recorded(NamedTuple):
    """One event as read back; positions are dense from 1, recorded_at (µs UTC) rises strictly.

    `door`, `by` and `person` say where it came in and for whom: those of its first delivery. All
    None where it was recorded before that was kept, or decided by the ledger itself.
    """

    position: int
    recorded_at: int
    id: UUID
    version: int
    topic: str
    state: bytes
    door: str | None = None
    by: str | None = None
    person: str | None = None


class Archived(NamedTuple):
    """An event as it is carried from home to home: with whether a commit ended at it."""

    recorded: Recorded
    commit: bool
