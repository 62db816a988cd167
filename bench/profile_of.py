"""Where the time of one piece of work goes, as a flame graph: `make profile WHAT=ingest`.

The work runs as users run it, under the sampling profiler py-spy; threads and C code are shown too.

    python -m bench.profile_of ingest|project|audit|load [--events 100000] [--out FILE.svg]
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from bench.peers import messages
from bench.peers.ingesting import asked, ledger_environment
from bench.peers.loading import made_season
from bench.peers.place import Place, place
from bench.peers.processes import programs
from ledger.errors import LedgerError
from ledger.views import SCHEMA

samples_a_second = 200
wait_seconds_max = 600.0
_look_seconds = 0.1
_RECORDED = "SELECT max(notification_id) FROM events"
_AUDITED = f"SELECT position FROM {SCHEMA}.audit"
_PROJECTED = f"SELECT position FROM {SCHEMA}.progress"


def main() -> int:
    """Profile one piece of work."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile_of", description=__doc__)
    parser.add_argument("what", choices=list(WORK))
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--out", type=Path, metavar="FILE.svg")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # told to end, it stops its servers
    out = (chosen.out or Path("artefacts") / f"profile-{chosen.what}.svg").resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    profiler = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if profiler is None:
        print("py-spy is not installed: make .venv/bin/.developer", file=sys.stderr)
        return 2
    recording = [profiler, "record", "--rate", str(samples_a_second), "--output", str(out), "--"]
    try:
        with place(with_broker=chosen.what == "ingest") as here:
            WORK[chosen.what](here, chosen.events, recording)
    except LedgerError as error:
        print(str(error), file=sys.stderr)
        return 2
    assert out.stat().st_size, "the profiler wrote nothing"
    print(out)
    return 0


def ingest(here: Place, events: int, recording: list[str]) -> None:
    """One ingest, until everything on the topic is recorded."""
    messages.fill_partitions(here.broker.connection, events, messages.PARTITIONS, lambda _: None)
    with here.database() as dsn:
        _run(here, dsn, recording, "ingest", reached=_RECORDED, until=events)


def load(here: Place, events: int, recording: list[str]) -> None:
    """One `ledger load` of a season."""
    season = made_season(here.home / "season.ndjson", events)
    with here.database() as dsn:
        subprocess.run(
            [*recording, sys.executable, "-m", "ledger", "load", str(season)],
            env=os.environ | {"LEDGER_DATABASE_URL": dsn}, check=True,
        )  # fmt: skip


def project(here: Place, events: int, recording: list[str]) -> None:
    """One projector, from the beginning of a season to its end."""
    with here.database() as dsn:
        last = _loaded(here, dsn, events)
        _run(here, dsn, recording, "projector", reached=_PROJECTED, until=last)


def audit(here: Place, events: int, recording: list[str]) -> None:
    """One auditor, over a season that is projected."""
    with here.database() as dsn:
        last = _loaded(here, dsn, events)
        _run(here, dsn, [], "projector", reached=_PROJECTED, until=last)
        _run(here, dsn, recording, "auditor", reached=_AUDITED, until=last)


WORK: dict[str, Callable[[Place, int, list[str]], None]] = {
    "ingest": ingest, "project": project, "audit": audit, "load": load,
}  # fmt: skip


def _loaded(here: Place, dsn: str, events: int) -> int:
    season = made_season(here.home / "season.ndjson", events)
    subprocess.run(
        [sys.executable, "-m", "ledger", "load", str(season)],
        env=os.environ | {"LEDGER_DATABASE_URL": dsn}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with psycopg.connect(dsn) as database:
        return asked(database, _RECORDED)


def _run(
    here: Place, dsn: str, recording: list[str], process: str, *, reached: str, until: int
) -> None:
    """Run one process of the ledger until a position is reached, then end it in order."""
    environment = os.environ | {"LEDGER_DATABASE_URL": dsn, "LEDGER_METRICS_PORT": "0"}
    if process == "ingest":
        environment = ledger_environment(here, dsn)
    command = [*recording, sys.executable, "-m", "ledger", "run", "--only", process]
    with (
        psycopg.connect(dsn, autocommit=True) as database,
        programs([command], environment) as running,
    ):
        deadline = time.monotonic() + wait_seconds_max
        while _number(database, reached) < until:
            running.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{process} does not get there:\n{running.said()}")
            time.sleep(_look_seconds)
        if recording:
            # The profiler writes once what it watches has ended.
            running.end_children()


def _number(database: psycopg.Connection[tuple[object, ...]], question: str) -> int:
    with suppress(psycopg.errors.UndefinedTable):  # the views are made by who follows first
        row = database.execute(question).fetchone()
        return int(str(row[0])) if row and row[0] is not None else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
