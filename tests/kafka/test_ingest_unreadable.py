"""Batches of any codec are read; what cannot be read stops its own partition, and nothing else."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from kafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode

from consumers.broker.connection import Connection, producer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import OPERATORS, SCANS, create
from consumers.ingest import ingest
from consumers.ingest.expanding import TooLargeError, expanded, expanded_bytes_max
from consumers.ingest.stops import read
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests import rawbatches
from tests.brokers import FreshTopics, emptied
from tests.ingesting import (
    applied,
    avro,
    ids,
    ingesting,
    next_offset,
    recorded,
    send,
    settings_for,
    until,
)

kafka = pytest.mark.kafka


CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip_encode,
    "snappy": snappy_encode,
    "lz4": lz4_encode,
    "zstd": zstd_encode,
}


@kafka
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.usefixtures("either_reading")
def test_every_codec_is_read(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log, codec: str
) -> None:
    """Whatever a producer compresses with, what it sends is recorded."""
    facts = [applied() for _ in range(300)]
    sender = producer(connection, compression_type=None if codec == "none" else codec)
    for value in avro(facts):
        sender.send(fresh_topics(SCANS), value, partition=0)
    sender.flush()
    sender.close()

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() == len(facts))

    assert recorded(log) == ids(facts)


@pytest.mark.parametrize("codec", ENCODERS)
def test_a_batch_expands_up_to_a_limit(codec: str) -> None:
    """A batch of the largest size is expanded, one that is a byte larger is not held."""
    data = bytes(expanded_bytes_max)

    assert expanded(CODECS[codec], ENCODERS[codec](data)) == data
    with pytest.raises(TooLargeError, match="beyond 64 MiB"):
        expanded(CODECS[codec], ENCODERS[codec](data + b"x"))


@kafka
@pytest.mark.usefixtures("either_reading")
def test_a_header_name_that_is_no_text_stops_its_partition_alone(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """It is stopped before that record; accepted, the records beside it are recorded."""
    topic = fresh_topics(SCANS)
    facts = [applied() for _ in range(10)]
    raw = rawbatches.batch(avro(facts), bad_names=(3, 7))
    assert rawbatches.produce(connection, topic, raw) == 0
    last, others = applied(), [applied() for _ in range(20)]
    send(connection, topic, avro([last]))
    settings = settings_for(connection, prefix)

    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic) == 1)
        send(connection, topic, avro(others), partition=1)
        until(lambda: log.position() == 3 + len(others))
    assert next_offset(log, topic) == 3
    (letter,) = log.dead_letters(0, 9)
    stop = read(log, topic, 0)
    assert stop is not None
    assert (stop.why, stop.offset) == ("unreadable", 3)
    assert "at offset 3 cannot be read" in stop.sentence
    assert (letter.refusal.reason, letter.refusal.place) == ("undecodable", f"{topic}/0/3")
    assert avro(facts)[3] in letter.refusal.payload
    assert letter.refusal.size == len(raw)

    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic) == 1)
        ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == 11)

    assert read(log, topic, 0) is None
    good = [fact for number, fact in enumerate(facts) if number not in {3, 7}]
    assert recorded(log) == ids([*good, last, *others])
    second = log.dead_letters(letter.number, 9)
    assert [each.refusal.place for each in second] == [f"{topic}/0/7"]
    assert avro(facts)[7] in second[0].refusal.payload


def checksum(held: bytearray, at: int) -> None:
    """Change a byte of a record."""
    held[at + 70] ^= 0xFF


def magic(held: bytearray, at: int) -> None:
    """Claim a format that nobody knows yet."""
    held[at + rawbatches.MAGIC_AT] = 7


def codec_unknown(held: bytearray, at: int) -> None:
    """Claim a codec that nobody knows, with the checksum that belongs to it."""
    end = at + 12 + int.from_bytes(held[at + 8 : at + 12], "big")
    held[at + rawbatches.ATTRIBUTES_AT + 1] |= 7
    held[at:end] = rawbatches.summed(bytes(held[at:end]))


def no_such_compression(held: bytearray, at: int) -> None:
    """Claim that plain records are gzip, with the checksum that belongs to it."""
    end = at + 12 + int.from_bytes(held[at + 8 : at + 12], "big")
    held[at + rawbatches.ATTRIBUTES_AT + 1] |= 1
    held[at:end] = rawbatches.summed(bytes(held[at:end]))


CHANGES = {
    change.__name__: change for change in (checksum, magic, codec_unknown, no_such_compression)
}


class Damaged(NamedTuple):
    """A topic whose second batch is damaged on the disk, on a broker that runs."""

    connection: Connection
    prefix: str
    batches: list[list[SealsApplied]]
    held: bytes


@pytest.fixture(scope="module")
def damaged(stoppable: LocalBroker) -> dict[str, Damaged]:
    """Topics for each change, one a reading, on a broker that was stopped once for all of them."""
    broker = emptied(stoppable)
    found = {}
    names = {f"{change}-{by_runs}": change for change in CHANGES for by_runs in (True, False)}
    for name in names:
        batches = [[applied() for _ in range(5)] for _ in range(3)]
        create(broker.connection, prefix=f"{name}.")
        for facts in batches:
            raw = rawbatches.batch(avro(facts))
            rawbatches.produce(broker.connection, f"{name}.{SCANS}", raw)
        found[name] = Damaged(broker.connection, f"{name}.", batches, b"")
    broker.stop()
    for name, change in names.items():
        held = rawbatches.damage(broker.folder, f"{name}.{SCANS}", CHANGES[change], batch=1)
        found[name] = found[name]._replace(held=held)
    broker.start()
    return found


@kafka
@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_broken_batch_stops_its_partition_alone(
    damaged: dict[str, Damaged],
    log: Log,
    change: str,
    either_reading: bool,  # noqa: FBT001 - a fixture's
) -> None:
    """What a disk made of a batch is a dead letter as it is; accepted, it is stepped over."""
    connection, prefix, batches, held = damaged[f"{change}-{either_reading}"]
    topic = prefix + SCANS
    others = [applied() for _ in range(20)]

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: gauge(topic) == 1)
        send(connection, topic, avro(others), partition=1)
        send(connection, prefix + OPERATORS, [b"{"])
        until(lambda: log.position() == 5 + len(others) and len(log.dead_letters(0, 9)) == 2)
        stop = read(log, topic, 0)
        assert stop is not None
        assert (stop.why, stop.offset, next_offset(log, topic)) == ("unreadable", 5, 5)
        ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == 15)

    letters = {each.refusal.place: each.refusal for each in log.dead_letters(0, 9)}
    letter = letters[f"{topic}/0/5"]
    assert (letter.reason, letter.payload) == ("undecodable", held)
    assert letter.sha256 == sha256(held).digest()
    assert recorded(log) == ids([*batches[0], *batches[2], *others])
    assert read(log, topic, 0) is None


@kafka
@pytest.mark.usefixtures("either_reading")
def test_a_batch_that_would_fill_the_memory_stops_its_partition_alone(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A few kilobytes that expand beyond the limit are never held; what follows is recorded."""
    topic = fresh_topics(SCANS)
    after: list[SealsApplied] = [applied()]
    rawbatches.produce(connection, topic, rawbatches.batch([b" " * 80_000_000], codec=4))
    send(connection, topic, avro(after))

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: gauge(topic) == 1)
        ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == 2)

    assert recorded(log) == ids(after)
    assert [each.refusal.reason for each in log.dead_letters(0, 9)] == ["undecodable"]


def gauge(topic: str) -> Any:
    """What the alarm of partition 0 shows."""
    labels = {"topic": topic, "partition": "0", "why": "unreadable"}
    return REGISTRY.get_sample_value("ledger_ingest_partition_stopped", labels)
