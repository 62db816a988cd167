"""JSON is nested at most 32 deep, whichever door it comes through; deeper costs nothing."""

import json
import time
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake import OPERATOR, Refused, Verdict, door, read, read_file
from ledger.intake.doors import topic_door
from ledger.intake.json_event import DEPTH_MAX, too_deep
from ledger.intake.verdicts import PAYLOAD_BYTES_MAX
from tests.contract.intake.samples import numbered, text

EVENT = text(numbered(1))
cpu_seconds_max = 3.0
"""Of a hundred thousand levels; ten times as much as it takes, on a slow machine five times."""


def nested(depth: int, kind: str) -> bytes:
    """A JSON text that is so deep."""
    match kind:
        case "arrays":
            return b"[" * depth + b"]" * depth
        case "objects":
            return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
        case "both":
            return b'[{"a":' * (depth // 2) + b"[]" * (depth % 2) + b"1" * (1 - depth % 2) + (
                b"}]" * (depth // 2)
            )  # fmt: skip
        case "broken":
            return b'{"a":[' * (depth // 2)
    raise AssertionError(kind)


def event(depth: int, kind: str) -> bytes:
    """An event with a field of its own that is so deep, the event being the first level."""
    return EVENT[:-1] + b',"note":' + nested(depth - 1, kind) + b"}"


def filed(content: bytes) -> list[Verdict]:
    """The verdicts on a file."""
    return [verdict for batch in read_file(BytesIO(content)) for verdict in batch]


DOORS: dict[str, Callable[[bytes], list[Verdict]]] = {
    "http, one": lambda raw: read(raw, "application/json", door("S")),
    "http, lines": lambda raw: read(raw + b"\n" + EVENT, "application/x-ndjson", OPERATOR),
    "http, array": lambda raw: read(b"[" + raw + b"," + EVENT + b"]", None, OPERATOR),
    "kafka": lambda raw: read(raw, None, topic_door("ledger.scans")),
    "file, lines": lambda raw: filed(raw + b"\n" + EVENT + b"\n" + EVENT),
    "file, array": lambda raw: filed(b"[" + raw + b"," + EVENT + b"]"),
    "file, one": filed,
    "file, many lines": lambda raw: filed(b"\n".join([raw, *[EVENT] * 5_000])),
}


@pytest.mark.parametrize("way", DOORS)
@pytest.mark.parametrize("kind", ["arrays", "objects", "both"])
@pytest.mark.parametrize("depth", [DEPTH_MAX + 1, 1_000, 100_000])
def test_deeper_is_undecodable(way: str, kind: str, depth: int) -> None:
    """One refusal that says so and keeps the bytes; what stands beside it is judged as ever."""
    raw = event(depth, kind)
    began = time.process_time()

    first, *others = DOORS[way](raw)

    assert isinstance(first, Refused)
    assert (first.reason, f"deeper than {DEPTH_MAX}" in first.sentence) == ("undecodable", True)
    assert (first.payload, first.size) == (raw[:PAYLOAD_BYTES_MAX], len(raw))
    assert not any(getattr(other, "reason", "") == "undecodable" for other in others)
    assert "many" in way or time.process_time() - began < cpu_seconds_max


@pytest.mark.parametrize("way", DOORS)
@pytest.mark.parametrize("kind", ["arrays", "objects", "both"])
def test_as_deep_as_may_be_is_judged(way: str, kind: str) -> None:
    """At the limit an event is refused for what it says, not for its depth."""
    first, *_ = DOORS[way](event(DEPTH_MAX, kind))

    assert isinstance(first, Refused)
    assert (first.reason, first.path) == ("invalid", "note")


COSTLY = {
    "100,000 deep": (nested(100_000, "arrays"), True),
    "objects": (nested(100_000, "objects"), True),
    "never closed": (b'{"a":' * 100_000, True),
    "wide": (b"[" + b"[]," * 50_000 + b"[]]", False),
    "wide and as deep as may be": (b"[" + b"," .join([nested(31, "arrays")] * 5_000) + b"]", False),
    "in texts": (b'["' + b"[" * 300_000 + b'"]', False),
    "quotes escaped": (b'"' + b'\\"' * 150_000 + b"[" * 40, False),
    "no pairs": (b"[}" * 150_000, False),
    "quotes alone": (b'"' * 300_000 + b"[" * 40, True),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "deep"), COSTLY.values(), ids=COSTLY)
def test_measuring_is_cheap(raw: bytes, deep: bool) -> None:  # noqa: FBT001 -- a column of the table
    """The depth of any 300 KB is told in the time of looking at them."""
    began = time.process_time()

    assert too_deep(raw) is deep
    assert time.process_time() - began < cpu_seconds_max


JSON = st.recursive(
    st.none() | st.text(st.sampled_from('[]{}"\\a'), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)


@given(value=JSON, around=st.integers(20, DEPTH_MAX + 4), objects=st.booleans())
def test_the_depth_of_any_json(value: object, around: int, *, objects: bool) -> None:
    """A text is too deep exactly where its value is."""
    for _ in range(around):
        value = {"a": value, "b": []} if objects else [value, {}]

    assert too_deep(json.dumps(value).encode()) == (_depth(value) > DEPTH_MAX)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) + max(map(_depth, inner), default=0)
