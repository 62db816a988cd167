"""From Kafka into the log: every message is settled once, as facts or as dead letters.

Where to read on is kept in the database, in the transaction that records; killed or frozen at
any moment, this process loses nothing and doubles nothing, and its successor knows where to go on.
"""

import logging
import threading
import time
from functools import cache
from typing import Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_when_event_set
from tenacity.wait import wait_exponential_jitter

from consumers.broker import connection as kafka
from consumers.broker import parties as topics_parties
from consumers.ingest import claiming, stopping, stops
from consumers.ingest.batches import Batch, batches, schema_ids
from consumers.ingest.fetching import opened, polled
from consumers.ingest.group import Membership
from consumers.ingest.partition import Claimed, Marks, ids, name
from consumers.ingest.refusals import DOOR
from consumers.ingest.reporting import Reporting
from consumers.ingest.runs import Run
from consumers.ingest.topics import Watch
from consumers.ingest.unpacking import Unreadable
from consumers.ingest.window import Window
from ledger import metrics
from ledger.errors import Fenced, Unavailable
from ledger.intake.columns import Taking
from ledger.log import Log, Offset, Rows
from ledger.settings import Settings

poll_seconds = 0.25
session_seconds = 15.0
"""How long this process may be silent before the group gives its partitions to others."""
probe_seconds_min = 0.25
probe_seconds_max = 10.0
stops_look_seconds, hold_pause_seconds = 1.0, 0.01
again_seconds = 1.0
"""How soon the brokers are asked again for a partition that they cannot tell us about."""
close_seconds_max = 5.0

_log = logging.getLogger("ledger.ingest")


def run(
    settings: Settings,
    log: Log,
    stop: threading.Event,
    *,
    prefix: str = "",
    session_seconds: float = session_seconds,
) -> None:
    """Ingest until `stop` is set; what is in hand then is finished first.

    `prefix` stands before the names of the topics. Raises Misuse (topics missing, forbidden or
    compacted), Unavailable (no broker, a group that gives us nothing), Fenced (our name is taken).
    """
    Ingest(settings, log, prefix, session_seconds).run(stop)


def accept_refusals(log: Log, topic: str, partition: int) -> str:
    """Let a stopped partition go on, wherever it is read; answer why it had stopped.

    Raises Misuse where it is not stopped.
    """
    return stops.accept(log, topic, partition).sentence


