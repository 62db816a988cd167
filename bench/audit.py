"""How fast a season with slips is audited, what an event costs as history grows, and the memory.

A season, and one of a tenth of it: prints rates, their ratio to a calibration loop of the same run,
CPU µs of this process and blocks read an event, for projecting and auditing all of it and for
auditing it anew.

    python -m bench.audit [--events 1000000] [--slips 1%]
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from bench.project import calibrate
from consumers.auditor.auditor import Auditor
from consumers.auditor.running import catch_up
from ledger.__main__ import GC_THRESHOLDS
from ledger.facts.canonical import decode, encode
from ledger.facts.identity import Fact
from ledger.facts.scalars import canonical_time, micros
from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.views import SCHEMA
from ledger.views.projection import Projector, reading

_load_events = 5_000
AUDITED_EVENTS_A_SECOND_MIN = 12_000
COST_RATIO_MAX = 1.5
"""Of the season to the tenth of it."""
MEMORY_MIB_MAX = 400


class Cost(NamedTuple):
    """What an event cost: CPU µs of this process, blocks read by the database."""

    cpu: float
    blocks: float


def main() -> None:
    """Audit two seasons of different length."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--slips", default="1%")
    chosen = options.parse_args()
    as_the_ledger_does()
    costs = []
    for events in (chosen.events // 10, chosen.events):
        with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
            home = Path(folder)
            home.chmod(0o755)
            now = season_file(home, events, chosen.seed, chosen.slips)
            dsn = server(home)
            try:
                migrate(dsn)
                with Log.open(dsn, recorded_at="event") as log:
                    load(log, home / "season.ndjson")
                    costs.append((_all(log, now), _again(log)))
            finally:
                leave(home)
    for name, (less, more) in zip(("at once", "anew"), zip(*costs, strict=True), strict=True):
        print(
            f"{name}: an event costs {more.cpu / less.cpu:.2f} times the CPU and"
            f" {more.blocks / less.blocks:.2f} times the blocks of ten times less history"
            f" (at most {COST_RATIO_MAX})"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MiB (at most {MEMORY_MIB_MAX})")


def as_the_ledger_does() -> None:
    """Look for cycles as seldom as the command line does."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def season_file(home: Path, events: int, seed: int, slips: str) -> int:
    """Write a season into a file, by a process of its own; answers the time its key is for."""
    key = home / "key.json"
    with (home / "season.ndjson").open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "ledger", "season", f"--events={events}", f"--seed={seed}",
             f"--slips={slips}", f"--key={key}"],
            stdout=file, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    return micros(canonical_time(json.loads(key.read_text())["now"]))


def load(log: Log, season: Path) -> None:
    """Append a file of events as it is."""
    with season.open("rb") as file:
        while lines := list(islice(file, _load_events)):
            log.append([entry(decode(line)) for line in lines])


def _all(log: Log, now: int) -> Cost:
    """Project everything, then audit it."""
    rounds = calibrate()
    before, started, cpu = blocks(log), time.perf_counter(), time.process_time()
    catch_up(log, default_policy(), lambda: now)
    seconds, worked = time.perf_counter() - started, time.process_time() - cpu
    with reading(log) as rows:
        rows.execute("SELECT count(*) FROM cases WHERE state = 'OPEN'")
        row = rows.fetchone()
    events = log.position()
    return _told(
        f"{events:,} events projected and audited, {row[0] if row else 0} cases",
        rounds, events, (seconds, worked, blocks(log) - before),
    )  # fmt: skip


def _again(log: Log) -> Cost:
    """Audit all of it from the start, by another policy, as it were."""
    with log.transaction() as rows:
        rows.execute(f"UPDATE {SCHEMA}.audit SET policy = 'another'")
    rounds = calibrate()
    before, started, cpu = blocks(log), time.perf_counter(), time.process_time()
    auditor = Auditor(log, default_policy(), lambda: 0)
    events = 0
    while (step := auditor.step()).behind:
        events += step.events
        if step.decisions:
            Projector(log).catch_up()
    seconds, worked = time.perf_counter() - started, time.process_time() - cpu
    what = f"audited anew (at least {AUDITED_EVENTS_A_SECOND_MIN:,}/s)"
    return _told(what, rounds, events, (seconds, worked, blocks(log) - before))


def _told(what: str, rounds: float, events: int, took: tuple[float, float, int]) -> Cost:
    seconds, worked, read = took
    cost = Cost(worked / events * 1e6, read / events)
    print(
        f"{what}: {events / seconds:,.0f} events/s, {rounds * seconds / events:.1f} rounds,"
        f" {cost.cpu:.0f} µs CPU and {cost.blocks:.1f} blocks an event",
        flush=True,
    )
    return cost


def entry(fact: Fact) -> Entry:
    """A fact as the log takes it."""
    return Entry(UUID(fact.id), type(fact).__name__, encode(fact), 1, fact.at, "file", "OPERATOR")


def blocks(log: Log) -> int:
    """Blocks that the database has read so far, from disk or from its memory."""
    with log.transaction() as rows:
        rows.execute("SELECT pg_stat_force_next_flush()")
    with log.transaction() as rows:
        rows.execute("SELECT pg_stat_clear_snapshot()")
        rows.execute(
            "SELECT blks_read + blks_hit FROM pg_stat_database WHERE datname = current_database()"
        )
        row = rows.fetchone()
        return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
