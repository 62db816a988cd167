"""`ledger run`: the processes, supervised: restarted with back-off, stopped together.

The libraries of a process (the Kafka client, the web) are loaded where it runs: every other
command starts in half the time without them.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.home import database, deciding, opened
from ledger.commands.policy import policy_of
from ledger.commands.running import (
    beating,
    check_places,
    logged,
    metrics_served,
    served,
    stopping,
)
from ledger.errors import LedgerError, Misuse
from ledger.settings import Settings, load


class Process(StrEnum):
    """What `ledger run` can run."""

    INGEST = "ingest"
    PROJECTOR = "projector"
    AUDITOR = "auditor"
    PUBLISHER = "publisher"
    WEB = "web"


def available(settings: Settings) -> list[Process]:
    """Name what these settings have work for."""
    kafka = settings.kafka_bootstrap is not None
    needed = {Process.INGEST: kafka, Process.PUBLISHER: kafka or settings.webhooks is not None}
    return [process for process in Process if needed.get(process, True)]


def run_process(
    process: Process, settings: Settings, stop: threading.Event, accept_refusals: Sequence[str] = ()
) -> None:
    """Run one process here until the event is set, its metrics served beside it."""
    opening = deciding if process is Process.AUDITOR else opened
    with metrics_served(settings), opening(settings) as log, beating(log, process.value):
        match process:
            case Process.INGEST:
                from consumers.ingest import ingest, stops

                for place in accept_refusals:
                    stops.accept(log, *stops.parse(place))
                ingest.run(settings, log, stop, session_seconds=settings.kafka_session_seconds)
            case Process.PROJECTOR:
                from consumers import projector

                projector.run(log, stop)
            case Process.PUBLISHER:
                from consumers.publisher import publisher

                publisher.run(settings, log, stop)
            case Process.AUDITOR:
                from consumers.auditor import running

                running.run(log, policy_of(settings), stop)
            case Process.WEB:
                served(settings, log, stop)


back_off_seconds_min = 0.5
back_off_seconds_max = 5.0
healthy_after_seconds = 60.0
stop_seconds_max = 20.0
server_look_seconds = 1.0
ingests_max = 16
port_max = 65_535
_look_seconds = 0.1

_log = logging.getLogger("ledger.supervisor")


def run(
    only: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help=f"Of {', '.join(Process)}; several with commas."),
    ] = None,
    accept_refusals: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TOPIC:PART",
            help="Go on with a partition that stopped, whatever for: refusals, lost, rewound, "
            "made-anew, unreadable, compacted.",
        ),
    ] = None,
    ingests: Annotated[
        int,
        typer.Option(
            min=1,
            max=ingests_max,
            metavar="N",
            help="So many processes read from Kafka and share the partitions: two work off a "
            "backlog faster where a core is free.",
        ),
    ] = 1,
) -> None:
    """Run the ledger's processes until Ctrl-C; one that ends is started again.

    Without Kafka in the settings there is no ingest, and a publisher only where there are webhooks.
    Metrics are served on loopback: the first process has LEDGER_METRICS_PORT, each further one the
    next port. Of several ingests each has LEDGER_KAFKA_INSTANCE with -1, -2 … .

    Example: ledger run --only ingest,projector
    """
    from ledger.labels.describe import check_tables
    from ledger.log.embedded import default_home

    check_tables()
    settings = load()
    processes = named(only) if only else available(settings)
    check_places(accept_refusals or [])
    if Process.INGEST not in processes and (ingests > 1 or accept_refusals):
        option = f"--ingests {ingests}" if ingests > 1 else "--accept-refusals"
        raise Misuse(f"{option}: there is no ingest among {', '.join(processes)}.")
    # Behind all others: so their metrics stay at their ports.
    processes += [Process.INGEST] * (ingests - 1)
    if len(processes) == 1:
        with stopping() as stop, logged(processes[0].value, settings):
            run_process(processes[0], settings, stop, accept_refusals or [])
        return
    with stopping() as stop, logged("supervisor", settings), database(settings):
        kept = [] if settings.database_url else [Server(settings.home or default_home())]
        Supervisor(processes, settings, accept_refusals or [], kept).run(stop)


def named(text: str) -> list[Process]:
    """Read names of processes, separated by commas; raises Misuse with what there is."""
    found = []
    for name in text.split(","):
        try:
            found.append(Process(name.strip()))
        except ValueError:
            raise Misuse(f"--only {name!r}: there is {', '.join(Process)}.") from None
    return list(dict.fromkeys(found))


class Child:
    """One process of ours: started, watched, started again.

    `once` are arguments for its first start alone.
    """

    def __init__(
        self,
        name: Process,
        command: Sequence[str],
        environment: dict[str, str],
        once: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._once = once
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._start_at = 0.0
        self._back_off = back_off_seconds_min

    def look(self, now: float) -> None:
        """Start it where it is due; where it has ended, say so and plan the next start."""
        if self._process is None:
            if now >= self._start_at:
                command = [*self._command, *self._once]
                self._process = subprocess.Popen(command, env=self._environment)  # noqa: S603  (our own program)
                self._started = now
                self._once = ()
            return
        code = self._process.poll()
        if code is None:
            return
        self._process = None
        if now - self._started > healthy_after_seconds:
            self._back_off = back_off_seconds_min
        said = "%s ended (%s); it starts again in %.1f s"
        _log.warning(said, self.name, _why(code), self._back_off, extra={"ended": self.name.value})
        self._start_at = now + self._back_off
        self._back_off = min(self._back_off * 2, back_off_seconds_max)

    def end(self) -> None:
        """Ask it to stop."""
        if self._process is not None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for its end until the deadline, then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.warning("%s did not stop in %.0f s and is killed", self.name, stop_seconds_max)
            self._process.kill()
            self._process.wait()


class Server:
    """The embedded database while processes of ours need it: started again where it died."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._look_at = 0.0

    def look(self, now: float) -> None:
        """Start it where it is gone; says so, and where it does not start tries again."""
        from ledger.log.embedded import alive, server

        if now < self._look_at:
            return
        self._look_at = now + server_look_seconds
        if alive(self._home):
            return
        _log.warning("The embedded database has ended; it is started again")
        try:
            server(self._home)
        except LedgerError as error:
            _log.error("%s", error)


