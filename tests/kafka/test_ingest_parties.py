"""A party's own topics: read as they appear, and what comes there is said by that party."""

import json
from pathlib import Path

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

from consumers.broker import parties as topics_parties
from consumers.broker.connection import Connection, administration, producer
from consumers.broker.local import LocalBroker
from consumers.broker.parties import Topics, load
from consumers.broker.topics import INPUTS, OUTPUTS, SCANS, create, require
from consumers.ingest import fetching
from ledger.errors import Misuse
from ledger.log import Log
from tests.brokers import FreshTopics
from tests.ingesting import (
    applied,
    avro,
    ingesting,
    next_offset,
    send,
    settings_for,
    until,
)

kafka = pytest.mark.kafka


PASSWORD = "not-a-secret-3"  # noqa: S105 - of a user that lives for one test

NAMES = [  # topic                        read   party
    ("ledger.scans", True, None),
    ("ledger.operators.EXP-1", True, "EXP-1"),
    ("ledger.certifiers.RCB_1.x", True, "RCB_1.x"),
    ("ledger.scans.acme", True, "ACME/1"),
    ("ledger.scans.OPERATOR", False, None),
    ("ledger.scans.OPERATORS", True, "OPERATORS"),
    ("ledger.scans.", False, None),
    ("ledger.scansX", False, None),
    ("ledger.scans-EXP-1", False, None),
    ("other.ledger.scans", False, None),
    ("ledger.discrepancies", False, None),
    ("ledger.dead-letters.EXP-1", False, None),
]


@pytest.mark.parametrize("prefix", ["", "test."])
@pytest.mark.parametrize(("name", "read", "party"), NAMES)
def test_a_topics_name_tells_whose_it_is(
    name: str,
    read: bool,  # noqa: FBT001 - a table's column
    party: str | None,
    prefix: str,
) -> None:
    """Shared topics are nobody's, a party's are its own, and nobody speaks for the operator."""
    topics = Topics(prefix, {"acme": "ACME/1"})

    assert topics.matches(prefix + name) is read
    if read:
        assert topics.party(prefix + name) == party
        assert topics.door(prefix + name).name == name.split(".")[1][0].upper()


def test_a_partys_topics_are_named_by_what_can_stand_in_a_name() -> None:
    """An id with other characters is mapped; unmapped, the sentence says how; OPERATOR is none."""
    topics = Topics("", {"acme": "ACME/1", "taken": "OTHER"})

    assert topics.of_party("EXP-1") == tuple(f"{name}.EXP-1" for name in INPUTS)
    assert topics.of_party("ACME/1") == tuple(f"{name}.acme" for name in INPUTS)
    for wrong, said in (
        ("A/B", r'LEDGER_KAFKA_PARTIES, as \{"suffix": "A/B"\}'),
        ("taken", "cannot end a topic's name"),
        ("OPERATOR", "OPERATOR is the ledger's operator and no party"),
        ("a b", "is no party id"),
        ("x" * 81, "is no party id"),
    ):
        with pytest.raises(Misuse, match=said):
            topics.of_party(wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "expected"),
        ('{"a b": "X"}', "'a b' cannot end a topic's name"),
        ('{"OPERATOR": "X"}', "'OPERATOR' cannot end"),
        ('{"x": "OPERATOR"}', "no party"),
        ('{"x": 1}', "mapped to no text"),
        ('{"x": "Ä"}', "no party id"),
    ],
)
def test_a_map_of_parties_that_cannot_be_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Every slip in the file of LEDGER_KAFKA_PARTIES is one sentence that names the file."""
    file = tmp_path / "parties.json"
    file.write_text(text)

    with pytest.raises(Misuse, match=said) as caught:
        load(file)
    assert str(file) in str(caught.value)
    with pytest.raises(Misuse, match="cannot be read"):
        load(tmp_path / "none.json")


@kafka
def test_what_comes_over_a_partys_topic_is_said_by_it(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log, tmp_path: Path
) -> None:
    """Entries and refusals carry door and party; over a shared topic nobody is vouched for."""
    file = tmp_path / "parties.json"
    file.write_text(json.dumps({"acme": "ACME/1"}))
    topics = load(file, prefix)
    shared = fresh_topics(SCANS)
    names = [topics.of_party(party)[0] for party in ("EXP-1", "ACME/1")]
    create(connection, prefix=prefix, partitions=1, of_parties=names)
    facts = [applied() for _ in range(3)]
    other = [applied(id=fact.id, units=7) for fact in facts]
    for topic, fact, conflict in zip((shared, *names), facts, other, strict=True):
        send(connection, topic, [*avro([fact]), b"{", *avro([conflict])])

    with ingesting(settings_for(connection, prefix, kafka_parties=file), log, prefix):
        until(lambda: log.position() == 3 and len(log.dead_letters(0, 99)) == 6)

    vouched = {str(each.id): (each.door, each.by) for each in log.read(0, 9)}
    assert [vouched[fact.id] for fact in facts] == [
        ("kafka", None),
        ("kafka", "EXP-1"),
        ("kafka", "ACME/1"),
    ]
    refused = {letter.refusal.place: letter.refusal.by for letter in log.dead_letters(0, 99)}
    assert refused == {
        f"{topic}/0/{offset}": by
        for topic, by in ((shared, None), (names[0], "EXP-1"), (names[1], "ACME/1"))
        for offset in (1, 2)
    }


@kafka
def test_a_partys_topic_is_read_as_it_appears(
    connection: Connection, fresh_topics: FreshTopics, prefix: str, log: Log
) -> None:
    """A topic made while the ingest runs is read within 30 seconds; the operator's name never.

    Of a machine of its own: twice that where tests of another process share it.
    """
    fresh_topics(SCANS)
    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: next_offset(log, prefix + SCANS) == 0)
        send(connection, prefix + SCANS, avro([applied()]))
        until(lambda: log.position() == 1)
        mine, reserved = f"{prefix}{SCANS}.EXP-9", f"{prefix}{SCANS}.OPERATOR"
        create(connection, prefix=prefix, of_parties=[mine, reserved])
        send(connection, reserved, avro([applied()]))
        send(connection, mine, avro([applied()]))
        until(lambda: log.position() == 2, seconds=60)
        send(connection, prefix + SCANS, avro([applied()]))
        until(lambda: log.position() == 3)

    assert next_offset(log, reserved) == 0
    assert [each.by for each in log.read(0, 9)] == [None, "EXP-9", None]


@kafka
def test_without_shared_topics_those_of_parties_are_enough(
    connection: Connection, prefix: str, log: Log
) -> None:
    """`--no-shared` makes outputs and the parties' topics, and the ingest asks for no others."""
    names = Topics(prefix).of_party("EXP-1")
    reports = create(connection, prefix=prefix, shared=False, of_parties=names)
    assert [report.name for report in reports] == [*names, *(prefix + name for name in OUTPUTS)]
    fact = applied()
    send(connection, names[0], avro([fact]))

    with ingesting(settings_for(connection, prefix), log, prefix):
        until(lambda: log.position() == 1)

    assert log.read(0, 9)[0].by == "EXP-1"


