"""Of transactions only what was committed is recorded, and an open one that holds all up rings."""

from collections.abc import Iterator
from typing import Any

import pytest

from consumers.broker.connection import Connection, producer
from consumers.broker.topics import SCANS
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
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

pytestmark = pytest.mark.kafka


@pytest.fixture
def sender(connection: Connection, prefix: str) -> Iterator[Any]:
    """A producer of transactions."""
    found = producer(connection, transactional_id=prefix, transaction_timeout_ms=60_000)
    found.init_transactions()
    yield found
    found.close()


@pytest.mark.usefixtures("either_reading")
def test_only_what_was_committed_is_recorded(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log, sender: Any
) -> None:
    """What was aborted is no fact and no dead letter, and markers are no messages that wait."""
    topic = fresh_topics(SCANS)
    kept, taken_back = [applied() for _ in range(5)], [applied() for _ in range(7)]
    between = applied()
    for facts, end in (
        (kept[:3], sender.commit_transaction),
        (taken_back, sender.abort_transaction),
        (kept[3:], sender.commit_transaction),
    ):
        sender.begin_transaction()
        for value in avro(facts):
            sender.send(topic, value, partition=0)
        sender.flush()
        end()
    send(connection, topic, avro([between]))
    sender.begin_transaction()
    sender.send(topic, avro(taken_back)[0], partition=0)
    sender.flush()
    sender.abort_transaction()
    every = 3 + 1 + 7 + 1 + 2 + 1 + 1 + 1 + 1

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() == 6)
        until(lambda: next_offset(log, topic) == every)
        until(lambda: metric("ledger_ingest_lag_messages", topic) == 0)
        assert holes(topic) is None

    assert recorded(log) == ids([*kept, between])
    assert log.dead_letters(0, 9) == []


def test_an_open_transaction_rings_as_lag(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log, sender: Any
) -> None:
    """What stands behind an open transaction waits, and is counted, until the end of that."""
    topic = fresh_topics(SCANS)
    facts = [applied() for _ in range(6)]
    send(connection, topic, avro(facts[:1]))
    sender.begin_transaction()
    for value in avro(facts[1:3]):
        sender.send(topic, value, partition=0)
    sender.flush()
    send(connection, topic, avro(facts[3:]))

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: metric("ledger_ingest_held_messages", topic) == 5)
        until(lambda: metric("ledger_ingest_held_seconds", topic) > 3)
        assert metric("ledger_ingest_lag_messages", topic) == 5
        assert log.position() == 1
        sender.commit_transaction()
        until(lambda: log.position() == len(facts))
        until(lambda: metric("ledger_ingest_held_messages", topic) == 0)
        assert metric("ledger_ingest_held_seconds", topic) == 0

    assert recorded(log) == ids(facts)


def metric(name: str, topic: str) -> float:
    """What a gauge of partition 0 shows; below zero where it shows nothing."""
    found = REGISTRY.get_sample_value(name, {"topic": topic, "partition": "0"})
    return -1.0 if found is None else found


def holes(topic: str) -> float | None:
    """How many offsets were missing in partition 0."""
    labels = {"topic": topic, "partition": "0"}
    return REGISTRY.get_sample_value("ledger_ingest_offset_holes", labels)
