"""The ledger's topics: which there are, how they are made, and whether we may use them.

Creating is safe to repeat: what exists is left as it is, and reported where it differs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from consumers.broker.connection import Connection, administration, explained, message_bytes_max
from ledger.errors import Misuse, Unavailable

SCANS = "ledger.scans"
OPERATORS = "ledger.operators"
CERTIFIERS = "ledger.certifiers"
DISCREPANCIES = "ledger.discrepancies"
DEAD_LETTERS = "ledger.dead-letters"

INPUTS = (SCANS, OPERATORS, CERTIFIERS)
OUTPUTS = (DISCREPANCIES, DEAD_LETTERS)

input_partitions = 6
output_partitions = 1
"""Findings and refusals are few, and their readers want them in order."""

_DAY_MS = 24 * 60 * 60 * 1000

input_retention_ms = 14 * _DAY_MS
"""The ledger keeps every fact itself; the topic bridges an outage over the longest holidays."""

output_retention_ms = 90 * _DAY_MS
"""A quarter, so that a reader who reconciles by the quarter can start from the topic alone."""

_NO_SUCH_TOPIC = kafka_errors.UnknownTopicOrPartitionError.errno
_FORBIDDEN = kafka_errors.TopicAuthorizationFailedError.errno
_ALREADY_THERE = kafka_errors.TopicAlreadyExistsError.errno


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the ledger wants it."""

    name: str
    partitions: int
    configs: dict[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What `create` found or made: `differences` names what an existing topic has otherwise."""

    name: str
    created: bool
    partitions: int
    differences: tuple[str, ...] = ()


def catalogue(
    *,
    partitions: int = input_partitions,
    prefix: str = "",
    shared: bool = True,
    of_parties: Iterable[str] = (),
) -> tuple[Topic, ...]:
    """List every topic the ledger reads or writes; `partitions` is for each input topic.

    Without `shared`, only those of parties are read; `of_parties` are their whole names.
    """
    if partitions < 1:
        raise Misuse(f"A topic has at least one partition, not {partitions}")
    names = [*(prefix + name for name in INPUTS if shared), *of_parties]
    inputs = (Topic(name, partitions, _input_configs()) for name in names)
    outputs = (
        Topic(prefix + name, output_partitions, _configs(output_retention_ms)) for name in OUTPUTS
    )
    return (*inputs, *outputs)


def create(
    connection: Connection,
    *,
    partitions: int = input_partitions,
    replication: int = -1,
    prefix: str = "",
    shared: bool = True,
    of_parties: Iterable[str] = (),
) -> tuple[Report, ...]:
    """Create the topics that are missing and report on all of them, in the catalogue's order.

    `shared` and `of_parties` are as in the catalogue. `replication` -1 is the broker's own default.
    Existing topics are never changed. Returns when every new partition has a leader. Raises
    Misuse (not allowed) or Unavailable.
    """
    wanted = catalogue(partitions=partitions, prefix=prefix, shared=shared, of_parties=of_parties)
    with administration(connection) as admin, explained(connection):
        there = _described(admin, [topic.name for topic in wanted])
        missing = [topic for topic in wanted if topic.name not in there]
        made = _create(admin, missing, replication, connection)
        rest = [topic for topic in wanted if topic.name not in made]
        there = _described(admin, [topic.name for topic in rest])
        configs = _configured(admin, [topic.name for topic in rest])
    reports = []
    for topic in wanted:
        if topic.name in made:
            reports.append(Report(topic.name, created=True, partitions=topic.partitions))
            continue
        if topic.name not in there:
            raise Unavailable(f"Topic {topic.name} was there and is gone: run this again")
        found = len(there[topic.name]["partitions"])
        differences = _differences(topic, found, configs[topic.name])
        reports.append(Report(topic.name, False, found, differences))  # noqa: FBT003 - not created
    return tuple(reports)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a topic that exists, or should, stands for us.

    `trouble` is what keeps us from using it; `differences` what it has otherwise than as created,
    `known` whether its settings are shown to us; `id` as brokers with KIP-516 tell it.
    """

    name: str
    trouble: str | None = None
    partitions: int = 0
    differences: tuple[str, ...] = ()
    compacted: bool = False
    known: bool = True
    id: str | None = None


def inspect(
    connection: Connection, fits: Callable[[str], bool], *, prefix: str = ""
) -> tuple[Standing, ...]:
    """Tell how inputs and outputs stand; nothing is made.

    Inputs are the topics that are there and that `fits` holds of; the shared ones are missed only
    where no party has topics of its own. Raises Misuse or Unavailable.
    """
    with administration(connection) as admin, explained(connection):
        inputs = {name for name in admin.list_topics() if fits(name)}
        names = [prefix + name for name in INPUTS]
        names += sorted(inputs - {*names})
        if len(names) > len(INPUTS):
            names = [name for name in names if name in inputs]
        reads = [Topic(name, input_partitions, _input_configs()) for name in names]
        wanted = [*reads, *catalogue(prefix=prefix, shared=False)]
        described = {
            topic["name"]: topic for topic in admin.describe_topics([one.name for one in wanted])
        }
        configs = _configured(admin, [n for n, one in described.items() if not one["error_code"]])
    found = []
    for topic in wanted:
        operation = "READ" if topic in reads else "WRITE"
        if trouble := _trouble(described.get(topic.name), topic.name, operation, connection):
            found.append(Standing(topic.name, trouble))
            continue
        settings = configs[topic.name]
        partitions = len(described[topic.name]["partitions"])
        found.append(
            Standing(
                topic.name,
                partitions=partitions,
                differences=_differences(topic, partitions, settings) if settings else (),
                compacted="compact" in str(settings.get("cleanup.policy", {}).get("value")),
                known=bool(settings),
                id=str(described[topic.name].get("topic_id") or "") or None,
            )
        )
    return tuple(found)


def require(
    connection: Connection, *, reads: Iterable[str] = (), writes: Iterable[str] = ()
) -> dict[str, int]:
    """Check that every topic exists and that we may read or write it; partitions by topic.

    A consumer without READ is told nothing and waits for ever, so this is asked at start.
    Raises Misuse, naming every topic that is missing or forbidden, or Unavailable.
    """
    needs = [(name, "READ") for name in reads] + [(name, "WRITE") for name in writes]
    names = sorted({name for name, _ in needs})
    with administration(connection) as admin, explained(connection):
        described = {topic["name"]: topic for topic in admin.describe_topics(names)}
    troubles = [
        trouble
        for name, operation in needs
        if (trouble := _trouble(described.get(name), name, operation, connection))
    ]
    if troubles:
        raise Misuse("; ".join(troubles))
    return {name: len(described[name]["partitions"]) for name in names}


def _configs(retention_ms: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "max.message.bytes": str(message_bytes_max),
        "retention.ms": str(retention_ms),
    }


def _input_configs() -> dict[str, str]:
    # By the senders' clocks a backlog from months ago would be removed before it is read.
    return _configs(input_retention_ms) | {"message.timestamp.type": "LogAppendTime"}


def _described(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, Any]]:
    """Describe those of the topics that exist, or may exist but are hidden from us."""
    if not names:
        return {}  # an empty list would describe nothing, at the price of a round trip
    found = {}
    for topic in admin.describe_topics(names):
        if topic["error_code"] == _NO_SUCH_TOPIC:
            continue
        if topic["error_code"]:
            raise kafka_errors.for_code(topic["error_code"])(topic["name"])
        found[topic["name"]] = topic
    return found


