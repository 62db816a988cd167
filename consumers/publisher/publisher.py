"""What others are told: each feed follows the ledger and hands its messages to a receiver.

Every item of a feed is delivered at least once, in its order. A feed's position is moved only
when its receiver has acknowledged, so a crash repeats and never skips. What goes to a topic of
Kafka is acknowledged by every replica.
"""

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

from kafka import errors as kafka_errors

from consumers.broker.connection import Connection, explain, from_settings, producer
from consumers.broker.topics import DEAD_LETTERS, DISCREPANCIES, require
from consumers.publisher.following import Feed, Message, follow
from consumers.publisher.hooks import Hook, HookReceiver, read_hooks
from consumers.publisher.messages import avro_page, dead_letter_page, json_page
from ledger.errors import Misuse, Unavailable
from ledger.log import Log
from ledger.settings import Settings

acknowledge_seconds_max = 30.0
close_seconds_max = 5.0


class KafkaReceiver:
    """One topic; its producer is opened when needed and thrown away when it fails."""

    def __init__(self, connection: Connection, topic: str) -> None:
        self._connection = connection
        self._topic = topic
        self._producer: Any = None

    def deliver(self, messages: Sequence[Message]) -> None:
        """Send messages in their order; on return all replicas in sync have them.

        Raises Unavailable where that is not known, Misuse where it is forbidden.
        """
        try:
            if self._producer is None:
                self._producer = producer(self._connection)
            sent = [
                self._producer.send(
                    self._topic,
                    value=message.value,
                    key=message.key,
                    headers=list(message.headers),
                    timestamp_ms=message.timestamp,
                )
                for message in messages
            ]
            for each in sent:
                each.get(acknowledge_seconds_max)
        except kafka_errors.KafkaError as error:
            # A producer that failed may send the rest later, behind what is sent again.
            self.close()
            raise explain(error, self._connection) from error
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        """Throw the producer away, if there is one."""
        held, self._producer = self._producer, None
        if held is not None:
            held.close(timeout=close_seconds_max)


_log = logging.getLogger("ledger.publisher")


def run(settings: Settings, log: Log, stop: threading.Event, *, prefix: str = "") -> None:
    """Publish until `stop` is set; what is being told then is finished first.

    `prefix` stands before the names of the topics. Raises Misuse (nobody to tell, topics missing
    or forbidden, webhooks that cannot be), Unavailable (no broker at start, and nobody else).
    """
    hooks = read_hooks(settings.webhooks) if settings.webhooks is not None else []
    if settings.kafka_bootstrap is None and not hooks:
        raise Misuse("There is nobody to tell: set LEDGER_KAFKA_BOOTSTRAP or LEDGER_WEBHOOKS.")
    with ExitStack() as held:
        feeds = [_to_hook(hook, log, held) for hook in hooks]
        if settings.kafka_bootstrap is not None:
            feeds += _to_kafka(settings, log, prefix, held, alone=not hooks)
        follow(feeds, log, stop)


def _to_hook(hook: Hook, log: Log, held: ExitStack) -> Feed:
    receiver = held.enter_context(closing(HookReceiver(hook)))
    # One at a time: where it refuses one, those it has taken are not told again.
    return Feed(f"webhook:{hook.name}", partial(json_page, log), receiver, 1)


def _to_kafka(
    settings: Settings, log: Log, prefix: str, held: ExitStack, *, alone: bool
) -> list[Feed]:
    connection = from_settings(settings)
    read = {
        "discrepancies": (prefix + DISCREPANCIES, avro_page),
        "dead-letters": (prefix + DEAD_LETTERS, dead_letter_page),
    }
    try:
        require(connection, writes=[topic for topic, _ in read.values()])
    except Unavailable as error:
        if alone:
            raise
        # Webhooks are not held up by a broker that is away.
        _log.warning("%s; what is for it is told when it is back.", error)
    return [
        Feed(
            name, partial(page, log), held.enter_context(closing(KafkaReceiver(connection, topic)))
        )
        for name, (topic, page) in read.items()
    ]
