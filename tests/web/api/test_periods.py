"""Months over HTTP: previewed, signed by what was seen, acknowledged, and what is refused."""

from typing import Any
from uuid import uuid4

import pytest

from consumers.auditor.running import catch_up
from ledger.rules.policy import default_policy
from tests.web.api.conftest import Trade
from tests.web.api.signing import post, preview, sign


def spoil(trade: Trade, month: str, count: int) -> None:
    """A late word of the exporter: seals of the pair were spoiled in a month."""
    event = {
        "type": "SealsSpoiled", "id": str(uuid4()), "time": f"{month}-20T09:00:00+09:00",
        "source": "SYS-LATE", "mark": trade.things.mark, "holder": trade.parties.exporter,
        "site": trade.things.site, "count": count, "reason": "WET",
    }  # fmt: skip
    answer = trade.desk.client.post("/events", json=event, headers=trade.as_role("exporter"))
    assert answer.json()["receipts"][0]["outcome"] == "recorded", answer.text
    trade.desk.record([])


def test_a_month_is_signed_as_it_was_previewed(trade: Trade) -> None:
    """By its body alone; seen by both of the pair, acknowledged by the importer once."""
    parties = trade.parties
    certifier, importer = trade.as_role("certifier"), trade.as_role("importer")
    where = f"/periods/{parties.importer}/{parties.rcb}/2026-05"
    before = trade.get(where, certifier)
    assert (before.status_code, before.json()["state"]) == (200, "UNSIGNED")

    signed = sign(trade, "2026-05")

    assert signed["row"] == before.json()["row"]
    told = trade.get(where, importer).json()
    assert (told["state"], told["digest"]) == ("CLOSED", signed["digest"])
    again = post(trade, "2026-05", certifier, digest=signed["digest"], text="x")
    assert again.status_code == 422
    assert again.json()["detail"].startswith("Signed on ")
    body = {"rcb": parties.rcb, "period": "2026-05", "digest": signed["digest"]}
    acknowledge = [
        trade.desk.client.post("/periods/acknowledge", json=body | more, headers=importer)
        for more in ({"digest": None}, {"digest": "0" * 64}, {}, {})
    ]
    assert [one.status_code for one in acknowledge] == [422, 409, 200, 422]
    seen = trade.get(where, certifier).json()["acknowledged"]
    assert (seen["person"], seen["digest"]) == (f"P-{parties.importer}", signed["digest"])


def test_who_else_asks_finds_no_such_pair(trade: Trade) -> None:
    """Neither previews nor signs; who sees the pair is told who signs it."""
    mine = {"digest": "0" * 64}
    pair = f"/periods/preview?importer={trade.parties.importer}&rcb={trade.parties.rcb}"
    for headers, status in (
        (trade.as_role("exporter"), 404),
        (trade.as_role("certifier", foreign=True), 404),
        (trade.as_role("importer", foreign=True), 404),
        (trade.as_role("importer"), 200),
        (trade.as_role("operator"), 200),
    ):
        assert trade.get(f"{pair}&period=2026-05", headers).status_code == status
    foreign = trade.as_role("certifier", foreign=True)
    assert post(trade, "2026-05", foreign, **mine).status_code == 404
    assert post(trade, "2026-05", trade.as_role("exporter"), **mine).status_code == 404
    importer = post(trade, "2026-05", trade.as_role("importer"), rcb=trade.parties.rcb, **mine)
    assert importer.status_code == 403
    other = {**mine, "importer": trade.parties.other_importer}
    assert post(trade, "2026-05", trade.as_role("certifier"), **other).status_code == 404
    acknowledged = trade.desk.client.post(
        "/periods/acknowledge",
        json={"importer": trade.parties.importer, "rcb": trade.parties.rcb, "period": "2026-05"},
        headers=trade.as_role("certifier"),
    )
    assert acknowledged.status_code == 403


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    # month · what is sent · status · the sentence
    ("2026-04", {}, 422, "Look at the preview first."),
    ("2126-04", {"digest": "0" * 64}, 422,
     "April 2126 ends on 30 April at midnight, Japan time."),
    ("2026-04", {"digest": "0" * 64}, 409,
     "What you saw has changed since: look at it again, then sign."),
]  # fmt: skip


@pytest.mark.parametrize(("month", "sent", "status", "sentence"), REFUSED)
def test_no_month_is_signed_blind(
    trade: Trade, month: str, sent: dict[str, Any], status: int, sentence: str
) -> None:
    """Without a digest, before the month is over, or by another digest: nothing is recorded."""
    before = trade.desk.log.position()

    answer = post(trade, month, trade.as_role("certifier"), text="x", **sent)

    assert (answer.status_code, answer.json()["detail"]) == (status, sentence)
    assert trade.desk.log.position() == before


def test_what_changed_since_the_preview_is_told_number_by_number(trade: Trade) -> None:
    """409 with each number, old and new; the new preview is signed."""
    certifier = trade.as_role("certifier")
    shown = preview(trade, "2026-06", certifier)
    spoil(trade, "2026-06", 5)

    refused = post(
        trade, "2026-06", certifier, digest=shown["digest"], position=shown["position"], text="x"
    )
    now = preview(trade, "2026-06", certifier)

    assert refused.status_code == 409
    told = {
        (one["list"], *one["key"], one["name"]): one["new"] - one["old"]
        for one in refused.json()["changed"]
        if one["list"] == "figures"
    }
    assert told["figures", "spoiled", "closing"] == 5
    assert told["figures", "stock_exporters", "closing"] == -5
    assert ("figures", "issued", "closing") not in told
    assert refused.json()["digest"] == now["digest"] != shown["digest"]
    assert sign(trade, "2026-06")["digest"] == now["digest"]


def test_a_period_signed_is_restated_and_signed_again(trade: Trade) -> None:
    """The second signature replaces the first one."""
    first = sign(trade, "2026-07")
    spoil(trade, "2026-07", 3)
    catch_up(trade.desk.log, default_policy(), trade.desk.log.recorded_last)
    where = f"/periods/{trade.parties.importer}/{trade.parties.rcb}/2026-07"
    told = trade.get(where, trade.as_role("importer")).json()
    assert told["state"] == "RESTATED"
    assert told["stated"]["spoiled"] - told["row"]["spoiled"] == 3

    again = sign(trade, "2026-07")

    assert again["state"] == "CLOSED"
    assert again["replaces"] is not None
    assert again["digest"] != first["digest"]
    assert again["row"] == told["stated"]
