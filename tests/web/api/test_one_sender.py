"""One sender, however it goes about it, waits for itself alone: at a real port, over sockets."""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from ledger.log import Log
from ledger.web import writing
from ledger.web.access import tokens
from ledger.web.api.stream import streams_max, streams_of_one_max
from ledger.web.bodies import (
    body_bytes_max,
    body_of_strangers_bytes_max,
    held_bytes_of_one_max,
    requests_at_once_max,
    requests_waiting_max,
)
from ledger.web.desk import Desk
from ledger.web.limits import piece_bytes_max
from ledger.web.writing import written_of_one_max
from tests.desks import served
from tests.web.api.conftest import Place, connected, posted

MIB = 1024 * 1024
short_seconds = 1.0


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


@pytest.mark.parametrize(
    ("address", "answered", "together"),
    [("/lots/L-0", 404, requests_at_once_max), ("/sources", 200, written_of_one_max)],
    ids=["a thing", "a list"],
)
def test_pages_of_one_token_wait_for_one_another(
    place: Place, monkeypatch: pytest.MonkeyPatch, address: str, answered: int, together: int
) -> None:
    """Eight in hand, some wait their turn, the rest is told when to come; others are not held up.

    Whatever it dresses its requests with, they are one token's. Of lists, which hold a connection
    for as long as they are read, there are two in hand.
    """
    slow, quick = place.shown(), place.shown()
    looking, most, now, let_go = Desk.looking, [0], [0], threading.Event()
    lock = threading.Lock()
    with httpx2.Client(base_url=place.base) as client:
        assert client.get(address, headers=quick).status_code == answered
        token = slow["Authorization"]
        assert client.get(address, headers=slow).status_code == answered
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
    monkeypatch.setattr(writing, "_wait_seconds", 60.0)
    asked = requests_at_once_max + requests_waiting_max + 8

    def ask(number: int) -> int:
        dressed = {
            "Authorization": token.replace("Bearer", ["Bearer", "bearer", "BEARER"][number % 3]),
            "Cookie": f"x={number}", "X-Number": str(number),
        }  # fmt: skip
        return httpx2.get(f"{place.base}{address}", headers=dressed, timeout=60).status_code

    with ThreadPoolExecutor(asked) as pool:
        answers = [pool.submit(ask, number) for number in range(asked)]
        while sum(answer.done() for answer in answers) < 8:
            time.sleep(0.05)
        began = time.monotonic()
        assert httpx2.get(f"{place.base}{address}", headers=quick).status_code == answered
        assert time.monotonic() - began < short_seconds
        let_go.set()
        found = Counter(answer.result() for answer in answers)

    assert most[0] == together
    assert found == {answered: requests_at_once_max + requests_waiting_max, 429: 8}


def _token_of(place: Place, shown: str) -> str:
    with place.log.transaction() as rows:
        secret = shown.removeprefix("Bearer ")
        rows.execute("SELECT id FROM tokens WHERE hash = %b", (tokens.hashed(secret),))
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
        # In a thread of its own: a browser of other tests may have a loop in this one.
        asked = threading.Thread(target=lambda: asyncio.run(desk.app(scope, receive, send)))
        asked.start()
        asked.join()

    start, *pieces = sent
    assert start["status"] == 200
    assert len(pieces) > 1
    assert max(len(piece["body"]) for piece in pieces) <= piece_bytes_max
    assert b"".join(piece["body"] for piece in pieces) == whole
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [
        False
    ]
