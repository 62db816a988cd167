"""Everything at once: broker, all processes of `ledger run`, scanners, people who look at pages.

The scanners' pace is looked for: it rises until the ledger does not keep up, then what lies between
the last that held and the first that did not is halved, and halved again. An event is *decided*
when the auditor's position has passed it; p50 and p99 are over all events of a step, from being
recorded to being decided. What is not decided within the wait after a step counts with what it has
waited by then.
"""

import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import psycopg

from bench.peers.ingesting import asked, ledger_environment
from bench.peers.place import Place, free_port
from bench.peers.processes import Programs, programs
from bench.web import Client
from consumers.broker.topics import create
from ledger.commands.demo_kafka import operators, topic_of
from ledger.facts.canonical import encode
from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views import SCHEMA
from ledger.web.access import tokens

pages_a_second = 20
readers = 4
"""Connections that share the pages: one alone would wait for each answer before it asks again."""
PAGES = ("/", "/desk/cases")
wait_seconds_max = 240.0
"""After a step, until all is decided: the next one begins with nothing left to do."""
settle_seconds = 3.0
"""At the beginning of a step, left out: the pace has just changed."""
start_seconds_max = 240.0
rise, close_enough = 1.4, 1.15
_look_seconds = 0.02

Database: TypeAlias = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """What one pace gave."""

    asked_rate: float
    sent_rate: float
    p50_seconds: float
    p99_seconds: float
    pages_a_second: float
    page_p50_ms: float
    page_p99_ms: float
    cores: float
    events: int


