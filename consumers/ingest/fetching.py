"""The Kafka client as the ingest needs it: a trouble of one partition is that partition's alone.

Fetches name topics by their ids, so that a topic made anew under an old name gives nothing of its
own before somebody has looked; what is wrong with a partition is told, never raised.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher

from consumers.broker.connection import Connection, consumer, explain
from consumers.ingest.runs import Headings, Run
from consumers.ingest.unpacking import Unpacked, Unreadable, runs_are_read
from ledger.errors import Fenced

BY_TOPIC_ID: Final = 13
"""The version of the fetch request from which on topics go by their ids."""

poll_runs_max: Final = 1
"""A poll gives one run: what is read ahead stays packed as it came."""
heartbeat_seconds_max: Final = 1.0
"""A member hears by then that another one has come: all stand still until everybody has heard."""
partition_fetch_bytes: Final = 1024 * 1024
"""What is asked for of a partition at once; the first batch of an answer comes at any size."""
metadata_seconds_max: Final = 10.0
"""How old what we know of topics may be: a new topic or partition is read within 30 seconds."""

empty_poll_seconds_min: Final = 0.01
empty_pause_seconds: Final = 0.05
"""A poll that was empty sooner than that is followed by a pause: never a loop without rest."""


_log = logging.getLogger("ledger.ingest")


class Ends(NamedTuple):
    """Where a partition ends: for everybody, and for who reads only what is committed."""

    end: int
    stable: int


class Fetching(Fetcher):  # type: ignore[misc]  # kafka-python has no types
    """Fetches by topic id and collects what is wrong, partition by partition."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ids: dict[str, UUID] = {}
        self.ends: dict[TopicPartition, Ends] = {}
        self.drained: dict[TopicPartition, int] = {}
        self.holes: dict[TopicPartition, int] = {}
        self.troubles: list[tuple[TopicPartition, Exception]] = []
        self._names: dict[UUID, str] = {}
        self._anew = False
        by_runs = runs_are_read()
        if not by_runs:
            _log.warning(
                "This version of kafka-python keeps messages differently than the one this was"
                " made for: they are read one by one, which takes more time"
            )
        self.PartitionRecords = partial(_unpacked, self._count_holes, Headings(), by_runs)

    def changed(self, found: Mapping[str, UUID | None]) -> set[str]:
        """Fetch these topics by these ids from now on; answers those that had another one.

        Nothing of those may be read until it has been claimed anew. None: by name, where the
        brokers know no ids.
        """
        anew = {topic for topic, each in found.items() if self.ids.get(topic, each) != each}
        for topic, topic_id in found.items():
            if topic in anew:
                self._forget(topic)
            if topic_id is None:
                self.ids.pop(topic, None)
            else:
                self.ids[topic] = topic_id
                self._names[topic_id] = topic
        # Brokers remember what is fetched by id: they have to be told everything again.
        self._anew = self._anew or bool(anew)
        return anew

    def _forget(self, topic: str) -> None:
        """Let go of what was fetched of a topic and not read yet: it may be another one's."""
        for fetched in list(self._completed_fetches):
            if fetched.topic_partition.topic == topic:
                with contextlib.suppress(ValueError):
                    self._completed_fetches.remove(fetched)
        for parked in (self._paused_completed_fetches, self._paused_partition_records):
            for tp in [tp for tp in parked if tp.topic == topic]:
                del parked[tp]
        current: Unpacked | None = self._next_partition_records  # type: ignore[has-type]  # kafka-python has no types
        if current and current.topic_partition.topic == topic:
            self._next_partition_records = None

    def _create_fetch_requests(self) -> dict[Any, Any]:
        if self._anew:
            self._anew = False
            for handler in self._session_handlers.values():
                handler.next_metadata = handler.next_metadata.next_close_existing()
        requests: dict[Any, Any] = super()._create_fetch_requests()
        for node, (request, asked) in requests.items():
            handler = self._session_handlers.get(node)
            session = asked if handler is None else handler.session_partitions
            named = [*request.topics, *request.forgotten_topics_data]
            # A request, and all that a broker remembers with it, speaks of ids or of names.
            if {tp.topic for tp in session} | {each.topic for each in named} <= self.ids.keys():
                for each in named:
                    each.topic_id = self.ids[each.topic]
                request._max_version = BY_TOPIC_ID  # noqa: SLF001 - fixed when it was made
        return requests

    def _handle_fetch_response(
        self, node_id: Any, fetch_offsets: Any, send_time: float, response: Any
    ) -> None:
        if response.API_VERSION >= BY_TOPIC_ID:
            for each in response.responses:
                each.topic = self._names[each.topic_id]
                if self.ids.get(each.topic) != each.topic_id:
                    for partition in each.partitions:  # asked before its topic was made anew
                        partition.error_code = kafka_errors.UnknownTopicIdError.errno
        super()._handle_fetch_response(node_id, fetch_offsets, send_time, response)

    def _parse_fetched_data(self, completed_fetch: Any) -> Any:
        data = completed_fetch.partition_data
        tp = completed_fetch.topic_partition
        if not data.error_code:
            self.ends[tp] = Ends(data.high_watermark, data.last_stable_offset)
        elif data.error_code in _TOLD:
            self.troubles.append((tp, kafka_errors.for_code(data.error_code)()))
        try:
            return super()._parse_fetched_data(completed_fetch)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this partition's alone
            self.troubles.append((tp, error))
            return None

    def fetched_records(self, max_records: int | None = None, **options: Any) -> Any:
        """What is ready; what was laid aside while its partition was paused is taken up again.

        The client does that only where nothing is in hand, and takes what is read through for
        something: a partition that was paused in the middle would never be read again.
        """
        if not self._next_partition_records:
            self._next_partition_records = None
        return super().fetched_records(max_records, **options)

    def validate_offsets_if_needed(self, timeout_ms: float | None = None) -> Any:
        """See whether logs were cut; where one was, it is its partition's trouble."""
        try:
            return super().validate_offsets_if_needed(timeout_ms)
        except kafka_errors.LogTruncationError as error:
            self.troubles += [(tp, error) for tp in error.divergent_offsets]
            return None

    def _on_partition_records_drain(self, partition_records: Any) -> None:
        if partition_records.read_through:
            self.drained[partition_records.topic_partition] = partition_records.next_fetch_offset
        super()._on_partition_records_drain(partition_records)

    def _count_holes(self, tp: TopicPartition, count: int) -> None:
        self.holes[tp] = self.holes.get(tp, 0) + count


