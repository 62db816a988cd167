"""How soon a new home has its first event, and what a ledger costs that has nothing to do."""

import os
import subprocess
import sys
import time

import psycopg

from bench.ingest import scan
from bench.peers.everything import audited
from bench.peers.ingesting import ledger_environment
from bench.peers.place import Place, free_port
from bench.peers.processes import programs
from consumers.broker.topics import create
from ledger.facts.canonical import encode

_settle_seconds = 8.0


def first_event(place: Place, number: int) -> float:
    """Seconds of `ledger load` of one event into a home that is not there yet."""
    home = place.home / f"first-{number}"
    file = place.home / "first.ndjson"
    file.write_bytes(encode(scan(number)) + b"\n")
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ledger", "load", str(file)],
        env=os.environ | {"LEDGER_HOME": str(home)},
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - started


def idle_percent(place: Place, seconds: float) -> float:
    """Percent of a core that all processes of `ledger run` take while nothing happens."""
    create(place.broker.connection)
    with place.database() as dsn:
        environment = ledger_environment(place, dsn) | {"LEDGER_WEB_PORT": str(free_port())}
        with programs([[sys.executable, "-m", "ledger", "run"]], environment) as running:
            deadline = time.monotonic() + 60
            with psycopg.connect(dsn, autocommit=True) as database:
                while time.monotonic() < deadline:
                    try:
                        audited(database)
                        break
                    except psycopg.Error:
                        time.sleep(0.2)
            time.sleep(_settle_seconds)
            started, cpu = time.perf_counter(), running.cpu_seconds()
            time.sleep(seconds)
            running.check()
            spent = running.cpu_seconds() - cpu
            return 100 * spent / (time.perf_counter() - started)
