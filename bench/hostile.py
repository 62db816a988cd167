"""What one hostile sender costs: the auditor, the views, and everybody whose facts come behind.

Each shape of `hostile_shapes` is recorded into a ledger of its own and an ordinary party's scans
behind it; then a process projects and one audits. Prints for each what an event costs as a ratio to
a plain season (CPU of the process and of its part of the database; rows the database read), the
auditor's peak memory, and how long the ordinary facts waited. The plain season is measured before
and after every few shapes: a machine that others use is not equally fast all the time. Exit 1
where a bound is not met.

    python -m bench.hostile [--events 50000] [--only NAME] [--seconds 600]
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from multiprocessing import get_context, queues
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo

from bench import hostile_shapes
from bench.audit import as_the_ledger_does, entry
from bench.hostile_registry import registry
from consumers.auditor.running import catch_up
from consumers.auditor.step import Step
from ledger.facts.identity import Fact
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.season import season
from ledger.views import set_aside
from ledger.views.projection import Projector, reading

COST_RATIO_MAX: Final = 5.0
"""An event, or a line where it has many, against an event of a plain season."""
MEMORY_MIB_MAX: Final = 400
ORDINARY_SECONDS_MAX: Final = 60
ONE_TIME_SECONDS_MAX: Final = 15
"""To catch up with 50,000 events of one source and one time."""
_SMALLER_MIN: Final = 50
_ordinary_events, _load_events = 200, 2_000
_address_space_bytes_max: Final = 3 << 30
_full_events, _plain_events_min = 50_000, 10_000
_child_seconds_max: Final = 600
_shapes_between: Final = 3
"""So many shapes between two measurements of the plain season."""


class Cost(NamedTuple):
    """What a process took: seconds, CPU seconds of it and of its database, rows, peak MiB."""

    seconds: float
    cpu: float
    rows: int
    peak_mib: float
    ordinary_seconds: float = 0.0


class Made(NamedTuple):
    """Facts to make, so many of them; a unit is an event, or a line of one that has many.

    `seconds` = how long a step with them may take.
    """

    facts: Callable[[int], Iterable[Fact]]
    events: int
    units: int
    seconds: int


class Outcome(NamedTuple):
    """What facts cost, by their units."""

    units: int
    project: Cost
    audit: Cost
    cases: int
    aside: int

    def cpu(self) -> float:
        """CPU µs a unit, projected and audited."""
        return (self.project.cpu + self.audit.cpu) / self.units * 1e6

    def rows(self) -> float:
        """Rows a unit, projected and audited."""
        return (self.project.rows + self.audit.rows) / self.units


def main() -> None:
    """Run every shape and print the table; exit 1 where a bound is not met."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=_full_events)
    options.add_argument("--only", action="append", help="a shape's name, or a part of it")
    options.add_argument("--seconds", type=int, default=_child_seconds_max, help="of one step")
    chosen = options.parse_args()
    shapes = hostile_shapes.SHAPES | hostile_shapes.COMPARED
    names = [name for name in shapes if any(part in name for part in chosen.only or [""])]
    met = True
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        dsn = server(home)
        size = max(chosen.events, _plain_events_min)
        season_made = Made(_plain, size, size, chosen.seconds)
        try:
            before = _outcome(dsn, "plain", season_made)
            print(f"{'shape':<26}{'events':>7}{'CPU':>6}{'rows':>6}{'peak':>6}{'wait':>7}"
                  f"{'all':>7}{'cases':>8}{'aside':>7}  within bounds")  # fmt: skip
            for start in range(0, len(names), _shapes_between):
                tried = []
                for name in names[start : start + _shapes_between]:
                    of = shapes[name]
                    least = max(_SMALLER_MIN // of.lines, 1)
                    count = max(least, of.events * chosen.events // _full_events)
                    made = Made(
                        partial(_with_registry, name), count, count * of.lines, chosen.seconds
                    )
                    tried.append((name, made, _tried(dsn, f"shape{names.index(name)}", made)))
                after = _outcome(dsn, "plain", season_made)
                plain = (before.cpu() + after.cpu()) / 2, (before.rows() + after.rows()) / 2
                print(f"plain season of {size:,}: {plain[0]:.0f} µs, {plain[1]:.1f} rows an event")
                for each in tried:
                    met &= _shape(*each, *plain)
                before = after
        finally:
            leave(home)
    sys.exit(0 if met else 1)


def _plain(events: int) -> Iterable[Fact]:
    return season(events, 7).facts()


def _tried(dsn: str, database: str, made: Made) -> Outcome | str:
    """What a shape cost, or why that is not known."""
    try:
        return _outcome(dsn, database, made)
    except RuntimeError as error:
        return str(error)


def _shape(
    name: str, made: Made, found: Outcome | str, plain_cpu: float, plain_rows: float
) -> bool:
    """Print a shape's row, and tell whether it stayed within all bounds."""
    if isinstance(found, str):
        print(f"{name:<26}{made.events:>7,}  not met: {found}", flush=True)
        return False
    cpu, rows = found.cpu() / plain_cpu, found.rows() / plain_rows
    peak, waited = found.audit.peak_mib, found.project.seconds + found.audit.ordinary_seconds
    whole = found.project.seconds + found.audit.seconds
    quick = whole <= ONE_TIME_SECONDS_MAX or not name.startswith("one time")
    compared = name in hostile_shapes.COMPARED
    met = compared or (
        max(cpu, rows) <= COST_RATIO_MAX
        and peak <= MEMORY_MIB_MAX
        and waited <= ORDINARY_SECONDS_MAX
        and quick
    )
    print(
        f"{name:<26}{made.events:>7,}{cpu:>6.2f}{rows:>6.2f}{peak:>6.0f}{waited:>7.1f}{whole:>7.1f}"
        f"{found.cases:>8,}{found.aside:>7,}"
        f"  {'for comparison' if compared else 'met' if met else 'not met'}",
        flush=True,
    )
    return met


def _with_registry(name: str, events: int) -> Iterable[Fact]:
    yield from registry()
    yield from hostile_shapes.shape(name, events)


def _outcome(dsn: str, database: str, made: Made) -> Outcome:
    """A fresh database with the facts and an ordinary party's behind them, caught up."""
    own = make_conninfo(dsn, dbname=database)
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database}")
    migrate(own)
    _child(made.seconds, _load, own, made.facts, made.events)
    project = _child(made.seconds, _project, own)
    audit = _child(made.seconds, _audit, own)
    with Log.open(own) as log, reading(log) as rows:
        cases = rows.execute("SELECT count(*) FROM cases").fetchone()
        aside = set_aside.count(rows)
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
    return Outcome(made.units, project, audit, cases[0] if cases else 0, aside)


# -- each step is a process of its own, so that its memory is its own


def _child(seconds: int, work: Callable[..., float], *arguments: Any) -> Cost:
    """What a step took; raises RuntimeError where it failed."""
    context = get_context("spawn")
    answers: queues.Queue[Cost | str] = context.Queue()
    process = context.Process(target=_run, args=(answers, work, *arguments))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        raise RuntimeError(f"{work.__name__[1:]} took longer than {seconds} s")
    found = "ended without an answer" if answers.empty() else answers.get()
    if isinstance(found, Cost):
        return found
    raise RuntimeError(f"{work.__name__[1:]}: {found}")


def _run(
    answers: "queues.Queue[Cost | str]", work: Callable[..., float], dsn: str, *rest: Any
) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_address_space_bytes_max, _address_space_bytes_max))
    as_the_ledger_does()
    try:
        with Log.open(dsn, recorded_at="event") as log:
            rows, started, cpu = _rows(log), time.perf_counter(), time.process_time()
            ordinary = work(log, *rest)
            seconds, worked = time.perf_counter() - started, time.process_time() - cpu
            worked += _database_cpu(log)
            answers.put(Cost(seconds, worked, _rows(log) - rows, _peak_mib(), ordinary))
    except (Exception, MemoryError) as error:  # noqa: BLE001 - the parent says what it was
        answers.put(f"{type(error).__name__}: {str(error)[:120]}")


