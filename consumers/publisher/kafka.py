"""Messages to a Kafka topic, acknowledged by every replica before the publisher moves on."""

from collections.abc import Sequence
from typing import Any, Self

from kafka import errors as kafka_errors

from consumers.broker.connection import Connection, explain, producer
from consumers.publisher.feed import Message
from ledger.errors import Unavailable

acknowledge_seconds_max = 30.0
close_seconds_max = 5.0


class KafkaReceiver:
    """One topic; its producer is opened when needed and thrown away when it fails."""

    def __init__(self, connection: Connection, topic: str) -> None:
        self._connection = connection
        self._topic = topic
        self._producer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

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
            self._close()
            raise explain(error, self._connection) from error
        except Unavailable:
            self._close()
            raise

    def _close(self) -> None:
        held, self._producer = self._producer, None
        if held is not None:
            held.close(timeout=close_seconds_max)
