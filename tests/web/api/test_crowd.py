"""Senders who never finish: a real process, at full size, goes on answering everybody else."""

import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import uuid4

import httpx2
import psutil
import pytest

from ledger.log import Log
from ledger.web.access import tokens
from ledger.web.connections import request_seconds_max
from tests.desks import NOW

half_open, unfinished = 1_500, 60
body_bytes = 8 * 1024 * 1024
answer_seconds_max = 1.0
memory_bytes_max = 300 * 1024 * 1024
start_seconds_max = 60
send_seconds = 3.0
late_seconds_max = 8.0
"""Beyond the time a request has: looked after once a second, on a machine that is busy."""
files_needed = 4_000


class Process(NamedTuple):
    """A running web: its process, its port, and a secret of an operator and of reporters."""

    running: subprocess.Popen[bytes]
    port: int
    operator: str
    reporters: list[str]

    def memory(self) -> int:
        """Bytes of memory that are its own, its share of what is shared included."""
        return int(psutil.Process(self.running.pid).memory_full_info().pss)

    def peak(self) -> int:
        """The most bytes that were resident at any time."""
        with open(f"/proc/{self.running.pid}/status", encoding="ascii") as file:  # noqa: PTH123 -- no file
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


@pytest.fixture
def web(database: str) -> Iterator[Process]:
    """`ledger run --only web` over an empty ledger."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with Log.open(database) as log:
        operator = tokens.create(log, "operator", None, now=NOW)[1]
        reporters = [
            tokens.create(log, "exporter", f"EXP-{number}", now=NOW)[1] for number in range(6)
        ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")} | {
        "LEDGER_DATABASE_URL": database, "LEDGER_WEB_PORT": str(port), "LEDGER_METRICS_PORT": "0",
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "ledger", "run", "--only", "web"],
        env=environment,
        preexec_fn=_few_files,  # noqa: PLW1509 -- no thread of ours forks here
    ) as running:
        try:
            _wait_for(port)
            yield Process(running, port, operator, reporters)
        finally:
            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0


def _few_files() -> None:
    """Start it with as few files as systems usually allow, where it may have more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, hard), hard))


def _wait_for(port: int) -> None:
    end = time.monotonic() + start_seconds_max
    while True:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            assert time.monotonic() < end
        time.sleep(0.1)


@contextmanager
def many(port: int, requests: Sequence[bytes]) -> Iterator[list[socket.socket]]:
    """A connection for each, on which as much of the request is sent as is taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(files_needed, hard)), hard))
    opened: list[socket.socket] = []
    try:
        for request in requests:
            made = socket.create_connection(("127.0.0.1", port), timeout=10)
            made.setblocking(False)  # noqa: FBT003 -- the socket module's own way
            opened.append(made)
            if len(request) < 1_000:
                made.send(request)
        large = [
            (one, memoryview(request))
            for one, request in zip(opened, requests, strict=True)
            if len(request) >= 1_000
        ]
        _send(large)
        yield opened
    finally:
        for one in opened:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _send(parts: list[tuple[socket.socket, memoryview]]) -> None:
    end = time.monotonic() + send_seconds
    with selectors.DefaultSelector() as ready:
        for one, request in parts:
            ready.register(one, selectors.EVENT_WRITE, request)
        while ready.get_map() and time.monotonic() < end:
            for key, _ in ready.select(0.1):
                assert isinstance(key.fileobj, socket.socket)
                try:
                    sent = key.fileobj.send(key.data[:65_536])
                except BlockingIOError:
                    continue
                except ConnectionError:
                    ready.unregister(key.fileobj)
                    continue
                rest = key.data[sent:]
                ready.unregister(key.fileobj)
                if rest:
                    ready.register(key.fileobj, selectors.EVENT_WRITE, rest)


def is_closed(one: socket.socket) -> bool:
    """Whether the server has closed that connection; what it said before is read."""
    try:
        while one.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


def head(secret: str, length: int) -> bytes:
    """The head of a report."""
    return (
        f"POST /events HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def timed(client: httpx2.Client, method: str, path: str, **given: object) -> httpx2.Response:
    """An answer that came in time."""
    began = time.monotonic()
    answer = client.request(method, path, **given)  # type: ignore[arg-type]  # what httpx takes
    assert time.monotonic() - began < answer_seconds_max, path
    return answer


def test_who_never_finishes_costs_nobody_else(web: Process) -> None:
    """1,500 half-open requests and 60 unfinished bodies of 8 MB: answers within a second.

    A page, health, a report and a sign-in all come in time, the memory stays below 300 MB, and
    all that is left unfinished is closed after 20 seconds.
    """
    base = f"http://127.0.0.1:{web.port}"
    halves = [
        (b"GET / HTTP/1.1\r\nHost: desk\r\nX-Slow: ", b"P", b"")[number % 3]
        for number in range(half_open)
    ]
    bodies = [
        head(web.reporters[number % len(web.reporters)], body_bytes)
        + b'{"type":"LotHeld"}\n' * ((body_bytes - 1_000) // 19)
        for number in range(unfinished)
    ]
    with httpx2.Client(base_url=base, headers={"Accept": "text/html"}, timeout=30) as person:
        assert person.post("/session", data={"token": web.operator}).status_code == 303
        assert person.get("/").status_code == 200
        cookies = dict(person.cookies)
    began = time.monotonic()
    with many(web.port, [*halves, *bodies]) as opened:
        memory = web.memory()
        for _ in range(3):
            _all_is_answered(base, cookies, web)
            memory = max(memory, web.memory())
        left, end = opened, began + request_seconds_max + send_seconds + late_seconds_max
        while left:
            assert time.monotonic() < end, len(left)
            time.sleep(0.5)
            left = [one for one in left if not is_closed(one)]
    peak = web.peak()
    print(f"memory {memory / 2**20:.0f} MiB, at any time {peak / 2**20:.0f} MiB")  # noqa: T201 -- a figure
    assert max(memory, peak) < memory_bytes_max


def _all_is_answered(base: str, cookies: dict[str, str], web: Process) -> None:
    with httpx2.Client(base_url=base, cookies=cookies, timeout=30) as somebody:
        assert timed(somebody, "GET", "/health/live").status_code == 200
        assert timed(somebody, "GET", "/health/ready").status_code == 200
        page = timed(somebody, "GET", "/", headers={"Accept": "text/html"})
        assert (page.status_code, "<h1" in page.text) == (200, True)
        shown = {"Authorization": f"Bearer {web.reporters[0]}"}
        told = timed(somebody, "POST", "/events", json=_event(), headers=shown)
        assert told.status_code == 200, told.text
        told = timed(somebody, "POST", "/session", data={"token": web.operator})
        assert told.status_code == 303, told.text


def _event() -> dict[str, str]:
    return {
        "type": "LotHeld", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SYS-1", "lot": "L-1", "cause": "c",
    }  # fmt: skip
