"""What is taken in columns is what is accepted one by one: the same id, content and time.

Whatever the columns do not take is judged as ever; nothing that is refused is taken.
"""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from uuid import UUID

import fastavro
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.scalars import TIME_MICROS_MAX, TIME_MICROS_MIN, time_text
from ledger.intake import Accepted, Refused, door, read, to_avro
from ledger.intake.codec import CONFLUENT, HEADER_BYTES, SINGLE_OBJECT, to_record
from ledger.intake.columns import Taking
from ledger.intake.schemas import released
from ledger.intake.verdicts import EVENT_BYTES_MAX
from ledger.log import Columns
from ledger.log.columns import of_entries
from ledger.log.rows import Entry
from ledger.season import season
from tests import strategies

ALL = door("SOC")
SCHEMA_IDS = {1: released().newest["SealsApplied"]}
TAKING = Taking(ALL, "kafka", "EXP-1", SCHEMA_IDS)
FACTS = list(season(1_500, 7).facts())
CONTENT_TYPES = (None, "application/json", "avro/binary", "text/plain; charset=utf-8", "")


def one(kind: str) -> Fact:
    """An event of that type, of the season."""
    return next(fact for fact in FACTS if type(fact).__name__ == kind)


def judged_both_ways(
    value: bytes, content_type: str | None = None, taking: Taking = TAKING
) -> bool:
    """Whether a message was taken into columns; it is accepted one by one then, and alike."""
    verdicts = read(value, content_type, taking.door, SCHEMA_IDS)
    columns = Columns()
    left = taking.take(value, content_type, columns)
    if left is not None:
        assert (left, len(columns)) == (verdicts, 0)
        for verdict in left:
            if isinstance(verdict, Accepted):
                taking.add(columns, verdict)
    accepted = [each for each in verdicts if isinstance(each, Accepted)]
    assert left is not None or len(verdicts) == len(accepted) == 1
    by_entries = of_entries(
        [Entry(a.id, a.topic, a.state, 1, a.at, "kafka", "EXP-1") for a in accepted]
    )
    for column in Columns.__slots__:
        assert getattr(columns, column) == getattr(by_entries, column)
    return left is None


@pytest.mark.parametrize("kind", TYPES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_every_type_either_way(kind: str, data: st.DataObject) -> None:
    """An event of any type, as Avro and as JSON, under any content type."""
    fact = data.draw(strategies.facts(TYPES[kind]))
    avro = to_avro(fact)
    content_type = data.draw(st.sampled_from(CONTENT_TYPES))

    assert judged_both_ways(avro)
    judged_both_ways(avro, content_type)
    judged_both_ways(read(avro, None, ALL)[0].state, content_type)  # type: ignore[union-attr]


CHANGES = ("set", "insert", "remove", "exchange", "append", "repeat", "embed", "nothing")


SEASON = [(to_avro(fact), canonical.encode(fact)) for fact in FACTS]


@pytest.mark.parametrize("form", ["avro", "json"])
def test_nothing_of_a_season_is_odd(form: str) -> None:
    """Whatever a sender of ours sends is taken in columns."""
    odd = [
        fact
        for avro, state in SEASON
        if not judged_both_ways(avro if form == "avro" else state)
        for fact in [state]
    ]

    assert odd == []


@settings(max_examples=1_500, deadline=None)
@given(st.integers(0, 2**32))
def test_mutants_either_way(seed: int) -> None:
    """Bytes set, inserted, removed, tails exchanged, or the message among others."""
    chance = Random(seed)  # noqa: S311 - repeatable, as Hypothesis asks
    form = chance.randint(0, 1)
    value, other = bytearray(chance.choice(SEASON)[form]), chance.choice(SEASON)[form]
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, max(0, len(value) - 1))
        match chance.choice(CHANGES):
            case "set" if value:
                value[at] = chance.randint(0, 255)
            case "insert":
                value[at:at] = chance.randbytes(chance.randint(1, 3))
            case "remove":
                del value[at : at + chance.randint(1, 3)]
            case "exchange":
                value[at:] = other[chance.randint(0, len(other)) :]
            case "append":
                value += chance.choice([b"\0", b" ", b"\n", b"x", other])
            case "repeat":
                value += bytes(value)
            case "embed":
                value = bytearray(other[HEADER_BYTES:]) + value + other

    judged_both_ways(bytes(value), chance.choice(CONTENT_TYPES))


@pytest.mark.parametrize(
    "value",
    [
        b"", b"[]", b"{}", b"[", b"{", b"\xc3\x01", b"\xc3\x01" + bytes(8), b"Obj\x01", b"\0",
        b"\0\0\0\0\1", b"{\n}", b"\xef\xbb\xbf{}", b"x" * (EVENT_BYTES_MAX + 1),
    ],
)  # fmt: skip
def test_what_is_no_event_is_left(value: bytes) -> None:
    """Nothing of it is taken; it is judged as ever."""
    assert not judged_both_ways(value)


