"""The command line at full size: load, catch up, reconcile; rates, CPU an event, memory.

Each step is a process of its own, as a user runs it; memory is the greatest PSS of our Python
processes, sampled. Prints the floor beside each figure.

    python -m bench.whole [--events 1000000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.log import calibration
from ledger.log import migrate
from ledger.log.embedded import leave, server

_sample_seconds = 0.2
_MIB = 1 << 20
LOAD_EVENTS_A_SECOND_MIN = 25_000
FOLLOW_EVENTS_A_SECOND_MIN = 12_000
"""Projected and audited, one after the other."""
RECONCILE_SECONDS_MAX = 0.2
MEMORY_MIB_MAX = 400


class Ran(NamedTuple):
    """What a step took: seconds by the wall and of CPU, and the greatest PSS in MiB."""

    seconds: float
    cpu_seconds: float
    memory_mib: float


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    loop = calibration()
    with tempfile.TemporaryDirectory(prefix="seal-ledger-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - the server's user must get in
        home = Path(folder)
        file = home / "season.ndjson"
        # Held open from here, so that no step pays for the start and the stop of the database.
        migrate(server(home / "home"))
        made = step(home, "season", f"--events={chosen.events}", f"--seed={chosen.seed}", out=file)
        told("season", chosen.events, made, loop, 0)
        loaded = step(home, "load", "--recorded-at", "event", str(file))
        told("load", chosen.events, loaded, loop, LOAD_EVENTS_A_SECOND_MIN)
        followed = step(home, "catch-up")
        told("catch-up", chosen.events, followed, loop, FOLLOW_EVENTS_A_SECOND_MIN)
        asked = min(step(home, "reconcile", "--format", "json").seconds for _ in range(3))
        idle = min(step(home, "receipt", "00000000-0000-7000-8000-000000000000", code=2).seconds
                   for _ in range(3))  # fmt: skip
        leave(home / "home")
        print(
            f"reconcile        {asked - idle:8.3f} s beyond the start of a command"
            f" (at most {RECONCILE_SECONDS_MAX})"
        )


def step(home: Path, *arguments: str, out: Path | None = None, code: int = 0) -> Ran:
    """Run one command of the ledger and measure it."""
    environment = os.environ | {"LEDGER_HOME": str(home / "home")}
    target = out.open("wb") if out else subprocess.DEVNULL
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "ledger", *arguments],
        env=environment,
        stdout=target,
        stderr=subprocess.DEVNULL,
    ) as process:
        peak = [0.0]
        done = threading.Event()
        sampler = threading.Thread(target=sample, args=(process.pid, peak, done))
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        done.set()
        sampler.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == code, f"{arguments[0]} ended with {process.returncode}"
    seconds = time.perf_counter() - started
    return Ran(seconds, usage.ru_utime + usage.ru_stime, peak[0])


def sample(pid: int, peak: list[float], done: threading.Event) -> None:
    """Keep the greatest PSS of a process, in MiB."""
    while not done.wait(_sample_seconds):
        try:
            peak[0] = max(peak[0], psutil.Process(pid).memory_full_info().pss / _MIB)
        except psutil.Error:
            return


def told(name: str, events: int, ran: Ran, loop: float, floor: int) -> None:
    """Print one line."""
    rate = events / ran.seconds
    print(
        f"{name:16} {rate:8,.0f} events/s{f' (at least {floor:,})' if floor else ''}, "
        f"{rate / loop:.4f} of the calibration loop, "
        f"{ran.cpu_seconds / events * 1e6:.1f} CPU µs an event, "
        f"{ran.memory_mib:.0f} MiB PSS (at most {MEMORY_MIB_MAX})",
        flush=True,
    )


if __name__ == "__main__":
    main()