_TOLD: Final = frozenset(
    {
        kafka_errors.UnknownTopicIdError.errno,
        kafka_errors.InconsistentTopicIdError.errno,
        kafka_errors.UnknownTopicOrPartitionError.errno,
        kafka_errors.CorruptRecordError.errno,
    }
)
"""What kafka-python takes for a passing matter and would ask again for ever, without a word."""


def _unpacked(
    holes: Callable[[TopicPartition, int], None],
    headings: Headings,
    by_runs: bool,  # noqa: FBT001 - behind the partial that gives it
    *args: Any,
    **options: Any,
) -> Unpacked:
    found = Unpacked(*args, **options)
    found.holes, found.headings, found.by_runs = holes, headings, by_runs
    return found


class Consumer(KafkaConsumer):  # type: ignore[misc]  # kafka-python has no types
    """A consumer whose fetcher is ours, and that never polls in a loop without rest."""

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._fetcher = Fetching(
            self._client, self._subscription, **self.config | {"metrics": None}
        )

    @property
    def fetching(self) -> Fetching:
        """What the fetcher knows of its partitions."""
        return self._fetcher

    def troubles(self) -> list[tuple[TopicPartition, Exception]]:
        """What was wrong with partitions since the last call."""
        found, self._fetcher.troubles = self._fetcher.troubles, []
        return found

    def _poll_once(self, timer: Any, max_records: int, update_offsets: bool = True) -> Any:  # noqa: FBT001, FBT002 - kafka-python's own
        started = time.monotonic()
        found = super()._poll_once(timer, max_records, update_offsets=update_offsets)
        left_ms = timer.timeout_ms
        if not found and left_ms and time.monotonic() - started < empty_poll_seconds_min:
            # Where a heartbeat is overdue and never sent, the client waits for nothing at all.
            time.sleep(min(empty_pause_seconds, left_ms / 1000))
        return found


def opened(
    connection: Connection, *, group: str, instance: str | None, session_seconds: float
) -> Consumer:
    """Open the consumer of an ingest. Raises Misuse or Unavailable."""
    found: Consumer = consumer(
        connection,
        Consumer,
        group=group,
        instance=instance,
        # Where to read is known from the database; a guess of the client's would hide a loss.
        auto_offset_reset="none",
        # What a transaction takes back was never said.
        isolation_level="read_committed",
        max_poll_records=poll_runs_max,
        max_partition_fetch_bytes=partition_fetch_bytes,
        metadata_max_age_ms=int(metadata_seconds_max * 1000),
        session_timeout_ms=int(session_seconds * 1000),
        heartbeat_interval_ms=int(min(heartbeat_seconds_max, session_seconds / 5) * 1000),
    )
    return found


def polled(
    reader: Consumer, seconds: float, connection: Connection
) -> dict[TopicPartition, list[Run | Unreadable]]:
    """What the consumer has for us within `seconds`. Raises Misuse, Unavailable, Fenced."""
    try:
        found: dict[TopicPartition, list[Run | Unreadable]] = reader.poll(int(seconds * 1000))
    except kafka_errors.NoOffsetForPartitionError:
        return {}  # just assigned: the next turn claims it and knows where to read
    except kafka_errors.FencedInstanceIdError as error:
        raise Fenced(
            f"Another process runs as LEDGER_KAFKA_INSTANCE={reader.config['group_instance_id']}: "
            "give each ingest a name of its own"
        ) from error
    except kafka_errors.KafkaError as error:
        raise explain(error, connection) from error
    return found
