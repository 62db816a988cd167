"""Programs under measurement: started together, watched from outside, stopped together.

A rate is taken between two looks at what is committed; what a program does before the first of
them (starting, joining a group, warming up) is not counted, for nobody.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

import psutil

from bench.peers.figures import Run

patience_seconds = 300.0
stop_seconds_max = 20.0
_look_seconds = 0.02
_memory_seconds = 0.5
_shown_characters_max = 4_000
_MIB = 1 << 20


class Programs:
    """Some programs and all they started."""

    def __init__(
        self, started: Sequence["subprocess.Popen[bytes]"], output: IO[bytes], hopeless: str = ""
    ) -> None:
        self._started = started
        self._output = output
        self._hopeless = hopeless

    def cpu_seconds(self) -> float:
        """CPU that they have used so far, user and system."""
        total = 0.0
        for process in self._all():
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def memory_mib(self) -> float:
        """What they hold now, pages that they share counted once (PSS)."""
        total = 0.0
        for process in self._all():
            with suppress(psutil.Error):
                total += process.memory_full_info().pss / _MIB
        return total

    def check(self) -> None:
        """See that all of them work still; else say what they said last."""
        if self._hopeless and self._hopeless in self._written():
            raise RuntimeError(f"It gave up:\n{self.said()}")
        for process in self._started:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!s} ended by itself:\n{self.said()}")

    def said(self) -> str:
        """The end of what they wrote."""
        return self._written()[-_shown_characters_max:]

    def end_children(self) -> None:
        """End what they started, and wait until they have ended by themselves."""
        for process in self._all():
            if process.pid not in {each.pid for each in self._started}:
                with suppress(psutil.Error):
                    process.terminate()
        for started in self._started:
            started.wait(stop_seconds_max)

    def stop(self) -> None:
        """Ask them to stop and wait; who does not is killed."""
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + stop_seconds_max
        for process in self._started:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _written(self) -> str:
        # Read at a place of our own: the programs go on writing at theirs.
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def _all(self) -> list[psutil.Process]:
        found = []
        for process in self._started:
            with suppress(psutil.Error):
                parent = psutil.Process(process.pid)
                found += [parent, *parent.children(recursive=True)]
        return found


@contextmanager
def programs(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], *, hopeless: str = ""
) -> Iterator[Programs]:
    """Run the commands side by side for the length of the block.

    One that writes `hopeless` runs on, but will do nothing more.
    """
    with tempfile.TemporaryFile() as output:
        started: list[subprocess.Popen[bytes]] = []
        made = Programs(started, output, hopeless)
        try:
            for command in commands:
                started.append(  # noqa: PERF401 - each is to be stopped if a later one fails
                    subprocess.Popen(
                        command,
                        env=dict(environment),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                    )
                )
            yield made
        finally:
            made.stop()


def watched(
    peer: str, running: Programs, done: Callable[[], int], *, warm: int, events: int
) -> Run:
    """Wait until `warm + events` are committed; measure from when `warm` were.

    So few events that all are there at the first look are measured with the start of the programs.
    """
    entered = time.perf_counter()
    deadline = time.monotonic() + patience_seconds
    first = _reached(running, done, max(1, warm), deadline)
    started, cpu, memory = time.perf_counter(), running.cpu_seconds(), running.memory_mib()
    look_at = started + _memory_seconds
    whole = warm + events
    if first >= whole:
        assert first == whole, f"{peer} recorded {first:,} of {whole:,} events"
        return Run(peer, whole, started - entered, max(cpu, 0.01), memory)
    while (reached := done()) < whole:
        running.check()
        if time.monotonic() > deadline:
            raise RuntimeError(f"{peer} has {reached:,} of {whole:,} events:\n{running.said()}")
        if time.perf_counter() > look_at:
            memory = max(memory, running.memory_mib())
            look_at = time.perf_counter() + _memory_seconds
        time.sleep(_look_seconds)
    seconds = time.perf_counter() - started
    spent = running.cpu_seconds() - cpu
    memory = max(memory, running.memory_mib())
    assert reached == whole, f"{peer} recorded {reached:,} of {whole:,} events"
    return Run(peer, whole - first, seconds, spent, memory)


def _reached(running: Programs, done: Callable[[], int], events: int, deadline: float) -> int:
    while (reached := done()) < events:
        running.check()
        if time.monotonic() > deadline:
            raise RuntimeError(f"Nothing arrives:\n{running.said()}")
        time.sleep(_look_seconds)
    return reached
