"""A row of the log as bytes: the same wherever and however the row is kept.

Digests are made of them. Every column is in them, so two rows have the same bytes only where they
are the same row. Integers are big-endian; a text is its length in two bytes and UTF-8, bytes are
their length in four and themselves, a number that may be absent is bytes of eight; what is absent
has a length of all ones.
"""

from functools import lru_cache
from struct import Struct
from typing import Final

from ledger.errors import Fatal
from ledger.log.rows import DeadLetter, Recorded

COMMIT: Final = 1
"""The flag of an event at whose position a commit ended."""
SIMULATION: Final = 2
"""The flag of every event of a home whose recorded times are made up."""
text_bytes_max: Final = 65_534
_texts_kept_max = 10_000  # some 80 names, with each door and each party that is vouched for

_event = Struct(">BQq16sQB").pack  # 1; position; recorded at; id; version; flags
_letter = Struct(">BQq").pack  # 2; number; recorded at
_short = Struct(">H").pack
_long = Struct(">I").pack
_number = Struct(">Iq").pack  # 8; number
_NO_TEXT: Final = b"\xff\xff"
_NO_BYTES: Final = b"\xff\xff\xff\xff"


def event_bytes(event: Recorded, *, commit: bool, simulation: bool) -> bytes:
    """The bytes of an event; `commit` tells whether a commit ended at it.

    Raises Fatal where its topic, door, party or person is longer than 65,534 bytes.
    """
    position, recorded_at, number, version, topic, state, door, by, person = event
    flags = COMMIT * commit | SIMULATION * simulation
    head = _event(1, position, recorded_at, number.int.to_bytes(16, "big"), version, flags)
    return head + _names(topic, door, by, person) + _long(len(state)) + state


def dead_letter_bytes(letter: DeadLetter) -> bytes:
    """The bytes of a dead letter; raises Fatal where door, party or person is too long."""
    number, recorded_at, refusal = letter
    return b"".join((
        _letter(2, number, recorded_at),
        _names(refusal.door, refusal.by, refusal.person),
        _bytes(refusal.place.encode()),
        _number(8, refusal.index),
        _bytes(refusal.reason.encode()),
        _bytes(refusal.path.encode()),
        _bytes(refusal.payload),
        _bytes(refusal.sha256),
        _bytes(None if refusal.id is None else refusal.id.bytes),
        _NO_BYTES if refusal.size is None else _number(8, refusal.size),
        _bytes(refusal.key),
        _bytes(refusal.headers),
        _NO_BYTES if refusal.timestamp is None else _number(8, refusal.timestamp),
    ))  # fmt: skip


@lru_cache(maxsize=_texts_kept_max)
def _names(*names: str | None) -> bytes:
    return b"".join(map(_text, names))


def _text(value: str | None) -> bytes:
    if value is None:
        return _NO_TEXT
    encoded = value.encode()
    if len(encoded) > text_bytes_max:
        raise Fatal(f"A name of {len(encoded):,} bytes stands in the log: {value[:40]}…")
    return _short(len(encoded)) + encoded


def _bytes(value: bytes | None) -> bytes:
    return _NO_BYTES if value is None else _long(len(value)) + value