def _load(log: Log, make: Callable[[int], Iterable[Fact]], events: int) -> float:
    for facts in (make(events), hostile_shapes.ordinary(_ordinary_events)):
        coming = iter(facts)
        while chunk := list(islice(coming, _load_events)):
            log.append([entry(fact) for fact in chunk])
    return 0.0


def _project(log: Log) -> float:
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    return 0.0


def _audit(log: Log) -> float:
    """Catch up; answers when the loss behind everything hostile had its case."""
    started = time.perf_counter()
    last = log.position()
    heard: list[float] = []

    def progressed(step: Step) -> None:
        if not heard and step.position >= last:
            heard.append(time.perf_counter() - started)

    catch_up(log, default_policy(), log.recorded_last, progressed)
    with reading(log) as rows:
        found = rows.execute("SELECT FROM cases WHERE rule = 'M-41' AND state = 'OPEN'").fetchone()
    assert found is not None, "the ordinary party's loss has no case"
    return heard[0]


def _rows(log: Log) -> int:
    """Rows the database has read so far."""
    with log.transaction() as rows:
        rows.execute("SELECT pg_stat_force_next_flush()")
    with log.transaction() as rows:
        rows.execute("SELECT pg_stat_clear_snapshot()")
        found = rows.execute(
            "SELECT tup_returned + tup_fetched FROM pg_stat_database"
            " WHERE datname = current_database()"
        ).fetchone()
    return int(found[0]) if found else 0


def _database_cpu(log: Log) -> float:
    """CPU seconds of the database's processes that serve this one."""
    with log.transaction() as rows:
        found = rows.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend'"
        ).fetchall()
    ticks = 0
    for (pid,) in found:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
