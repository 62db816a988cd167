"""What the ingest tells others of its progress: metrics, a line in time, and Kafka's own commit.

Nothing here is ever read back: where to read on is known by the database alone.
"""

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors

from consumers.ingest_batches import Batch
from consumers.ingest_refusals import DOOR
from consumers.partition import Claimed
from ledger import metrics
from ledger.log import Receipt

tell_kafka_seconds = 1.0
lag_seconds = 2.0
empty_seconds_max = 60.0
"""Without any partition for so long, something is wrong: too many members, or no permission."""
last_commit_seconds_max = 2.0

_log = logging.getLogger("ledger.ingest")


class Reporting:
    """Counts and reports; `let_go` is called for partitions that Kafka says are not ours."""

    def __init__(self, let_go: Callable[[TopicPartition], None]) -> None:
        self._let_go = let_go
        self._next: dict[TopicPartition, int] = {}
        self._reached: dict[TopicPartition, int] = {}
        self._timestamps: dict[TopicPartition, int] = {}
        self._tell_at = 0.0
        self._lag_at = 0.0
        self._empty_since = time.monotonic()

    def settled(self, claimed: Claimed, batch: Batch, receipts: Sequence[Receipt]) -> None:
        """Count what became of a batch that is committed."""
        topic = claimed.key.topic
        results = Counter(receipt.outcome for receipt in receipts)
        for outcome, count in results.items():
            metrics.ingest_events.labels(topic, outcome).inc(count)
        refusals = Counter(refusal.reason for refusal in batch.refusals)
        for reason, count in refusals.items():
            metrics.ingest_events.labels(topic, reason).inc(count)
        refusals["conflict"] += results["conflict"]
        for reason, count in refusals.items():
            metrics.dead_letters_recorded.labels(DOOR, reason).inc(count)
        metrics.ingest_messages.labels(topic).inc(batch.messages)
        if results["recorded"]:
            metrics.log_position.set(max(receipt.position for receipt in receipts))
        self._next[claimed.key] = self._reached[claimed.key] = batch.last + 1
        self._timestamps[claimed.key] = batch.timestamp

    def recorded(self, claimed: Claimed, batch: Batch, seconds: float) -> None:
        """Say how long a batch took."""
        metrics.ingest_batch_seconds.observe(seconds)
        _log.debug("%s:%s recorded up to %s", *claimed.key, batch.last)

    def placed(self, key: TopicPartition, offset: int) -> None:
        """Note where reading begins."""
        self._reached[key] = offset

    def dropped(self, keys: Iterable[TopicPartition]) -> None:
        """Report no more of partitions that somebody else may read now."""
        for key in keys:
            self._next.pop(key, None)
            for gauge in (metrics.ingest_lag_messages, metrics.ingest_lag_seconds):
                with contextlib.suppress(KeyError):
                    gauge.remove(key.topic, str(key.partition))

    def turn(
        self,
        consumer: Any,
        owned: Mapping[TopicPartition, Claimed],
        assigned: frozenset[TopicPartition],
    ) -> None:
        """Report what is due."""
        now = time.monotonic()
        if self._next and now >= self._tell_at:
            self._tell_at = now + tell_kafka_seconds
            consumer.commit_async(self._offsets(owned), callback=self._told)
        if now >= self._lag_at:
            self._lag_at = now + lag_seconds
            self._lag(consumer, owned)
            metrics.ingest_partitions.set(len(owned))
        if assigned:
            self._empty_since = now
        elif now - self._empty_since >= empty_seconds_max:
            self._empty_since = now
            _log.warning(
                "The group has given this process no partition for %.0f s: there are more "
                "members than partitions, or reading is forbidden",
                empty_seconds_max,
            )

    def finish(self, consumer: Any, owned: Mapping[TopicPartition, Claimed]) -> None:
        """Commit to Kafka a last time, where it still listens."""
        offsets = self._offsets(owned)
        if offsets:
            # Lag tools show an older number otherwise; the database knows better.
            with contextlib.suppress(kafka_errors.KafkaError):
                consumer.commit(offsets, timeout_ms=int(last_commit_seconds_max * 1000))

    def _offsets(
        self, owned: Mapping[TopicPartition, Claimed]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        found = {
            key: OffsetAndMetadata(offset, "", -1)
            for key, offset in self._next.items()
            if key in owned
        }
        self._next.clear()
        return found

    def _told(self, offsets: Mapping[TopicPartition, Any], answer: object) -> None:
        if isinstance(answer, kafka_errors.CommitFailedError):
            for key in offsets:
                self._let_go(key)
        elif isinstance(answer, Exception):
            _log.debug("Kafka was not told: %s", answer)

    def _lag(self, consumer: Any, owned: Mapping[TopicPartition, Claimed]) -> None:
        now_ms = time.time() * 1000
        for key in owned:
            try:
                end = consumer.highwater(key)
            except (KeyError, kafka_errors.IllegalStateError):
                continue  # taken away in this very moment
            if end is None:
                continue  # nothing was fetched yet
            behind = max(0, end - self._reached[key])
            age = (now_ms - self._timestamps[key]) / 1000 if key in self._timestamps else 0.0
            labels = (key.topic, str(key.partition))
            metrics.ingest_lag_messages.labels(*labels).set(behind)
            metrics.ingest_lag_seconds.labels(*labels).set(max(0.0, age) if behind else 0.0)
