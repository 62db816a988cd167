"""Batches read by runs are what they are read record by record; whatever bytes they are."""

from collections import deque
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.protocol.consumer import IsolationLevel
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecordsBuilder

from consumers.ingest import runs, unpacking
from consumers.ingest.runs import Headings, Message, Run
from consumers.ingest.unpacking import Unpacked, Unreadable
from tests import rawbatches

PARTITION = TopicPartition("ledger.scans", 3)
CODECS = (0, 1, 2, 3, 4)
COUNT_AT, FIRST_RECORD_AT = 57, 61
"""Where a batch says how many records it holds, and where they begin."""


def read(raw: bytes, fetch_offset: int = 0, *, by_runs: bool, aborted: Any = ()) -> list[Any]:
    """What a fetch that was answered with these bytes gives, message by message, and its end."""
    holes: list[int] = []
    made = Unpacked(
        fetch_offset,
        PARTITION,
        MemoryRecords(raw),
        isolation_level=IsolationLevel.READ_COMMITTED,
        aborted_transactions=deque(aborted),
    )
    made.holes, made.headings = lambda _, count: holes.append(count), Headings()
    made.by_runs = by_runs
    found: list[Message | Unreadable] = []
    while made.record_iterator is not None:
        for each in made.take(1):
            if isinstance(each, Run):
                assert each.offset >= fetch_offset or found
                assert len(each) <= runs.run_messages_max
                found += [each.message(index) for index in range(len(each))]
            else:
                found.append(each)
    return [*found, made.next_fetch_offset, made.read_through, made.leader_epoch, holes]


def both_ways(raw: bytes, fetch_offset: int = 0, **how: Any) -> list[Any]:
    """The same either way; answers it."""
    found = read(raw, fetch_offset, by_runs=True, **how)
    assert found == read(raw, fetch_offset, by_runs=False, **how)
    return found


SIZES = (0, 1, 63, 64, 65, 130)
NAMES = ("content-type", "Content-Type", "trace", "名前", "")
SEEDS = st.integers(0, 2**32)


