"""A client reaches the broker with messages of every allowed size, or says why it cannot."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import TopicPartition

from consumers.broker.connection import (
    Connection,
    client_options,
    consumer,
    explained,
    from_settings,
    message_bytes_max,
    producer,
)
from consumers.broker.local import LocalBroker
from consumers.broker.topics import SCANS
from ledger.errors import Misuse, Unavailable
from ledger.settings import Settings

EIGHT_MIB = 8 * 1024 * 1024


@pytest.mark.kafka
def test_a_message_of_eight_mib_passes(
    broker: LocalBroker, fresh_topics: Callable[[str], str]
) -> None:
    """A message of 8 MiB comes out as it went in, between two small ones."""
    topic = fresh_topics(SCANS)
    large = os.urandom(EIGHT_MIB)
    sender = producer(broker.connection)
    for value in (b"before", large, b"after"):
        sender.send(topic, value, key=b"JAS-A", partition=0).get(20)
    sender.close()

    partition = TopicPartition(topic, 0)
    reader = consumer(broker.connection)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    values: list[bytes] = []
    for _ in range(10):
        values += [record.value for record in reader.poll(5_000).get(partition, [])]
        if len(values) >= 3:
            break
    reader.close()

    assert values == [b"before", large, b"after"]


@pytest.mark.kafka
def test_a_message_beyond_the_limit_is_refused(
    broker: LocalBroker, fresh_topics: Callable[[str], str]
) -> None:
    """What no topic can hold is refused before it is sent, with the limit in the sentence."""
    sender = producer(broker.connection)
    with pytest.raises(Misuse, match=str(message_bytes_max)), explained(broker.connection):
        sender.send(fresh_topics(SCANS), bytes(message_bytes_max + 1)).get(20)
    sender.close()


def test_no_broker_is_told_at_once() -> None:
    """An address where nobody listens is named, without waiting for a client's time limit."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unavailable, match=f"No Kafka broker answers at {address}"):
            producer(Connection(address))


@pytest.mark.parametrize("address", ["localhost", "host:", ":9092", "host:port", ""])
def test_an_address_needs_host_and_port(address: str) -> None:
    """Anything but host:port is misuse, and the setting is named."""
    with pytest.raises(Misuse, match="LEDGER_KAFKA_BOOTSTRAP"):
        consumer(Connection(address))


INCOMPLETE = [
    ({}, "set LEDGER_KAFKA_BOOTSTRAP"),
    ({"kafka_security_protocol": "SASL_SSL"}, "LEDGER_KAFKA_USERNAME and LEDGER_KAFKA_PASSWORD"),
    (
        {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_username": "ingest"},
        "LEDGER_KAFKA_USERNAME and LEDGER_KAFKA_PASSWORD",
    ),
    ({"kafka_ca_file": Path("/no/such.pem")}, "LEDGER_KAFKA_CA_FILE: there is no file"),
]


@pytest.mark.parametrize(("given", "expected"), INCOMPLETE)
def test_incomplete_settings_are_named(given: dict[str, object], expected: str) -> None:
    """What a connection needs and has not got is named by its setting."""
    address = {"kafka_bootstrap": "127.0.0.1:9"} if given else {}
    settings = Settings(**(address | given))  # type: ignore[arg-type]  # each of its own type

    with pytest.raises(Misuse, match=expected):
        from_settings(settings)


def test_a_password_is_used_but_not_shown() -> None:
    """The password reaches the client's options and no representation of the connection."""
    settings = Settings(
        kafka_bootstrap="a:1,b:2",
        kafka_security_protocol="SASL_SSL",
        kafka_username="ingest",
        kafka_password="hush",  # noqa: S106 - what the test looks for
    )
    connection = from_settings(settings)
    options = client_options(connection)

    assert options["sasl_plain_password"] == "hush"  # noqa: S105 - what the test put there
    assert options["bootstrap_servers"] == ["a:1", "b:2"]
    assert "hush" not in repr(connection)
    assert "hush" not in repr(settings)