class Ingest:
    """One member of the consumer group: polls, records, and lets go of what is not its own."""

    def __init__(self, settings: Settings, log: Log, prefix: str, session_seconds: float) -> None:
        self._settings = settings
        self._log = log
        self._session_seconds = session_seconds
        self._connection = kafka.from_settings(settings)
        self._topics = topics_parties.load(settings.kafka_parties, prefix)
        schemas = schema_ids(settings.kafka_schema_ids)
        self._way = cache(lambda door, by: Taking(door, DOOR, by, schemas))
        self._marks = Marks()
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._unclaimed: set[TopicPartition] = set()
        self._owned: dict[TopicPartition, Claimed] = {}
        self._windows: dict[TopicPartition, Window] = {}
        self._again_at: dict[TopicPartition, float] = {}
        self._cut: set[TopicPartition] = set()
        self._look_at = 0.0
        self._consumer: Any = None
        self._reporting = Reporting(self._let_go)
        self._watch = Watch(self._connection, log)
        self._membership = Membership(self._connection, settings, self._topics)

    def run(self, stop: threading.Event) -> None:
        """Join the group and work until `stop` is set."""
        self._watch.begin(self._topics)
        self._consumer = opened(
            self._connection,
            group=self._settings.kafka_group,
            instance=self._settings.kafka_instance,
            session_seconds=self._session_seconds,
        )
        try:
            self._consumer.subscribe(pattern=self._topics.pattern, listener=self._marks)
            while not stop.is_set():
                self._turn(stop)
        finally:
            self._reporting.finish(self._consumer, self._owned)
            self._consumer.close(autocommit=False, timeout_ms=int(close_seconds_max * 1000))

    def _turn(self, stop: threading.Event) -> None:
        try:
            self._follow_marks()
            # What is new and compacted is stopped before it is read.
            wrong = self._watch.look(self._assigned)
            self._unclaimed |= {key for key in self._assigned if key.topic in wrong}
            self._claim()
            self._look_at_stops()
        except Unavailable as error:
            self._outage(error, stop)
            return
        self._membership.look(empty=not self._assigned)
        found = polled(self._consumer, poll_seconds, self._connection)
        # What the group said meanwhile counts for what was polled.
        self._follow_marks()
        try:
            for key, runs in found.items():
                # A partition not claimed yet was read from where Kafka thought best: not ours.
                claimed = self._owned.get(key)
                if claimed is not None and not claimed.stopped:
                    self._record(claimed, runs)
            self._mend()
            self._reporting.turn(self._consumer, self._log, self._owned, self._assigned)
        except Unavailable as error:
            self._outage(error, stop)

    def _follow_marks(self) -> None:
        for kind, keys in self._marks.follow():
            # The group gives and takes everything at once.
            self._owned.clear()
            self._again_at.clear()
            self._assigned = keys if kind == "assigned" else frozenset()
            self._unclaimed = set(self._assigned)
            self._reporting.dropped(self._consumer, keys)
            for key in keys:
                claiming.forget_stop(key)

    def _claim(self) -> None:
        now = time.monotonic()
        for key in [key for key, at in self._again_at.items() if at <= now]:
            del self._again_at[key]
            self._unclaimed.add(key)
        if not self._unclaimed:
            return
        keys = sorted(self._unclaimed)
        edges = claiming.edges(self._connection, keys)
        self._unclaimed |= claiming.name_by_id(self._consumer, self._owned, edges)
        for key in keys:
            self._unclaimed.discard(key)
            if key not in edges:
                # Gone, forbidden or without a leader: the others are read meanwhile.
                self._owned.pop(key, None)
                self._again_at[key] = now + again_seconds
                claiming.park(self._consumer, key)
                continue
            window = self._windows.setdefault(key, Window(self._settings.refusals_max))
            found = edges[key]._replace(cut=key in self._cut)
            claimed, offset = claiming.claim(
                self._log, key, found, window=window, topics=self._topics
            )
            self._cut.discard(key)
            if claiming.place(self._consumer, claimed, offset):
                self._owned[key] = claimed
                self._reporting.placed(key, offset)

    def _record(self, claimed: Claimed, found: list[Run | Unreadable]) -> None:
        for batch in batches(
            found,
            self._way(claimed.door, claimed.by),
            claimed.window,
            tolerant=claimed.tolerant,
            by=claimed.by,
            stepping_until=claimed.stepping_until,
        ):
            started = time.perf_counter()
            if not self._settle(claimed, batch):
                return
            self._reporting.recorded(claimed, batch, time.perf_counter() - started)

    def _settle(self, claimed: Claimed, batch: Batch) -> bool:
        """Settle a batch; False where the partition is somebody else's by now."""
        try:
            self._append(claimed, batch)
        except Fenced:
            _log.warning("%s was taken over: let go", name(claimed.key), extra=ids(claimed.key))
            metrics.ingest_fenced.labels(claimed.key.topic).inc()
            self._let_go(claimed.key)
            return False
        return True

    def _append(self, claimed: Claimed, batch: Batch) -> None:
        """Settle a batch: facts, dead letters, offset, and where it ends in a stop, the stop."""
        topic, partition = claimed.key
        stop = stopping.of_batch(claimed, batch)

        def keep_stop(rows: Rows) -> None:
            if stop is not None:
                stops.write(self._log, topic, partition, stop, rows)

        appended = self._log.record(
            batch.columns,
            batch.refusals,
            Offset(topic, partition, claimed.epoch, batch.first, batch.last),
            on_conflict=batch.conflict,
            inside=keep_stop,
        )
        self._reporting.settled(claimed, batch, appended)
        for index in reversed(appended.conflicts):
            claimed.window.turn(len(batch.columns) - index)
        if stop is None and not claimed.tolerant and claimed.window.exceeded:
            batch.exceeded = True
            stop = stopping.of_batch(claimed, batch)
            stops.write(self._log, topic, partition, stop)
        if stop is not None:
            claiming.stop(claimed, stop)
            claiming.place(self._consumer, claimed, stop.offset)
        elif stopping.is_over(claimed, batch):
            stops.write(self._log, topic, partition, None)
            claimed.stop = None

    def _mend(self) -> None:
        """See to the partitions that the client could not read."""
        for key, error in self._consumer.troubles():
            claimed = self._owned.get(key)
            if claimed is None or claimed.stopped:
                continue
            if isinstance(error, stopping.ASK_AGAIN):
                # Claiming again finds out why, and stops it.
                claiming.pause(self._consumer, [key])
                self._unclaimed.add(key)
                if isinstance(error, kafka_errors.LogTruncationError):
                    self._cut.add(key)
            elif isinstance(error, kafka_errors.CorruptRecordError):
                self._settle(claimed, stopping.corrupt(claimed, self._reporting.at(key)))
            else:
                _log.warning("%s cannot be read now: %s", name(key), error, extra=ids(key))
                self._let_go(key)

    def _let_go(self, key: TopicPartition) -> None:
        """Read a partition no more; claim it again if the group still says that it is ours."""
        if self._owned.pop(key, None) is not None:
            claiming.pause(self._consumer, [key])
            self._again_at[key] = time.monotonic() + self._session_seconds

    def _look_at_stops(self) -> None:
        """See whether somebody has accepted why a partition stands still."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + stops_look_seconds
        for key, claimed in self._owned.items():
            if claimed.stopped and stops.is_ended(self._log, *key):
                claiming.forget_stop(key)
                self._windows[key] = Window(self._settings.refusals_max)
                self._unclaimed.add(key)

    def _outage(self, error: Unavailable, stop: threading.Event) -> None:
        """Hold still while the database is away, and stay in the group; then claim anew."""
        _log.warning("%s Everything is paused until it is back.", str(error))
        metrics.ingest_paused.set(1)
        self._owned.clear()
        # Before asking again: a process that was frozen hears here what it has lost meanwhile.
        self._hold(probe_seconds_min, stop)
        try:
            Retrying(
                retry=retry_if_exception_type(Unavailable),
                wait=wait_exponential_jitter(multiplier=probe_seconds_min, max=probe_seconds_max),
                stop=stop_when_event_set(stop),
                sleep=lambda seconds: self._hold(seconds, stop),
            )(self._log.position)
        except RetryError:
            return  # stopped meanwhile; the database still has where to read on
        metrics.ingest_paused.set(0)
        _log.warning("The database is back: reading on from where it says.")
        # Whether the last batch was committed is unknown, so the database is asked.
        self._unclaimed = set(self._assigned)

    def _hold(self, seconds: float, stop: threading.Event) -> None:
        """Poll without reading, so that the group knows we live."""
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            self._follow_marks()
            claiming.pause(self._consumer, self._assigned)
            # What still comes was fetched before the pause; claiming again reads it again.
            polled(self._consumer, min(left, poll_seconds), self._connection)
            stop.wait(min(left, hold_pause_seconds))