def batch(chance: Random) -> bytes:
    """A batch of any messages: keys or none, values or none, headers, any codec and time."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=chance.choice(CODECS),
        is_transactional=chance.random() < 1 / 2,
        producer_id=chance.choice([-1, 7]),
        producer_epoch=0,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    for number in range(chance.randint(0, 6)):
        value = chance.choice([None, b"v" * chance.choice(SIZES), chance.randbytes(9)])
        key = chance.choice([None, chance.randbytes(chance.choice(SIZES))])
        headers = [
            (chance.choice(NAMES), chance.choice([None, b"", b"application/json"]))
            for _ in range(chance.choice([0, 0, 1, 3]))
        ]
        builder.append(
            number, 1_780_000_000_000 + chance.randint(-200, 20_000), key, value, headers
        )
    raw = bytearray(builder.build())
    raw[:8] = chance.randint(0, 9).to_bytes(8, "big")
    raw[rawbatches.ATTRIBUTES_AT + 1] |= chance.choice([0, 0, 8, 32])  # time, marker
    return rawbatches.summed(bytes(raw))


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_any_batches_either_way(seed: int) -> None:
    """Any codec, headers, keys, tombstones, markers, from any offset in the middle of a batch."""
    chance = Random(seed)  # noqa: S311 - repeatable, as Hypothesis asks
    made = [batch(chance) for _ in range(chance.randint(0, 4))]

    both_ways(b"".join(made), chance.randint(0, 12))


@settings(max_examples=1_500, deadline=None)
@given(SEEDS)
def test_damaged_batches_either_way(seed: int) -> None:
    """Bytes set, inserted or removed behind the checksum's place, with the checksum they ask for.

    So a length, a number or a name may be anything, and the client is none the wiser.
    """
    chance = Random(seed)  # noqa: S311 - repeatable, as Hypothesis asks
    raw = bytearray(batch(chance))
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(COUNT_AT, len(raw) - 1)
        match chance.choice(["set", "insert", "remove", "flip"]):
            case "set":
                raw[at] = chance.choice([0, 1, 2, 3, 13, 127, 128, 255])
            case "flip":
                raw[at] ^= 1 << chance.randint(0, 7)
            case "insert" if at >= FIRST_RECORD_AT:
                raw.insert(at, chance.randint(0, 255))
            case "remove" if at >= FIRST_RECORD_AT:
                del raw[at]
    raw[8:12] = (len(raw) - 12).to_bytes(4, "big")

    both_ways(rawbatches.summed(bytes(raw)) + batch(chance), chance.randint(0, 3))


@pytest.mark.parametrize("damage", ["checksum", "magic", "cut"])
def test_a_batch_that_cannot_be_read_stands_in_its_place(damage: str) -> None:
    """What comes before it is given first, and nothing behind it."""
    good, bad = rawbatches.batch([b"a", b"b"]), bytearray(rawbatches.batch([b"c"]))
    bad[7] = 2
    if damage == "checksum":
        bad[-1] ^= 1
    elif damage == "magic":
        bad[rawbatches.MAGIC_AT] = 9
    else:
        bad = bad[:40]
        bad[8:12] = (40 - 12).to_bytes(4, "big")

    last = bytearray(good)
    last[7] = 3

    *found, _, through, _, _ = both_ways(good + bytes(bad) + bytes(last))

    assert [each.value for each in found[:2]] == [b"a", b"b"]
    assert isinstance(found[2], Unreadable)
    assert (found[2].offset, through) == (2, False)


class Aborted:
    """A transaction that was taken back, as a fetch tells it."""

    producer_id, first_offset = 7, 0


def test_aborted_transactions_are_left_out_either_way() -> None:
    """And what is committed behind them is given."""
    builder = DefaultRecordBatchBuilder(2, 0, True, 7, 0, 0, 1 << 20)  # noqa: FBT003 - the client's
    builder.append(0, 1, b"k", b"taken back", [])
    committed = bytearray(rawbatches.batch([b"kept"]))
    committed[7] = 1

    found = both_ways(
        rawbatches.summed(bytes(builder.build())) + bytes(committed), aborted=[Aborted]
    )

    assert [each.value for each in found[:-4]] == [b"kept"]


@pytest.mark.parametrize("magic", [0, 1])
def test_old_formats_are_read_as_ever(magic: int) -> None:
    """They come from brokers and producers of long ago."""
    builder = MemoryRecordsBuilder(magic=magic, compression_type=0, batch_size=1 << 20)
    for number in range(5):
        builder.append(number, b"k", b"v%d" % number)
    builder.close()

    found = both_ways(bytes(builder.buffer()))

    assert [each.value for each in found[:-4]] == [b"v%d" % number for number in range(5)]


def test_a_message_of_8_mib_either_way() -> None:
    """The largest that is taken."""
    raw = rawbatches.batch([b"x" * 8 * 1024 * 1024, b"small"])

    assert [len(each.value) for each in both_ways(raw)[:2]] == [8 * 1024 * 1024, 5]


def test_a_batch_of_many_messages_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a batch expands to, a run holds a bounded number of messages and bytes."""
    raw = rawbatches.batch([b"v%d" % number for number in range(10_001)], codec=1)
    found = both_ways(raw)
    assert [each.offset for each in found[:-4]] == list(range(10_001))

    monkeypatch.setattr(runs, "run_bytes_max", 100)
    assert both_ways(raw) == found


@pytest.mark.parametrize("by_runs", [True, False])
def test_keys_and_headers_fill_a_run_too(by_runs: bool) -> None:  # noqa: FBT001 - the case
    """Batches that expand to keys or headers alone are cut as those of values are."""
    raw = b""
    for first in (0, 40):
        builder = DefaultRecordBatchBuilder(2, 1, False, -1, -1, -1, 1 << 30)  # noqa: FBT003 - the client's
        for number in range(40):
            large = bytes(1 << 20)
            headers = [("x", large)] if number % 2 else []
            builder.append(number, 1, None if number % 2 else large, b"", headers)
        made = bytearray(builder.build())
        made[7] = first
        raw += bytes(made)
    unpacked = Unpacked(0, PARTITION, MemoryRecords(raw))
    unpacked.holes, unpacked.headings = lambda *_: None, Headings()
    unpacked.by_runs = by_runs
    sizes = []
    while unpacked.record_iterator is not None:
        sizes += [len(run) for run in unpacked.take(1)]

    assert sum(sizes) == 80
    assert max(sizes) <= runs.run_bytes_max >> 20


def test_the_client_is_as_this_was_made_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not, that is found out, and messages are read one by one."""
    assert unpacking.runs_are_read()

    class Otherwise:
        """A client whose batches have other names within."""

        def __init__(self, raw: bytes) -> None:
            self.raw = raw

        def next_batch(self) -> Any:
            """A batch of them."""
            return object()

    monkeypatch.setattr(unpacking, "MemoryRecords", Otherwise)
    assert not unpacking.runs_are_read()
