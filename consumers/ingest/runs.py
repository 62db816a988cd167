"""Runs: messages of one partition that follow each other, a list a column, no object a message."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.util import decode_varint

Headers = Sequence[tuple[str, bytes | None]]

run_messages_max: Final = 4_000
run_bytes_max: Final = 16 * 1024 * 1024
"""A run ends with the message that reaches this many bytes, keys and headers included."""
_headers_kept_max: Final = 1_000
_header_bytes_kept_max: Final = 1_024
"""Longer ones are read anew each time: what a sender makes up fills no memory."""
_MORE: Final = 0x80
"""From here on a number takes more than one byte."""
_SMALL: Final = [(n >> 1) ^ -(n & 1) if n < _MORE else None for n in range(256)]
"""What numbers of one byte stand for; None for those of more."""


def content_type(headers: Headers) -> str | None:
    """Find what the sender says the value is, as over HTTP."""
    for name, value in headers:
        if value is not None and name.lower() == "content-type":
            return value.decode("latin-1")
    return None


class Message(NamedTuple):
    """A message on its own, where somebody asks for it."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers


class Heading(NamedTuple):
    """The headers of a message, and what they say of its content."""

    headers: Headers
    content_type: str | None


PLAIN: Final = Heading((), None)


class Run:
    """Messages that follow each other; `offset` is the first one's."""

    __slots__ = (
        "bytes_held", "headings", "keys", "offsets", "partition", "timestamps", "topic", "values",
    )  # fmt: skip

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.offsets: list[int] = []
        self.timestamps: list[int | None] = []
        self.keys: list[bytes | None] = []
        self.values: list[bytes | None] = []
        self.headings: list[Heading] = []
        self.bytes_held = 0

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def offset(self) -> int:
        """Where it begins."""
        return self.offsets[0]

    @property
    def full(self) -> bool:
        """Whether no more should go into it."""
        return len(self.offsets) >= run_messages_max or self.bytes_held >= run_bytes_max

    def message(self, index: int) -> Message:
        """One of its messages."""
        return Message(
            self.topic,
            self.partition,
            self.offsets[index],
            self.timestamps[index],
            self.keys[index],
            self.values[index],
            self.headings[index].headers,
        )

    def add(self, record: Any) -> None:
        """Add a message that was made an object already."""
        self.offsets.append(record.offset)
        self.timestamps.append(record.timestamp)
        self.keys.append(record.key)
        self.values.append(record.value)
        headers = tuple(record.headers)
        self.headings.append(Heading(headers, content_type(headers)) if headers else PLAIN)
        self.bytes_held += len(record.value or b"") + len(record.key or b"")
        self.bytes_held += sum(len(name) + len(value or b"") for name, value in headers)

    def drop_before(self, offset: int) -> None:
        """Leave out the messages at the beginning that lie before an offset."""
        count = 0
        while count < len(self.offsets) and self.offsets[count] < offset:
            count += 1
        if count:
            for column in (self.offsets, self.timestamps, self.keys, self.values, self.headings):
                del column[:count]


class Headings:
    """Headers as they were read before: most senders write the same ones over and over."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Heading] = {}

    def read(self, raw: bytes) -> Heading:
        """The headers whose bytes these are, their number first.

        Raises ValueError or IndexError where they are none.
        """
        found = self._kept.get(raw)
        if found is not None:
            return found
        headers: list[tuple[str, bytes | None]] = []
        count, at = decode_varint(raw, 0)
        if count < 0:
            raise ValueError("there are fewer headers than none")
        for _ in range(count):
            name, at = _piece(raw, at)
            if name is None:
                raise ValueError("a header has no name")
            value, at = _piece(raw, at)
            headers.append((name.decode("utf-8"), value))
        if at != len(raw):
            raise ValueError("bytes are left over behind the headers")
        found = Heading(tuple(headers), content_type(headers))
        if len(raw) <= _header_bytes_kept_max:
            if len(self._kept) >= _headers_kept_max:
                self._kept.clear()
            self._kept[raw] = found
        return found


def _piece(raw: bytes, at: int) -> tuple[bytes | None, int]:
    size, at = decode_varint(raw, at)
    if size < 0:
        return None, at
    if at + size > len(raw):
        raise ValueError("it ends within its headers")
    return raw[at : at + size], at + size


# One loop: a call for each number would cost as much as all else here.
def unpack(batch: Any, run: Run, headings: Headings) -> bool:  # noqa: C901, PLR0912, PLR0915
    """Read records of a batch into a run until it is full; whether all of the batch is read.

    The batch has passed its checks and is expanded. It is left behind the last record that was
    read, so that its own iterator reads on from there: for that the record that is odd raises
    ValueError or IndexError, and nothing of it was taken.
    """
    buffer = batch._buffer  # noqa: SLF001 - the client offers records one by one alone
    pos = batch._pos  # noqa: SLF001 - as above
    base = batch.base_offset
    at_append = batch.timestamp_type == DefaultRecordBatch.LOG_APPEND_TIME
    first = batch.max_timestamp if at_append else batch.first_timestamp
    index, count = batch._next_record_index, batch._num_records  # noqa: SLF001 - as above
    until = min(count, index + run_messages_max - len(run))
    offsets, timestamps = run.offsets.append, run.timestamps.append
    keys, values, heads = run.keys.append, run.values.append, run.headings.append
    room = run_bytes_max - run.bytes_held
    try:
        while index < until and room > 0:
            size = buffer[pos]
            if size >= _MORE and not size & 1 and (more := buffer[pos + 1]) < _MORE:
                end = pos + 2 + (size - _MORE >> 1) + (more << 6)
                at = pos + 2
            else:
                size, at = decode_varint(buffer, pos)
                end = at + size
            if end > len(buffer):
                raise ValueError("a record ends behind its batch")
            at += 1  # attributes, none of which is used
            if buffer[at - 1] >= _MORE:
                at = decode_varint(buffer, at - 1)[1]
            delta, at = _SMALL[buffer[at]], at + 1
            if delta is None:
                delta, at = decode_varint(buffer, at - 1)
            place, at = _SMALL[buffer[at]], at + 1
            if place is None:
                place, at = decode_varint(buffer, at - 1)
            size, at = _SMALL[buffer[at]], at + 1
            if size is None:
                size, at = decode_varint(buffer, at - 1)
            key = None if size < 0 else buffer[at : at + size]
            at += max(size, 0)
            size = buffer[at]
            if size >= _MORE and not size & 1 and (more := buffer[at + 1]) < _MORE:
                size, at = (size - _MORE >> 1) + (more << 6), at + 2
            else:
                size, at = decode_varint(buffer, at)
            value = None if size < 0 else buffer[at : at + size]
            at += max(size, 0)
            if at < end and not buffer[at]:
                at, heading = at + 1, PLAIN
            else:
                heading, at = headings.read(buffer[at:end]), end
            if at != end:
                raise ValueError("a record is not as long as it says")
            offsets(base + place)
            timestamps(first if at_append else first + delta)
            keys(key)
            values(value)
            heads(heading)
            room -= end - pos
            pos = end
            index += 1
    finally:
        batch._pos, batch._next_record_index = pos, index  # noqa: SLF001 - as above
        run.bytes_held = run_bytes_max - room
    if index >= count and pos != len(buffer):
        raise ValueError("bytes are left over behind the records")
    return bool(index >= count)
