"""The ledger's topics are created once, and never changed behind anyone's back."""

from collections.abc import Callable

import pytest
from kafka.admin import KafkaAdminClient

from consumers.broker.connection import administration
from consumers.broker.local import LocalBroker
from consumers.broker.topics import DEAD_LETTERS, INPUTS, OUTPUTS, SCANS, catalogue, create, require
from ledger.errors import Misuse


@pytest.mark.kafka
def test_creating_again_changes_nothing(broker: LocalBroker, prefix: str) -> None:
    """The first call creates every topic; the second finds them all as they should be."""
    first = create(broker.connection, prefix=prefix)
    second = create(broker.connection, prefix=prefix)

    names = [prefix + name for name in (*INPUTS, *OUTPUTS)]
    assert names == [report.name for report in first] == [report.name for report in second]
    assert {True} == {report.created for report in first}
    assert [(report.created, report.differences) for report in second] == [(False, ())] * 5


@pytest.mark.kafka
def test_differences_are_named_and_left(broker: LocalBroker, prefix: str) -> None:
    """An existing topic that differs is reported with both values and stays as it is."""
    with administration(broker.connection) as admin:
        _make(admin, prefix + SCANS, {"num_partitions": 3, "configs": {"retention.ms": "1000"}})

    report = create(broker.connection, prefix=prefix)[0]

    assert not report.created
    assert report.differences == (
        "partitions is 3 where 6 is wanted",
        "max.message.bytes is 1048588 where 9437184 is wanted",
        "message.timestamp.type is CreateTime where LogAppendTime is wanted",
        "retention.ms is 1000 where 1209600000 is wanted",
    )
    assert require(broker.connection, reads=[prefix + SCANS]) == {prefix + SCANS: 3}


@pytest.mark.kafka
def test_missing_topics_are_all_named(
    broker: LocalBroker, fresh_topics: Callable[[str], str]
) -> None:
    """Asking for topics that are not there names each of them and the command that helps."""
    there = fresh_topics(DEAD_LETTERS)

    with pytest.raises(Misuse, match=r"no-a does not exist.*no-b does not exist") as caught:
        require(broker.connection, reads=["no-a"], writes=["no-b", there])
    assert "ledger topics create" in str(caught.value)
    assert there not in str(caught.value)


@pytest.mark.kafka
def test_too_many_copies_are_refused(broker: LocalBroker, prefix: str) -> None:
    """One node cannot keep three copies, and the sentence says so."""
    with pytest.raises(Misuse, match="cannot keep 3 copies"):
        create(broker.connection, prefix=prefix, replication=3)


def test_partitions_are_for_the_inputs() -> None:
    """The number asked for is that of the input topics; none is refused."""
    assert [topic.partitions for topic in catalogue(partitions=12)] == [12, 12, 12, 1, 1]
    with pytest.raises(Misuse, match="at least one partition"):
        catalogue(partitions=0)


def _make(admin: KafkaAdminClient, name: str, options: dict[str, object]) -> None:
    admin.create_topics({name: options}, wait_for_metadata=True)