class Watch(threading.Thread):
    """Notes again and again how far the auditor is."""

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self._dsn = dsn
        self._ended = threading.Event()
        self.times: list[int] = []
        self.positions: list[int] = []

    def run(self) -> None:
        """Look until stopped."""
        with psycopg.connect(self._dsn, autocommit=True) as database:
            while not self._ended.wait(_look_seconds):
                self.positions.append(audited(database))
                self.times.append(time.time_ns() // 1_000)

    def stop(self) -> None:
        """End the looking."""
        self._ended.set()
        self.join()


class Reader(threading.Thread):
    """Somebody who asks for page after page, at a steady pace: one of a few."""

    def __init__(self, port: int, secret: str) -> None:
        super().__init__(daemon=True)
        self._client = Client(port, secret, page=True)
        self._ended, self._afresh = threading.Event(), threading.Event()
        self.taken: list[tuple[int, float]] = []
        self.trouble: BaseException | None = None

    def run(self) -> None:
        """Ask until stopped; each answer is due at its own time, however long others took."""
        started, number = time.perf_counter(), 0
        try:
            while not self._ended.is_set():
                if self._afresh.is_set():
                    self._afresh.clear()
                    started, number = time.perf_counter(), 0
                due = started + number * readers / pages_a_second
                time.sleep(max(0.0, due - time.perf_counter()))
                self._client.ask("GET", PAGES[number % len(PAGES)])
                self.taken.append((time.time_ns() // 1_000, time.perf_counter() - due))
                number += 1
        except Exception as error:  # noqa: BLE001 - told to who reads the figures
            self.trouble = error

    def afresh(self) -> None:
        """Let what is overdue be: a new step begins."""
        self._afresh.set()

    def stop(self) -> None:
        """End the asking; raises what stopped it before."""
        self._ended.set()
        self.join()
        if self.trouble is not None:
            raise self.trouble


Held: TypeAlias = Callable[[Step], bool]


def sought(begin: float, held: Held, steps_max: int) -> Generator[float, Step, None]:
    """Paces from `begin` on, each by whether the step before held, until they are close."""
    low = high = None
    rate = begin
    for _ in range(steps_max):
        if held((yield rate)):
            low = rate
        else:
            high = rate
        if low is None:
            rate /= rise
        elif high is None:
            rate *= rise
        elif high / low < close_enough:
            return
        else:
            rate = (low * high) ** 0.5


def run(
    place: Place, facts: Iterable[Fact], events: int, paces: Generator[float, Step, None],
    *, seconds: float, told: Callable[[str], None],
) -> list[Step]:  # fmt: skip
    """Send facts at the paces, `seconds` each, to a running ledger; a step a pace.

    Ends with the paces, or where fewer of the `events` are left than the next step takes.
    """
    create(place.broker.connection)
    told(f"{events:,} events for the scanners")
    file, by_hand = _written(place.home, facts, events)
    with place.database() as dsn:
        port = free_port()
        environment = ledger_environment(place, dsn) | {"LEDGER_WEB_PORT": str(port)}
        command = [sys.executable, "-m", "ledger"]
        subprocess.run([*command, "load", str(by_hand)], env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        with Log.open(dsn) as log:
            _, secret = tokens.create(log, "operator", None, now=1)
        with (
            psycopg.connect(dsn, autocommit=True) as database,
            programs([[*command, "run"]], environment) as running,
        ):
            _wait_until_up(database, running, port)
            watch, asking = Watch(dsn), [Reader(port, secret) for _ in range(readers)]
            for each in (watch, *asking):
                each.start()
            arguments = [place.broker.bootstrap, str(file), str(seconds)]
            with subprocess.Popen(
                [sys.executable, "-m", "bench.peers.sender", *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            ) as scanners:  # fmt: skip
                steps, left, rate = [], events, next(paces)
                with suppress(StopIteration):
                    while (left := left - int(rate * seconds)) >= 0:
                        told(f"{rate:,.0f} events a second for {seconds:.0f} s")
                        step = _step(scanners, rate, database, running, watch=watch, asking=asking)
                        steps.append(step)
                        rate = paces.send(step)
            watch.stop()
            for reader in asking:
                reader.stop()
            assert asked(database, "SELECT count(*) FROM dead_letter") == 0
            return steps


def audited(database: Database) -> int:
    """The position up to which everything is decided."""
    return asked(database, f"SELECT position FROM {SCHEMA}.audit")


def _written(home: Path, facts: Iterable[Fact], count: int) -> tuple[Path, Path]:
    """Write what scanners send, and beside it what only the operator may say."""
    file, by_hand = home / "scans.tsv", home / "designations.ndjson"
    with file.open("wb") as scans, by_hand.open("wb") as designations:
        for fact in facts:
            if operators(fact):
                designations.write(encode(fact) + b"\n")
            elif count:
                key = str(getattr(fact, "mark", fact.source)).encode()
                scans.write(b"\t".join((topic_of(fact).encode(), key, encode(fact))) + b"\n")
                count -= 1
    assert not count, f"{count:,} events too few were made"
    return file, by_hand


def _wait_until_up(database: Database, running: Programs, port: int) -> None:
    """Wait until the views are there and the web answers."""
    deadline = time.monotonic() + start_seconds_max
    while time.monotonic() < deadline:
        running.check()
        try:
            audited(database)
            Client(port, "nobody").ask("GET", "/health/ready")
        except (OSError, AssertionError, psycopg.Error):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The ledger does not start:\n{running.said()}")


def _step(
    scanners: "subprocess.Popen[str]", rate: float, database: Database, running: Programs,
    *, watch: Watch, asking: list[Reader],
) -> Step:  # fmt: skip
    assert scanners.stdin is not None
    assert scanners.stdout is not None
    scanners.stdin.write(f"{rate}\n")
    scanners.stdin.flush()
    began = int(scanners.stdout.readline().split()[1])
    for each in asking:
        each.afresh()
    cpu, first = running.cpu_seconds(), asked(database, "SELECT max(position) FROM commits")
    ended = int(scanners.stdout.readline().split()[1])
    cpu = running.cpu_seconds() - cpu
    events = asked(database, "SELECT max(position) FROM commits") - first
    _wait_for_decisions(database)
    begin = began + int(settle_seconds * 1e6)
    waits = sorted(_waits(database, watch, begin, ended))
    pages = sorted(
        taken for each in asking for at, taken in each.taken if begin <= at <= ended
    ) or [float("nan")]
    seconds = (ended - began) / 1e6
    return Step(
        rate, events / seconds, weighted(waits, 0.5), weighted(waits, 0.99),
        len(pages) / max(1.0, seconds - settle_seconds),
        pages[len(pages) // 2] * 1e3, pages[int(len(pages) * 0.99)] * 1e3, cpu / seconds, events,
    )  # fmt: skip


def _wait_for_decisions(database: Database) -> None:
    deadline = time.monotonic() + wait_seconds_max
    last = asked(database, "SELECT max(position) FROM commits")
    while audited(database) < last and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(_look_seconds * 5)  # for the watch to have seen it


def _waits(database: Database, watch: Watch, begin: int, end: int) -> list[tuple[float, int]]:
    """Of each commit within a time: the seconds until it was decided, and how many events."""
    rows = database.execute(
        "SELECT position, recorded_at, position - lag(position) OVER (ORDER BY position)"
        " FROM commits ORDER BY position"
    ).fetchall()
    now = time.time_ns() // 1_000
    times, positions = list(watch.times), list(watch.positions)
    found = []
    for position, recorded_at, events in ((int(str(p)), int(str(r)), e) for p, r, e in rows):
        if begin <= recorded_at <= end and events is not None:
            place = bisect_left(positions, position, hi=len(times))
            decided = times[place] if place < len(times) else now
            found.append(((decided - recorded_at) / 1e6, int(str(events))))
    return found


def weighted(waits: list[tuple[float, int]], share: float) -> float:
    """What a share of the events waited at most; `waits` in their order."""
    wanted = share * sum(events for _, events in waits)
    for seconds, events in waits:
        wanted -= events
        if wanted <= 0:
            return seconds
    return float("nan")


def sentence(step: Step) -> str:
    """A step in words."""
    return (
        f"everything at once at {step.sent_rate:,.0f} events/s: recorded to decided"
        f" p50 {step.p50_seconds:.2f} s, p99 {step.p99_seconds:.2f} s;"
        f" {step.pages_a_second:.0f} pages/s, p50 {step.page_p50_ms:.0f} ms,"
        f" p99 {step.page_p99_ms:.0f} ms; `ledger run` took {step.cores:.2f} cores"
    )
