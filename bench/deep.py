"""What an application costs when one account, one lot and one contract hold all of them.

Nothing is read again because there is much of it: prints CPU µs and blocks an event for each
tenth, projected and audited as it comes in, and what one more application costs at the end; how
long a contract signed late takes to settle that all of them stand on, and how long others wait.

    python -m bench.deep [--events 1000000]
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from uuid import UUID

from bench.audit import as_the_ledger_does, blocks, entry
from bench.project import calibrate
from consumers.auditor.auditor import Auditor
from consumers.auditor.running import catch_up
from ledger.facts.canonical import decode, encode
from ledger.facts.identity import Fact
from ledger.facts.registry import ConsignmentContractSigned
from ledger.facts.scalars import time_text
from ledger.facts.seals import SealsApplied
from ledger.log import Log, migrate
from ledger.log.embedded import leave, server
from ledger.rules.policy import default_policy
from ledger.season import season
from ledger.views.auditing import applications_waiting
from ledger.views.projection import Projector, reading

_parts = 10
_seconds_apart = 10
_load_events = 5_000
_a_lane = "EXP-SIERRA"
_more = ("SealsIssued", "SealsDispatched", "SealsReceived", "LotRecorded")


def main() -> None:
    """Audit a lot that never ends."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    chosen = options.parse_args()
    as_the_ledger_does()
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        dsn = server(home)
        try:
            migrate(dsn)
            with Log.open(dsn, recorded_at="event") as log:
                _grow(log, chosen.events)
        finally:
            leave(home)


def _grow(log: Log, events: int) -> None:
    before, applied = _beginning(events)
    contract = next(fact for fact in before if isinstance(fact, ConsignmentContractSigned))
    _load(log, before)
    made = _applications(applied)
    rounds = calibrate()
    print(f"calibration {rounds:,.0f} rounds/s")
    _audited(log)
    first = 0.0
    for part in range(_parts):
        _load(log, islice(made, events // _parts))
        read, started, cpu = blocks(log), time.perf_counter(), time.process_time()
        _audited(log)
        seconds, worked = time.perf_counter() - started, time.process_time() - cpu
        cost = worked / (events // _parts) * 1e6
        first = first or cost
        print(
            f"part {part + 1}: {events // _parts / seconds:,.0f} events/s, {cost:.0f} µs CPU"
            f" ({cost / first:.2f} of the first) and"
            f" {(blocks(log) - read) / (events // _parts):.1f} blocks an event",
            flush=True,
        )
        if part in {0, _parts - 1}:
            _settle(log, contract, made, events // _parts * (part + 1))
    for _ in range(3):
        _load(log, [next(made)])
        read, started = blocks(log), time.perf_counter()
        _audited(log)
        print(
            f"one more application: {(time.perf_counter() - started) * 1e3:.0f} ms,"
            f" {blocks(log) - read} blocks"
        )
    with reading(log) as rows:
        rows.execute("SELECT rule, count(*) FROM cases GROUP BY rule ORDER BY rule")
        print("cases:", ", ".join(f"{rule} {count}" for rule, count in rows) or "none")


def _settle(log: Log, contract: Fact, more: Iterator[Fact], applications: int) -> None:
    """Sign the contract again, and report one application every so often meanwhile."""
    body = json.loads(encode(contract))
    body["id"] = str(UUID(int=log.position() << 80 | 7 << 76 | 2 << 62))
    _load(log, [decode(json.dumps(body).encode())])
    projector = Projector(log)
    auditor = Auditor(log, default_policy(), log.recorded_last)
    started = time.perf_counter()
    told, delays = {log.position(): started}, []
    waiting = behind = True
    while behind:
        projector.catch_up()
        step = auditor.step()
        now = time.perf_counter()
        delays += [now - told.pop(at) for at in [*told] if at <= step.position]
        behind = step.behind or bool(step.decisions)
        if waiting and not told:
            with reading(log) as rows:
                waiting = bool(applications_waiting(rows, 1))
            _load(log, [next(more)])
            told[log.position()] = now
    print(
        f"a contract signed again: {applications:,} applications settled in"
        f" {time.perf_counter() - started:.1f} s; of {len(delays)} other events meanwhile none"
        f" waited longer than {max(delays):.2f} s",
        flush=True,
    )


def _audited(log: Log) -> None:
    catch_up(log, default_policy(), log.recorded_last)


def _beginning(events: int) -> tuple[list[Fact], SealsApplied]:
    """What a season has before the first application of a lane, with seals and units for all."""
    facts: list[Fact] = []
    for fact in season(1_500, 3).facts():
        if isinstance(fact, SealsApplied):
            if fact.holder == _a_lane:
                return facts, fact
            continue
        body = json.loads(encode(fact))
        if body["type"] in _more and "A1" in str(body.get("mark", body.get("lot"))):
            for field in {"count", "units"} & body.keys():
                body[field] += 24 * events
        facts.append(decode(json.dumps(body).encode()))
    raise AssertionError


def _applications(like: SealsApplied) -> Iterator[Fact]:
    body = json.loads(encode(like))
    for number in count():
        at = like.at + number * _seconds_apart * 1_000_000
        scanner = 1 + number % 3
        body |= {
            "id": str(UUID(int=at // 1_000 << 80 | 7 << 76 | 2 << 62 | number)),
            "time": time_text(at, -480),
            "source": f"SCN-A1-{scanner}",
            "actor": f"PR-A1-line{scanner}",
            "line": f"L{scanner}",
            "count": 1 + number % 24,
            "units": 1 + number % 24,
        }
        yield decode(json.dumps(body).encode())


def _load(log: Log, facts: Iterable[Fact]) -> None:
    coming = iter(facts)
    while chunk := list(islice(coming, _load_events)):
        log.append([entry(fact) for fact in chunk])


if __name__ == "__main__":
    main()
