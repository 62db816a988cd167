"""A broker that wants a password: whoever is refused learns why, in the ledger's own words."""

from collections.abc import Callable

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from consumers.broker.connection import Connection, administration, explained, producer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import DEAD_LETTERS, SCANS, create, require
from ledger.errors import Misuse, Unavailable

pytestmark = pytest.mark.kafka

PASSWORD = "not-a-secret-2"  # noqa: S105 - of a user that lives for one test

patience_ms = 2_000
"""Long enough for a broker on this machine to refuse a password more than once."""

Account = Callable[..., Connection]


@pytest.fixture
def account(secured_broker: LocalBroker, prefix: str) -> Account:
    """Make a user who may do the operations given on the ledger's scans, and nothing else."""
    create(secured_broker.connection, prefix=prefix)

    def make(*operations: ACLOperation) -> Connection:
        user = prefix + "user"
        resource = ResourcePattern(ResourceType.TOPIC, prefix + SCANS)
        with administration(secured_broker.connection) as admin:
            admin.alter_user_scram_credentials(
                [UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, PASSWORD)]
            )
            if operations:
                admin.create_acls(
                    [
                        ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, resource)
                        for operation in operations
                    ]
                )
        return secured_broker.connection_as(user, PASSWORD)

    return make


def test_a_wrong_password_is_told(secured_broker: LocalBroker) -> None:
    """A wrong password names the user and the settings to look at, never the password."""
    wrong = secured_broker.connection_as(LocalBroker.admin, "a guess")

    with pytest.raises(Misuse, match="did not let user 'admin' in") as caught:
        producer(wrong, bootstrap_timeout_ms=patience_ms)
    assert "LEDGER_KAFKA_PASSWORD" in str(caught.value)
    assert "a guess" not in str(caught.value)


def test_no_password_is_told(secured_broker: LocalBroker) -> None:
    """A client that does not sign in is pointed to the protocol."""
    with pytest.raises(Unavailable, match="LEDGER_KAFKA_SECURITY_PROTOCOL"):
        producer(Connection(secured_broker.bootstrap), bootstrap_timeout_ms=patience_ms)


def test_read_is_enough_to_read(account: Account, prefix: str) -> None:
    """A user with READ may read that topic, and every other need is named with its topic."""
    connection = account(ACLOperation.READ)

    assert require(connection, reads=[prefix + SCANS]) == {prefix + SCANS: 6}
    with pytest.raises(Misuse, match=rf"{SCANS} is forbidden to user .*: grant it WRITE"):
        require(connection, writes=[prefix + SCANS])
    with pytest.raises(Misuse, match=rf"{DEAD_LETTERS} is forbidden to user .*: grant it READ"):
        require(connection, reads=[prefix + SCANS, prefix + DEAD_LETTERS])


def test_write_is_enough_to_write(account: Account, prefix: str) -> None:
    """A user with WRITE on the topic may produce to it, idempotently."""
    connection = account(ACLOperation.WRITE)

    require(connection, writes=[prefix + SCANS])
    sender = producer(connection)
    offset = sender.send(prefix + SCANS, b"a scan").get(10).offset
    sender.close()

    assert offset == 0


def test_producing_without_write_is_told(account: Account, prefix: str) -> None:
    """A user who may write nowhere is told so by the producer as well."""
    connection = account()
    sender = producer(connection)

    with pytest.raises(Misuse, match="forbids user"), explained(connection):
        sender.send(prefix + SCANS, b"a scan").get(10)
    sender.close()


def test_creating_without_create_is_told(account: Account, prefix: str) -> None:
    """A user who may not create topics is told so."""
    with pytest.raises(Misuse, match=r"forbid"):
        create(account(), prefix=prefix + "other.")
