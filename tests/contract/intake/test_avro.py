"""Avro at the door: messages, a registry's framing, and container files."""

import zlib
from io import BytesIO

import fastavro
import pytest
from hypothesis import given, settings

from ledger.errors import Malformed, Misuse
from ledger.facts import canonical
from ledger.facts.identity import Fact
from ledger.intake import OPERATOR, Accepted, Refused, door, from_avro, read, read_file, to_avro
from ledger.intake.codec import to_record
from ledger.intake.container import MAGIC
from ledger.intake.schemas import confluent_ids, released
from ledger.intake.verdicts import MESSAGE_BYTES_MAX, Verdict
from tests.contract.intake.samples import applied, departed, numbered, text
from tests.strategies import facts

TIME = "2026-04-02T09:30:00.000000+09:00"
FACT = canonical.decode(text(applied(time=TIME)))
SHIPMENT = canonical.decode(text(departed(time=TIME)))
APPLIED = released().newest["SealsApplied"]
MANY = [canonical.decode(text(numbered(number) | {"time": TIME})) for number in range(1, 1_001)]


def one(body: bytes) -> Verdict:
    """The one verdict on a message."""
    (verdict,) = read(body, "application/vnd.seals.avro", OPERATOR)
    return verdict


def message(**fields: object) -> bytes:
    """A SealsApplied whose Avro record says otherwise."""
    out = BytesIO(b"\xc3\x01" + APPLIED.fingerprint)
    out.seek(10)
    fastavro.schemaless_writer(out, APPLIED.writer, to_record(FACT) | fields)
    return out.getvalue()


REFUSED: list[tuple[bytes, str, str]] = [
    # message, reason, path
    (message(mark="JAS A"), "invalid", "mark"),
    (message(count=0), "invalid", "count"),
    (message(offset=1440), "invalid", "time"),
    (message(time=2**62), "invalid", "time"),
    (message(time=-(2**62)), "invalid", "time"),
    (message(first=1), "invalid", "last"),
    (message(id="x"), "invalid", "id"),
    (message(mark=""), "invalid", "mark"),
    (message()[:-1], "undecodable", ""),
    (message() + b"\0", "undecodable", ""),
    (message()[:12], "undecodable", ""),
    (message()[:9], "undecodable", ""),
    (b"\xc3\x01" + b"\0" * 8 + message()[10:], "unknown-schema", ""),
]


@pytest.mark.parametrize(("body", "reason", "path"), REFUSED, ids=lambda value: str(value)[-20:])
def test_refused(body: bytes, reason: str, path: str) -> None:
    """What an Avro message gets wrong is told as for JSON."""
    verdict = one(body)

    assert isinstance(verdict, Refused), verdict
    assert (reason, path) == (verdict.reason, verdict.path)
    assert body == verdict.payload


@pytest.mark.parametrize(("field", "value"), [("note", ""), ("line", ""), ("id", FACT.id.upper())])
def test_tidied(field: str, value: str) -> None:
    """Empty text is absent and ids are lower case in Avro too."""
    verdict = one(message(**{field: value}))

    assert isinstance(verdict, Accepted), verdict
    assert canonical.encode(FACT) == verdict.state