def _create(
    admin: KafkaAdminClient, topics: list[Topic], replication: int, connection: Connection
) -> set[str]:
    """Create topics; the names of those that were created by this very call."""
    if not topics:
        return set()
    answer = admin.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replication,
                "configs": topic.configs,
            }
            for topic in topics
        },
        raise_errors=False,
    )
    made = set()
    for result in answer["topics"]:
        code = result["error_code"]
        if code == _FORBIDDEN:
            who = connection.username or "an anonymous client"
            raise Misuse(f"The broker forbids {who} to create {result['name']}: grant it CREATE")
        if code == kafka_errors.InvalidReplicationFactorError.errno:
            raise Misuse(f"The brokers cannot keep {replication} copies: {result['error_message']}")
        if code == kafka_errors.InvalidTopicError.errno:
            raise Misuse(f"{result['name']} cannot be created: {result['error_message']}")
        if code and code != _ALREADY_THERE:  # somebody else was quicker: as good as ours
            raise kafka_errors.for_code(code)(result.get("error_message"))
        if not code:
            made.add(str(result["name"]))
    admin.wait_for_topics(sorted(made))
    return made


def _configured(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, Any]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(resources, config_filter="all")
    return {name: answer["topic"][name] for name in names}


def _differences(topic: Topic, partitions: int, configs: dict[str, Any]) -> tuple[str, ...]:
    found = []
    if partitions != topic.partitions:
        found.append(f"partitions is {partitions} where {topic.partitions} is wanted")
    for key, value in sorted(topic.configs.items()):
        actual = configs[key]["value"] if key in configs else None
        if actual != value:
            found.append(f"{key} is {actual} where {value} is wanted")
    return tuple(found)


def _trouble(
    topic: dict[str, Any] | None, name: str, operation: str, connection: Connection
) -> str | None:
    """Say what stands between us and an operation on a topic, if anything does."""
    who = f"user {connection.username!r}" if connection.signs_in else "an anonymous client"
    if topic is None or topic["error_code"] == _NO_SUCH_TOPIC:
        return f"Topic {name} does not exist: `ledger topics create` makes it"
    if topic["error_code"] == _FORBIDDEN:
        return f"Topic {name} is forbidden to {who}: grant it {operation}"
    if topic["error_code"]:
        return f"Topic {name}: {kafka_errors.for_code(topic['error_code']).__name__}"
    allowed = topic.get("authorized_operations")
    # A broker without an authorizer allows everything and may leave the list out.
    if allowed and operation not in allowed:
        return f"Topic {name} is forbidden to {who}: grant it {operation}"
    return None
