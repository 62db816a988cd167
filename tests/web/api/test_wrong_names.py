"""What is asked wrongly is answered by the name of the field, and by nothing else."""

import socket
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from ledger.log import Log
from ledger.settings import Settings
from ledger.web.serving import address, listen, serve
from tests.databases import Cluster
from tests.desks import Served, served


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        found.record([])
        for role in ("operator", "certifier"):
            party = None if role == "operator" else "RCB-1"
            person = party and "P-9"
            found.secrets[role] = found.token(role, party, person=person)["Authorization"]
        yield found


ID = "01890a5d-ac96-774b-bcce-b302099a8057"
NAMED: list[tuple[str, str, list[str]]] = [
    ("get", "/lots?as_of=2026-04-01", ["as_of"]),
    ("get", "/shipments?known_at=2026-04-01", ["known_at"]),
    ("get", "/discrepancies?colour=red&size=1", ["colour", "size"]),
    ("get", "/discrepancies?state=red", ["state"]),
    ("get", "/discrepancies?state=OPEN&severity=C&severity=X", ["severity"]),
    ("get", "/discrepancies?group=colour", ["group"]),
    ("get", "/discrepancies?rule=%00", ["rule"]),
    ("get", f"/receipts/{ID}?x=1", ["x"]),
    ("get", "/receipts/x", ["event_id"]),
    ("get", "/health/ready?x=1", []),
    ("get", "/reconciliation?as_of=soon", ["as_of"]),
    ("get", "/reconciliation?exporter=A&agent=B", ["agent"]),
    ("get", "/periods/I/R/2026-13", ["period"]),
    ("get", "/statements?mark=M&holder=H&site=S&from=2026-02-30", ["from"]),
    ("post", "/events?channel=S", ["channel"]),
]


@pytest.mark.parametrize(("method", "path", "fields"), NAMED)
def test_the_field_is_named(desk: Served, method: str, path: str, fields: list[str]) -> None:
    """422 with every name that is wrong or unknown, as it was written."""
    role = "operator" if method == "get" else "certifier"
    headers = {"Authorization": desk.secrets[role]}

    answer = desk.client.request(method, path, headers=headers)

    assert answer.status_code == (422 if fields else 200), answer.text
    found = [one["field"] for one in answer.json().get("errors", [])]
    assert list(dict.fromkeys(found)) == fields


BODIES: list[tuple[str, dict[str, object], list[str]]] = [
    ("/periods", {"importer": "I", "period": "2026-04", "more": 1}, ["more"]),
    ("/periods", {"importer": "I", "period": "2026-13"}, ["period"]),
    ("/periods", {"importer": "", "period": 7}, ["importer", "period"]),
    ("/discrepancies/escalate", {"text": "t", "where": {}}, ["where"]),
    ("/discrepancies/escalate", {"text": "t", "where": {"ids": [ID, "x"]}}, ["where.ids[1]"]),
    ("/discrepancies/close", {"reason": "WHIM", "where": {"rule": "M-01"}}, ["reason"]),
    ("/discrepancies/close", {"reason": "OTHER", "where": {"severity": "X"}}, ["where.severity"]),
    (f"/discrepancies/{ID}/escalate", {"text": "\0"}, ["text"]),
    ("/discrepancies/x/escalate", {"text": "t"}, ["case_id"]),
]


@pytest.mark.parametrize(("path", "body", "fields"), BODIES)
def test_the_field_of_a_body_is_named(
    desk: Served, path: str, body: dict[str, object], fields: list[str]
) -> None:
    """The same of what stands in a body, wherever it stands there."""
    headers = {"Authorization": desk.secrets["certifier"]}

    answer = desk.client.post(path, json=body, headers=headers)

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == fields


def test_who_asks_is_asked_first(desk: Served) -> None:
    """A name that is not known is nobody's business without a token."""
    assert desk.client.get("/lots?as_of=x").status_code == 401


@pytest.fixture(scope="module")
def port(embedded_cluster: Cluster) -> Iterator[int]:
    """The port of a desk that is served as in production."""
    stop, ready = Event(), Event()
    listening = listen(Settings(web_port=0))
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        thread = Thread(
            target=serve,
            args=(Settings(web_port=0), log, stop),
            kwargs={"ready": ready, "listening": listening},
        )
        thread.start()
        assert ready.wait(30)
        yield int(address(listening).rpartition(":")[2])
        stop.set()
        thread.join(30)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /lots HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n",  # no Host
        b"GET /lots?cursor=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /periods HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_request_has_an_answer_too(port: int, request_bytes: bytes) -> None:
    """400 as a problem document, with the headers of every other answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request_bytes)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert b'"status":400' in body
