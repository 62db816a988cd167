"""How fast the log takes events in and gives them back, on a fresh embedded server.

Prints rates, CPU of this process per event, and the ratio to a calibration loop of the same run:
rates drift with the machine, ratios hardly do.

    python -m bench.log [--events 200000] [--batch 5000]
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from ledger.log import Entry, Log, migrate
from ledger.log.embedded import leave, server

_calibration_rounds = 200_000
_state_bytes = 315
_repeat_every = 20  # 5 % repeats


def calibration() -> float:
    """Rounds per second of a fixed loop: hash and slice, as much Python as C."""
    started = time.perf_counter()
    digest = bytes(32)
    for _ in range(_calibration_rounds):
        digest = sha256(digest + digest[:8]).digest()
    return _calibration_rounds / (time.perf_counter() - started)


def entries(count: int, first: int) -> list[Entry]:
    """Events with ids that rise as UUIDv7 do, with chance in their last bytes."""
    state = b'{"type":"SealsApplied"' + b"x" * (_state_bytes - 23) + b"}"
    made = []
    for number in range(first, first + count):
        tail = int.from_bytes(os.urandom(8), "big") | 1 << 63
        made.append(Entry(UUID(int=number << 80 | 7 << 76 | tail), "SealsApplied", state))
    return made


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=5_000)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="seal-ledger-bench-"))
    home.chmod(0o755)
    try:
        dsn = server(home)
        migrate(dsn)
        with Log.open(dsn) as log:
            measure(log, arguments.events, arguments.batch)
    finally:
        leave(home)
        shutil.rmtree(home, ignore_errors=True)


def measure(log: Log, events: int, batch: int) -> None:
    """Append new events, append with repeats among them, read all."""
    speed = calibration()
    print(f"calibration {speed:12,.0f} rounds/s")
    batches = [entries(batch, first) for first in range(0, events, batch)]
    timed("append", events, speed, lambda: [log.append(part) for part in batches])
    again = []
    for number, part in enumerate(batches):
        fresh = entries(batch, events * 2 + number * batch)
        fresh[::_repeat_every] = part[::_repeat_every]
        again.append(fresh)
    timed("append, 5 % repeats", events, speed, lambda: [log.append(part) for part in again])
    timed("append, all repeats", events, speed, lambda: [log.append(part) for part in batches])
    stored = log.position()
    timed("read", stored, speed, lambda: read_all(log, batch))
    assert stored == events + events - len(again) * len(range(0, batch, _repeat_every))


def read_all(log: Log, batch: int) -> None:
    """Follow the log from its beginning to its end."""
    after = 0
    while found := log.read(after, batch):
        after = found[-1].position


def timed(name: str, events: int, speed: float, work: Callable[[], object]) -> None:
    """Print one line of figures."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - started, time.process_time() - cpu
    rate = events / seconds
    print(
        f"{name:20} {rate:9,.0f} events/s  {spent / events * 1e6:6.2f} us CPU here"
        f"  ratio {rate / speed:.4f}"
    )


if __name__ == "__main__":
    main()