class Supervisor:
    """Keeps the processes running until told to stop, then stops them together."""

    def __init__(
        self,
        processes: Sequence[Process],
        settings: Settings,
        accept_refusals: Sequence[str],
        servers: Sequence[Server] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._servers = servers
        self._children = []
        if settings.metrics_port + len(processes) - 1 > port_max:
            raise Misuse(
                f"LEDGER_METRICS_PORT={settings.metrics_port} leaves no ports for {len(processes)}"
                " processes: set it lower, or to 0."
            )
        ingests = count(1)
        for number, name in enumerate(processes):
            command = [sys.executable, "-m", "ledger", "run", "--only", name.value]
            # Said once: what stops after a restart is another matter, that nobody has looked at.
            once = [f"--accept-refusals={place}" for place in accept_refusals]
            port = settings.metrics_port and settings.metrics_port + number
            environment = os.environ | {"LEDGER_METRICS_PORT": str(port)}
            if name is not Process.INGEST:
                self._children.append(Child(name, command, environment))
                continue
            which = next(ingests)
            if settings.kafka_instance and processes.count(name) > 1:
                environment["LEDGER_KAFKA_INSTANCE"] = f"{settings.kafka_instance}-{which}"
            self._children.append(Child(name, command, environment, once if which == 1 else ()))

    def run(self, stop: threading.Event) -> None:
        """Start them, watch them, and stop them when the event is set."""
        _log.info("Running %s. Ctrl-C stops", ", ".join(child.name for child in self._children))
        try:
            while not stop.wait(_look_seconds):
                for kept in self._servers:
                    kept.look(self._clock())
                for child in self._children:
                    child.look(self._clock())
        finally:
            for child in self._children:
                child.end()
            deadline = time.monotonic() + stop_seconds_max
            for child in self._children:
                child.wait(deadline)


def _why(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
