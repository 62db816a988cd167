"""The ledger's own ingest and the bare loop, each as processes of their own, one or several."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import psycopg

from bench.peers import bare_loop
from bench.peers.figures import Run
from bench.peers.messages import PARTITIONS
from bench.peers.place import Place
from bench.peers.processes import programs, watched
from consumers.broker.topics import SCANS
from ledger.intake.schemas import released

_SCHEMAS = Path(__file__).parents[2] / "schemas"
LEDGER, LEDGER_TWO = "ledger, one ingest", "ledger, two ingests"
LOOP, LOOP_TWO = "bare loop, one process", "bare loop, two processes"
_RECORDED = "SELECT coalesce(max(notification_id), 0) FROM events"


def ledger(place: Place, peer: str, *, warm: int, events: int, processes: int = 1) -> Run:
    """`ledger run --only ingest` on everything that waits on the ledger's topics."""
    with place.database() as dsn:
        environment = ledger_environment(place, dsn)
        command = [sys.executable, "-m", "ledger", "run", "--only", "ingest"]
        commands = [command] * processes
        if processes > 1 and _shares_out():
            commands = [[*command, "--ingests", str(processes)]]
        with (
            psycopg.connect(dsn, autocommit=True) as database,
            programs(commands, environment) as running,
        ):
            found = watched(
                peer, running, lambda: asked(database, _RECORDED), warm=warm, events=events
            )
            refused = asked(database, "SELECT count(*) FROM dead_letter")
            assert refused == 0, f"{refused} refused"
            return found


@cache
def _shares_out() -> bool:
    """Whether `ledger run` starts several ingests by itself; else each is started by hand."""
    command = [sys.executable, "-m", "ledger", "run", "--help"]
    environment = os.environ | {"COLUMNS": "200"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return "--ingests" in told.stdout


def loop(place: Place, peer: str, *, warm: int, events: int, processes: int = 1) -> Run:
    """The bare loop, its partitions shared out beforehand."""
    with place.database(migrated=False) as dsn, psycopg.connect(dsn, autocommit=True) as database:
        database.execute(bare_loop.TABLES)
        version = released().newest["SealsApplied"].version
        schema = _SCHEMAS / f"SealsApplied.v{version}.avsc"
        commands = [
            [sys.executable, "-m", "bench.peers.bare_loop", str(schema), place.broker.bootstrap,
             dsn, SCANS, *(str(each) for each in range(number, PARTITIONS, processes))]
            for number in range(processes)
        ]  # fmt: skip
        with programs(commands, os.environ) as running:
            found = watched(
                peer, running, lambda: asked(database, bare_loop.DONE), warm=warm, events=events
            )
            assert asked(database, "SELECT count(*) FROM scans") == warm + events
            return found


def ledger_environment(place: Place, dsn: str) -> dict[str, str]:
    """The settings of a ledger at this place, a consumer group of its own for each database."""
    return os.environ | {
        "LEDGER_HOME": str(place.home / "ledger"),
        "LEDGER_DATABASE_URL": dsn,
        "LEDGER_KAFKA_BOOTSTRAP": place.broker.bootstrap,
        "LEDGER_KAFKA_GROUP": dsn.rpartition("/")[2],
        "LEDGER_METRICS_PORT": "0",
    }


def asked(database: psycopg.Connection[tuple[object, ...]], question: str) -> int:
    """The number that answers a question."""
    row = database.execute(question).fetchone()
    return int(str(row[0])) if row else 0
