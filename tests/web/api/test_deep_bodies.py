"""JSON that is nested deeper than 32 is refused at every address that takes a body."""

import time
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from ledger.intake.json_event import DEPTH_MAX
from ledger.intake.verdicts import PAYLOAD_BYTES_MAX
from ledger.log import Log
from tests.databases import Cluster
from tests.desks import Served, served

cpu_seconds_max = 3.0
ELSEWHERE = {"/events", "/tables", "/desk/upload"}
"""Reports, which are kept as they come, and files, which come as a form alone: no JSON is read."""
DEEP = {
    "33": b'{"recipe":' + b"[" * DEPTH_MAX + b"]" * DEPTH_MAX + b"}",
    "100,000": b'{"recipe":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "never closed": b'{"a":' * 40_000,
    "in an array": b"[1," + b"[" * 60_000,
}


def routes_of(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Every route, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_of(getattr(getattr(route, "original_router", None), "routes", []))


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        yield found


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/problem+json"])
@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_every_address_refuses_it(desk: Served, body: bytes, kind: str) -> None:
    """A problem that says so, whatever it calls itself, and in no time."""
    shown = desk.token("certifier", "RCB-1")
    taking = [
        (method, route.path)
        for route in routes_of(list(desk.app.routes))
        for method in set(route.methods or ()) - {"GET", "HEAD"}
        if route.path not in ELSEWHERE
    ]
    assert len(taking) >= 10

    for method, path in taking:
        address = path.format(case_id="x", act="close", check="x")
        headers = {**shown, "Content-Type": kind}
        began = time.process_time()
        answer = desk.client.request(method, address, content=body, headers=headers)

        assert answer.status_code == 422, path
        assert f"The body is nested deeper than {DEPTH_MAX}." in answer.text
        assert time.process_time() - began < cpu_seconds_max


@pytest.mark.parametrize("body", [deep for deep in DEEP.values() if deep[:1] == b"{"])
def test_reports_are_refused_and_kept(desk: Served, body: bytes) -> None:
    """Undecodable, with its bytes as a dead letter; a good report beside it is recorded."""
    shown = desk.token("exporter", "EXP-1")
    before = len(desk.log.dead_letters(0, 1_000))

    answer = desk.client.post("/events", content=body, headers=shown)

    assert answer.status_code == 422
    (receipt,) = answer.json()["receipts"]
    assert receipt["reason"] == "undecodable"
    *_, letter = desk.log.dead_letters(0, 1_000)
    assert len(desk.log.dead_letters(0, 1_000)) == before + 1
    assert letter.refusal.payload == body[:PAYLOAD_BYTES_MAX]


def test_as_deep_as_may_be_is_read(desk: Served) -> None:
    """At the limit it is refused for what it says."""
    shown = desk.token("certifier", "RCB-1")
    body = b'{"recipe":' + b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1) + b"}"

    answer = desk.client.post("/labels/check?claim=KRAV_MARK", content=body, headers=shown)

    assert answer.status_code == 422
    assert "nested" not in answer.json()["detail"]
