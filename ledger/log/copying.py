"""Rows packed by hand into PostgreSQL's binary COPY format.

All that can be packed before the writers' lock is packed before it: `front` needs neither
position nor recorded time, `stream` adds the two under the lock.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from struct import Struct
from uuid import UUID

# The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
COPY_EVENTS = (
    "COPY public.events (originator_id, originator_version, topic, state, notification_id,"
    " recorded_at) FROM STDIN (FORMAT binary)"
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FIELDS = 6
_topics_kept_max = 1_000  # there are some 80 names; a bound all the same

_head = Struct(">hi16siqi").pack  # fields; 16, id; 8, version; length of what follows
_length = Struct(">i").pack
_tail = Struct(">iqiq").pack  # 8, position; 8, recorded_at


@lru_cache(maxsize=_topics_kept_max)
def _encoded(topic: str) -> tuple[int, bytes]:
    encoded = topic.encode()
    return len(encoded), encoded


def front(event_id: UUID, version: int, topic: str, state: bytes) -> bytes:
    """Pack everything of one event that is known before the lock."""
    size, name = _encoded(topic)
    number = event_id.int.to_bytes(16, "big")
    return _head(_FIELDS, 16, number, 8, version, size) + name + _length(len(state)) + state


def stream(fronts: Iterable[bytes], first: int, times: Iterable[int]) -> bytes:
    """Join fronts to one COPY stream: positions from `first` on, recorded times (µs UTC)."""
    return b"".join(_pieces(fronts, first, times))


def _pieces(fronts: Iterable[bytes], first: int, times: Iterable[int]) -> Iterator[bytes]:
    yield _SIGNATURE
    for position, (packed, recorded_at) in enumerate(zip(fronts, times, strict=True), first):
        yield packed
        yield _tail(8, position, 8, recorded_at)
    yield _TRAILER
