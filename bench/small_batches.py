"""What an event costs the database and this process in small batches, to project and to audit.

As when everything runs at once: so many events are recorded, projected and audited, and then the
next ones. Prints CPU µs an event of the database's sessions and of this process, and statements a
batch, by size of batch; recording is not measured. Every size meets the same events.

    python -m bench.small_batches [--events 10000] [--sizes 50 200 1000 5000]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Cursor

from bench.audit import as_the_ledger_does, entry
from consumers.auditor.auditor import Auditor
from ledger.facts.identity import Fact
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.season import season
from ledger.views.projection import Projector, batch_events_max

SIZES = (50, 200, 1_000, 5_000)
_NANOSECONDS_A_MICRO = 1_000
_SESSIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
"""


class Cost(NamedTuple):
    """CPU µs of the database's sessions and of this process, and statements sent."""

    database: float
    process: float
    statements: int

    def __add__(self, other: tuple[Any, ...]) -> "Cost":
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Measured(NamedTuple):
    """What so many events in so many batches cost."""

    events: int
    batches: int
    projected: Cost
    audited: Cost


def main() -> None:
    """Measure every size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000)
    options.add_argument("--before", type=int, default=20_000, help="recorded before, unmeasured")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    chosen = options.parse_args()
    as_the_ledger_does()
    facts = [*season(chosen.before + chosen.events, chosen.seed).facts()]
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
            home = Path(folder)
            home.chmod(0o755)
            dsn = server(home)
            try:
                migrate(dsn)
                with Log.open(dsn, recorded_at="event") as log:
                    told(size, measure(log, facts, chosen.before, size))
            finally:
                leave(home)


def measure(log: Log, facts: list[Fact], before: int, size: int) -> Measured:
    """Record facts behind the first `before` in batches, each projected and audited."""
    projector = Projector(log)
    projector.make()
    now = max(fact.at for fact in facts)
    auditor = Auditor(log, default_policy(), lambda: now)
    for start in range(0, before, max(SIZES)):
        log.append([entry(fact) for fact in facts[start : min(start + max(SIZES), before)]])
    _project(projector)
    _audit(auditor, projector)
    projected = audited = Cost(0, 0, 0)
    batches = 0
    for start in range(before, len(facts), size):
        log.append([entry(fact) for fact in facts[start : start + size]])
        projected += _cost(log, lambda: _project(projector))
        audited += _cost(log, lambda: _audit(auditor))
        batches += 1
    return Measured(len(facts) - before, batches, projected, audited)


def _project(projector: Projector) -> None:
    while projector.run_batch() == batch_events_max:
        pass


def _audit(auditor: Auditor, projector: Projector | None = None) -> None:
    """Audit what is projected; with `projector` project the decisions and go on until the end."""
    while True:
        step = auditor.step()
        if projector is not None and (step.decisions or step.views):
            _project(projector)
        elif step.views or not step.behind:
            return


def _cost(log: Log, work: Callable[[], None]) -> Cost:
    with log.transaction() as rows:
        sessions = [pid for (pid,) in rows.execute(_SESSIONS).fetchall()]
    with _counting() as statements:
        database, process = _ran(sessions), time.process_time()
        work()
        spent = (time.process_time() - process) * 1e6
    return Cost((_ran(sessions) - database) / _NANOSECONDS_A_MICRO, spent, len(statements))


def _ran(sessions: list[int]) -> int:
    """Nanoseconds that these processes have had a processor."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in sessions)


@contextmanager
def _counting() -> Iterator[list[Any]]:
    """A list that grows by an entry for every statement sent meanwhile."""
    sent: list[Any] = []
    execute, copy = Cursor.execute, Cursor.copy

    def executed(self: Any, query: Any, *values: Any, **options: Any) -> Any:
        sent.append(query)
        return execute(self, query, *values, **options)

    def copied(self: Any, query: Any, *values: Any, **options: Any) -> Any:
        sent.append(query)
        return copy(self, query, *values, **options)

    Cursor.execute, Cursor.copy = executed, copied  # type: ignore[method-assign,assignment]
    try:
        yield sent
    finally:
        Cursor.execute, Cursor.copy = execute, copy  # type: ignore[method-assign]


def told(size: int, measured: Measured) -> None:
    """Print a line for projecting and one for auditing."""
    events, batches, *costs = measured
    for name, cost in zip(("projected", "audited"), costs, strict=True):
        print(
            f"batches of {size:5,}: {name:9} {cost.database / events:6.1f} µs an event of the"
            f" database, {cost.process / events:6.1f} of this process,"
            f" {cost.statements / batches:5.1f} statements a batch,"
            f" {cost.database / batches / 1000:6.2f} ms a batch of the database",
            flush=True,
        )


if __name__ == "__main__":
    main()
