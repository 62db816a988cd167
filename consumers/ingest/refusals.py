"""What a message leaves behind when it, or an event in it, is refused: a dead letter.

It holds what a person needs to repair the sender and to send the event again: the bytes, the
reason, and where the message stood, with its key, headers and timestamp.
"""

import base64
import binascii
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from consumers.ingest.runs import Headers
from consumers.ingest.unpacking import Unreadable
from ledger.errors import Malformed
from ledger.intake import Refused
from ledger.intake.verdicts import PAYLOAD_BYTES_MAX, Problem, refused
from ledger.log import Refusal

DOOR = "kafka"

key_bytes_max = 8 * 1024
headers_bytes_max = 8 * 1024
"""A message of 10,000 refused events repeats its key and headers 10,000 times: a bound on both."""

_encode = msgspec.json.encode


def tombstone(index: int) -> Refused:
    """The refusal of a message that has a key and no value."""
    return refused(index, Problem("undecodable", "", "the message has no value"), b"")


def of_refused(record: Any, verdict: Refused) -> Refusal:
    """The dead letter of an event, or of a whole message, that the door refused."""
    return Refusal(
        DOOR,
        place(record),
        verdict.index,
        verdict.reason,
        verdict.path,
        verdict.payload,
        verdict.sha256,
        verdict.id,
        verdict.size,
        *_envelope(record),
    )


def of_conflict(record: Any, index: int, state: bytes, event_id: UUID, *, alone: bool) -> Refusal:
    """The dead letter of the event at `index` of a message, whose id is taken by other content.

    Its bytes are the message's where it came `alone` in one, else its canonical form.
    """
    payload = record.value if alone else state
    return Refusal(
        DOOR,
        place(record),
        index,
        "conflict",
        "id",
        payload[:PAYLOAD_BYTES_MAX],
        sha256(payload).digest(),
        event_id,
        len(payload),
        *_envelope(record),
    )


def of_unreadable(record: Unreadable, *, alone: bool) -> Refusal:
    """The dead letter of what the client cannot read: the raw batch, or the record `alone`."""
    raw = record.alone if alone and record.alone else record.raw
    return of_refused(record, refused(0, Problem("undecodable", "", record.sentence), raw))


def place(record: Any) -> str:
    """Where a message stands: topic/partition/offset."""
    return f"{record.topic}/{record.partition}/{record.offset}"


def pack(headers: Headers) -> bytes | None:
    """Headers as a JSON object, names in their order; None where there are none.

    A value is a text, or null, or {"base64": …} where it is not UTF-8; an array of them where the
    name stands more than once.
    """
    if not headers:
        return None
    packed: dict[str, list[Any]] = {}
    for name, value in headers:
        packed.setdefault(name, []).append(_shown(value))
    return _encode({name: each[0] if len(each) == 1 else each for name, each in packed.items()})


def unpack(packed: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers that `pack` made an object of; Malformed where it did not."""
    if packed is None:
        return []
    try:
        values = msgspec.json.decode(packed, type=dict[str, Any])
        return [(name, each) for name, value in values.items() for each in _values(value)]
    except (msgspec.DecodeError, binascii.Error, KeyError, TypeError) as error:
        raise Malformed(f"headers of a dead letter that cannot be read: {error}") from error


def _envelope(record: Any) -> tuple[bytes | None, bytes | None, int | None]:
    """The key, headers and timestamp of a message, in the order of a Refusal."""
    key = record.key[:key_bytes_max] if record.key is not None else None
    headers = pack(record.headers)
    if headers is not None and len(headers) > headers_bytes_max:
        headers = _encode({"ledger.headers-left-out-bytes": str(len(headers))})
    # A message without a timestamp has a negative one.
    timestamp = record.timestamp if record.timestamp is not None and record.timestamp >= 0 else None
    return key, headers, timestamp


def _shown(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def _values(value: Any) -> Iterable[bytes | None]:
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            yield None
        elif isinstance(each, dict):
            yield base64.b64decode(each["base64"], validate=True)
        else:
            yield each.encode("utf-8")
