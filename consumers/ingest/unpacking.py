"""Batches as the broker keeps them, taken apart: records, what cannot be read, and holes.

kafka-python raises on the first byte it cannot read, and with that ends the reading of every
partition. Here what cannot be read is handed on in its place, as an `Unreadable`.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord, Fetcher
from kafka.protocol.consumer import IsolationLevel
from kafka.record.util import decode_varint

from consumers.ingest.expanding import expanded

Holes: TypeAlias = Callable[[TopicPartition, int], None]
"""Told how many offsets of a partition are missing where nothing explains it."""

MAGIC_NEWEST: Final = 2
_OFFSET: Final = struct.Struct(">q")
_sentence_characters_max: Final = 300


class Unreadable(NamedTuple):
    """A record that cannot be read, or all that is left of a batch, in the place of a record.

    `offset` is the first offset that is not read, `resume` the next one that may be, `until` the
    one behind the batch. `raw` are the bytes of the batch, `alone` those of the record where it is
    one; `why` is half a sentence. The rest is as in a record: `value` is always None.
    """

    topic: str
    partition: int
    offset: int
    resume: int
    until: int
    raw: bytes
    alone: bytes
    why: str
    timestamp: int | None = None
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[()] = ()

    @property
    def sentence(self) -> str:
        """What a person is told."""
        what = "a record" if self.alone else "a batch"
        return f"{what} at offset {self.offset} cannot be read ({self.why})"


class Unpacked(Fetcher.PartitionRecords):  # type: ignore[misc]  # kafka-python has no types
    """What one answer to a fetch holds of a partition."""

    holes: Holes
    read_through = False
    """Whether all of it was given."""

    def _unpack_records(
        self, tp: TopicPartition, records: Any, *_deserializers: object
    ) -> Iterator[Any]:
        """Give each record from the wanted offset on, and an Unreadable for what is none."""
        expected = self.fetch_offset
        last = None
        while records.has_next():
            raw = records._next_slice  # noqa: SLF001 - the bytes of what is read next
            try:
                batch = records.next_batch()
                wanted = self._checked(batch)
            except Exception as error:  # noqa: BLE001 - whatever a codec raises on broken bytes
                if self._is_past(records, raw):
                    continue
                yield self._unreadable(tp, raw, records, max(expected, self.fetch_offset), error)
                break
            last = batch
            if batch.magic == MAGIC_NEWEST:
                missing = batch.last_offset_delta + 1 - batch.records_count
                missing += max(0, batch.base_offset - expected)
                if missing > 0:
                    self.holes(tp, missing)
                expected = batch.next_offset
            if wanted:
                yield from self._records_of(tp, batch, raw)
            else:
                self.next_fetch_offset = batch.next_offset
        else:
            # The last offset of a batch is kept where its last records are not.
            if last is not None and last.magic == MAGIC_NEWEST:
                self.next_fetch_offset = last.next_offset
            self.read_through = True
        self.drain()

    def _checked(self, batch: Any) -> bool:
        """Whether a batch holds records for us: it is neither aborted nor a marker.

        Raises whatever is wrong with it as a whole.
        """
        if not 0 <= batch.magic <= MAGIC_NEWEST:
            raise ValueError(f"its format {batch.magic} is unknown")
        if not batch.validate_crc():
            raise ValueError("its checksum does not match")
        if batch.magic < MAGIC_NEWEST:
            return True
        if batch.last_offset_delta < 0 or batch.records_count < 0:
            raise ValueError("it counts its records below zero")
        self.leader_epoch = batch.leader_epoch
        if self.isolation_level == IsolationLevel.READ_COMMITTED and batch.has_producer_id():
            self._consume_aborted_transactions_up_to(batch.last_offset)
            if self._contains_abort_marker(batch):
                self.aborted_producer_ids.discard(batch.producer_id)
                return False
            if self._is_batch_aborted(batch):
                return False
        if batch.is_control_batch:
            return False
        if batch.compression_type:
            packed = bytes(memoryview(batch._buffer)[batch._pos :])  # noqa: SLF001 - as its own
            batch._buffer = bytearray(expanded(batch.compression_type, packed))  # noqa: SLF001
            batch._pos = 0  # noqa: SLF001
            batch._decompressed = True  # noqa: SLF001
        return True

    def _records_of(self, tp: TopicPartition, batch: Any, raw: Any) -> Iterator[Any]:
        topic, partition, epoch = tp.topic, tp.partition, self.leader_epoch
        records = iter(batch)
        following = batch.base_offset if batch.magic == MAGIC_NEWEST else self.fetch_offset
        while True:
            try:
                for record in records:
                    offset = record.offset
                    self.next_fetch_offset = following = offset + 1
                    yield ConsumerRecord(
                        topic, partition, epoch, offset, record.timestamp, record.timestamp_type,
                        record.key, record.value, record.headers, None, -1, -1, -1,
                    )  # fmt: skip
            except Exception as error:  # noqa: BLE001 - whatever broken bytes raise
                record, more = _step(batch) if batch.magic == MAGIC_NEWEST else (b"", False)
                until = max(following + 1, batch.next_offset if batch.magic == MAGIC_NEWEST else 0)
                self.next_fetch_offset = following + more
                resume = following + 1 if more else until
                yield Unreadable(
                    topic, partition, following, resume, until, bytes(raw), record, _words(error)
                )
                following += 1
                if more:
                    continue
            return

    def _unreadable(
        self, tp: TopicPartition, raw: Any, records: Any, at: int, error: Exception
    ) -> Unreadable:
        """All of a batch: it is stepped over where the next one begins, as far as one can tell."""
        whole = bytes(raw)
        until = at + 1
        if len(whole) >= _DELTA_AT + _DELTA_BYTES and whole[_MAGIC_AT] >= MAGIC_NEWEST:
            delta = int.from_bytes(whole[_DELTA_AT : _DELTA_AT + _DELTA_BYTES], "big", signed=True)
            until = max(until, _base(whole, at) + delta + 1)
        following = _base(records._next_slice, until)  # noqa: SLF001 - as above
        if at < following < until and records._next_slice is not raw:  # noqa: SLF001 - as above
            until = following
        self.next_fetch_offset = at
        return Unreadable(tp.topic, tp.partition, at, until, until, whole, b"", _words(error))

    def _is_past(self, records: Any, raw: Any) -> bool:
        """Whether all of a broken batch lies before the wanted offset: the next begins there."""
        following = records._next_slice  # noqa: SLF001 - as above
        if following is None or following is raw:
            return False
        return bool(_base(following, self.fetch_offset + 1) <= self.fetch_offset)


_MAGIC_AT: Final = 16
_DELTA_AT: Final = 23
_DELTA_BYTES: Final = 4
"""Where a batch keeps its format, and its last offset less its first one."""


def _base(batch: Any, otherwise: int) -> int:
    """The first offset of a batch, by its first bytes."""
    if batch is None or len(batch) < _OFFSET.size:
        return otherwise
    return int(_OFFSET.unpack_from(batch)[0])


def _step(batch: Any) -> tuple[bytes, bool]:
    """Step over the record that a batch stands at: its bytes, and whether there is more behind."""
    start = batch._pos  # noqa: SLF001 - nobody else tells where the record begins
    buffer = batch._buffer  # noqa: SLF001 - as above
    try:
        length, body = decode_varint(buffer, start)
    except (IndexError, ValueError):
        return b"", False
    end = body + length
    if length <= 0 or end > len(buffer):
        return bytes(buffer[start:]), False
    batch._pos = end  # noqa: SLF001 - as above
    batch._next_record_index += 1  # noqa: SLF001 - as above
    return bytes(buffer[start:end]), True


def _words(error: Exception) -> str:
    return f"{error}"[:_sentence_characters_max] or type(error).__name__
