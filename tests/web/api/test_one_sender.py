"""One sender, however it goes about it, waits for itself alone: at a real port, over sockets."""

import asyncio
import json
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx2
import pytest
from starlette.types import Message

from ledger.log import Log
from ledger.settings import Settings
from ledger.web import connections
from ledger.web.access import tokens
from ledger.web.api.stream import streams_max, streams_of_one_max
from ledger.web.bodies import body_bytes_max, body_of_strangers_bytes_max
from ledger.web.connections import head_bytes_max, head_lines_max
from ledger.web.desk import Desk
from ledger.web.limits import piece_bytes_max
from ledger.web.serving import address, listen, serve
from ledger.web.sharing import held_bytes_of_one_max, requests_at_once_max, requests_waiting_max
from tests.databases import Cluster
from tests.desks import NOW, served

MIB = 1024 * 1024
short_seconds = 1.0
closed_seconds_max = 10.0


class Place(NamedTuple):
    """A desk at a port."""

    port: int
    log: Log

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def shown(self, role: str = "operator", party: str | None = None) -> dict[str, str]:
        """Headers of a new token."""
        secret = tokens.create(self.log, role, party, now=NOW)[1]
        return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def place(embedded_cluster: Cluster) -> Iterator[Place]:
    """A desk over an empty ledger, served as in production."""
    stop, ready = threading.Event(), threading.Event()
    configured = Settings(web_port=0)
    listening = listen(configured)
    port = int(address(listening).rpartition(":")[2])
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        thread = threading.Thread(
            target=serve,
            args=(configured, log, stop),
            kwargs={"ready": ready, "listening": listening},
        )
        thread.start()
        assert ready.wait(30)
        yield Place(port, log)
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def connected(place: Place) -> Iterator[socket.socket]:
    """A connection; what is read from it has to come in time."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=closed_seconds_max) as made:
        yield made


def heard(connection: socket.socket) -> bytes:
    """All that is said until the connection is closed."""
    told = b""
    try:
        while piece := connection.recv(65_536):
            told += piece
    except ConnectionError:
        pass
    return told


def problem(told: bytes) -> dict[str, Any]:
    """The problem document of an answer."""
    head, _, body = told.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    found: dict[str, Any] = json.loads(body)
    return found


def posted(place: Place, length: int, path: str = "/events") -> bytes:
    """The head of a report by a token that is valid."""
    shown = place.shown("exporter", "EXP-1")["Authorization"]
    return (
        f"POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: {shown}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


HALVES = [
    "a line",
    "a head",
    "a body",
    "a body elsewhere",
    "a form of a stranger",
    "a body unasked",
]


@pytest.mark.parametrize("what", HALVES)
@pytest.mark.parametrize("dripping", [False, True])
def test_half_a_request_is_closed(
    place: Place, monkeypatch: pytest.MonkeyPatch, what: str, *, dripping: bool
) -> None:
    """408 in words when its time is over, whether nothing more comes or a byte now and then."""
    monkeypatch.setattr(connections, "request_seconds_max", short_seconds)
    sent, more = {
        "a line": (b"GET / HT", b"x"),
        "a head": (b"GET / HTTP/1.1\r\nHost: desk\r\nX-Slow: ", b"x"),
        "a body": (posted(place, 1_000) + b'{"type":"', b"x"),
        "a body elsewhere": (posted(place, 1_000, "/labels/check") + b'{"claim":"', b"x"),
        "a form of a stranger": (
            b"POST /session HTTP/1.1\r\nHost: desk\r\nContent-Length: 500\r\n\r\ntoken=", b"x",
        ),
        "a body unasked": (
            b"POST /events HTTP/1.1\r\nHost: desk\r\nContent-Length: 90\r\n\r\n{", b" ",
        ),
    }[what]  # fmt: skip
    with connected(place) as connection:
        connection.sendall(sent)
        end = time.monotonic() + (3 * short_seconds if dripping else 0)
        while time.monotonic() < end:
            try:
                connection.sendall(more)
            except ConnectionError:
                break
            time.sleep(0.1)
        told = heard(connection)

    if what == "a body unasked":
        assert told.startswith(b"HTTP/1.1 401 ")
    else:
        assert told.startswith(b"HTTP/1.1 408 ") or dripping
        assert not told or problem(told)["status"] == 408


def test_who_says_nothing_is_closed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which nothing was asked ends without a word."""
    monkeypatch.setattr(connections, "request_seconds_max", short_seconds)
    with connected(place) as connection:
        assert heard(connection) == b""


