"""The limits of an event and of a message: judged first, whatever else is wrong."""

import hashlib
import tracemalloc
from io import BytesIO
from typing import Any

import fastavro
import pytest

from ledger.facts import canonical
from ledger.intake import OPERATOR, Accepted, Refused, door, read, to_avro
from ledger.intake.codec import to_record
from ledger.intake.schemas import released
from ledger.intake.verdicts import (
    EVENT_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    MESSAGE_EVENTS_MAX,
    PAYLOAD_BYTES_MAX,
)
from tests.contract.intake.samples import applied, departed, line, numbered, text

DOCUMENT = {"name": "d" * 100, "sha256": "0" * 64}


def reason(body: bytes, **keywords: Any) -> str:
    """Why the one event of a body is refused, or ""."""
    (verdict,) = read(body, None, keywords.get("door", OPERATOR))
    return getattr(verdict, "reason", "")


def sized(size: int) -> bytes:
    """An event whose canonical form has exactly that many bytes."""
    event = applied(time="2026-04-02T09:30:00.000000+09:00", documents=[DOCUMENT])
    room = size - len(text(event))
    each = len(text(DOCUMENT)) + 1
    event["documents"] += [DOCUMENT] * (room // each - 1)
    event["note"] = "n"
    event["note"] += "n" * (size - len(text(event)))
    assert size == len(text(event))
    assert len(event["note"]) <= 500
    return text(event)


EVENTS: list[tuple[bytes, str]] = [
    # event, why it is refused
    (sized(EVENT_BYTES_MAX), ""),
    (sized(EVENT_BYTES_MAX + 1), "too-large"),
    (b" " * EVENT_BYTES_MAX + text(applied()), ""),
    (text(applied(note="x")).replace(b'"x"', b'"' + b"\\u0078" * 500 + b'"'), ""),
    (text(departed(*[line()] * 1_000)), ""),
    (text(departed(*[line()] * 1_001)), "invalid"),
    (text(departed(*[line(lot="L" * 80, product="P" * 80, mark="M" * 80)] * 1_000)), "too-large"),
    (text(applied(mark="M" * EVENT_BYTES_MAX)), "too-large"),
    (text(applied(colour="x" * EVENT_BYTES_MAX)), "too-large"),
    (text(applied(type="X", colour="x" * EVENT_BYTES_MAX)), "too-large"),
    (text(applied(type="DiscrepancyOpened", text="x" * EVENT_BYTES_MAX)), "too-large"),
    (text(applied(count="x", documents=[DOCUMENT] * 2_000)), "too-large"),
    (b" " * EVENT_BYTES_MAX + text(applied(count="x")), "invalid"),
    (b"x" * EVENT_BYTES_MAX * 2, "undecodable"),
]


@pytest.mark.parametrize(("body", "expected"), EVENTS, ids=lambda value: str(value)[:20])
def test_events(body: bytes, expected: str) -> None:
    """An event is at most 256 KiB in canonical form, however it is written and wrong besides."""
    assert expected == reason(body)


def test_an_oversize_event_where_it_is_not_permitted() -> None:
    """Too large comes before not-permitted."""
    assert reason(sized(EVENT_BYTES_MAX + 1), door=door("C")) == "too-large"
    assert reason(sized(EVENT_BYTES_MAX), door=door("C")) == "not-permitted"


def test_avro_is_measured_in_canonical_form() -> None:
    """An Avro message smaller than its canonical form is judged by that."""
    event = departed(*[line(lot="L" * 80, product="P" * 80)] * 1_000)
    fact = canonical.decode(text(event | {"time": "2026-04-02T09:30:00.000000+09:00"}))
    message = to_avro(fact)

    assert len(message) < EVENT_BYTES_MAX < len(canonical.encode(fact))
    assert reason(message) == "too-large"


MESSAGES: list[tuple[bytes, str]] = [
    # body, why it is refused as a whole
    (b" " * (MESSAGE_BYTES_MAX - len(text(applied()))) + text(applied()), ""),
    (b" " * (MESSAGE_BYTES_MAX + 1 - len(text(applied()))) + text(applied()), "too-large"),
    (b"\xc3\x01" + b"\0" * MESSAGE_BYTES_MAX, "too-large"),
    (b"[" + b",".join([b"{}"] * (MESSAGE_EVENTS_MAX + 1)) + b"]", "too-large"),
    (b"[" + b"1," * (MESSAGE_BYTES_MAX // 2 - 2) + b"1]", "too-large"),
    (b"1\n" * (MESSAGE_BYTES_MAX // 2), "too-large"),
    (b"{}\n" * (MESSAGE_EVENTS_MAX + 1), "too-large"),
]


@pytest.mark.parametrize(("body", "expected"), MESSAGES, ids=lambda value: str(value)[:20])
def test_messages(body: bytes, expected: str) -> None:
    """A message is at most 8 MiB and 10,000 events; beyond, it is refused as one."""
    (verdict,) = read(body, None, OPERATOR)

    assert expected == getattr(verdict, "reason", "")
    if isinstance(verdict, Refused):
        assert body[:PAYLOAD_BYTES_MAX] == verdict.payload
        assert (len(body), hashlib.sha256(body).digest()) == (verdict.size, verdict.sha256)


@pytest.mark.parametrize("array", [True, False])
def test_a_full_message(*, array: bool) -> None:
    """Ten thousand events in one message are all taken."""
    events = [text(numbered(number)) for number in range(MESSAGE_EVENTS_MAX)]
    body = b"[" + b",".join(events) + b"]" if array else b"\n".join(events)

    verdicts = read(body, None, OPERATOR)

    assert sum(isinstance(verdict, Accepted) for verdict in verdicts) == MESSAGE_EVENTS_MAX


def test_a_container_of_too_many() -> None:
    """A container in a message holds at most 10,000 events."""
    fact = canonical.decode(text(applied(time="2026-04-02T09:30:00.000000+09:00")))
    out = BytesIO()
    records = [to_record(fact)] * (MESSAGE_EVENTS_MAX + 1)
    fastavro.writer(out, released().newest["SealsApplied"].source, records, codec="deflate")

    assert reason(out.getvalue()) == "too-large"


MADE_OF_PARTS = {
    "arrays": b'{"a":[' + b"[]," * 2_700_000 + b"[]]}",
    "objects": b'{"a":[' + b"{}," * 2_700_000 + b"{}]}",
    "numbers": b'{"a":[' + b"1," * 4_000_000 + b"1]}",
    "keys": b"{" + b'"a":1,' * 1_300_000 + b'"b":1}',
    "first of two lines": b'{"a":[' + b"[]," * 2_700_000 + b"[]]}\n{}",
}  # fmt: skip
memory_bytes_max = 64 * 1024 * 1024


@pytest.mark.parametrize("body", MADE_OF_PARTS.values(), ids=MADE_OF_PARTS)
def test_an_event_of_millions_of_parts(body: bytes) -> None:
    """It is too large before anything is made of it: a part takes more memory than its bytes."""
    tracemalloc.start()
    try:
        first, *_ = read(body, None, OPERATOR)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert getattr(first, "reason", "") == "too-large"
    assert peak < memory_bytes_max
