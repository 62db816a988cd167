"""An ingest that its group gives nothing, although there is something to give.

It happens that a group forgets a member that believes itself in it. Waiting would be for ever:
the ingest leaves, ends, and is started again.
"""

import logging
import time
from typing import Any, Final

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import MemberToRemove

from consumers.broker.connection import Connection, administration
from consumers.broker.parties import Topics
from ledger import metrics
from ledger.errors import LedgerError, Unavailable
from ledger.settings import Settings

empty_seconds_max: float = 60.0
"""Without any partition for so long, an ingest asks whether there are some that nobody has."""

again_seconds: float = 1.0
"""How soon it asks again where the group is just giving out its partitions."""

_GIVING_OUT: Final = frozenset({"PreparingRebalance", "CompletingRebalance"})

_log = logging.getLogger("ledger.ingest")


def spare(connection: Connection, group: str, topics: Topics) -> set[TopicPartition] | None:
    """The partitions of the input topics that no member of the group has.

    None while the group is giving them out, so that nobody can tell.
    Raises what kafka-python raises, Misuse or Unavailable.
    """
    with administration(connection) as admin:
        names = [name for name in admin.list_topics() if topics.matches(name)]
        there = {
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in (admin.describe_topics(names) if names else [])
            if not topic["error_code"]
            for partition in topic["partitions"]
        }
        described: Any = admin.describe_groups([group])[group]
    if described["group_state"] in _GIVING_OUT:
        return None
    for member in described["members"]:
        assigned = member["member_assignment"]
        if assigned:
            for topic in assigned["assigned_partitions"]:
                there -= {TopicPartition(topic["topic"], number) for number in topic["partitions"]}
    return there


class Membership:
    """Watches whether the group gives this ingest anything."""

    def __init__(self, connection: Connection, settings: Settings, topics: Topics) -> None:
        self._connection = connection
        self._group = settings.kafka_group
        self._instance = settings.kafka_instance
        self._topics = topics
        self._since = self._look_at = time.monotonic()

    def look(self, *, empty: bool) -> None:
        """Raise Unavailable where it is given nothing for too long and there is something."""
        now = time.monotonic()
        if not empty:
            self._since = self._look_at = now
            metrics.ingest_empty_seconds.set(0)
            return
        metrics.ingest_empty_seconds.set(now - self._since)
        if now - self._look_at < empty_seconds_max:
            return
        self._look_at = now
        try:
            left = spare(self._connection, self._group, self._topics)
        except (kafka_errors.KafkaError, LedgerError) as error:
            _log.warning("Whether the group has partitions to spare cannot be seen: %s", error)
            return
        if left is None:
            self._look_at = now - empty_seconds_max + again_seconds
            return
        if not left:
            _log.warning(
                "The group gives this ingest no partition: it has more members than partitions"
            )
            return
        self._leave()
        raise Unavailable(
            f"The group {self._group} gives this ingest no partition for "
            f"{empty_seconds_max:.0f} s, although nobody has {len(left)} of them: it leaves, to be "
            "started again"
        )

    def _leave(self) -> None:
        """Take a member with a name of its own out of the group, which closing would not do."""
        if self._instance is None:
            return
        try:
            with administration(self._connection) as admin:
                member = MemberToRemove(group_instance_id=self._instance)
                admin.remove_group_members(self._group, [member])
        except (kafka_errors.KafkaError, LedgerError) as error:
            _log.warning(
                "The group keeps %s: %s", self._instance, error, extra={"instance": self._instance}
            )
