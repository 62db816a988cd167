"""Messages of one partition become batches for the log: facts, dead letters, a stretch of offsets.

Every message is in exactly one batch, batches follow each other without a gap, and none is
larger than the log takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from consumers.ingest import refusals
from consumers.ingest.refusals import DOOR
from consumers.ingest.unpacking import Unreadable
from consumers.ingest.window import Window
from ledger.errors import Misuse
from ledger.intake import Accepted, Door, read
from ledger.intake.schemas import Schema, confluent_ids
from ledger.log import Entry, Refusal

batch_events_max = 5_000
"""A batch ends with the message that reaches this many events: at most 10,000 more."""

batch_bytes_max = 16 * 1024 * 1024
"""A batch ends with the message that reaches this many bytes of canonical form and payload."""

SchemaIds: TypeAlias = Mapping[int, Schema]
"""A schema registry's ids for our schemas."""


class Batch:
    """What one transaction settles: the messages from offset `first` to `last`.

    `by` is the party that the topic vouches for. `exceeded` says that with the last message too
    many were refused, `unreadable` what stands behind it and cannot be read: nothing follows.
    """

    __slots__ = (
        "by", "bytes_held", "entries", "exceeded", "first", "last", "messages", "origins",
        "refusals", "timestamp", "unreadable",
    )  # fmt: skip

    def __init__(self, first: int, by: str | None = None) -> None:
        self.by = by
        self.first = first
        self.last = first
        self.messages = 0
        self.timestamp = 0
        self.entries: list[Entry] = []
        self.refusals: list[Refusal] = []
        self.origins: list[tuple[Any, Accepted, bool]] = []
        self.bytes_held = 0
        self.exceeded = False
        self.unreadable: Unreadable | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing more should go into this batch."""
        return (
            self.exceeded
            or self.unreadable is not None
            or len(self.entries) + len(self.refusals) >= batch_events_max
            or self.bytes_held >= batch_bytes_max
        )

    def take(self, record: Any, door: Door, window: Window, ids: SchemaIds | None) -> None:
        """Judge a message and take what it holds; the window counts along."""
        value = record.value
        headers = record.headers
        if value is None:
            if isinstance(record, Unreadable):
                self.step_over(record, window)
                return
            self._refuse(refusals.of_refused(record, refusals.tombstone(0)), window)
        else:
            said = refusals.content_type(headers) if headers else None
            verdicts = read(value, said, door, ids)
            alone = len(verdicts) == 1
            by = self.by
            for verdict in verdicts:
                if isinstance(verdict, Accepted):
                    _, event_id, name, state, at, _ = verdict
                    self.entries.append(Entry(event_id, name, state, 1, at, DOOR, by))
                    self.origins.append((record, verdict, alone))
                    self.bytes_held += len(state)
                    window.accept(1)
                else:
                    self._refuse(refusals.of_refused(record, verdict), window)
        self.last = record.offset
        self.timestamp = record.timestamp
        self.messages += 1

    def step_over(self, record: Unreadable, window: Window) -> None:
        """Take what cannot be read for refused, by itself and for good."""
        self._refuse(refusals.of_unreadable(record, alone=True), window)
        self.last = record.resume - 1
        self.messages += 1

    def stop_at(self, record: Unreadable) -> None:
        """End before what cannot be read; all of its batch is a dead letter."""
        refusal = refusals.of_unreadable(record, alone=False)
        self.refusals.append(refusal._replace(by=self.by))
        self.last = record.offset - 1
        self.unreadable = record

    def conflict(self, index: int) -> Refusal:
        """The dead letter of the entry at `index`, whose id is taken by other content."""
        record, verdict, alone = self.origins[index]
        refusal = refusals.of_conflict(record, verdict, alone=alone)
        return refusal._replace(by=self.by)

    def _refuse(self, refusal: Refusal, window: Window) -> None:
        self.refusals.append(refusal._replace(by=self.by))
        self.bytes_held += len(refusal.payload) + len(refusal.key or b"")
        window.refuse()


def batches(
    records: Sequence[Any],
    door: Door,
    window: Window,
    *,
    tolerant: bool,
    schema_ids: SchemaIds | None = None,
    by: str | None = None,
    stepping_until: int = 0,
) -> Iterator[Batch]:
    """Judge messages one by one, and end where too many were refused unless `tolerant`.

    What cannot be read ends it too, unless it stands before the offset `stepping_until`. `by` is
    the party that the topic vouches for. `schema_ids` are a schema registry's, where its framing
    is accepted.
    The caller settles each batch before it asks for the next: the window counts conflicts too.
    """
    batch: Batch | None = None
    for record in records:
        if batch is None:
            batch = Batch(record.offset, by)
        if record.value is None and _ends(record, stepping_until):
            batch.stop_at(record)
        else:
            batch.take(record, door, window, schema_ids)
        if not tolerant and window.exceeded:
            batch.exceeded = True
        if batch.complete:
            yield batch
            if batch.exceeded or batch.unreadable is not None:
                return
            batch = None
    if batch is not None:
        yield batch


def _ends(record: Any, stepping_until: int) -> bool:
    return isinstance(record, Unreadable) and record.offset >= stepping_until


def schema_ids(file: Path | None) -> SchemaIds | None:
    """Read which schema each id of a registry means; raises Misuse where the file does not say."""
    if file is None:
        return None
    try:
        return confluent_ids(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"LEDGER_KAFKA_SCHEMA_IDS={file} cannot be read: {error}") from None
