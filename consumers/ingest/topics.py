"""How the input topics are set: one that forgets messages by key, or by the sender's clock.

Asked at the start, when a topic is seen for the first time, and every five minutes.
"""

import logging
import time
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from consumers.broker.connection import Connection, administration, explained
from consumers.broker.parties import Topics
from consumers.broker.topics import require
from consumers.ingest import stops as partition_stops
from consumers.ingest.stops import Stop
from ledger import metrics
from ledger.errors import LedgerError, Misuse
from ledger.log import Log

look_seconds: float = 300.0
again_seconds: float = 10.0
"""How soon the brokers are asked again where they did not answer."""

_FOREVER: Final = "-1"

_log = logging.getLogger("ledger.ingest")


class Kept(NamedTuple):
    """How a topic keeps its messages."""

    compacted: bool
    by_sender: bool
    """Whether they are removed after a time, counted from when the sender says they are."""


def kept(connection: Connection, topics: Collection[str]) -> dict[str, Kept]:
    """Ask how these topics are set; those that do not tell us are left out.

    Raises what kafka-python raises, Misuse or Unavailable.
    """
    if not topics:
        return {}
    with administration(connection) as admin:
        resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
        answer: dict[str, Any] = admin.describe_configs(resources, config_filter="all")["topic"]
    hidden = sorted(topic for topic, configs in answer.items() if not configs)
    if hidden:
        _log.warning(
            "How %s is set is hidden from us: grant DESCRIBE_CONFIGS, so that a topic which loses "
            "messages is noticed",
            ", ".join(hidden),
        )
    return {
        topic: _read({name: each["value"] for name, each in configs.items()})
        for topic, configs in answer.items()
        if configs
    }


def _read(configs: dict[str, Any]) -> Kept:
    policies = str(configs.get("cleanup.policy", "delete")).split(",")
    forgets = "delete" in policies and configs.get("retention.ms") != _FOREVER
    by_sender = configs.get("message.timestamp.type", "CreateTime") == "CreateTime"
    return Kept("compact" in policies, by_sender and forgets)


def refuse_compacted(log: Log, found: dict[str, Kept], partitions: dict[str, int]) -> None:
    """Raise Misuse where one of these topics is compacted and nobody has accepted that.

    Its partitions are stopped, so that accepting any of them is enough to start.
    """
    wrong = stop_compacted(log, found, partitions)
    if wrong:
        names = ", ".join(wrong)
        raise Misuse(
            f"{names}: cleanup.policy is compact, so messages are lost whose key comes again. Set "
            f"it to delete, or go on with: ledger run --accept-refusals {wrong[0]}:0"
        )


def stop_compacted(log: Log, found: dict[str, Kept], partitions: dict[str, int]) -> list[str]:
    """Stop what is compacted and not accepted; answers the names of those topics."""
    wrong = []
    for topic, how in found.items():
        accepted = partition_stops.compaction_accepted(log, topic)
        if how.compacted and not accepted:
            wrong.append(topic)
            for number in range(partitions.get(topic, 0)):
                standing = partition_stops.read(log, topic, number)
                if standing is None or standing.why != "compacted":
                    stop = Stop("compacted", 0, _sentence(topic, number))
                    if standing is None or standing.accepted:
                        partition_stops.write(log, topic, number, stop)
        elif accepted and not how.compacted:
            partition_stops.forget_compaction(log, topic)
    return wrong


def _sentence(topic: str, number: int) -> str:
    return (
        f"{topic}:{number} is stopped: cleanup.policy of its topic is compact, so messages are "
        "lost whose key comes again; set it to delete, and accept it to read on"
    )


def warn_of_clocks(found: dict[str, Kept]) -> None:
    """Say which topics remove messages by their senders' clocks."""
    for topic, how in found.items():
        metrics.ingest_sender_time.labels(topic).set(how.by_sender)
        if how.by_sender:
            _log.warning(
                "Topic %s removes messages by the time that their senders give "
                "(message.timestamp.type=CreateTime): a backlog from long ago is removed before it "
                "is read; set LogAppendTime, as `ledger topics create` does",
                topic,
                extra={"topic": topic},
            )


def required(connection: Connection, topics: Topics) -> dict[str, int]:
    """The shared topics with their numbers of partitions; none where each party has its own.

    Raises Misuse where one is missing or forbidden, and no party's topic stands in for it.
    """
    with administration(connection) as admin, explained(connection):
        there = {name for name in admin.list_topics() if topics.matches(name)}
    of_parties = {name for name in there if not topics.shared(name)}
    names = topics.all_shared if not of_parties else sorted(there - of_parties)
    return require(connection, reads=names) if names else {}


class Watch:
    """Looks at topics when they are new, and again in time."""

    def __init__(self, connection: Connection, log: Log) -> None:
        self._connection = connection
        self._log = log
        self._seen: set[str] = set()
        self._looked_at: Collection[TopicPartition] = ()
        self._look_at = 0.0

    def begin(self, topics: Topics) -> None:
        """Look before anything is read.

        Raises Misuse where there is no topic to read, a shared one is missing, forbidden or
        compacted; Unavailable.
        """
        shared = required(self._connection, topics)
        with explained(self._connection):
            found = kept(self._connection, sorted(shared))
        warn_of_clocks(found)
        refuse_compacted(self._log, found, shared)
        self._seen = set(found)
        self._look_at = time.monotonic() + look_seconds

    def look(self, assigned: Collection[TopicPartition]) -> list[str]:
        """Look at what is read here, where it is time; answers topics that are to be stopped.

        Raises Unavailable.
        """
        now = time.monotonic()
        if assigned is self._looked_at and now < self._look_at:
            return []
        self._looked_at = assigned
        partitions = {key.topic: key.partition + 1 for key in sorted(assigned)}
        wanted = set(partitions)
        if now < self._look_at and wanted <= self._seen:
            return []
        asked = wanted if now >= self._look_at else wanted - self._seen
        try:
            found = kept(self._connection, sorted(asked))
        except (kafka_errors.KafkaError, LedgerError) as error:
            _log.warning("How the topics are set cannot be seen now: %s", error)
            self._look_at = now + again_seconds
            self._seen |= wanted
            return []
        if now >= self._look_at:
            self._look_at = now + look_seconds
        self._seen |= wanted
        warn_of_clocks(found)
        return stop_compacted(self._log, found, partitions)