def test_dates_and_decimals_tell_their_path() -> None:
    """A day outside the calendar and a decimal too long are invalid at their field."""
    schema = released().newest["LotRecorded"]
    lot = {
        "id": FACT.id, "time": 0, "offset": 0, "source": "S", "documents": [], "lot": "L",
        "operator": "O", "number": "7", "product": "P", "status": "ORGANIC",
    }  # fmt: skip
    table = [
        ({"produced_on": 2**30, "quantity": b"\x01", "inputs": []}, "produced_on"),
        ({"produced_on": 0, "quantity": b"\x01" * 40, "inputs": []}, "quantity"),
        ({"produced_on": 0, "quantity": b"", "inputs": []}, "quantity"),
        (
            {
                "produced_on": 0, "quantity": b"\x01",
                "inputs": [{"lot": "X", "quantity": b"\x7f" * 16, "label_verified": True}],
            },
            "inputs[0].quantity",
        ),
        (
            {
                "produced_on": 0, "quantity": b"\x01", "inputs": [],
                "field": {"registered_on": -(2**31), "crop": "WILD"},
            },
            "field.registered_on",
        ),
    ]  # fmt: skip
    for fields, path in table:
        out = BytesIO()
        fastavro.schemaless_writer(out, schema.reader, lot | fields)
        verdict = one(b"\xc3\x01" + schema.fingerprint + out.getvalue())
        assert isinstance(verdict, Refused), verdict
        assert ("invalid", path) == (verdict.reason, verdict.path)


def test_channels() -> None:
    """A type that may not be reported on the channel is not-permitted, valid or not."""
    for body in (message(), message(count=0)):
        (verdict,) = read(body, None, door("C"))
        assert isinstance(verdict, Refused)
        assert verdict.reason == "not-permitted"


def test_confluent_framing() -> None:
    """A registry's framing is read where its ids are mapped to our schemas, and not otherwise."""
    ids = confluent_ids('{"17": "SealsApplied.v1", "18": "LotHeld.v1"}')
    framed = b"\0\0\0\0\x11" + message()[10:]

    (mine,) = read(framed, "application/vnd.seals.avro", OPERATOR, ids)
    (unknown,) = read(b"\0\0\0\0\x13" + message()[10:], None, OPERATOR, ids)
    (short,) = read(b"\0\0\0", None, OPERATOR, ids)
    (unmapped,) = read(framed, None, OPERATOR)

    assert isinstance(mine, Accepted)
    assert mine.fact == FACT
    assert [getattr(verdict, "reason", "") for verdict in (unknown, short, unmapped)] == [
        "unknown-schema",
        "undecodable",
        "undecodable",
    ]


@pytest.mark.parametrize("words", ["", "[]", "{", '{"x": "SealsApplied.v1"}', '{"1": "Seals.v1"}'])
def test_confluent_ids_that_are_none(words: str) -> None:
    """A mapping of ids that names no schema of ours is refused when it is read."""
    with pytest.raises(Misuse, match="schema ids"):
        confluent_ids(words)


@settings(max_examples=50, deadline=None)
@given(facts())
def test_round_trip(fact: Fact) -> None:
    """A fact is itself again after Avro, and bytes that are no fact are Malformed."""
    body = to_avro(fact)

    assert fact == from_avro(body)
    with pytest.raises(Malformed):
        from_avro(body[:-1])


def container(made: list[Fact], codec: str = "null", sync_interval: int = 16_000) -> bytes:
    """A container file of facts of the types given."""
    out = BytesIO()
    names = sorted({type(fact).__name__ for fact in made})
    schema = [released().newest[name].source for name in names]
    records = [(f"seals.v1.{type(fact).__name__}", to_record(fact)) for fact in made]
    fastavro.writer(out, schema, records, codec=codec, sync_interval=sync_interval)
    return out.getvalue()


def outcomes(body: bytes) -> list[str]:
    """Reason of each event of a file, "" where it is accepted."""
    return [getattr(v, "reason", "") for batch in read_file(BytesIO(body)) for v in batch]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_containers(codec: str) -> None:
    """A container of several types and blocks gives each event with its number, from 1."""
    made = [*MANY, SHIPMENT]
    found = [v for batch in read_file(BytesIO(container(made, codec))) for v in batch]

    assert made == [v.fact for v in found if isinstance(v, Accepted)]
    assert list(range(1, len(made) + 1)) == [v.index for v in found]


