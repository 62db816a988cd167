"""Facts on their way through a real broker: made, sent, ingested, and compared with the log.

Run as a program it is an ingest of its own, for tests that kill or freeze one.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from msgspec.structs import asdict

from consumers.broker.connection import Connection, administration, consumer, producer
from consumers.ingest import ingest
from ledger.facts import canonical
from ledger.facts.seals import SealsApplied
from ledger.intake import to_avro
from ledger.log import Appended, Columns, Log, Offset, Refusal, Rows
from ledger.metrics import REGISTRY
from ledger.settings import Settings, load

ROOT = Path(__file__).parents[1]
patience_seconds = 40.0
FREEZE_AT_BATCH = 3
session_seconds = 6.0  # the shortest that a broker grants unless told otherwise
_numbers = count(1)


def applied(number: int | None = None, **changes: Any) -> SealsApplied:
    """A small scan; the same number gives the same one, none a new one."""
    number = next(_numbers) if number is None else number
    tail = os.getpid() << 32 | number
    fields: dict[str, Any] = {
        "id": str(UUID(int=0x0190_0000_0000 << 80 | 7 << 76 | 2 << 62 | tail)),
        "time": "2026-04-02T09:30:00.000000+09:00",
        "source": "SCANNER-1",
        "mark": "JAS-A",
        "holder": "EXP-1",
        "site": "MILL",
        "lot": "L-7",
        "label": "LB-1",
        "label_version": 1,
        "units": 20,
        "count": 20,
    }
    return SealsApplied(**fields | changes)


def as_json(*facts: SealsApplied) -> bytes:
    """One event, or an array of many."""
    if len(facts) == 1:
        return canonical.encode(facts[0])
    return b"[" + b",".join(canonical.encode(fact) for fact in facts) + b"]"


def send(
    connection: Connection,
    topic: str,
    values: Iterable[bytes | None],
    *,
    partition: int | None = 0,
    headers: Sequence[tuple[str, bytes]] = (),
    key: bytes | None = b"JAS-A",
) -> None:
    """Produce messages and wait until the broker has them; partition None spreads them."""
    sender = producer(connection)
    sent = [
        sender.send(
            topic,
            value,
            key=key,
            headers=list(headers),
            partition=number % 6 if partition is None else partition,
        )
        for number, value in enumerate(values)
    ]
    for each in sent:
        each.get(patience_seconds)
    sender.close()


def describe(connection: Connection, topic: str) -> list[tuple[int, int]]:
    """The first and the next offset of each partition of a topic."""
    asking = consumer(connection)
    keys = [TopicPartition(topic, number) for number in sorted(asking.partitions_for_topic(topic))]
    starts, ends = asking.beginning_offsets(keys), asking.end_offsets(keys)
    asking.close()
    return [(starts[key], ends[key]) for key in keys]


def settings_for(connection: Connection, group: str, **more: Any) -> Settings:
    """Settings as an ingest of this broker would have them."""
    return Settings(kafka_bootstrap=connection.bootstrap, kafka_group=group, **more)


@contextmanager
def ingesting(settings: Settings, log: Log, prefix: str) -> Iterator[threading.Thread]:
    """An ingest in a thread of this process for the time of the block."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            ingest.run(settings, log, stop, prefix=prefix, session_seconds=session_seconds)
        except BaseException as error:
            logging.exception("the ingest ended")  # noqa: LOG015 - a test's own words
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(patience_seconds)
    if failed:
        raise failed[0]


def start_ingest(
    settings: Settings,
    dsn: str,
    prefix: str,
    *,
    freeze: str = "never",
    errors: IO[str] | None = None,
) -> subprocess.Popen[bytes]:
    """An ingest as a process of its own, its log going to `errors`.

    With `freeze` it stops itself (SIGSTOP) at its third batch: `before` it begins to record it,
    or `inside` the transaction.
    """
    told = {
        f"LEDGER_{name.upper()}": str(value)
        for name, value in asdict(settings).items()
        if value != getattr(Settings(), name)
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ingesting", dsn, prefix, freeze],
        cwd=ROOT,
        env=clean | told,
        stderr=errors,
    )


def until(condition: Callable[[], object], seconds: float = patience_seconds) -> None:
    """Wait for something to become true, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def recorded(log: Log) -> list[UUID]:
    """The ids of everything in the log, sorted."""
    return sorted(record.id for record in log.read(0, 1_000_000))


def next_offset(log: Log, topic: str, partition: int = 0) -> int:
    """Where the database says that reading goes on."""
    with log.transaction() as rows:
        rows.execute(
            "SELECT next_offset FROM source_position WHERE topic = %s AND partition = %s",
            (topic, partition),
        )
        row = rows.fetchone()
    return int(row[0]) if row else 0


def gauge(topic: str, why: str, partition: int = 0) -> Any:
    """What the alarm of a partition shows."""
    labels = {"topic": topic, "partition": str(partition), "why": why}
    return REGISTRY.get_sample_value("ledger_ingest_partition_stopped", labels)


def configure(connection: Connection, topic: str, configs: dict[str, str]) -> None:
    """Set a topic as somebody else would; on return the broker says that it is so."""
    with administration(connection) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs)
        admin.alter_configs([resource])

        def set_so() -> bool:
            asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
            found = admin.describe_configs(asked, config_filter="all")["topic"][topic]
            return configs.items() <= {name: each["value"] for name, each in found.items()}.items()

        until(set_so)


def ids(facts: Iterable[SealsApplied]) -> list[UUID]:
    """The ids of facts, sorted."""
    return sorted(UUID(fact.id) for fact in facts)


def avro(facts: Iterable[SealsApplied]) -> list[bytes]:
    """Each fact as a message of its own, in Avro."""
    return [to_avro(fact) for fact in facts]


def headers_of(packed: bytes | None) -> Any:
    """What a dead letter keeps of its headers."""
    return None if packed is None else json.loads(packed)


class FreezingLog(Log):
    """A log that stops its own process at the third batch."""

    freeze = "never"
    batches = 0

    def record(
        self,
        columns: Columns,
        refusals: Sequence[Refusal] = (),
        offset: Offset | None = None,
        *,
        on_conflict: Callable[[int], Refusal] | None = None,
        inside: Callable[[Rows], None] | None = None,
    ) -> Appended:
        """Record, and freeze on the way where it is time."""
        self.batches += offset is not None
        if self.batches == FREEZE_AT_BATCH:
            self.batches += 1
            if self.freeze == "before":
                freeze_me()
            elif self.freeze == "inside":
                inside = freeze_me
        return super().record(columns, refusals, offset, on_conflict=on_conflict, inside=inside)


def freeze_me(*_: object) -> None:
    """Stop this process until somebody lets it go on."""
    os.kill(os.getpid(), signal.SIGSTOP)


def main() -> None:
    """Ingest until SIGTERM."""
    dsn, prefix, FreezingLog.freeze = sys.argv[1:]
    logging.basicConfig(level="WARNING", format="%(name)s %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with FreezingLog.open(dsn, lock_wait_seconds=1.0) as log:
        ingest.run(load(), log, stop, prefix=prefix, session_seconds=session_seconds)


if __name__ == "__main__":
    main()
