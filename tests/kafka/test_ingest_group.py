"""An ingest that its group gives nothing rests, and leaves where there is something to give."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaConsumer
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.base import MemberState

from consumers.broker.connection import Connection, administration, consumer
from consumers.broker.parties import Topics
from consumers.broker.topics import SCANS
from consumers.ingest import group as ingest_group
from consumers.ingest.fetching import Consumer, empty_poll_seconds_min, opened
from consumers.ingest.group import spare
from ledger.errors import Unavailable
from ledger.log import Log
from ledger.metrics import REGISTRY
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    avro,
    ingesting,
    patience_seconds,
    send,
    settings_for,
    until,
)

pytestmark = pytest.mark.kafka


class ForItself(RangePartitionAssignor):  # type: ignore[misc]  # kafka-python has no types
    """A leader that gives all partitions to one member, or to nobody."""

    favourite = ""

    @classmethod
    def assign(cls, cluster: Any, members: Any) -> Any:
        """Let all but the favourite ask for nothing."""
        for member in members:
            if member.member_id != cls.favourite:
                member.metadata.topics = []
        return super().assign(cluster, members)


@pytest.fixture
def leader(connection: Connection, prefix: str, fresh_topics: FreshTopics) -> Iterator[Any]:
    """The leader of the test's group, who was there first and gives nobody anything."""
    fresh_topics(SCANS)
    found: KafkaConsumer = consumer(
        connection,
        group=prefix,
        partition_assignment_strategy=[ForItself],
        session_timeout_ms=6_000,
    )
    found.subscribe(pattern=Topics(prefix).pattern)
    try:
        until(lambda: (found.poll(100), joined(found))[1])
        yield found
    finally:
        found.close()


@pytest.mark.parametrize("instance", [None, "ingest-1"])
def test_an_ingest_without_partitions_leaves_where_there_are_spare_ones(
    connection: Connection,
    prefix: str,
    log: Log,
    leader: Any,
    *,
    monkeypatch: pytest.MonkeyPatch,
    instance: str | None,
) -> None:
    """Given nothing although nobody has the partitions, it ends, and the next one may do better."""
    monkeypatch.setattr(ingest_group, "empty_seconds_max", 3.0)
    settings = settings_for(connection, prefix, kafka_instance=instance)
    with (  # noqa: PT012 - the leader has to live for as long as the ingest does
        pytest.raises(Unavailable, match=r"nobody has 18 of them: it leaves"),
        ingesting(settings, log, prefix) as thread,
    ):
        while thread.is_alive():
            leader.poll(100)
    ended = time.monotonic()
    assert (REGISTRY.get_sample_value("ledger_ingest_empty_seconds") or 0) >= 3

    until(lambda: (leader.poll(100), members(connection, prefix) == 1)[1])
    assert time.monotonic() - ended < 5


def test_an_ingest_too_many_stays(
    connection: Connection,
    prefix: str,
    log: Log,
    leader: Any,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where others have all partitions, it waits in the group for when one of them goes."""
    monkeypatch.setattr(ingest_group, "empty_seconds_max", 2.0)
    monkeypatch.setattr(ForItself, "favourite", leader._coordinator._generation.member_id)  # noqa: SLF001 - the leader itself
    said = "it has more members than partitions"
    with ingesting(settings_for(connection, prefix), log, prefix) as thread:
        until(lambda: (leader.poll(100), said in caplog.text)[1])
        # While the group moves its partitions about nobody can tell.
        topics = Topics(prefix)
        until(lambda: (leader.poll(100), spare(connection, prefix, topics) == set())[1])
        assert thread.is_alive()
        leader.close()
        send(connection, prefix + SCANS, avro([applied()]))
        until(lambda: log.position() == 1)
    assert REGISTRY.get_sample_value("ledger_ingest_empty_seconds") == 0


def test_an_overdue_heartbeat_makes_no_busy_loop(
    connection: Connection, prefix: str, leader: Any
) -> None:
    """Where the client thinks that it may not wait at all, its empty polls still rest between."""
    found = opened(connection, group=prefix, instance=None, session_seconds=6.0)
    found.subscribe(pattern=Topics(prefix).pattern)
    until(lambda: (leader.poll(10), found.poll(10), joined(found))[2])
    found._coordinator.time_to_next_poll = lambda: 0  # noqa: SLF001 - as when a heartbeat is never sent
    turns = count_turns(found)
    started, began, polls = time.process_time(), time.monotonic(), 0
    # One is enough, unless the machine is so busy that its only turn takes all of its time.
    while len(turns) < 2 and time.monotonic() - began < patience_seconds:
        found.poll(1_000)
        polls += 1
    passed = time.monotonic() - began

    # A turn that took long enough by itself is followed by no rest.
    assert 2 <= len(turns) <= passed / empty_poll_seconds_min + 2 * polls
    assert time.process_time() - started < 0.5 * polls
    found.close()


def test_all_of_our_topics_and_no_others_count_as_spare(
    connection: Connection, prefix: str, fresh_topics: FreshTopics
) -> None:
    """A group that does not exist yet has every input partition to spare, and no output."""
    fresh_topics(SCANS)
    found = spare(connection, prefix + "nobody", Topics(prefix))

    assert found is not None
    assert len(found) == 18
    assert {re.sub(r"^t\w+\.", "", key.topic) for key in found} == {
        "ledger.scans", "ledger.operators", "ledger.certifiers",
    }  # fmt: skip


def joined(member: Any) -> bool:
    """Whether a consumer is in its group."""
    return bool(member._coordinator.state == MemberState.STABLE)  # noqa: SLF001 - nobody else tells


def count_turns(reader: Consumer) -> list[float]:
    """The turns of a poll's loop from now on."""
    turns: list[float] = []
    fetch = reader.fetching.fetch_records

    def counted(*args: Any, **options: Any) -> Any:
        turns.append(time.monotonic())
        return fetch(*args, **options)

    reader.fetching.fetch_records = counted
    return turns


def members(connection: Connection, group: str) -> int:
    """How many members a group has."""
    with administration(connection) as admin:
        return len(admin.describe_groups([group])[group]["members"])
