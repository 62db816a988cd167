"""How Kafka stands, in lines of the status: topics as they are, access, and what is lacking."""

import pytest
from kafka.admin import ScramMechanism
from kafka.admin import UserScramCredentialUpsertion as User

from consumers.broker.access import check_group, codecs_missing, has_acls
from consumers.broker.connection import administration
from consumers.broker.local import LocalBroker
from consumers.broker.topics import (
    CERTIFIERS,
    DEAD_LETTERS,
    INPUTS,
    OPERATORS,
    OUTPUTS,
    SCANS,
    create,
)
from ledger.commands.kafka_lines import broker_of, examined_kafka, kafka_lines
from ledger.errors import Misuse
from ledger.settings import Settings
from ledger.web.asking.status.lines import Line, State
from tests.ingesting import configure

pytestmark = pytest.mark.kafka

PASSWORD = "not-a-secret-3"  # noqa: S105 - of a user that lives for one test


def by_topic(lines: list[Line]) -> dict[str, tuple[State, str]]:
    """How each topic stands."""
    return {line.about: (line.state, line.code) for line in lines if line.about != "-"}


def test_topics_as_they_stand(own_broker: LocalBroker) -> None:
    """Missing, as made, otherwise, compacted; where parties have their own, few are missed."""
    settings = Settings(kafka_bootstrap=own_broker.bootstrap)
    lines = kafka_lines(settings)
    assert (lines[0].state, lines[0].code) == (State.FINE, "reached")
    assert by_topic(lines) == dict.fromkeys((*INPUTS, *OUTPUTS), (State.WRONG, "topic"))
    assert all("ledger topics create" in line.says + line.mend for line in lines[1:])

    create(own_broker.connection)
    configure(own_broker.connection, OPERATORS, {"retention.ms": "60000"})
    configure(own_broker.connection, CERTIFIERS, {"cleanup.policy": "compact"})
    lines = kafka_lines(settings)
    assert by_topic(lines) == {
        SCANS: (State.FINE, "as-made"), OPERATORS: (State.NOTE, "differs"),
        CERTIFIERS: (State.WRONG, "compacted"),
        **dict.fromkeys(OUTPUTS, (State.FINE, "as-made")),
    }  # fmt: skip
    (differs,) = [line for line in lines if line.code == "differs"]
    assert "retention.ms is 60000 where 1209600000 is wanted" in differs.says
    assert {line.values["partitions"] for line in lines if line.about in INPUTS} == {6}
    assert all(line.values["id"] for line in lines[1:])

    with administration(own_broker.connection) as admin:
        admin.delete_topics([CERTIFIERS])
    create(own_broker.connection, shared=False, of_parties=[f"{SCANS}.EXP-1"])
    found = by_topic(kafka_lines(settings))
    assert found[f"{SCANS}.EXP-1"] == (State.FINE, "as-made")
    assert CERTIFIERS not in found


def test_a_broker_is_asked_now_and_then(own_broker: LocalBroker) -> None:
    """Whoever asks again at once is answered the same; without Kafka there is nobody to ask."""
    assert broker_of(Settings()) is None
    asked = broker_of(Settings(kafka_bootstrap=own_broker.bootstrap))
    assert asked is not None

    assert asked() is asked()


def test_an_open_broker_is_a_note(own_broker: LocalBroker) -> None:
    """Without ACLs anybody may write: said, and no trouble; codecs and group are well."""
    create(own_broker.connection)
    lines = {
        line.code: line for line in examined_kafka(Settings(kafka_bootstrap=own_broker.bootstrap))
    }

    assert lines["acls"].state is State.NOTE
    # A broker that has just begun has no coordinator for the group yet.
    assert lines["group"].state in {State.FINE, State.UNKNOWN}
    assert lines["codecs"].state is State.FINE
    assert codecs_missing() == []


def test_a_guarded_broker(secured_broker: LocalBroker, prefix: str) -> None:
    """Its ACLs are seen by who may; a user without rights is told of the group it may not read."""
    user = prefix + "nobody"
    with administration(secured_broker.connection) as admin:
        admin.alter_user_scram_credentials([User(user, ScramMechanism.SCRAM_SHA_512, PASSWORD)])
    nobody = secured_broker.connection_as(user, PASSWORD)

    assert has_acls(secured_broker.connection) is True
    assert has_acls(nobody) is None
    with pytest.raises(Misuse, match="consumer group"):
        check_group(nobody, "seal-ledger")
    lines = kafka_lines(
        Settings(
            kafka_bootstrap=secured_broker.bootstrap,
            kafka_security_protocol="SASL_PLAINTEXT",
            kafka_username=user,
            kafka_password=PASSWORD,
        )
    )
    assert by_topic(lines)[DEAD_LETTERS][0] is State.WRONG
