"""How fast a season with slips is audited, what an event costs as history grows, and the memory.

Prints rates, their ratio to a calibration loop of the same run, CPU µs and blocks read an event for
each tenth of the season, audited as it comes in, and how long a late contract takes to settle.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

from bench.project import calibrate
from consumers.auditor import Auditor
from consumers.auditor_running import catch_up
from ledger.facts.canonical import encode
from ledger.facts.identity import Fact
from ledger.facts.registry import ConsignmentContractSigned
from ledger.facts.scalars import micros
from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.season import Mix, season
from ledger.views.projection import Projector, reading

_load_events = 5_000
_parts = 10


def main() -> None:
    """Audit a season all at once, then another one part by part, then something late."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--slips", default="1%")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn, recorded_at="event") as log:
                _grow(log, chosen.events, chosen.seed, chosen.slips)
        finally:
            leave(home)


def _grow(log: Log, events: int, seed: int, slips: str) -> None:
    made = season(events, seed, Mix.parse(slips))
    now = micros(made.key().now)
    facts = iter(made.facts())
    rounds = calibrate()
    policy = default_policy()
    print(f"calibration {rounds:,.0f} rounds/s")
    contracts: list[ConsignmentContractSigned] = []
    first = 0.0
    for part in range(_parts):
        total = _load(log, islice(facts, events // _parts + 1), contracts)
        before = _blocks(log)
        started, cpu = time.perf_counter(), time.process_time()
        catch_up(log, policy, lambda: min(now, log.recorded_last()))
        seconds, worked = time.perf_counter() - started, time.process_time() - cpu
        cost = worked / total * 1e6
        first = first or cost
        print(
            f"part {part + 1}: {total} events projected and audited at {total / seconds:,.0f}/s,"
            f" {rounds * seconds / total:.1f} rounds and {cost:.0f} µs CPU an event"
            f" ({cost / first:.2f} of the first), {(_blocks(log) - before) / total:.1f} blocks"
        )
    _settle(log, now)
    _again(log, rounds)
    _late(log, contracts, now)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MB")


def _load(log: Log, facts: Iterator[Fact], contracts: list[ConsignmentContractSigned]) -> int:
    total = 0
    while chunk := list(islice(facts, _load_events)):
        contracts += [fact for fact in chunk if isinstance(fact, ConsignmentContractSigned)]
        log.append([_entry(fact) for fact in chunk])
        total += len(chunk)
    return total


def _entry(fact: Fact) -> Entry:
    return Entry(UUID(fact.id), type(fact).__name__, encode(fact), time=fact.at)


def _blocks(log: Log) -> int:
    with log.transaction() as rows:
        rows.execute("SELECT pg_stat_clear_snapshot()")
        rows.execute(
            "SELECT blks_read + blks_hit FROM pg_stat_database WHERE datname = current_database()"
        )
        row = rows.fetchone()
        return int(row[0]) if row else 0


def _settle(log: Log, now: int) -> None:
    started = time.perf_counter()
    catch_up(log, default_policy(), lambda: now)
    with reading(log) as rows:
        rows.execute("SELECT count(*) FROM cases WHERE state = 'OPEN'")
        row = rows.fetchone()
    print(f"at the season's end: {row[0] if row else 0} cases, "
          f"{time.perf_counter() - started:.1f} s more")  # fmt: skip


def _again(log: Log, rounds: float) -> None:
    """Audit all of it from the start, by another policy, as it were."""
    with log.transaction() as rows:
        rows.execute("UPDATE views_2.audit SET policy = 'another'")
    started, cpu = time.perf_counter(), time.process_time()
    auditor = Auditor(log, default_policy(), lambda: 0)
    events = 0
    while (step := auditor.step()).behind:
        events += step.events
        if step.decisions:
            Projector(log).catch_up()
    seconds, worked = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"audited anew: {events} events at {events / seconds:,.0f}/s,"
        f" {rounds * seconds / events:.1f} rounds and {worked / events * 1e6:.0f} µs CPU an event"
    )


def _late(log: Log, contracts: list[ConsignmentContractSigned], now: int) -> None:
    """A contract signed again: everything that stands on it is looked at again."""
    last = contracts[0]
    again = Entry(
        UUID(int=UUID(last.id).int ^ 1),
        type(last).__name__,
        encode(last).replace(last.id.encode(), str(UUID(int=UUID(last.id).int ^ 1)).encode()),
        time=now,
    )
    log.append([again])
    started = time.perf_counter()
    catch_up(log, default_policy(), lambda: now)
    print(f"a late contract of {last.exporter} is settled in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
