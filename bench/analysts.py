"""How fast tables for analysts are written, and how much memory that takes.

A season of so many events with its views, exported as Parquet and as a DuckDB file by a process of
its own each. Prints events a second, the ratio to a calibration loop of the same run, what was
written, and the most memory that the process took.

    python -m bench.analysts [--events 1000000]
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from bench.log import calibration
from bench.project import load
from ledger.analysts.exporting import Form, Whose, export
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.season import season
from ledger.views.projection import Projector
from ledger.views.reading import reading

MIB = 1024 * 1024
_KIB = 1024


def main() -> None:
    """Load a made season into a fresh home, project it, export it in both forms."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    count = options.parse_args().events
    speed = calibration()
    print(f"calibration {speed:,.0f} rounds/s")
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder, "home")
        Path(folder).chmod(0o755)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn, recorded_at="event") as log:
                load(log, season(count, 7).facts())
                projector = Projector(log)
                projector.make()
                projector.catch_up()
                projector.retire_older()
            _measure("parquet", dsn, Path(folder, "tables"), speed)
            _measure("duckdb", dsn, Path(folder, "tables.duckdb"), speed)
        finally:
            leave(home)


def _measure(form: Form, dsn: str, place: Path, speed: float) -> None:
    """Export in a process of its own, so that the memory is that of the export."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_export, args=(form, dsn, place, there)
    )
    process.start()
    events, seconds, memory = here.recv()
    process.join()
    assert process.exitcode == 0
    rate = events / seconds
    files = [place] if place.is_file() else [*place.iterdir()]
    size = sum(path.stat().st_size for path in files) / MIB
    print(
        f"{form:8} {rate:10,.0f} events/s  {rate / speed:.3f} of calibration  {size:,.0f} MiB"
        f" written  {memory:,.0f} MiB of memory"
    )


def _export(form: Form, dsn: str, place: Path, told: Connection) -> None:
    with Log.open(dsn) as log:
        started = time.perf_counter()
        written = export(
            log, reading(log), place, form, whose=Whose("operator", "operator"), step=_unheard
        )
        seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB
    told.send((written.events, seconds, memory))


def _unheard(_: int) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main()
