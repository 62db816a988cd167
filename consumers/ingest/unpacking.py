"""Batches as the broker keeps them, taken apart: records, what cannot be read, and holes.

kafka-python raises on the first byte it cannot read, and with that ends the reading of every
partition. Here what cannot be read is handed on in its place, as an `Unreadable`.
"""

import struct
from collections.abc import Callable, Generator, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.protocol.consumer import IsolationLevel
from kafka.record import MemoryRecords
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.record.util import decode_varint

from consumers.ingest import runs
from consumers.ingest.expanding import expanded
from consumers.ingest.runs import Headings, Run

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
    headings: Headings
    by_runs = True
    """Whether batches are read by runs; else record by record, as the client does."""
    read_through = False
    """Whether all of it was given."""
    next_fetch_offset: int
    _run: Run
    _begun = False

    def _unpack_records(
        self, tp: TopicPartition, records: Any, *_deserializers: object
    ) -> Iterator[Any]:
        """Give runs from the wanted offset on, and an Unreadable for what is no record."""
        expected = self.fetch_offset
        self._run = Run(*tp)
        last = None
        while records.has_next():
            raw = records._next_slice  # noqa: SLF001 - the bytes of what is read next
            try:
                batch = records.next_batch()
                wanted = self._checked(batch)
            except Exception as error:  # noqa: BLE001 - whatever a codec raises on broken bytes
                if self._is_past(records, raw):
                    continue
                yield from self._cut(tp)
                found = self._unreadable(tp, raw, records, max(expected, self.fetch_offset), error)
                self.drain()
                yield found
                return
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
                self.next_fetch_offset = max(self.next_fetch_offset, batch.next_offset)
        rest = list(self._cut(tp))
        # The last offset of a batch is kept where its last records are not.
        if last is not None and last.magic == MAGIC_NEWEST:
            self.next_fetch_offset = last.next_offset
        self.read_through = True
        # Before the last run is given: so what comes next is fetched while that one is recorded.
        self.drain()
        yield from rest

    def _cut(self, tp: TopicPartition) -> Iterator[Run]:
        """Give the run in hand, if there is something in it, and begin another."""
        run, self._run = self._run, Run(*tp)
        if run.offsets:
            self.next_fetch_offset = max(self.next_fetch_offset, run.offsets[-1] + 1)
            if not self._begun:
                # A fetch gives whole batches, also where it asked for the middle of one.
                run.drop_before(self.fetch_offset)
            if run.offsets:
                self._begun = True
                yield run

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
        # The client's copy of the bytes may be changed; what is cut from bytes is bytes.
        if not batch.compression_type:
            batch._buffer = bytes(batch._buffer)  # noqa: SLF001 - as its own
        else:
            packed = bytes(memoryview(batch._buffer)[batch._pos :])  # noqa: SLF001 - as its own
            batch._buffer = expanded(batch.compression_type, packed)  # noqa: SLF001
            batch._pos = 0  # noqa: SLF001
            batch._decompressed = True  # noqa: SLF001
        return True

    def _by_runs(self, tp: TopicPartition, batch: Any) -> Generator[Run, None, bool]:
        """Read a batch into runs up to what is odd; whether nothing is."""
        try:
            while not runs.unpack(batch, self._run, self.headings):
                yield from self._cut(tp)
        except (ValueError, IndexError):
            return False
        return True

    def _records_of(self, tp: TopicPartition, batch: Any, raw: Any) -> Iterator[Any]:
        """Read a batch, record by record from what is odd in it."""
        modern = batch.magic == MAGIC_NEWEST
        if modern and self.by_runs and (yield from self._by_runs(tp, batch)):
            return
        following = batch.base_offset if modern else self.fetch_offset
        if modern and batch._next_record_index:  # noqa: SLF001 - how many were read
            read = self._run.offsets
            following = read[-1] + 1 if read else self.next_fetch_offset
        records = iter(batch)
        while True:
            try:
                for record in records:
                    self._run.add(record)
                    following = record.offset + 1
                    if self._run.full:
                        yield from self._cut(tp)
            except Exception as error:  # noqa: BLE001 - whatever broken bytes raise
                yield from self._cut(tp)
                record, more = _step(batch) if modern else (b"", False)
                until = max(following + 1, batch.next_offset if modern else 0)
                self.next_fetch_offset = following + more
                resume = following + 1 if more else until
                self._begun = self._begun or following >= self.fetch_offset
                yield Unreadable(
                    tp.topic,
                    tp.partition,
                    following,
                    resume,
                    until,
                    bytes(raw),
                    record,
                    _words(error),
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


def runs_are_read() -> bool:
    """Whether batches can be read by runs: the client keeps them as it did, and says the same.

    That is tried on a batch, for what is asked of the client here are no public names.
    """
    builder = MemoryRecordsBuilder(magic=MAGIC_NEWEST, compression_type=0, batch_size=1 << 16)
    for number in range(_tried_messages):
        key, headers = (b"key", [("name", b"value"), ("none", None)]) if number % 2 else (None, [])
        builder.append(number, key, bytes(number), headers)
    builder.close()
    try:
        batch = MemoryRecords(builder.buffer()).next_batch()
        batch._buffer = bytes(batch._buffer)  # noqa: SLF001 - as in _checked
        read, told = Run("", 0), Run("", 0)
        whole = runs.unpack(batch, read, Headings())
        for record in MemoryRecords(builder.buffer()).next_batch():
            told.add(record)
        same = [*map(read.message, range(len(read)))] == [*map(told.message, range(len(told)))]
    except (AttributeError, LookupError, TypeError, ValueError):
        return False
    return whole and same


_tried_messages: Final = 200
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