@kafka
def test_a_topic_that_may_not_be_read_stops_no_other(
    secured_broker: LocalBroker, prefix: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One topic that the ingest may see and not read is waited for; all others are read."""
    monkeypatch.setattr(fetching, "metadata_seconds_max", 2.0)
    admin_connection = secured_broker.connection
    bad, good = f"{prefix}{SCANS}.BAD", f"{prefix}{SCANS}.GOOD"
    create(admin_connection, prefix=prefix, partitions=1, of_parties=[bad, good])
    user = prefix + "ingest"
    may = [(prefix + name, ACLOperation.READ) for name in INPUTS]
    may += [(good, ACLOperation.READ), (bad, ACLOperation.DESCRIBE)]
    with administration(admin_connection) as admin:
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, PASSWORD)]
        )
        allow = ACLPermissionType.ALLOW
        patterns = [(ResourcePattern(ResourceType.TOPIC, name), op) for name, op in may]
        patterns.append((ResourcePattern(ResourceType.GROUP, prefix), ACLOperation.READ))
        admin.create_acls(
            [ACL(f"User:{user}", "*", op, allow, resource) for resource, op in patterns]
        )
    for topic in (bad, good):
        send(admin_connection, topic, avro([applied()]))
    settings = settings_for(
        admin_connection,
        prefix,
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_username=user,
        kafka_password=PASSWORD,
    )

    with ingesting(settings, log, prefix):
        until(lambda: log.position() == 1)
        send(admin_connection, good, avro([applied()]))
        until(lambda: log.position() == 2)
        with administration(admin_connection) as admin:
            pattern = ResourcePattern(ResourceType.TOPIC, bad)
            admin.create_acls([ACL(f"User:{user}", "*", ACLOperation.READ, allow, pattern)])
        until(lambda: log.position() == 3)

    assert sorted(str(each.by) for each in log.read(0, 9)) == ["BAD", "GOOD", "GOOD"]


@kafka
def test_a_party_may_write_to_its_own_topics_alone(
    secured_broker: LocalBroker, prefix: str
) -> None:
    """The party's principal is allowed on its three topics; another's stay closed to it."""
    admin_connection = secured_broker.connection
    topics = Topics(prefix)
    mine, others = topics.of_party("P1"), topics.of_party("P2")
    create(admin_connection, prefix=prefix, of_parties=[*mine, *others])
    user = prefix + "p1"
    with administration(admin_connection) as admin:
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, PASSWORD)]
        )
    said = topics_parties.allow(admin_connection, mine, f"User:{user}")
    connection = secured_broker.connection_as(user, PASSWORD)

    assert said == f"User:{user} may write"
    require(connection, writes=mine)
    sender = producer(connection)
    assert sender.send(mine[0], b"a scan").get(10).offset == 0
    sender.close()
    for foreign in (*others, prefix + SCANS):
        with pytest.raises(Misuse, match="forbidden to user"):
            require(connection, writes=[foreign])
    with pytest.raises(Misuse, match="grant us ALTER"):
        topics_parties.allow(connection, mine, "User:somebody")


@kafka
def test_without_acls_it_is_said_that_anybody_may_write(
    connection: Connection, prefix: str
) -> None:
    """A broker without an authorizer keeps no ACL, and the report says what that means."""
    names = Topics(prefix).of_party("P1")

    assert "anybody may write" in topics_parties.allow(connection, names, "User:P1")
