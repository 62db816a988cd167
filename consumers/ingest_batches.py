"""Messages of one partition become batches for the log: facts, dead letters, a stretch of offsets.

Every message is in exactly one batch, batches follow each other without a gap, and none is
larger than the log takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from consumers import ingest_refusals
from consumers.partition_window import Window
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

    `exceeded` says that with the last message too many were refused: nothing follows.
    """

    __slots__ = (
        "bytes_held", "entries", "exceeded", "first", "last", "messages", "origins", "refusals",
        "timestamp",
    )  # fmt: skip

    def __init__(self, first: int) -> None:
        self.first = first
        self.last = first
        self.messages = 0
        self.timestamp = 0
        self.entries: list[Entry] = []
        self.refusals: list[Refusal] = []
        self.origins: list[tuple[Any, Accepted, bool]] = []
        self.bytes_held = 0
        self.exceeded = False

    @property
    def complete(self) -> bool:
        """Whether nothing more should go into this batch."""
        return (
            self.exceeded
            or len(self.entries) + len(self.refusals) >= batch_events_max
            or self.bytes_held >= batch_bytes_max
        )

    def take(self, record: Any, door: Door, window: Window, ids: SchemaIds | None) -> None:
        """Judge a message and take what it holds; the window counts along."""
        value = record.value
        headers = record.headers
        if value is None:
            self._refuse(ingest_refusals.of_refused(record, ingest_refusals.tombstone(0)), window)
        else:
            said = ingest_refusals.content_type(headers) if headers else None
            verdicts = read(value, said, door, ids)
            alone = len(verdicts) == 1
            for verdict in verdicts:
                if isinstance(verdict, Accepted):
                    _, event_id, name, state, at, _ = verdict
                    self.entries.append(Entry(event_id, name, state, 1, at))
                    self.origins.append((record, verdict, alone))
                    self.bytes_held += len(state)
                    window.accept(1)
                else:
                    self._refuse(ingest_refusals.of_refused(record, verdict), window)
        self.last = record.offset
        self.messages += 1

    def conflict(self, index: int) -> Refusal:
        """The dead letter of the entry at `index`, whose id is taken by other content."""
        record, verdict, alone = self.origins[index]
        return ingest_refusals.of_conflict(record, verdict, alone=alone)

    def _refuse(self, refusal: Refusal, window: Window) -> None:
        self.refusals.append(refusal)
        self.bytes_held += len(refusal.payload) + len(refusal.key or b"")
        window.refuse()


def batches(
    records: Sequence[Any],
    door: Door,
    window: Window,
    *,
    tolerant: bool,
    schema_ids: SchemaIds | None = None,
) -> Iterator[Batch]:
    """Judge messages one by one, and end where too many were refused unless `tolerant`.

    `schema_ids` are a schema registry's, where its framing is accepted.
    The caller settles each batch before it asks for the next: the window counts conflicts too.
    """
    batch: Batch | None = None
    for record in records:
        if batch is None:
            batch = Batch(record.offset)
        batch.take(record, door, window, schema_ids)
        batch.timestamp = record.timestamp
        if not tolerant and window.exceeded:
            batch.exceeded = True
        if batch.complete:
            yield batch
            if batch.exceeded:
                return
            batch = None
    if batch is not None:
        yield batch


def schema_ids(file: Path | None) -> SchemaIds | None:
    """Read which schema each id of a registry means; raises Misuse where the file does not say."""
    if file is None:
        return None
    try:
        return confluent_ids(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"LEDGER_KAFKA_SCHEMA_IDS={file} cannot be read: {error}") from None
