"""What an event costs to project and to audit, in a log of a given length, and the memory.

A process of its own for each length, so that the memory is that of this one alone.

    python -m bench.peers.history EVENTS     # prints JSON
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.audit import as_the_ledger_does, blocks, load, season_file
from consumers.auditor.running import catch_up
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.views.projection import Projector

_SEED = 7
_SLIPS = "1%"


def main() -> None:
    """Measure one length."""
    events = int(sys.argv[1])
    as_the_ledger_does()
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        now = season_file(home, events, _SEED, _SLIPS)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn, recorded_at="event") as log:
                load(log, home / "season.ndjson")
                recorded = log.position()
                projector = Projector(log)
                projector.make()
                projecting = _cost(log, projector.catch_up, recorded)
                policy = default_policy()
                auditing = _cost(log, lambda: catch_up(log, policy, lambda: now), recorded)
        finally:
            leave(home)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"events": recorded, "project": projecting, "audit": auditing,
                      "memory_mib": round(memory)}))  # fmt: skip


def _cost(log: Log, work: Callable[[], object], events: int) -> dict[str, float]:
    """CPU µs of this process, blocks that the database read, and seconds, an event."""
    before, started, cpu = blocks(log), time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - started, time.process_time() - cpu
    return {
        "cpu_us": spent / events * 1e6,
        "blocks": (blocks(log) - before) / events,
        "events_a_second": events / seconds,
    }


if __name__ == "__main__":
    main()
