"""Topics that are deleted, made anew, kept by a sender's clock, or that grow later."""

from typing import Any
from uuid import UUID

import pytest
from kafka import TopicPartition

from consumers.broker.connection import Connection, administration
from consumers.broker.topics import INPUTS, OPERATORS, SCANS, create
from consumers.ingest import ingest
from consumers.ingest import stops as partition_stops
from consumers.ingest.stops import read
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    avro,
    configure,
    gauge,
    ids,
    ingesting,
    next_offset,
    recorded,
    send,
    settings_for,
    until,
)

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("count", [3, 12])
@pytest.mark.parametrize("running", [False, True], ids=["down", "running"])
def test_a_topic_made_anew_is_not_read_in_the_old_ones_place(
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    log: Log,
    *,
    running: bool,
    count: int,
) -> None:
    """Shorter than the old one or longer, nothing of the new one is skipped, once accepted."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    before, after = [applied() for _ in range(4)], [applied() for _ in range(count)]
    send(connection, topic, avro(before))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 4)
        if running:
            made_anew(connection, topic)
            send(connection, topic, avro(after))
            until(lambda: gauge(topic, "made-anew") == 1)
            ingest.accept_refusals(log, topic, 0)
            until(lambda: next_offset(log, topic) == count)
    if not running:
        made_anew(connection, topic)
        send(connection, topic, avro(after))
        with ingesting(settings, log, prefix):
            until(lambda: gauge(topic, "made-anew") == 1)
            assert log.position() == 4
            ingest.accept_refusals(log, topic, 0)
            until(lambda: next_offset(log, topic) == count)

    assert recorded(log) == ids(before + after)
    assert read(log, topic, 0) is None
    assert partition_stops.topic_id(log, topic, 0) == id_of(connection, topic)


def test_a_topic_made_anew_twice_is_accepted_twice(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """Who accepted one new topic has not accepted the next one."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    send(connection, topic, avro([applied()]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 1)
    made_anew(connection, topic)
    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic, "made-anew") == 1)
    ingest.accept_refusals(log, topic, 0)
    made_anew(connection, topic)
    last = applied()
    send(connection, topic, avro([last]))
    with ingesting(settings, log, prefix):
        until(lambda: waits(log, topic))
        assert log.position() == 1
        ingest.accept_refusals(log, topic, 0)
        until(lambda: log.position() == 2)


def test_a_position_without_an_id_gets_one_and_goes_on(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """What was recorded before ids were kept stops nothing."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    facts = [applied() for _ in range(6)]
    send(connection, topic, avro(facts[:3]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 3)
    with log.transaction() as rows:
        rows.execute("UPDATE source_position SET topic_id = NULL")
    send(connection, topic, avro(facts[3:]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 6)

    assert partition_stops.topic_id(log, topic, 0) == id_of(connection, topic)
    assert recorded(log) == ids(facts)


@pytest.mark.parametrize("why", ["lost", "rewound"])
def test_a_stop_never_clears_itself(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log, why: str
) -> None:
    """That a topic looks as it should again does not tell what was missed: a person does."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    facts = [applied() for _ in range(8)]
    send(connection, topic, avro(facts[:5]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 5)
    # A stop from a time when the topic began, or ended, elsewhere.
    sentence = f"{topic}:0 is stopped"
    partition_stops.write(log, topic, 0, partition_stops.Stop(why, 5, sentence))  # type: ignore[arg-type]  # one of two that exist
    send(connection, topic, avro(facts[5:]))
    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic, why) == 1)
        send(connection, topic, avro([applied()]), partition=1)
        until(lambda: log.position() == 6)
        assert next_offset(log, topic) == 5
        ingest.accept_refusals(log, topic, 0)
        until(lambda: log.position() == 9)

    assert read(log, topic, 0) is None
    assert gauge(topic, why) is None


def test_a_topic_kept_by_its_senders_clocks_is_told(
    connection: Connection,
    fresh_topics: FreshTopics,
    prefix: str,
    log: Log,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A topic that removes by the sender's time is warned of; those the ledger makes are not so."""
    topic = fresh_topics(SCANS)
    configure(connection, topic, {"message.timestamp.type": "CreateTime"})
    keeps_all = fresh_topics(OPERATORS)
    configure(connection, keeps_all, {"message.timestamp.type": "CreateTime", "retention.ms": "-1"})
    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: sender_time(topic) == 1)

    assert [sender_time(prefix + name) for name in INPUTS] == [1, 0, 0]
    assert f"Topic {topic} removes messages by the time that their senders give" in caplog.text
    report = create(connection, prefix=prefix)[0]
    assert report.differences == (
        "message.timestamp.type is CreateTime where LogAppendTime is wanted",
    )


def test_partitions_added_later_are_read(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A message in a partition that did not exist at the start is recorded within 30 seconds.

    Of a machine of its own: twice that where tests of another process share it.
    """
    topic = fresh_topics(SCANS)
    with ingesting(settings_for(connection, prefix), log, prefix):
        send(connection, topic, avro([applied()]))
        until(lambda: log.position() == 1)
        with administration(connection) as admin:
            admin.create_partitions({topic: 8})
        late = applied()
        send(connection, topic, avro([late]), partition=7)
        until(lambda: log.position() == 2, seconds=60)

    assert UUID(late.id) in recorded(log)


def waits(log: Log, topic: str) -> bool:
    """Whether the first partition is stopped and nobody has accepted why."""
    stop = read(log, topic, 0)
    return stop is not None and not stop.accepted


def sender_time(topic: str) -> Any:
    """What the metric of a topic's clock shows."""
    return REGISTRY.get_sample_value("ledger_ingest_topic_sender_time", {"topic": topic})


def id_of(connection: Connection, topic: str) -> UUID:
    """The id that the broker gives a topic."""
    with administration(connection) as admin:
        return UUID(str(admin.describe_topics([topic])[0]["topic_id"]))


def made_anew(connection: Connection, topic: str) -> None:
    """Delete a topic and create it again, as the ledger would."""
    with administration(connection) as admin:
        admin.delete_topics([topic])

    def there() -> bool:
        with administration(connection) as admin:
            found = admin.create_topics({topic: {"num_partitions": 6}}, raise_errors=False)
            return not found["topics"][0]["error_code"]

    until(there)
    with administration(connection) as admin:
        admin.wait_for_topics([topic])
        admin.list_partition_offsets({TopicPartition(topic, 0): -1})
