"""Refused messages over HTTP and on the desk: each sees its own, with what was done about it."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from ledger import metrics
from ledger.intake.again import Intake
from ledger.log import Log, Refusal
from ledger.settings import Settings
from ledger.web.asking.letters_settled import Who, dismiss_letter, mend_letter, replay_letter
from ledger.web.gauges import Gauges
from tests.databases import Cluster
from tests.desks import NOW, Served, served

BODY = {
    "type": "LotHeld", "id": "0197f000-0000-7000-8000-000000000001", "source": "SYS-1",
    "time": "2026-04-02T09:30:00+09:00", "lot": "L-7", "cause": "c",
}  # fmt: skip


def refusal(by: str | None, door: str, place: str, reason: str = "invalid") -> Refusal:
    """An event without a lot, as somebody sent it."""
    payload = json.dumps(BODY | {"lot": ""}).encode()
    return Refusal(
        door, place, 0, reason, "lot", payload, sha256(payload).digest(), size=len(payload), by=by
    )


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """Five letters of two parties; three of them settled, one tried again."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        log.append([], [
            refusal("EXP-1", "http", "party:EXP-1 r1"),
            refusal("EXP-1", "kafka", "ledger.operators.EXP-1/0/4"),
            refusal("EXP-1", "http", "source:SCAN-1 r2"),
            refusal("EXP-2", "http", "party:EXP-2 r3", "not-permitted"),
            refusal("OPERATOR", "file", "a.ndjson:4"),
        ])  # fmt: skip
        who = Who("OPERATOR", "Q-77", "seen <b>")
        mend_letter(log, 1, json.dumps(BODY).encode(), who, by="EXP-1", now=NOW)
        dismiss_letter(log, 2, "TEST", who, now=NOW)
        replay_letter(log, 5, who, Intake(), now=NOW)
        dismiss_letter(log, 4, "OTHER", who, now=NOW)
        with served(log) as found:
            found.app.state.desk.follow()
            yield found


def asked(desk: Served, address: str, *who: Any) -> Any:
    """What somebody is answered."""
    return desk.client.get(address, headers=shown(desk, *who))


def shown(desk: Served, role: str, party: str | None = None, source: str | None = None) -> Any:
    """The headers of a token of somebody."""
    return desk.token(role, party, source=source)


SEEN = [
    (("operator",), [5, 4, 3, 2, 1]),
    (("exporter", "EXP-1"), [3, 2, 1]),
    (("importer", "EXP-1"), [3, 2, 1]),
    (("exporter", "EXP-1", "SCAN-1"), [3]),
    (("exporter", "EXP-1", "SCAN-2"), []),
    (("exporter", "EXP-2"), [4]),
    (("certifier", "RCB-1"), []),
]


@pytest.mark.parametrize(("who", "numbers"), SEEN)
def test_each_sees_its_own(desk: Served, who: tuple[str, ...], numbers: list[int]) -> None:
    """In lists and one by one, with what was done; of others there are none."""
    found = asked(desk, "/dead-letters?state=all", *who).json()["dead_letters"]
    assert [one["number"] for one in found] == numbers
    new = asked(desk, "/dead-letters", *who).json()["dead_letters"]
    assert [one["number"] for one in new] == [n for n in numbers if n in {3, 5}]
    headers = shown(desk, *who)
    for number in range(1, 7):
        one = desk.client.get(f"/dead-letters/{number}", headers=headers)
        assert one.status_code == (200 if number in numbers else 404)
        if number == 4 and number in numbers:
            done = one.json()["history"]
            assert [(d["decision"], d["person"], d["reason"], d["text"]) for d in done] == [
                ("DeadLetterDismissed", "Q-77", "OTHER", "seen <b>")
            ]


def test_letters_come_in_pages_and_as_csv(desk: Served) -> None:
    """By number, the latest first; reasons and senders narrow them down."""
    page = asked(desk, "/dead-letters?state=all&limit=2", "operator").json()
    following = f"/dead-letters?state=all&limit=2&cursor={page['next']}"
    assert [one["number"] for one in page["dead_letters"]] == [5, 4]
    assert [n["number"] for n in asked(desk, following, "operator").json()["dead_letters"]] == [
        3,
        2,
    ]
    narrowed = "/dead-letters?state=dismissed&reason=not-permitted&sender=EXP-2"
    assert [n["number"] for n in asked(desk, narrowed, "operator").json()["dead_letters"]] == [4]
    headers = desk.token("operator") | {"Accept": "text/csv"}
    assert len(desk.client.get("/dead-letters", headers=headers).text.splitlines()) == 3
    for wrong in ("state=lost", "reason=bored", "sender=%20"):
        assert asked(desk, f"/dead-letters?{wrong}", "operator").status_code == 422
    assert asked(desk, "/dead-letters", "scanner", "EXP-1", "SCAN-1").status_code == 403


def test_a_receipt_names_the_letter(desk: Served) -> None:
    """Of the event that was recorded in its place, for whom the event is visible."""
    for address in (f"/receipts/{BODY['id']}", f"/events/{BODY['id']}"):
        told = asked(desk, address, "operator").json()
        (one,) = told.get("receipts") or told["recorded"]
        assert one["dead_letter"] == 1


def test_what_nobody_has_settled_is_counted(desk: Served) -> None:
    """By reason; read again, only what is new is read."""
    gauges = Gauges(desk.app.state.desk, Settings())

    def left(reason: str) -> float | None:
        return metrics.REGISTRY.get_sample_value(
            "ledger_dead_letters_unsettled", {"reason": reason}
        )

    gauges.read()
    assert (left("invalid"), left("not-permitted")) == (2, 0)
    desk.log.append([], [refusal("EXP-9", "file", "b:1", "conflict")])
    gauges.read()
    assert (left("invalid"), left("conflict")) == (2, 1)
    assert metrics.REGISTRY.get_sample_value("ledger_dead_letters") == 6


WORDS = {
    "en": ("to be settled", "Mended", "a test", "Sent through again", "Dismissed"),
    "ja": ("未処理", "修正", "テスト送信", "再処理", "記録不要"),
}


@pytest.mark.parametrize("language", WORDS)
def test_pages_say_what_became_of_it(desk: Served, language: str) -> None:
    """State, who, when and why, in the reader's language; what was typed is text."""
    new, mended, test, again, dismissed = WORDS[language]

    def page(address: str) -> str:
        answer = desk.client.get(
            address, headers={"accept": "text/html", "accept-language": language}
        )
        assert answer.status_code == 200, address
        return answer.text

    secret = desk.token("operator")["Authorization"].removeprefix("Bearer ")
    assert desk.client.post("/session", data={"token": secret}).status_code == 303
    for number, words in ((1, (mended, BODY["id"])), (2, (dismissed, test)), (3, (new,)),
                          (4, ("seen &lt;b&gt;",)), (5, (new, again))):  # fmt: skip
        shown = page(f"/desk/refusal?number={number}")
        assert all(word in shown for word in words), number
    assert all(word in page("/desk/sources") for word in (new, "Q-77"))
    trail = page("/desk/audit")
    assert trail.count("Q-77") == 4
    assert all(word in trail for word in (mended, dismissed, again, test, "T-"))
    assert page("/desk/audit?who=Q-77").count("<tr>") == 5
    assert "Q-77" not in page("/desk/audit?since=2999-01-01")
    assert "/desk/refusal?number=1" in page(f"/desk/event?id={BODY['id']}")
    desk.client.cookies.clear()
