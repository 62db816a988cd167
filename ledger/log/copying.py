"""Rows packed by hand into PostgreSQL's binary COPY format.

All that can be packed before the writers' lock is packed before it: `front` needs neither
position nor recorded time, `stream` adds the two under the lock.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain, count, repeat
from struct import Struct
from uuid import UUID

# The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
COPY_EVENTS = (
    "COPY events (originator_id, originator_version, topic, door, by, person, state,"
    " notification_id, recorded_at) FROM STDIN (FORMAT binary)"
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FIELDS = 9
_NULL = b"\xff\xff\xff\xff"
_fronts_kept_max = 10_000  # some 80 names, with each door and each party that is vouched for

_head = Struct(">hi16siqi").pack  # fields; 16, id; 8, version; length of what follows
_start = Struct(">hi").pack(_FIELDS, 16)
_version = Struct(">iqi").pack  # 8, version; length of what follows
_length = Struct(">i").pack
_tail = Struct(">iqiq").pack  # 8, position; 8, recorded_at


@lru_cache(maxsize=_fronts_kept_max)
def _encoded(topic: str, door: str | None, by: str | None, person: str | None) -> tuple[int, bytes]:
    encoded = topic.encode()
    return len(encoded), encoded + _text(door) + _text(by) + _text(person)


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def front(  # noqa: PLR0917 -- the columns in their order
    event_id: UUID,
    version: int,
    topic: str,
    state: bytes,
    door: str | None = None,
    by: str | None = None,
    person: str | None = None,
) -> bytes:
    """Pack everything of one event that is known before the lock."""
    size, name = _encoded(topic, door, by, person)
    number = event_id.int.to_bytes(16, "big")
    return _head(_FIELDS, 16, number, 8, version, size) + name + _length(len(state)) + state


def facts(ids: Iterable[bytes], names: Iterable[bytes], states: Iterable[bytes]) -> list[bytes]:
    """Pack facts, a list a column; ids are 16 bytes each, names as `named` gives them."""
    return [
        b"".join((_start, number, name, _length(len(state)), state))
        for number, name, state in zip(ids, names, states, strict=True)
    ]


@lru_cache(maxsize=_fronts_kept_max)
def named(
    topic: str, door: str | None = None, by: str | None = None, person: str | None = None
) -> bytes:
    """What facts of one type that came in one way have alike between id and content."""
    size, name = _encoded(topic, door, by, person)
    return _version(8, 1, size) + name


def stream(fronts: Iterable[bytes], first: int, times: Iterable[int]) -> bytes:
    """Join fronts to one COPY stream: positions from `first` on, recorded times (µs UTC)."""
    tails = map(_tail, repeat(8), count(first), repeat(8), times)
    rows = chain.from_iterable(zip(fronts, tails, strict=True))
    return b"".join(chain((_SIGNATURE,), rows, (_TRAILER,)))
