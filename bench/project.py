"""How fast the log is folded into the views, and how quickly a reconciliation answers.

Prints rates, their ratio to a calibration loop of the same run, and CPU µs an event.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

import msgspec

from ledger.facts import canonical
from ledger.facts.identity import Fact
from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server
from ledger.season import season
from ledger.views.projection import Projector, reading
from ledger.views.reconciliation import Question, reconcile

_load_events = 5_000
_calibration_rounds = 200_000


def main() -> None:
    """Load a made season into a fresh home, project it, ask."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn, recorded_at="event") as log:
                load(log, season(chosen.events, chosen.seed).facts())
                _project(log)
                _ask(log)
        finally:
            leave(home)


def calibrate() -> float:
    """Rounds a second of a fixed piece of Python work."""
    encoder = msgspec.json.Encoder()
    started = time.perf_counter()
    for number in range(_calibration_rounds):
        encoder.encode({"number": number, "text": "calibration"})
    return _calibration_rounds / (time.perf_counter() - started)


def load(log: Log, facts: Iterator[Fact]) -> None:
    """Record the facts of a season as an operator loads them, and print how long that took."""
    started = time.perf_counter()
    total = 0
    while chunk := list(islice(facts, _load_events)):
        log.append(
            [
                Entry(
                    UUID(fact.id),
                    type(fact).__name__,
                    canonical.encode(fact),
                    1,
                    fact.at,
                    "file",
                    "OPERATOR",
                )
                for fact in chunk
            ]
        )
        total += len(chunk)
    print(f"made and loaded {total} in {time.perf_counter() - started:.1f} s")


def _project(log: Log) -> None:
    rounds = calibrate()
    projector = Projector(log)
    projector.make()
    started, cpu = time.perf_counter(), time.process_time()
    events, part, last = 0, 0, started
    while done := projector.run_batch():
        events += done
        part += done
        if part >= 100_000:
            now = time.perf_counter()
            print(f"  at {events}: {part / (now - last):,.0f} events/s")
            part, last = 0, now
    rate = events / (time.perf_counter() - started)
    spent = (time.process_time() - cpu) / max(events, 1) * 1e6
    print(f"projected {events}: {rate:,.0f} events/s, {rate / rounds:.3f} of calibration,"
          f" {spent:.1f} CPU µs an event")  # fmt: skip
    print(f"memory (PSS): {_pss_mb():.0f} MB")


def _ask(log: Log) -> None:
    now = time.time_ns() // 1_000
    middle = log.at([log.position() // 2])[0].recorded_at
    for name, asked in (
        ("now", Question()),
        ("now, by exporter", Question(split="exporter")),
        ("as of", Question(as_of=middle)),
        ("known at", Question(known_at=middle)),
        ("both clocks", Question(as_of=middle, known_at=middle)),
        ("known at, by exporter", Question(known_at=middle, split="exporter")),
    ):
        best = min(_timed(log, asked, now) for _ in range(3))
        print(f"reconcile {name}: {best * 1000:.0f} ms")
    rows = _answer(log, Question(), now)
    for row in rows:
        held = sum(row[name] for name in _FIGURES)
        assert row["issued"] == held, row
    print(f"{len(rows)} rows; the identity holds on each")


_FIGURES = (
    "stock_importer", "stock_exporters", "in_transit", "on_lots", "shipped", "delivered",
    "spoiled", "destroyed", "sampled", "lost", "stolen", "adjusted",
)  # fmt: skip


def _answer(log: Log, asked: Question, now: int) -> list[dict[str, int]]:
    with reading(log) as rows:
        return reconcile(rows, log, asked, now=now)


def _timed(log: Log, asked: Question, now: int) -> float:
    started = time.perf_counter()
    _answer(log, asked, now)
    return time.perf_counter() - started


def _pss_mb() -> float:
    smaps = Path("/proc/self/smaps_rollup")
    if not smaps.exists():
        return float("nan")
    for line in smaps.read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    main()
