"""Messages of one partition become batches for the log: facts, dead letters, a stretch of offsets.

Every message is in exactly one batch, batches follow each other without a gap, and none is
larger than the log takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from consumers.ingest import refusals
from consumers.ingest.runs import Run
from consumers.ingest.unpacking import Unreadable
from consumers.ingest.window import Window
from ledger.errors import Misuse
from ledger.intake import Accepted, Verdict
from ledger.intake.columns import Taking
from ledger.intake.schemas import Schema, confluent_ids
from ledger.log import Columns, Refusal

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
        "_at", "_inner", "_runs", "by", "bytes_held", "columns", "exceeded", "first", "last",
        "messages", "refusals", "timestamp", "unreadable",
    )  # fmt: skip

    def __init__(self, first: int, by: str | None = None) -> None:
        self.by = by
        self.first = first
        self.last = first
        self.messages = 0
        self.timestamp = 0
        self.columns = Columns()
        self.refusals: list[Refusal] = []
        self.bytes_held = 0
        self.exceeded = False
        self.unreadable: Unreadable | None = None
        # Where each event came from: its message, and its place where it is not alone in it.
        self._runs: list[tuple[int, Run]] = []
        self._at: list[int] = []
        self._inner: dict[int, int] = {}

    @property
    def complete(self) -> bool:
        """Whether nothing more should go into this batch."""
        return (
            self.exceeded
            or self.unreadable is not None
            or len(self.columns) + len(self.refusals) >= batch_events_max
            or self.bytes_held >= batch_bytes_max
        )

    def take(self, run: Run, at: int, taking: Taking, window: Window, *, tolerant: bool) -> int:
        """Judge the messages of a run from index `at` until the batch is complete; where it ends.

        The window counts along.
        """
        self._runs.append((len(self.columns), run))
        values, headings = run.values, run.headings
        columns, places, states = self.columns, self._at, self.columns.states
        room_events = batch_events_max - len(columns) - len(self.refusals)
        room_bytes = batch_bytes_max - self.bytes_held
        began, accepted, count = at, 0, len(run)
        take = taking.take
        while at < count and room_events > 0 and room_bytes > 0:
            value = values[at]
            verdicts = (
                take(value, headings[at].content_type, columns) if value is not None else None
            )
            if verdicts is None and value is not None:
                places.append(at)
                room_bytes -= len(states[-1])
                room_events -= 1
                accepted += 1
                at += 1
                if window.clean:
                    continue  # counted together
            else:
                window.accept(accepted)
                accepted = 0
                held = self.bytes_held
                before = len(columns) + len(self.refusals)
                self._settle(run, at, verdicts, taking, window)
                room_events -= len(columns) + len(self.refusals) - before
                room_bytes -= self.bytes_held - held
                at += 1
            window.accept(accepted)
            accepted = 0
            if not tolerant and window.exceeded:
                self.exceeded = True
                break
        window.accept(accepted)
        self.bytes_held = batch_bytes_max - room_bytes
        self.messages += at - began
        self.last = run.offsets[at - 1]
        self.timestamp = run.timestamps[at - 1] or 0
        return at

    def _settle(
        self, run: Run, at: int, verdicts: Sequence[Verdict] | None, taking: Taking, window: Window
    ) -> None:
        """Take a message of which not all is ordinary."""
        message = run.message(at)
        if verdicts is None:
            self._refuse(refusals.of_refused(message, refusals.tombstone(0)), window)
            return
        alone = len(verdicts) == 1
        for verdict in verdicts:
            if isinstance(verdict, Accepted):
                if not alone:
                    self._inner[len(self.columns)] = verdict.index
                taking.add(self.columns, verdict)
                self._at.append(at)
                self.bytes_held += len(verdict.state)
                window.accept(1)
            else:
                self._refuse(refusals.of_refused(message, verdict), window)

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
        """The dead letter of the event at `index`, whose id is taken by other content."""
        columns = self.columns
        run = next(run for first, run in reversed(self._runs) if first <= index)
        inner = self._inner.get(index)
        refusal = refusals.of_conflict(
            run.message(self._at[index]),
            inner or 0,
            columns.states[index],
            UUID(bytes=columns.ids[index]),
            alone=inner is None,
        )
        return refusal._replace(by=self.by)

    def _refuse(self, refusal: Refusal, window: Window) -> None:
        self.refusals.append(refusal._replace(by=self.by))
        self.bytes_held += len(refusal.payload) + len(refusal.key or b"")
        window.refuse()


def batches(
    found: Sequence[Run | Unreadable],
    taking: Taking,
    window: Window,
    *,
    tolerant: bool,
    by: str | None = None,
    stepping_until: int = 0,
) -> Iterator[Batch]:
    """Judge messages one by one, and end where too many were refused unless `tolerant`.

    What cannot be read ends it too, unless it stands before the offset `stepping_until`. `by` is
    the party that the topic vouches for.
    The caller settles each batch before it asks for the next: the window counts conflicts too.
    """
    batch: Batch | None = None
    for each in found:
        at = 0
        while at < len(each) if isinstance(each, Run) else at == 0:
            if batch is None:
                batch = Batch(each.offsets[at] if isinstance(each, Run) else each.offset, by)
            if isinstance(each, Run):
                at = batch.take(each, at, taking, window, tolerant=tolerant)
            else:
                at = 1
                if each.offset >= stepping_until:
                    batch.stop_at(each)
                else:
                    batch.step_over(each, window)
                    batch.exceeded = not tolerant and window.exceeded
            if batch.complete:
                yield batch
                if batch.exceeded or batch.unreadable is not None:
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
    except OSError as error:
        why = error.strerror
        raise Misuse(f"LEDGER_KAFKA_SCHEMA_IDS={file} cannot be read: {why}.") from None
    except (Misuse, UnicodeDecodeError) as error:
        raise Misuse(f"LEDGER_KAFKA_SCHEMA_IDS={file}: {error}") from None
