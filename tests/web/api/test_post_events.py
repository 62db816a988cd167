"""Events over HTTP: a receipt each, nothing written twice or in part."""

import json
from typing import Any
from uuid import uuid4

import pytest

from ledger import metrics
from tests.desks import Served


def scan(**fields: object) -> dict[str, Any]:
    """A scan as a scanner sends it."""
    return {
        "type": "SealsApplied", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SCAN-1", "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "lot": "L-7",
        "label": "LBL-1", "label_version": 1, "units": 20, "count": 20, **fields,
    }  # fmt: skip


def test_every_event_gets_a_receipt(desk: Served) -> None:
    """Recorded once; the same body again answers the same receipts as duplicates."""
    headers = desk.token("scanner", "EXP-1", source="SCAN-1")
    body = [scan(), scan()]

    first = desk.client.post("/events", json=body, headers=headers)
    again = desk.client.post("/events", json=body, headers=headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert [line["outcome"] for line in first.json()["receipts"]] == ["recorded"] * 2
    assert [line["outcome"] for line in again.json()["receipts"]] == ["duplicate"] * 2
    assert [line["position"] for line in again.json()["receipts"]] == [1, 2]
    assert first.json()["behind"] == 2
    assert desk.log.position() == 2


def test_the_good_ones_of_a_body_stay(desk: Served) -> None:
    """Some refused: 207, each with its reason, and a dead letter under who sent it."""
    headers = desk.token("scanner", "EXP-1", source="SCAN-1")
    taken = scan()
    body = [
        taken, scan(count=0), scan(type="MarkRegistered"), scan(source="SCAN-2"),
        {**taken, "note": "other"},
    ]  # fmt: skip

    count = metrics.dead_letters_recorded.labels("http", "not-permitted")
    before = count._value.get()  # noqa: SLF001 -- the library has no other way to tell

    answer = desk.client.post("/events", json=body, headers=headers)

    assert count._value.get() == before + 2  # noqa: SLF001 -- the same
    assert answer.status_code == 207
    assert [(line["reason"], line["path"]) for line in answer.json()["receipts"]] == [
        (None, None), ("invalid", "count"), ("not-permitted", "type"),
        ("not-permitted", "source"), ("conflict", "id"),
    ]  # fmt: skip
    letters = desk.log.dead_letters(0, 10)
    assert {letter.refusal.door for letter in letters} == {"http"}
    assert {letter.refusal.place.split(" ")[0] for letter in letters} == {"source:SCAN-1"}
    assert sorted(letter.refusal.reason for letter in letters) == [
        "conflict", "invalid", "not-permitted", "not-permitted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "content_type", "status", "reason"),
    [
        (json.dumps(scan(count=0)).encode(), "application/json", 422, "invalid"),
        (b"", "application/json", 422, "undecodable"),
        (b"{", None, 422, "undecodable"),
        (b"\x00\xff", "application/vnd.seals.avro", 422, "undecodable"),
        (b" " * (8 * 1024 * 1024) + b"1", "application/json", 413, "too-large"),
        (b"x" * (40 * 1024 * 1024), "application/json", 413, "too-large"),
        (b"[" + b"{}," * 10_001 + b"{}]", "application/json", 413, "too-large"),
    ],
)
def test_what_cannot_be_is_a_problem_with_its_receipt(
    desk: Served, content: bytes, content_type: str | None, status: int, reason: str
) -> None:
    """One refused event or body: a problem document, its receipt within, its bytes kept."""
    headers = desk.token("scanner", "EXP-1", source="SCAN-1")
    if content_type:
        headers["Content-Type"] = content_type

    answer = desk.client.post("/events", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["receipts"][0]["reason"] == reason
    assert (answer.json()["position"], answer.json()["behind"]) == (0, 0)
    assert answer.headers["ledger-position"] == "0"
    assert [letter.refusal.reason for letter in desk.log.dead_letters(0, 10)] == [reason]
    assert desk.log.position() == 0


def test_an_empty_list_is_nothing_to_record(desk: Served) -> None:
    """No events, no receipts, no error."""
    headers = desk.token("scanner", "EXP-1", source="SCAN-1")

    answer = desk.client.post("/events", json=[], headers=headers)

    assert (answer.status_code, answer.json()["receipts"]) == (200, [])


@pytest.mark.parametrize("header", [{"Content-Type": "image/png"}, {"Content-Encoding": "gzip"}])
def test_another_form_is_not_guessed(desk: Served, header: dict[str, str]) -> None:
    """415 and nothing kept: what it is, nobody has said."""
    headers = desk.token("scanner", "EXP-1", source="SCAN-1")

    answer = desk.client.post("/events", content=b"{}", headers=headers | header)

    assert answer.status_code == 415
    assert desk.log.dead_letters(0, 10) == []


@pytest.mark.parametrize(
    ("role", "kind", "reason"),
    [
        ("exporter", "SealsApplied", "not-permitted"),
        ("exporter", "SealsSpoiled", None),
        ("certifier", "SealsSpoiled", "not-permitted"),
    ],
)
def test_a_role_reports_what_its_channel_carries(
    desk: Served, role: str, kind: str, reason: str | None
) -> None:
    """Operators' events from operators, certifiers' from certifiers."""
    fields = {"reason": "WET"} if kind == "SealsSpoiled" else {}
    body = scan(type=kind, **fields)
    if kind == "SealsSpoiled":
        body = {k: v for k, v in body.items() if k not in _APPLIED}

    answer = desk.client.post("/events", json=body, headers=desk.token(role, "EXP-1"))

    assert answer.json()["receipts"][0]["reason"] == reason


_APPLIED = ("lot", "label", "label_version", "units")


def test_another_partys_source_is_refused(desk: Served) -> None:
    """Whose source is registered to others may not be spoken for."""
    exporter = desk.token("exporter", "EXP-1")
    source = {
        "type": "SourceRegistered", "id": str(uuid4()), "time": "2026-04-01T09:00:00+09:00",
        "source": "SYS-EXP", "registers": "SCAN-1", "kind": "SYSTEM", "party": "EXP-1",
    }  # fmt: skip
    assert desk.client.post("/events", json=source, headers=exporter).status_code == 200
    desk.record([])
    spoiled = {
        k: v for k, v in scan(type="SealsSpoiled", reason="WET").items() if k not in _APPLIED
    }

    mine = desk.client.post("/events", json=spoiled, headers=desk.token("exporter", "EXP-1"))
    theirs = desk.client.post(
        "/events", json=spoiled | {"id": str(uuid4())}, headers=desk.token("exporter", "EXP-2")
    )

    assert mine.status_code == 200
    assert theirs.json()["receipts"][0]["reason"] == "not-permitted"


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "x" * 500])
def test_without_a_token_nothing_is_read(desk: Served, shown: str) -> None:
    """401, in the form of every other problem."""
    headers = {"Authorization": shown} if shown else {}

    answer = desk.client.post("/events", json=scan(), headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_operator_reports_by_file(desk: Served) -> None:
    """403: the file door only."""
    answer = desk.client.post("/events", json=scan(), headers=desk.token("operator"))

    assert answer.status_code == 403
