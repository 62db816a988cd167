"""A partition where something is badly wrong stops by itself, and goes on when a person says so."""

from typing import Any

import pytest
from kafka import TopicPartition

from consumers.broker.connection import Connection, administration
from consumers.broker.topics import INPUTS, SCANS, create
from consumers.ingest import ingest
from consumers.ingest.stops import parse, read
from consumers.ingest.window import Window, window_events
from ledger.errors import Misuse
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    as_json,
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


WINDOWS = [  # accepted, then refused, then accepted   exceeded at 5 %
    ((1_000, 0, 0), False),
    ((0, 999, 0), False),  # not full yet
    ((0, 1_000, 0), True),
    ((950, 50, 0), False),  # exactly the share that may be
    ((949, 51, 0), True),
    ((949, 51, 949), True),
    ((949, 51, 950), False),  # the first of them is forgotten
    ((0, 51, 949), True),
    ((0, 51, 948), False),
    ((5_000, 51, 0), True),
]


@pytest.mark.parametrize(("run", "exceeded"), WINDOWS)
def test_only_a_full_window_is_weighed(run: tuple[int, int, int], exceeded: bool) -> None:  # noqa: FBT001 - a table's column
    """More than the share of the last 1,000 events, and never of fewer."""
    before, refused, after = run
    window = Window(0.05)
    window.accept(before)
    window.refuse(refused)
    window.accept(after)

    assert window.exceeded is exceeded


def test_conflicts_count_although_they_come_to_light_later() -> None:
    """An event first counted as accepted is counted as refused once the log says so."""
    window = Window(0.0)
    window.accept(window_events)
    assert not window.exceeded

    window.turn(back=window_events)
    assert window.refused == 1
    window.accept(1)
    assert window.refused == 0
    window.turn(back=1)
    assert window.exceeded


def test_a_partition_is_named_as_people_write_it() -> None:
    """TOPIC:PARTITION, and nothing else."""
    assert parse("a.ledger.scans:12") == ("a.ledger.scans", 12)
    for wrong in ("ledger.scans", "ledger.scans:", ":1", "ledger.scans:x", "ledger.scans:²"):
        with pytest.raises(Misuse, match="TOPIC:PARTITION"):
            parse(wrong)


@kafka
def test_too_many_refusals_stop_one_partition_until_accepted(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A bad deployment stops its partition, over restarts too; the others go on meanwhile."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    bad, after = [b"{" for _ in range(1_500)], [applied() for _ in range(1_000)]
    send(connection, topic, bad + avro(after))
    others = [applied() for _ in range(20)]
    send(connection, topic, avro(others), partition=1)

    with ingesting(settings, log, prefix):
        until(lambda: read(log, topic, 0) is not None)
        until(lambda: log.position() == len(others))
        until(lambda: gauge(topic, "refusals") == 1)
    assert next_offset(log, topic) == len(log.dead_letters(0, 9_999)) == window_events

    later = applied()
    send(connection, topic, avro([later]), partition=1)
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == len(others) + 1)
        until(lambda: gauge(topic, "refusals") == 1)
        assert next_offset(log, topic) == window_events
        sentence = ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == len(bad) + len(after))
        until(lambda: read(log, topic, 0) is None)

    assert f"{topic}:0 is stopped before offset 1000" in sentence
    assert recorded(log) == ids([*others, later, *after])
    assert len(log.dead_letters(0, 9_999)) == len(bad)
    assert gauge(topic, "refusals") is None
    with pytest.raises(Misuse, match="is not stopped"):
        ingest.accept_refusals(log, topic, 0)


@kafka
def test_conflicts_stop_a_partition_too(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A scanner that gives every event the same id is stopped like one that sends rubbish."""
    topic = fresh_topics(SCANS)
    first = applied()
    send(connection, topic, [as_json(applied(id=first.id, units=n + 1)) for n in range(2_500)])

    with ingesting(settings_for(connection, prefix, refusals_max=0.5), log, prefix):
        until(lambda: read(log, topic, 0) is not None)

    stop = read(log, topic, 0)
    assert stop is not None
    assert next_offset(log, topic) == stop.offset
    assert recorded(log) == ids([first])
    assert {letter.refusal.reason for letter in log.dead_letters(0, 9_999)} == {"conflict"}


@kafka
def test_messages_removed_before_they_were_read_stop_the_partition(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """What a topic forgot too early is an alarm, not a jump; accepted, reading goes on behind."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    facts = [applied() for _ in range(30)]
    send(connection, topic, avro(facts[:10]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 10)
    send(connection, topic, avro(facts[10:]))
    remove(connection, topic, before=25)

    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic, "lost") == 1)
        assert next_offset(log, topic) == 10
        sentence = ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == 30)

    assert "15 messages from offset 10 on were removed" in sentence
    assert recorded(log) == ids(facts[:10] + facts[25:])
    assert read(log, topic, 0) is None


@kafka
def test_a_new_ledger_begins_where_an_old_topic_begins(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """What a topic forgot before the ledger existed stops nothing."""
    topic = fresh_topics(SCANS)
    facts = [applied() for _ in range(10)]
    send(connection, topic, avro(facts))
    remove(connection, topic, before=4)

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: next_offset(log, topic) == 10)

    assert recorded(log) == ids(facts[4:])


@kafka
def test_a_topic_made_anew_stops_the_partition(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A topic that was deleted and made anew is not read until somebody accepts it."""
    topic = fresh_topics(SCANS)
    settings = settings_for(connection, prefix)
    facts = [applied() for _ in range(15)]
    send(connection, topic, avro(facts[:10]))
    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 10)
    with administration(connection) as admin:
        admin.delete_topics([prefix + name for name in INPUTS])
    until(lambda: made_anew(connection, prefix))
    send(connection, topic, avro(facts[10:]))

    with ingesting(settings, log, prefix):
        until(lambda: gauge(topic, "made-anew") == 1)
        ingest.accept_refusals(log, topic, 0)
        until(lambda: next_offset(log, topic) == 5)

    assert recorded(log) == ids(facts)


def gauge(topic: str, why: str) -> Any:
    """What the alarm of partition 0 shows."""
    labels = {"topic": topic, "partition": "0", "why": why}
    return REGISTRY.get_sample_value("ledger_ingest_partition_stopped", labels)


def remove(connection: Connection, topic: str, *, before: int) -> None:
    """Remove the messages of partition 0 before an offset, as retention does."""
    with administration(connection) as admin:
        admin.delete_records({TopicPartition(topic, 0): before})


def made_anew(connection: Connection, prefix: str) -> bool:
    """Create the topics again; false while the broker is still removing the old ones."""
    return any(report.created for report in create(connection, prefix=prefix))