def test_what_a_door_does_not_permit_is_left() -> None:
    """A type of another channel, and one for a single source, are judged as ever."""
    fact = one("MarkRegistered")
    scans = Taking(door("S"), "kafka", "EXP-1")
    own = Taking(door("SOC", "SCANNER-1"), "kafka", "EXP-1")

    assert not judged_both_ways(to_avro(fact), taking=scans)
    assert not judged_both_ways(to_avro(fact), taking=own)
    assert isinstance(scans.take(to_avro(fact), None, Columns())[0], Refused)  # type: ignore[index]


def test_an_id_in_capitals_is_the_same_id() -> None:
    """It is written in lower case on the way: the columns leave that to the other way."""
    fact = one("SealsApplied")
    small = to_avro(fact)
    large = small.replace(fact.id.encode(), fact.id.upper().encode())
    columns = Columns()
    verdicts = TAKING.take(large, None, columns)

    assert verdicts is not None or large == small
    judged_both_ways(large)
    assert read(large, None, ALL)[0].id == UUID(fact.id)


def test_a_refusal_says_the_same_each_time() -> None:
    """Also of a message that ends within a truth, where the library names an object in memory."""
    value = to_avro(one("MarkRegistered"))
    verdicts = [read(value[:end], None, ALL)[0] for end in range(HEADER_BYTES, len(value))]

    assert verdicts == [read(value[:end], None, ALL)[0] for end in range(HEADER_BYTES, len(value))]
    assert not any(
        " object at 0x" in each.sentence for each in verdicts if isinstance(each, Refused)
    )


def test_registry_framing_is_judged_as_ever() -> None:
    """Its ids are a setting, not a fingerprint."""
    fact = one("SealsApplied")
    framed = CONFLUENT + (1).to_bytes(4, "big") + to_avro(fact)[HEADER_BYTES:]

    assert not judged_both_ways(framed)


@settings(max_examples=500, deadline=None)
@given(st.integers(TIME_MICROS_MIN, TIME_MICROS_MAX - 1), st.integers(-1439, 1439))
def test_the_text_of_a_moment_is_as_the_calendar_says(at: int, offset: int) -> None:
    """Written from tables, it is what the calendar of the standard library writes."""
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at, minutes=offset)
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"

    assert (
        time_text(at, offset)
        == local.replace(tzinfo=None).isoformat(timespec="microseconds") + zone
    )


@pytest.mark.parametrize(
    ("at", "offset"),
    [(TIME_MICROS_MIN - 1, 0), (TIME_MICROS_MAX, 0), (0, 1440), (0, -1440)],
)
def test_no_text_outside_the_calendar(at: int, offset: int) -> None:
    """Two days from its ends, and a day from UTC, it ends."""
    with pytest.raises(ValueError, match=r"calendar|day from UTC"):
        time_text(at, offset)


def avro_fields() -> bytes:
    """An event without documents, whose list of them is a zero behind the empty `corrects`."""
    fact = one("SealsApplied")
    return to_avro(msgspec.structs.replace(fact, documents=(), actor=None, corrects=None))


def test_a_list_that_came_out_empty_is_absent() -> None:
    """However its end was written: also as a zero in two bytes."""
    plain = avro_fields()
    source = one("SealsApplied").source.encode()
    at = plain.index(source) + len(source) + 2  # behind two fields that are null
    overlong = plain[:at] + b"\x80\x00" + plain[at + 1 :]
    columns = Columns()

    assert plain[at] == 0
    assert judged_both_ways(overlong)
    assert TAKING.take(overlong, None, columns) is TAKING.take(plain, None, columns) is None
    assert columns.states[0] == columns.states[1]
    assert b"documents" not in columns.states[0]


@pytest.mark.parametrize("day", [2**31 - 1, -(2**31), 3_000_000, -800_000])
def test_a_day_beyond_the_calendar_is_refused(day: int) -> None:
    """The library raises another error for it than for a day that is none."""
    schema = released().newest["CertificationChanged"]
    fact = one("CertificationChanged")
    record = to_record(fact)
    record["from"] = day
    stream = BytesIO()
    stream.write(SINGLE_OBJECT + schema.fingerprint)
    fastavro.schemaless_writer(stream, schema.reader, record)

    assert not judged_both_ways(stream.getvalue())
    (verdict,) = read(stream.getvalue(), None, ALL)
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.path) == ("invalid", "from")


def test_a_length_that_reaches_into_the_next_message_takes_nothing() -> None:
    """Only the exact end proves that nothing was borrowed."""
    value = bytearray(avro_fields())
    source = one("SealsApplied").source.encode()
    at = value.index(source) - 1
    for length in (value[at] + 2, value[at] - 2, 126):
        changed = bytearray(value)
        changed[at] = length
        assert not judged_both_ways(bytes(changed))
        assert not judged_both_ways(bytes(changed) + bytes(value))