def test_the_newest_has_room(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all connections are taken, the one that has kept us waiting longest is let go of.

    First of those that owe a head, then of those that owe a body; never of one that is answered.
    """
    monkeypatch.setattr(connections, "connections_max", 4)
    with connected(place) as body, connected(place) as first, connected(place) as second:
        body.sendall(posted(place, 1_000))
        first.sendall(b"GET / HTTP/1.1\r\n")
        second.sendall(b"GET / HTTP/1.1\r\n")
        time.sleep(0.5)
        for gone in (first, second, body):
            with connected(place), connected(place):
                assert heard(gone) == b""
            with connected(place) as asks:
                asks.sendall(b"GET /health/live HTTP/1.1\r\nHost: desk\r\n\r\n")
                assert asks.recv(100).startswith(b"HTTP/1.1 200 ")
            monkeypatch.setattr(connections, "connections_max", 1 if gone is second else 3)


HEADS = {
    "too many lines": b"GET / HTTP/1.1\r\nHost: d\r\n" + b"a: b\r\n" * head_lines_max + b"\r\n",
    "too many lines, no end": b"GET / HTTP/1.1\r\nHost: d\r\n" + b"a: b\r\n" * 2_000,
    "too many lines, short ones": b"GET / HTTP/1.1\nHost: d\n" + b"a:\n" * 9_000 + b"\n",
    "too long a line": b"GET / HTTP/1.1\r\nHost: d\r\nX: " + b"x" * head_bytes_max + b"\r\n\r\n",
    "too long an address": b"GET /" + b"x" * head_bytes_max + b" HTTP/1.1\r\nHost: d\r\n\r\n",
    "too long a cookie": b"GET / HTTP/1.1\r\nHost: d\r\nCookie: " + b"a=b; " * 8_000 + b"\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_heads_are_bounded(place: Place, head: bytes) -> None:
    """431 for a head of too many lines or bytes, before any of it is looked at."""
    with connected(place) as connection:
        connection.sendall(head)
        told = heard(connection)

    assert told.startswith(b"HTTP/1.1 431 ")
    assert problem(told)["status"] == 431


def test_a_usual_head_is_taken(place: Place) -> None:
    """Nearly as many lines as may be, and a long cookie."""
    headers = {f"x-{number}": "y" * 100 for number in range(head_lines_max - 10)}

    answer = httpx2.get(f"{place.base}/health/live", headers=headers)

    assert answer.status_code == 200


def test_who_does_not_read_is_let_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that its reader does not take is not held for ever."""
    monkeypatch.setattr(connections, "slow_seconds_max", short_seconds)
    shown = place.shown()["Authorization"]
    ask = f"GET /openapi.json HTTP/1.1\r\nHost: desk\r\nAuthorization: {shown}\r\n\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(closed_seconds_max)
        connection.connect(("127.0.0.1", place.port))
        connection.sendall(ask * 100)
        time.sleep(4 * short_seconds)
        told = heard(connection)

    assert 0 < told.count(b"HTTP/1.1 200 OK") < 100


@pytest.fixture
def streams(place: Place) -> Iterator[ThreadPoolExecutor]:
    """Threads enough to open all streams at once."""
    del place
    with ThreadPoolExecutor(100) as pool:
        yield pool


def open_streams(
    place: Place, pool: ThreadPoolExecutor, shown: list[dict[str, str]]
) -> Counter[int]:
    """How many streams were answered in which way when all were asked for at once."""
    together = threading.Barrier(len(shown))

    def ask(headers: dict[str, str]) -> int:
        with httpx2.Client(timeout=60) as client:
            together.wait()
            address = f"{place.base}/discrepancies/stream?seconds=6"
            with client.stream("GET", address, headers=headers) as told:
                for _ in told.iter_lines():
                    pass
                return told.status_code

    return Counter(pool.map(ask, shown))


def test_streams_of_one_token_opened_at_once(place: Place, streams: ThreadPoolExecutor) -> None:
    """Of twenty asked for at the same moment eight are opened; when they have ended, eight more."""
    shown = place.shown()
    for _ in range(2):
        found = open_streams(place, streams, [shown] * 20)

        assert found == {200: streams_of_one_max, 429: 20 - streams_of_one_max}


def test_streams_of_all_opened_at_once(place: Place, streams: ThreadPoolExecutor) -> None:
    """Of eighty by ten tokens at the same moment sixty-four are opened."""
    shown = [place.shown() for _ in range(10)] * streams_of_one_max

    found = open_streams(place, streams, shown)

    assert found == {200: streams_max, 429: len(shown) - streams_max}


def test_pages_of_one_token_wait_for_one_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight in hand, some wait their turn, the rest is told when to come; others are not held up.

    Whatever it dresses its requests with, they are one token's.
    """
    slow, quick = place.shown(), place.shown()
    looking, most, now, let_go = Desk.looking, [0], [0], threading.Event()
    lock = threading.Lock()
    with httpx2.Client(base_url=place.base) as client:
        assert client.get("/sources", headers=quick).status_code == 200
        token = slow["Authorization"]
        assert client.get("/sources", headers=slow).status_code == 200
    slow_token = _token_of(place, token)

    @contextmanager
    def slowly(desk: Desk, viewer: Any) -> Iterator[Any]:
        if viewer.token == slow_token:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            let_go.wait(30)
            with lock:
                now[0] -= 1
        with looking(desk, viewer) as found:
            yield found

    monkeypatch.setattr(Desk, "looking", slowly)
    asked = requests_at_once_max + requests_waiting_max + 8

    def ask(number: int) -> int:
        dressed = {
            "Authorization": token.replace("Bearer", ["Bearer", "bearer", "BEARER"][number % 3]),
            "Cookie": f"x={number}", "X-Number": str(number),
        }  # fmt: skip
        return httpx2.get(f"{place.base}/sources", headers=dressed, timeout=60).status_code

    with ThreadPoolExecutor(asked) as pool:
        answers = [pool.submit(ask, number) for number in range(asked)]
        while sum(answer.done() for answer in answers) < 8:
            time.sleep(0.05)
        began = time.monotonic()
        assert httpx2.get(f"{place.base}/sources", headers=quick).status_code == 200
        assert time.monotonic() - began < short_seconds
        let_go.set()
        found = Counter(answer.result() for answer in answers)

    assert most[0] == requests_at_once_max
    assert found == {200: requests_at_once_max + requests_waiting_max, 429: 8}


def _token_of(place: Place, shown: str) -> str:
    with place.log.transaction() as rows:
        secret = shown.removeprefix("Bearer ")
        rows.execute("SELECT id FROM public.tokens WHERE hash = %b", (tokens.hashed(secret),))
        (found,) = rows.fetchall()[0]
        return str(found)


def test_unfinished_bodies_of_one_token(place: Place) -> None:
    """Beyond its share a token is told to wait; another token's report of any size is taken."""
    head = posted(place, 8 * MIB)
    filling = held_bytes_of_one_max // (8 * MIB)
    with connected(place) as first, connected(place) as second, connected(place) as third:
        for one in (first, second)[:filling]:
            one.sendall(head + b" " * (8 * MIB - 1))
        time.sleep(1)
        third.sendall(head + b" " * (MIB))
        told = third.recv(65_536)
        assert told.startswith(b"HTTP/1.1 429 ")
        assert b"retry-after" in told.lower()
        other = place.shown("exporter", "EXP-2")
        body = b"[" + b" " * (8 * MIB - 3) + b"]"
        answer = httpx2.post(f"{place.base}/events", content=body, headers=other, timeout=60)
        assert answer.status_code == 200
    # Who goes away gives back what was held.
    answer = httpx2.post(
        f"{place.base}/events", content=body, timeout=60,
        headers={"Authorization": head.split(b"Authorization: ")[1].split(b"\r\n")[0].decode()},
    )  # fmt: skip
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({}, body_of_strangers_bytes_max - 100, 401),
        ({}, body_of_strangers_bytes_max + 100, 413),
        ({"Authorization": "Bearer seal_wrong"}, body_of_strangers_bytes_max + 100, 401),
        ({"Cookie": "ledger_session=wrong"}, body_of_strangers_bytes_max + 100, 413),
        ({"valid": "yes"}, body_of_strangers_bytes_max + 100, 422),
        ({"valid": "yes"}, body_bytes_max + 100, 413),
    ],
    ids=str,
)
def test_a_strangers_body_is_small(
    place: Place, headers: dict[str, str], size: int, status: int
) -> None:
    """Of who is not known to be somebody no more is read than a form has; a token is looked up."""
    given = place.shown("exporter", "EXP-1") if "valid" in headers else headers
    body = b'{"claim":"' + b"x" * (size - 12) + b'"}'

    answer = httpx2.post(
        f"{place.base}/labels/check", content=body,
        headers={"Content-Type": "application/json", **given},
    )  # fmt: skip

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_goes_away_is_no_failure(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A sender that leaves in the middle of its body leaves no traceback behind."""
    caplog.set_level(logging.INFO)
    for path in ("/events", "/labels/check", "/session", "/periods", "/nowhere"):
        with connected(place) as connection:
            connection.sendall(posted(place, 5_000, path) + b'{"type":')
            time.sleep(0.2)
    time.sleep(0.5)

    assert httpx2.get(f"{place.base}/health/live").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_long_answer_is_sent_as_it_is_read(database: str) -> None:
    """It is handed on in pieces, so that who reads slowly keeps its own turns and no memory."""
    sent: list[Any] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    with Log.open(database) as log, served(log) as desk:
        whole = desk.client.get("/openapi.json").content
        scope = {
            "type": "http", "method": "GET", "path": "/openapi.json", "raw_path": b"/openapi.json",
            "query_string": b"", "headers": [], "scheme": "http", "server": ("desk", 80),
            "client": ("10.0.0.1", 5), "root_path": "", "http_version": "1.1",
        }  # fmt: skip
        asyncio.run(desk.app(scope, receive, send))

    start, *pieces = sent
    assert start["status"] == 200
    assert len(pieces) > 1
    assert max(len(piece["body"]) for piece in pieces) <= piece_bytes_max
    assert b"".join(piece["body"] for piece in pieces) == whole
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [
        False
    ]
