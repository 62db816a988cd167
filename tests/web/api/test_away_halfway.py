"""The database goes away right after something was written: that is told as no failure."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from psycopg.conninfo import conninfo_to_dict

from ledger.errors import Unavailable
from ledger.log import Log
from ledger.log.seeing import Sight
from ledger.rules.policy import default_policy
from ledger.views.discrepancies import listed
from ledger.web.desk import Desk
from tests.databases import Cluster
from tests.desks import Served
from tests.web.api.conftest import Trade
from tests.web.api.signing import post, preview
from tests.web.api.test_decisions import case, chain


@contextmanager
def away_after(monkeypatch: pytest.MonkeyPatch, write: str, times: int = 1) -> Iterator[None]:
    """Let nothing be read or written any more once so many writes were acknowledged."""
    left = [times]

    def gone(*_: Any, **__: Any) -> Any:
        raise Unavailable("The database is away.")

    original: Callable[..., Any] = getattr(Log, write)

    def writing(log: Log, *given: Any, **more: Any) -> Any:
        if not left[0]:
            return gone()
        done = original(log, *given, **more)
        left[0] -= 1
        if not left[0] and times == 1:
            patched.setattr(Sight, "seen", gone)
            patched.setattr(Log, "transaction", gone)
        return done

    with monkeypatch.context() as patched:
        patched.setattr(Log, write, writing)
        yield


def test_what_was_recorded_has_its_receipt(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 with the position, not a 503 that says nothing was written."""
    headers = desk.token("exporter", "EXP-1")
    event = {
        "type": "LotHeld", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SYS-1", "lot": "L-1", "cause": "c",
    }  # fmt: skip

    with away_after(monkeypatch, "append"):
        answer = desk.client.post("/events", json=event, headers=headers)

    assert answer.status_code == 200, answer.text
    assert answer.json()["receipts"][0]["position"] == desk.log.position() == 1
    assert (answer.json()["position"], answer.json()["behind"]) == (0, 1)


def test_what_cannot_be_asked_first_writes_nothing(
    desk: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the views are not there to say how far they are, the answer is a failure in time."""

    def gone(_desk: Desk) -> Any:
        raise Unavailable("The views are not built yet.")

    headers = desk.token("scanner", "EXP-1", source="S-1")
    monkeypatch.setattr(Desk, "standing", gone)
    answer = desk.client.post("/events", json={"type": "x"}, headers=headers)

    assert answer.status_code == 503
    assert desk.log.position() == 0
    assert desk.log.dead_letters(0, 10) == []


def test_what_was_decided_is_answered(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case as the decision left it, though nobody can look at it now."""
    found = case(trade, "M-05" if _has(trade, "M-05") else "M-02")
    _, rcb = chain(trade, found)
    certifier = trade.headers("certifier", rcb)
    where = f"/discrepancies/{found['id']}"

    with away_after(monkeypatch, "decide"):
        answer = trade.desk.client.post(
            f"{where}/escalate", json={"text": "Why?"}, headers=certifier
        )

    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "ESCALATED"
    trade.desk.record([])
    assert trade.get(where, certifier).json()["state"] == "ESCALATED"


def _has(trade: Trade, rule: str) -> bool:
    asked = f"/discrepancies?state=all&rule={rule}"
    return bool(trade.get(asked, trade.as_role("operator")).json()["discrepancies"])


def test_what_was_signed_is_answered(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    """The period as it was signed."""
    certifier = trade.as_role("certifier")
    alone = replace(default_policy(), period_second="never")
    monkeypatch.setattr(trade.desk.app.state.desk, "policy", alone)
    shown = preview(trade, "2025-12", certifier)

    with away_after(monkeypatch, "decide"):
        answer = post(trade, "2025-12", certifier, digest=shown["digest"], text="Seen.")

    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["person"]) == ("CLOSED", f"P-{trade.parties.rcb}")
    trade.desk.record([])
    where = f"/periods/{trade.parties.importer}/{trade.parties.rcb}/2025-12"
    known = trade.get(where, certifier).json()
    told = answer.json()
    assert {name: told[name] for name in _PERIOD} == {name: known[name] for name in _PERIOD}


_PERIOD = ("importer", "rcb", "period", "end", "state", "person", "signed_at_position", "row",
           "stated")  # fmt: skip


@pytest.mark.parametrize("times", [0, 1])
def test_of_many_those_decided_are_told(
    trade: Trade, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Away before the first: a failure that wrote nothing. After one: it, the rest refused."""
    found = case(trade, "M-18")
    _, rcb = chain(trade, found)
    body = {"text": "Why?", "where": {"ids": [found["id"]]}}
    certifier = trade.headers("certifier", rcb)
    monkeypatch.setattr("ledger.web.api.discrepancies.listed", _twice(listed))

    with away_after(monkeypatch, "decide", times):
        answer = trade.desk.client.post("/discrepancies/escalate", json=body, headers=certifier)

    trade.desk.record([])
    state = trade.get(f"/discrepancies/{found['id']}", certifier).json()["state"]
    assert (answer.status_code, state) == ((200, "ESCALATED") if times else (503, "OPEN"))
    if times:
        assert answer.json()["decided"] == [found["id"]]
        assert [one["id"] for one in answer.json()["refused"]] == [found["id"]]


def _twice(ask: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    return lambda *asked: ask(*asked) * 2


away_seconds, back_seconds_max = 18.0, 6.0


def test_it_answers_again_soon_after_the_database_is_back(
    embedded_cluster: Cluster, desk: Served
) -> None:
    """However long it was away, whoever asks next waits for seconds, not for minutes."""
    name = conninfo_to_dict(desk.log.dsn)["dbname"]
    ready = "/health/ready"
    assert desk.client.get(ready).status_code == 200
    with embedded_cluster.admin() as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE datname = %s", (name,))  # fmt: skip
        end = time.monotonic() + away_seconds
        while time.monotonic() < end:
            assert desk.client.get(ready).status_code == 503
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    back = time.monotonic()
    while desk.client.get(ready).status_code != 200:
        assert time.monotonic() < back + 60
    assert time.monotonic() - back < back_seconds_max
