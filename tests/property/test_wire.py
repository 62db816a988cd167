"""JSON, fact and Avro say the same; no bytes at all take the door off its hinges."""

import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Misuse
from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.scalars import canonical_time, micros, offset_minutes, time_text
from ledger.intake import OPERATOR, Accepted, Refused, from_avro, read, read_file, to_avro
from ledger.intake.codec import to_record
from ledger.intake.schemas import released
from tests.strategies import facts, times

CONTENT_TYPES = [
    None, "application/json", "application/x-ndjson", "application/vnd.seals.avro", "text/plain",
    "avro/binary", "application/json; charset=utf-8", ";", "",
]  # fmt: skip


def accepted(body: bytes, content_type: str | None = None) -> Accepted:
    """The one event accepted in a body."""
    (verdict,) = read(body, content_type, OPERATOR)
    assert isinstance(verdict, Accepted), verdict
    return verdict


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES.keys())
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_one_canonical_form(kind: type[Fact], data: st.DataObject) -> None:
    """A fact of any type comes through JSON and through Avro as itself, in one canonical form."""
    fact = data.draw(facts(kind))
    state = canonical.encode(fact)

    assert fact == canonical.decode(state)
    by_json, by_avro = accepted(state), accepted(to_avro(fact))

    assert (state, fact, fact.at, kind.__name__) == (
        by_json.state, by_json.fact, by_json.at, by_json.topic,
    )  # fmt: skip
    assert by_json == by_avro
    assert fact == from_avro(to_avro(fact))


def untidy(value: Any, draw: st.DrawFn) -> Any:
    """The same JSON value with its keys in another order."""
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: untidy(value[key], draw) for key in keys}
    if isinstance(value, list):
        return [untidy(each, draw) for each in value]
    return value


@st.composite
def spelled(draw: st.DrawFn) -> tuple[Fact, bytes]:
    """A fact, and its JSON as some other sender would write it."""
    fact = draw(facts())
    record = untidy(json.loads(canonical.encode(fact)), draw)
    for name in kind_optional(type(fact)) - record.keys():
        record |= draw(st.sampled_from(({}, {name: None})))
    record["id"] = draw(st.sampled_from((str.upper, str.lower)))(record["id"])
    text = json.dumps(
        record, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, 1)))
    )
    return fact, text.encode()


def kind_optional(kind: type[Fact]) -> set[str]:
    """The optional fields of a type that are named alike in Python and outside."""
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    return {
        outside for index, (name, outside) in enumerate(names)
        if index >= required and name == outside
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(spelled())
def test_spelling(pair: tuple[Fact, bytes]) -> None:
    """Order of keys, nulls, escapes, blanks and the case of ids change nothing."""
    fact, body = pair

    assert canonical.encode(fact) == accepted(body).state


@settings(max_examples=30, deadline=None)
@given(st.lists(facts(), min_size=1, max_size=8), st.sampled_from(("null", "deflate")))
def test_many_in_one(many: list[Fact], codec: str) -> None:
    """An array, lines and a container with every schema in its union carry the same events."""
    states = [canonical.encode(fact) for fact in many]
    container = BytesIO()
    schema = [each.source for each in released().newest.values()]
    records = [(f"seals.v1.{type(fact).__name__}", to_record(fact)) for fact in many]
    fastavro.writer(container, schema, records, codec=codec)
    bodies = [b"[" + b",".join(states) + b"]", b"\n".join(states) + b"\n", container.getvalue()]

    for body in bodies:
        verdicts = read(body, None, OPERATOR)
        assert states == [v.state for v in verdicts if isinstance(v, Accepted)]
        assert list(range(len(many))) == [verdict.index for verdict in verdicts]
        batches = list(read_file(BytesIO(body)))
        assert states == [v.state for batch in batches for v in batch if isinstance(v, Accepted)]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(CONTENT_TYPES))
def test_any_bytes(body: bytes, content_type: str | None) -> None:
    """Any bytes under any content type get an answer, and never an exception."""
    for verdict in read(body, content_type, OPERATOR):
        assert isinstance(verdict, Refused)
        assert verdict.sentence
    numbers_in_file(body)


def numbers_in_file(body: bytes) -> list[int]:
    """The numbers of the verdicts on a file; none where its first bytes are no file of events."""
    with suppress(Misuse):
        return [verdict.index for batch in read_file(BytesIO(body)) for verdict in batch]
    return []


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A message that was right, with bytes changed, cut or put in."""
    made = draw(st.lists(facts(), min_size=1, max_size=3))
    states = [canonical.encode(fact) for fact in made]
    container = BytesIO()
    fastavro.writer(
        container, released().newest[type(made[0]).__name__].source, [to_record(made[0])]
    )
    body = draw(
        st.sampled_from(
            [
                states[0],
                b"[" + b",".join(states) + b"]",
                b"\n".join(states),
                to_avro(made[0]),
                container.getvalue(),
            ]
        )
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.sampled_from((0, 1, 1, 7, len(body))))
        body = body[:start] + draw(st.binary(max_size=3)) + body[end:]
    return body


@settings(max_examples=150, deadline=None)
@given(damaged(), st.sampled_from(CONTENT_TYPES))
def test_damaged_messages(body: bytes, content_type: str | None) -> None:
    """A damaged message gets an answer for each event; what is accepted reads back as itself."""
    for verdict in read(body, content_type, OPERATOR):
        if isinstance(verdict, Accepted):
            assert verdict.state == canonical.encode(canonical.decode(verdict.state))
            assert verdict == accepted(verdict.state)._replace(index=verdict.index)
    numbers = numbers_in_file(body)
    assert numbers == sorted(numbers)


@settings(max_examples=100, deadline=None)
@given(times())
def test_times(time: str) -> None:
    """A canonical time is its own canonical form and survives as microseconds and minutes."""
    assert time == canonical_time(time)
    assert time == time_text(micros(time), offset_minutes(time))
