"""Kafka over TLS with passwords: who is not let in, or does not believe, is told in a sentence."""

from pathlib import Path

import pytest
from kafka import TopicPartition

from consumers.broker.connection import Connection, consumer, producer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import SCANS, create
from tests.authorities import Authority, authority
from tests.brokers import PASSWORD
from tests.commanding import ledger, refused

pytestmark = pytest.mark.kafka

read_ms_max = 20_000


@pytest.fixture(scope="module")
def encrypted(secured_broker: LocalBroker, kafka_authority: Authority) -> Connection:
    """How the administrator reaches it over TLS."""
    return secured_broker.encrypted_as(LocalBroker.admin, PASSWORD, kafka_authority.file)


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that vouches for nobody here."""
    return authority(tmp_path_factory.mktemp("authority"), "another")


def test_what_is_sent_over_tls_is_read_over_tls(encrypted: Connection, prefix: str) -> None:
    """Topics are made, a scan is sent, and it is read again."""
    create(encrypted, prefix=prefix)
    sender = producer(encrypted)
    sender.send(prefix + SCANS, b"a scan", partition=0).get(10)
    sender.close()
    reader = consumer(encrypted)
    reader.assign([TopicPartition(prefix + SCANS, 0)])
    (found,) = reader.poll(read_ms_max).values()
    reader.close()

    assert [message.value for message in found] == [b"a scan"]


WRONG = [
    # setting, value, exit code, what is said
    ("CA_FILE", "{another}", 2, "is not believed: unable to get local issuer certificate"),
    ("CA_FILE", "{none}", 2, "LEDGER_KAFKA_CA_FILE: there is no file"),
    ("CA_FILE", "{empty}", 2, "holds no certificate in PEM"),
    # Its certificate is for localhost.
    ("BOOTSTRAP", "127.0.0.1:{port}", 2, "IP address mismatch, certificate is not valid for"),
    ("BOOTSTRAP", "{plain}", 1, "LEDGER_KAFKA_SECURITY_PROTOCOL"),
    ("USERNAME", "nobody", 2, "did not let user 'nobody' in by SCRAM-SHA-512"),
    ("PASSWORD", "a guess", 2, "check LEDGER_KAFKA_USERNAME, LEDGER_KAFKA_PASSWORD"),
    ("SECURITY_PROTOCOL", "SASL_PLAINTEXT", 2, "did not let user 'admin' in"),
]


@pytest.mark.parametrize(("name", "value", "code", "said"), WRONG)
def test_what_is_wrong_is_said_in_a_sentence(  # noqa: PLR0917 - fixtures and a table's row
    secured_broker: LocalBroker, encrypted: Connection, another: Authority, tmp_path: Path,
    name: str, value: str, code: int, said: str,
) -> None:  # fmt: skip
    """Each names the setting to look at; none tells the password, none is a traceback."""
    (tmp_path / "empty.pem").touch()
    values = {
        "another": str(another.file), "none": str(tmp_path / "none.pem"),
        "empty": str(tmp_path / "empty.pem"), "plain": secured_broker.bootstrap,
        "port": encrypted.bootstrap.rpartition(":")[2],
    }  # fmt: skip
    settings = {
        "LEDGER_KAFKA_BOOTSTRAP": encrypted.bootstrap,
        "LEDGER_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "LEDGER_KAFKA_USERNAME": LocalBroker.admin,
        "LEDGER_KAFKA_PASSWORD": PASSWORD,
        "LEDGER_KAFKA_CA_FILE": str(encrypted.ca_file),
        "LEDGER_HOME": str(tmp_path / "home"),
    }

    done = ledger(
        "topics", "create",
        settings=settings | {f"LEDGER_KAFKA_{name}": value.format(**values)},
    )  # fmt: skip

    refused(done, code, said)
    assert len(done.said.splitlines()) == 1
    assert PASSWORD not in done.said
    assert "a guess" not in done.said
