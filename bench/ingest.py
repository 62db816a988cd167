"""How fast one ingest takes events from a real Kafka into the log: single-event Avro messages.

Prints the rate, the CPU of this process per event, and the ratio to a calibration loop of the
same run: rates drift with the machine, ratios hardly do. Broker and database share the machine.

    python bench/ingest.py [--events 100000] [--profile]
"""

import argparse
import cProfile
import os
import shutil
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from consumers.broker.connection import Connection, producer
from consumers.broker.local import LocalBroker
from consumers.broker.topics import SCANS, create
from consumers.ingest import ingest
from ledger.facts.seals import SealsApplied
from ledger.intake import to_avro
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.settings import Settings

_calibration_rounds = 200_000
_partitions = 6
_patience_seconds = 300.0


def calibration() -> float:
    """Rounds per second of a fixed loop: hash and slice, as much Python as C."""
    started = time.perf_counter()
    digest = bytes(32)
    for _ in range(_calibration_rounds):
        digest = sha256(digest + digest[:8]).digest()
    return _calibration_rounds / (time.perf_counter() - started)


def scan(number: int) -> SealsApplied:
    """One small scan, its id a UUIDv7."""
    chance = int.from_bytes(os.urandom(8), "big") >> 2 | 1 << 63
    return SealsApplied(
        id=str(UUID(int=(0x0190_0000_0000 + number) << 80 | 7 << 76 | chance)),
        time="2026-04-02T09:30:00.000000+09:00",
        source=f"SCANNER-{number % 40}",
        actor=f"P-{number % 60}",
        mark=f"JAS-{number % 12}",
        holder=f"EXP-{number % 9}",
        site="PACK-HOUSE-1",
        lot=f"LOT-2026-{number % 700}",
        label=f"LABEL-{number % 30}",
        label_version=1,
        units=20,
        count=20,
        line=f"LINE-{number % 4}",
        contract=f"CONTRACT-{number % 20}",
    )


def fill(connection: Connection, events: int) -> None:
    """Produce the events, spread over the partitions as by mark."""
    sender = producer(connection)
    for number in range(events):
        sender.send(
            SCANS, to_avro(scan(number)), key=b"JAS", partition=number * 7 // 50 % _partitions
        )
    sender.flush()
    sender.close()


def measure(settings: Settings, log: Log, events: int, *, profile: bool) -> None:
    """Ingest everything that is on the topic, and print."""
    speed = calibration()
    print(f"calibration {speed:12,.0f} rounds/s")
    stop = threading.Event()
    profiler = cProfile.Profile()

    def work() -> None:
        if profile:
            profiler.enable()
        ingest.run(settings, log, stop)
        profiler.disable()

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + _patience_seconds
    while log.position() == 0 and time.monotonic() < deadline:
        time.sleep(0.005)
    first, started, cpu = log.position(), time.perf_counter(), time.process_time()
    while log.position() < events and time.monotonic() < deadline:
        time.sleep(0.02)
    seconds, spent = time.perf_counter() - started, time.process_time() - cpu
    stop.set()
    thread.join()
    assert log.position() == events
    assert log.dead_letters(0, 1) == []
    rate = (events - first) / seconds
    print(
        f"kafka to log         {rate:9,.0f} events/s  {spent / (events - first) * 1e6:6.2f} us CPU "
        f"here  ratio {rate / speed:.4f}"
    )
    if profile:
        profiler.create_stats()
        profiler.print_stats("tottime")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="seal-ledger-bench-"))
    home.chmod(0o755)
    try:
        dsn = server(home)
        migrate(dsn)
        with LocalBroker(home / "kafka") as broker, Log.open(dsn) as log:
            create(broker.connection, partitions=_partitions)
            fill(broker.connection, arguments.events)
            settings = Settings(kafka_bootstrap=broker.bootstrap)
            measure(settings, log, arguments.events, profile=arguments.profile)
    finally:
        leave(home)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
