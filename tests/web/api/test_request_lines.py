"""Each request leaves one line with its id, its answer and who asked; and never what opens."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from ledger.errors import Unavailable
from ledger.web.access import tokens
from ledger.web.access.signing import COOKIE, Signing
from ledger.web.desk import Desk
from ledger.web.request_lines import request_id
from ledger.web.watching import HEADERS
from tests.desks import NOW
from tests.ingesting import until
from tests.log_reading import from_json, written

NEW = re.compile(r"[0-9a-f]{16}")


class Asked:
    """A desk, and the lines that its requests leave."""

    def __init__(self, place: Any, to: Any) -> None:
        self.place, self._to = place, to

    def lines(self, named: str) -> list[dict[str, Any]]:
        """The lines about a request, once its own is there."""

        def found() -> list[dict[str, Any]]:
            return [line for line in from_json(self.text()) if line.get("request_id") == named]

        until(lambda: any("status" in line for line in found()))
        return found()

    def text(self) -> str:
        """All that is written, but what is not written to its end."""
        text: str = self._to.getvalue()
        return text[: text.rfind("\n") + 1]


@pytest.fixture
def asked(place: Any) -> Iterator[Asked]:
    """A desk that was asked nothing yet."""
    with written() as to:
        yield Asked(place, to)


IDS = [
    ("abc-123", True), ("0af7651916cd43dd8448eb211c80319c", True), ("a.b_c:d", True),
    ("x" * 64, True), ("x" * 65, False), ("", False), ("a b", False), ('a"b', False),
    ("id=1", False), ("é", False), (None, False),
]  # fmt: skip


@pytest.mark.parametrize(("given", "taken"), IDS)
def test_an_id_is_taken_where_it_is_plain(given: str | None, *, taken: bool) -> None:
    """A short plain id is the sender's, anything else gets one made here."""
    found = request_id(given)

    assert (found == given) is taken
    assert taken or NEW.fullmatch(found)


def test_a_request_leaves_one_line(asked: Asked) -> None:
    """It says what was asked by whom and how it was answered; the answer carries the id."""
    token, secret = tokens.create(asked.place.log, "exporter", "EXP-1", now=NOW)
    shown = {"Authorization": f"Bearer {secret}"}
    event = "01890a5d-ac96-774b-bcce-b302099a8057"
    answers = [
        httpx2.get(asked.place.base + path, headers=headers)
        for path, headers in (
            (f"/receipts/{event}?x=1", shown | {"X-Request-Id": "mine-1"}),
            ("/discrepancies?severity=C", shown),
            ("/nowhere", {"X-Request-Id": "not plain"}),
            ("/health/live", {}),
        )
    ]

    names = [answer.headers["X-Request-Id"] for answer in answers]
    found = [line for name in names for line in asked.lines(name)]
    assert names[0] == "mine-1"
    assert [bool(NEW.fullmatch(name)) for name in names[1:]] == [True] * 3
    assert [(one["method"], one["path"], one["route"], one["status"]) for one in found] == [
        ("GET", f"/receipts/{event}", "/receipts/{event_id}", 422),
        ("GET", "/discrepancies", "/discrepancies", 200),
        ("GET", "/nowhere", "other", 404),
        ("GET", "/health/live", "/health/live", 200),
    ]  # fmt: skip
    assert [one.get("token_id") for one in found] == [token.id, token.id, None, None]
    assert [one.get("party") for one in found[:2]] == ["EXP-1"] * 2
    assert [one.get("role") for one in found[:2]] == ["exporter"] * 2
    assert found[0]["event_id"] == event
    assert {one["client"] for one in found} == {"127.0.0.1"}
    assert [one for one in found if not 0 <= one["duration_ms"] < 60_000] == []


def test_what_opens_is_in_no_line(asked: Asked) -> None:
    """Token, cookie and link are in no line, wherever they are sent; who signs in is."""
    log, base = asked.place.log, asked.place.base
    token, secret = tokens.create(log, "importer", "IMP-1", now=NOW)
    link = Signing(log).link(token.id)
    names, cookies = [], []
    walk: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/discrepancies", {"headers": {"Authorization": f"Bearer {secret}"}}),
        ("GET", "/discrepancies", {"headers": {"Authorization": f"Bearer {secret}x"}}),
        ("GET", f"/discrepancies?token={secret}", {}),
        ("GET", f"/{secret}", {}),
        ("GET", f"/discrepancies/{secret}", {"headers": {"X-Request-Id": secret}}),
        ("POST", "/session", {"data": {"token": secret}}),
        ("GET", f"/session?link={link}", {}),
        ("GET", f"/session?link={link}x", {}),
        ("GET", f"/session/{link}", {"headers": {"Referer": f"{base}/session?link={link}"}}),
    ]
    for method, path, how in walk:
        answer = httpx2.request(method, base + path, **how)
        names.append(answer.headers["X-Request-Id"].replace(secret, "seal_***"))
        if COOKIE in answer.cookies:
            cookies.append(answer.cookies[COOKIE])
            again = httpx2.get(f"{base}/desk/cases", headers={"Cookie": f"{COOKIE}={cookies[-1]}"})
            names.append(again.headers["X-Request-Id"])
    with socket.create_connection(("127.0.0.1", asked.place.port), timeout=30) as connection:
        connection.sendall(f"GET /{secret} HTTP/9\r\nAuthorization {secret}\r\n\r\n".encode())
        connection.recv(100)

    ends = [asked.lines(name)[-1] for name in names]
    opening = [secret, link, *cookies]
    assert len(cookies) == 2
    assert [one for one in opening if one in asked.text()] == []
    assert [one for one in opening if one.rpartition(".")[2] in asked.text()] == []
    known = [one.get("token_id") == token.id for one in ends]
    assert known == [True, *[False] * 4, *[True] * 4, False, False]
    refused = [one for one in from_json(asked.text()) if one.get("logger") == "uvicorn.error"]
    assert [(one["level"], one["what"]) for one in refused] == [
        ("warning", "Invalid HTTP request received.")
    ]


def test_a_failure_is_one_line_with_the_id(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is told once, in one line, and answered with id and headers."""

    def fails(_desk: Desk) -> None:
        raise RuntimeError("it broke\nin two")

    monkeypatch.setattr(Desk, "standing", fails)
    answer = httpx2.get(f"{asked.place.base}/health/ready", headers={"X-Request-Id": "broken"})

    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] == "broken"
    assert answer.headers["content-type"] == "application/problem+json"
    assert HEADERS.items() <= {name: answer.headers.get(name) for name in HEADERS}.items()
    told, asking = asked.lines("broken")
    assert (told["level"], told["what"]) == ("error", "it broke\nin two")
    assert told["exception"].startswith("Traceback")
    assert (asking["level"], asking["status"]) == ("warning", 500)


def test_a_page_that_fails_is_told_once(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away is one line beside the request's own, for browsers too."""

    def fails(_desk: Desk) -> None:
        raise Unavailable("The database is away")

    monkeypatch.setattr(Desk, "standing", fails)
    answer = httpx2.get(
        f"{asked.place.base}/health/ready", headers={"X-Request-Id": "away", "Accept": "text/html"}
    )

    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    told, asking = asked.lines("away")
    assert (told["level"], told["what"]) == ("warning", "The database is away")
    assert "exception" not in told
    assert (asking["level"], asking["status"]) == ("warning", 503)
