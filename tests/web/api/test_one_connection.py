"""One connection, however slow or long-winded, is bounded, answered in words, and let go."""

import socket
import time

import httpx2
import pytest

from ledger.web import connections
from ledger.web.connections import head_bytes_max, head_lines_max
from tests.web.api.conftest import Place, closed_seconds_max, connected, heard, posted, problem

short_seconds = 1.0


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


def test_a_body_that_keeps_coming_is_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file over a slow line takes longer than a request has, and is taken."""
    monkeypatch.setattr(connections, "request_seconds_max", short_seconds)
    monkeypatch.setattr(connections, "body_bytes_min", 200)
    pieces = 3 * round(short_seconds / 0.1)
    with connected(place) as connection:
        connection.sendall(posted(place, pieces * 100))
        for _ in range(pieces):
            connection.sendall(b" " * 100)
            time.sleep(0.1)
        told = connection.recv(100)

    assert told.startswith(b"HTTP/1.1 4")
    assert not told.startswith(b"HTTP/1.1 408 ")


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
