"""What the ingest tells others of its progress: metrics, a line in time, and Kafka's own commit.

Nothing here is ever read back: where to read on is known by the database alone.
"""

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors

from consumers.ingest.batches import Batch
from consumers.ingest.partition import Claimed, ids, name
from consumers.ingest.refusals import DOOR
from ledger import metrics
from ledger.errors import Fenced
from ledger.log import Appended, Log, Offset

tell_kafka_seconds = 1.0
lag_seconds = 2.0
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
        self._held: dict[TopicPartition, tuple[int, float]] = {}

    def settled(self, claimed: Claimed, batch: Batch, appended: Appended) -> None:
        """Count what became of a batch that is committed."""
        topic = claimed.key.topic
        for outcome, count in (
            ("recorded", len(appended.times)),
            ("duplicate", appended.duplicates),
            ("conflict", len(appended.conflicts)),
        ):
            if count:
                metrics.ingest_events.labels(topic, outcome).inc(count)
        refusals = Counter(refusal.reason for refusal in batch.refusals)
        for reason, count in refusals.items():
            metrics.ingest_events.labels(topic, reason).inc(count)
        refusals["conflict"] += len(appended.conflicts)
        for reason, count in refusals.items():
            metrics.dead_letters_recorded.labels(DOOR, reason).inc(count)
        metrics.ingest_messages.labels(topic).inc(batch.messages)
        if appended.last:
            metrics.log_position.set(appended.last)
        self._next[claimed.key] = self._reached[claimed.key] = batch.last + 1
        self._timestamps[claimed.key] = batch.timestamp

    def recorded(self, claimed: Claimed, batch: Batch, seconds: float) -> None:
        """Say how long a batch took."""
        metrics.ingest_batch_seconds.observe(seconds)
        _log.debug("recorded up to %s", batch.last, extra=ids(claimed.key))

    def placed(self, key: TopicPartition, offset: int) -> None:
        """Note where reading begins."""
        self._reached[key] = offset
        _log.info("%s is read from offset %s", name(key), offset, extra=ids(key))

    def at(self, key: TopicPartition) -> int:
        """Where a placed partition is read to."""
        return self._reached[key]

    def dropped(self, consumer: Any, keys: Iterable[TopicPartition]) -> None:
        """Report no more of partitions that somebody else may read now."""
        for key in keys:
            self._next.pop(key, None)
            self._held.pop(key, None)
            consumer.fetching.ends.pop(key, None)
            for gauge in _OF_A_PARTITION:
                with contextlib.suppress(KeyError):
                    gauge.remove(key.topic, str(key.partition))

    def turn(
        self,
        consumer: Any,
        log: Log,
        owned: Mapping[TopicPartition, Claimed],
        assigned: frozenset[TopicPartition],
    ) -> None:
        """Report what is due. Raises Unavailable."""
        now = time.monotonic()
        if self._next and now >= self._tell_at:
            self._tell_at = now + tell_kafka_seconds
            consumer.commit_async(self._offsets(owned), callback=self._told)
        if now >= self._lag_at:
            self._lag_at = now + lag_seconds
            self._pass_markers(consumer, log, owned)
            self._lag(consumer, owned)
            self._tell_holes(consumer)
            metrics.ingest_partitions.set(len(owned))
            metrics.ingest_waiting.set(len(assigned) - len(owned))

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

    def _pass_markers(
        self, consumer: Any, log: Log, owned: Mapping[TopicPartition, Claimed]
    ) -> None:
        """Move on where nothing but markers and aborted messages stood behind the last message.

        Otherwise they would count as waiting, and as lost once the topic forgets them.
        """
        for key, claimed in list(owned.items()):
            through = consumer.fetching.drained.pop(key, 0)
            reached = self._reached[key]
            if claimed.stopped or through <= reached:
                continue
            try:
                log.append(
                    (), (), Offset(key.topic, key.partition, claimed.epoch, reached, through - 1)
                )
            except Fenced:
                self._let_go(key)
                continue
            self._next[key] = self._reached[key] = through

    def _lag(self, consumer: Any, owned: Mapping[TopicPartition, Claimed]) -> None:
        now_ms, now = time.time() * 1000, time.monotonic()
        for key in owned:
            ends = consumer.fetching.ends.get(key)
            if ends is None:
                continue  # nothing was fetched yet
            behind = max(0, ends.end - self._reached[key])
            age = (now_ms - self._timestamps[key]) / 1000 if key in self._timestamps else 0.0
            labels = (key.topic, str(key.partition))
            metrics.ingest_lag_messages.labels(*labels).set(behind)
            metrics.ingest_lag_seconds.labels(*labels).set(max(0.0, age) if behind else 0.0)
            held = max(0, ends.end - ends.stable) if ends.stable >= 0 else 0
            stable, since = self._held.get(key, (-1, now))
            if not held or stable != ends.stable:
                self._held[key] = (ends.stable, now)
                since = now
            metrics.ingest_held_messages.labels(*labels).set(held)
            metrics.ingest_held_seconds.labels(*labels).set(now - since)

    def _tell_holes(self, consumer: Any) -> None:
        holes, consumer.fetching.holes = consumer.fetching.holes, {}
        for key, count in holes.items():
            metrics.ingest_offset_holes.labels(key.topic, str(key.partition)).inc(count)
            _log.error(
                "%s lacks %s offsets where nothing explains it: messages may be lost, as "
                "compaction does",
                name(key),
                count,
                extra=ids(key),
            )


_OF_A_PARTITION = (
    metrics.ingest_lag_messages,
    metrics.ingest_lag_seconds,
    metrics.ingest_held_messages,
    metrics.ingest_held_seconds,
)
