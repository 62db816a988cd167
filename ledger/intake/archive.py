"""The whole log as one Avro container file, and back.

The file ends with a count of what it holds, so half a file is never taken for a whole one.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast
from uuid import UUID

import fastavro
from fastavro.schema import SchemaParseException

from ledger.errors import Malformed
from ledger.facts.scalars import EPOCH
from ledger.intake.codec import DECODING_ERRORS

SYNC_INTERVAL_BYTES: Final = 256 * 1024
_NAMESPACE: Final = "seals.archive.v1"
_META_PREFIX: Final = "ledger."


class ArchivedEvent(NamedTuple):
    """One event of the log: where and when (µs UTC) it was recorded, and what it says."""

    position: int
    recorded_at: int
    id: UUID
    version: int
    topic: str
    state: bytes


class ArchivedRefusal(NamedTuple):
    """One dead letter: its number, when (µs UTC), and what was refused at which door and why."""

    number: int
    recorded_at: int
    door: str
    place: str
    index: int  # type: ignore[assignment]  # hides tuple.index: a row is not searched
    reason: str
    path: str
    payload: bytes
    sha256: bytes
    id: UUID | None
    size: int | None
    key: bytes | None
    headers: bytes | None
    timestamp: int | None


class EventRow(Protocol):
    """What `write` needs to know of an event."""

    @property
    def position(self) -> int:
        """Its place in the log."""

    @property
    def recorded_at(self) -> int:
        """When it was recorded, µs UTC."""

    @property
    def id(self) -> UUID:
        """The id of the event or stream."""

    @property
    def version(self) -> int:
        """Its version in its stream."""

    @property
    def topic(self) -> str:
        """The name of its type."""

    @property
    def state(self) -> bytes:
        """Its canonical form."""


def _field(name: str, of: Any) -> dict[str, Any]:
    return {"name": name, "type": of}


_MOMENT: Final = {"type": "long", "logicalType": "timestamp-micros"}
_UUID: Final = {"type": "string", "logicalType": "uuid"}
_SCHEMA: Final = [
    {
        "type": "record",
        "name": "Event",
        "namespace": _NAMESPACE,
        "doc": "One event of the log as recorded; state is its canonical form, JSON in UTF-8.",
        "fields": [
            _field("position", "long"),
            _field("recorded_at", _MOMENT),
            _field("topic", "string"),
            _field("id", _UUID),
            _field("version", "int"),
            _field("state", "bytes"),
        ],
    },
    {
        "type": "record",
        "name": "DeadLetter",
        "namespace": _NAMESPACE,
        "doc": "One refused event: where it came from, why it was refused, and its own bytes.",
        "fields": [
            _field("number", "long"),
            _field("recorded_at", _MOMENT),
            _field("door", "string"),
            _field("place", "string"),
            _field("index", "long"),
            _field("reason", "string"),
            _field("path", "string"),
            _field("payload", "bytes"),
            _field("sha256", "bytes"),
            _field("id", ["null", _UUID]),
            _field("size", ["null", "long"]),
            _field("key", ["null", "bytes"]),
            _field("headers", ["null", "bytes"]),
            _field("timestamp", ["null", "long"]),
        ],
    },
    {
        "type": "record",
        "name": "End",
        "namespace": _NAMESPACE,
        "doc": "The last record: how many of the others stand before it.",
        "fields": [_field("events", "long"), _field("dead_letters", "long")],
    },
]


def write(
    out: BinaryIO,
    events: Iterable[EventRow],
    refusals: Iterable[ArchivedRefusal] = (),
    meta: Mapping[str, str] | None = None,
) -> tuple[int, int]:
    """Write the log to a container file as it comes; how many events and dead letters it held.

    `meta` are words about the whole log, given back by `Archive.meta`.
    """
    written = [0, 0]
    fastavro.writer(
        out,
        _SCHEMA,
        _records(events, refusals, written),
        codec="deflate",
        sync_interval=SYNC_INTERVAL_BYTES,
        metadata={_META_PREFIX + key: value for key, value in (meta or {}).items()},
    )
    return written[0], written[1]


def _records(
    events: Iterable[EventRow], refusals: Iterable[ArchivedRefusal], written: list[int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for event in events:
        written[0] += 1
        yield (
            f"{_NAMESPACE}.Event",
            {
                "position": event.position,
                "recorded_at": event.recorded_at,
                "topic": event.topic,
                "id": event.id,
                "version": event.version,
                "state": event.state,
            },
        )
    for refusal in refusals:
        written[1] += 1
        yield f"{_NAMESPACE}.DeadLetter", refusal._asdict()
    yield f"{_NAMESPACE}.End", {"events": written[0], "dead_letters": written[1]}


class Archive:
    """An exported log being read: iterate to get its events, then its dead letters, in order.

    Raises Malformed where the file is no export of a log, or not a whole one. That may only come
    to light at its end: record what it yields in one transaction.
    """

    def __init__(self, source: BinaryIO) -> None:
        try:
            self._reader = fastavro.reader(source, return_record_name=True)
            schema = self._reader.writer_schema
        except _BROKEN as error:
            raise Malformed(f"not an export of a log: {error}") from None
        names = [each.get("name") for each in schema] if isinstance(schema, list) else []
        if names != [f"{_NAMESPACE}.{name}" for name in ("Event", "DeadLetter", "End")]:
            raise Malformed("not an export of a log: its records are of another kind")
        self.meta = {
            key.removeprefix(_META_PREFIX): value
            for key, value in self._reader.metadata.items()
            if key.startswith(_META_PREFIX)
        }

    def __iter__(self) -> Iterator[ArchivedEvent | ArchivedRefusal]:
        """The events and the dead letters."""
        events = dead_letters = 0
        end: dict[str, int] | None = None
        for name, record in self._taken():
            if end is not None:
                raise Malformed("the export is broken: it goes on behind its end")
            if name.endswith(".End"):
                end = record
                continue
            record["recorded_at"] = (record["recorded_at"] - EPOCH) // _MICROSECOND
            if name.endswith(".Event"):
                events += 1
                yield ArchivedEvent(**record)
            else:
                dead_letters += 1
                yield ArchivedRefusal(**record)
        if end != {"events": events, "dead_letters": dead_letters}:
            raise Malformed("the export is cut off: not all of the log is in it")

    def _taken(self) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            yield from cast("Iterator[tuple[str, dict[str, Any]]]", self._reader)
        except _BROKEN as error:
            raise Malformed(f"the export is broken: {error}") from None


_BROKEN: Final = (*DECODING_ERRORS, SchemaParseException, OSError, zlib.error)
_MICROSECOND: Final = timedelta(microseconds=1)