def test_a_torn_container() -> None:
    """The events before the tear stand; the tear is one refusal."""
    body = container(MANY)
    for cut in (1, 17, 5_000, len(body) // 2):
        *before, last = outcomes(body[:-cut])
        assert [""] * len(before) == before
        assert last == "undecodable"


def test_a_damaged_block() -> None:
    """Within a block what cannot be decoded is one refusal; the next block is read."""
    body = bytearray(container(MANY))
    middle = len(body) // 2
    body[middle : middle + 40] = b"\xff" * 40

    found = outcomes(bytes(body))

    assert {"", "undecodable"} == set(found)
    assert 1 <= found.count("undecodable") <= 2
    assert found.count("") > 700


def test_a_refused_event_of_a_container_can_be_sent_again() -> None:
    """Its own bytes are kept as a message, and its neighbours count."""
    record = to_record(FACT)
    out = BytesIO()
    fastavro.writer(out, APPLIED.source, [record, record | {"count": 0}, record])

    one_, two, three = read(out.getvalue(), None, OPERATOR)

    assert isinstance(two, Refused)
    assert message(count=0) == two.payload
    assert (Accepted, Accepted) == (type(one_), type(three))


def long(number: int) -> bytes:
    """An Avro long."""
    number = (number << 1) ^ (number >> 63)
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def framed(data: bytes, count: int = 1, size: int | None = None, codec: str = "null") -> bytes:
    """A container of one block made by hand."""
    schema = str(released().newest["LotHeld"].source).replace("'", '"').replace("None", "null")
    meta = b"".join(
        long(len(word)) + word
        for word in (b"avro.codec", codec.encode(), b"avro.schema", schema.encode())
    )
    sync = b"s" * 16
    block = long(count) + long(len(data) if size is None else size) + data + sync
    return MAGIC + long(2) + meta + long(0) + sync + block


def headed(schema: bytes) -> bytes:
    """A container's header alone, with that schema."""
    return MAGIC + long(1) + b"\x16avro.schema" + long(len(schema)) + schema + b"\0" + b"s" * 16


def deflated(data: bytes) -> bytes:
    """Raw deflate."""
    made = zlib.compressobj(wbits=-15)
    return made.compress(data) + made.flush()


HANDMADE: list[tuple[str, bytes, list[str]]] = [
    # what, file, reason of each event
    ("a size nobody has", framed(b"x", size=2**60), ["undecodable"]),
    ("a negative size", framed(b"x", size=-5), ["undecodable"]),
    ("a negative count", framed(b"x", count=-5), ["undecodable"]),
    ("a count nobody has", framed(b"x", count=2**60), ["undecodable"]),
    ("a block over the limit", framed(b"x" * (MESSAGE_BYTES_MAX + 1)), ["too-large"]),
    ("a bomb", framed(deflated(b"\0" * (MESSAGE_BYTES_MAX * 4)), codec="deflate"), ["too-large"]),
    ("a broken block", framed(b"hello", codec="deflate"), ["undecodable"]),
    ("a codec of others", framed(b"hello", codec="snappy"), ["undecodable"]),
    ("no records", framed(b"", count=0), []),
    ("bytes left over", framed(b"abc", count=0), ["undecodable"]),
    ("a schema of others", container([FACT]).replace(b"units", b"packs"), ["unknown-schema"]),
    ("a schema that is none", headed(b"{}"), ["undecodable"]),
    ("a schema without end", headed(b"[" * 5_000), ["undecodable"]),
    ("a union of nothing", headed(b"[]"), ["unknown-schema"]),
    ("a number without end", MAGIC + b"\xff" * 20, ["undecodable"]),
    ("no schema at all", MAGIC + b"\x00" + b"s" * 16, ["undecodable"]),
    ("another schema", headed(b'"string"'), ["unknown-schema"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"), [h[1:] for h in HANDMADE], ids=[h[0] for h in HANDMADE]
)
def test_containers_made_by_hand(body: bytes, expected: list[str]) -> None:
    """No length, count or schema that somebody made up does any harm."""
    assert expected == outcomes(body)
    assert expected == [getattr(v, "reason", "") for v in read(body, None, OPERATOR)]
