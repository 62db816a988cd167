"""What is arranged about a case over HTTP: correction, thread, owner, due, routing, and its row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consumers.auditor.running import catch_up
from ledger.rules.policy import default_policy
from tests.auditing import FAR
from tests.desks import Served
from tests.domain.rules.world import World
from tests.web.api.conftest import Trade
from tests.web.api.test_decisions import case, chain

FILE = {"name": "count.pdf", "sha256": "0" * 64}
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
YESTERDAY = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()


class Acting:
    """One case, with what opens it for whom."""

    def __init__(self, trade: Trade, rule: str) -> None:
        self.trade, self.found = trade, case(trade, rule)
        self.party, self.rcb = chain(trade, self.found)
        self.where = f"/discrepancies/{self.found['id']}"
        self.exporter = trade.headers("exporter", self.party)
        self.certifier = trade.headers("certifier", self.rcb)

    def post(self, act: str, headers: dict[str, str], **body: Any) -> Any:
        """An act, and what is answered."""
        return self.trade.desk.client.post(f"{self.where}/{act}", json=body, headers=headers)

    def ask(self, **more: Any) -> Any:
        """The body asks the exporter for a correction."""
        body = {"from_party": self.party, "actions": ["CORRECT_RECORDS"], "text": "Mend it",
                "due": TOMORROW} | more  # fmt: skip
        return self.post("ask-correction", self.certifier, **body)

    def report(self, headers: dict[str, str], **more: Any) -> Any:
        """The exporter reports it."""
        body = {"cause": "A box was left", "action": "Recorded", "prevention": "Counted twice",
                "done_on": YESTERDAY, "documents": [FILE]} | more  # fmt: skip
        return self.post("report-correction", headers, **body)


def test_a_row_says_what_is_at_stake_by_when_and_for_whom(trade: Trade) -> None:
    """Impact with its unit, due, late, owner, for whom it waits, and the cause."""
    found = case(trade, "M-03")
    sent, got = int(found["expected"][0]), int(found["found"][0])

    assert (found["impact"], found["impact_unit"]) == (abs(sent - got), "seals")
    assert found["due"] == found["due"][:10]
    assert (found["owner"], found["owner_party"]) == (None, None)
    assert found["cause"] == f"M-03 dispatch dispatch {found['subject']}"
    # Past its due day and not explained, it waits for whom it concerns no longer.
    assert found["waits_for"]
    assert set(found["waits_for"]).isdisjoint(found["parties"]) is found["late"]


def test_a_correction_from_asking_to_closing(trade: Trade) -> None:
    """Asked, reported, sent back, reported, accepted; not closed before, nor by its reporter."""
    acting = Acting(trade, "M-06")
    asked = acting.ask()
    assert (asked.status_code, asked.json()["state"]) == (200, "ESCALATED")
    assert asked.json()["waits_for"] == [acting.party]

    closing = {"reason": "LOSS", "text": "seen"}
    early = acting.post("close", acting.certifier, **closing)
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "waive")
    assert acting.report(acting.certifier).status_code == 403
    assert acting.report(acting.exporter).json()["waits_for"] == [acting.rcb]
    again = acting.report(acting.exporter)
    assert again.status_code == 422
    assert "judges it now" in again.json()["detail"]
    back = acting.post("refuse-correction", acting.certifier, text="And the box?", due=TOMORROW)
    assert back.status_code == 200
    assert acting.report(acting.exporter).status_code == 200
    assert acting.post("accept-correction", acting.exporter).status_code == 403
    assert acting.post("accept-correction", acting.certifier).status_code == 200
    both = trade.desk.token("certifier", acting.rcb, person=f"P-{acting.party}")
    refused = acting.post("close", both, **closing)
    assert refused.status_code == 422
    assert "another person" in refused.json()["detail"]
    closed = acting.post("close", acting.certifier, documents=[FILE], **closing)
    assert (closed.status_code, closed.json()["state"]) == (200, "CLOSED")

    told = trade.get(acting.where, acting.exporter).json()["history"]
    assert [one["decision"].removeprefix("DiscrepancyCorrection") for one in told][1:] == [
        "Asked", "Reported", "Refused", "Reported", "Accepted", "DiscrepancyClosed",
    ]  # fmt: skip
    assert (told[1]["actions"], told[1]["due"]) == (["CORRECT_RECORDS"], TOMORROW)
    assert (told[2]["cause"], told[2]["documents"]) == ("A box was left", [FILE])
    assert told[-1]["documents"] == [FILE]


def test_a_comment_for_the_own_party_is_read_by_nobody_else(trade: Trade) -> None:
    """In no history, whoever else sees the case; one for all is there for all."""
    acting = Acting(trade, "M-18")
    open_ = acting.post("comment", acting.exporter, text="for all", documents=[FILE])
    own = acting.post("comment", acting.certifier, text="for us alone", audience="OWN")
    assert (open_.status_code, own.status_code) == (200, 200)
    owner = acting.post("assign", acting.exporter, owner="P-77")
    assert (owner.json()["owner"], owner.json()["owner_party"]) == ("P-77", acting.party)

    def said(headers: dict[str, str]) -> list[str]:
        history = trade.get(acting.where, headers).json()["history"]
        return [one["text"] for one in history if one["decision"] == "DiscrepancyCommented"]

    assert said(acting.certifier) == ["for all", "for us alone"]
    assert said(acting.exporter) == ["for all"]
    assert acting.post("assign", acting.exporter, owner=None).json()["owner"] is None


REFUSED = [
    # act              body                                             status · field
    ("comment", {"text": ""}, 422, "text"),
    ("comment", {"text": "x" * 2_001}, 422, "text"),
    ("comment", {"text": "x", "audience": "CERTIFIERS"}, 422, "audience"),
    ("comment", {"text": "x", "documents": [FILE | {"sha256": "AB"}]}, 422, "documents[0].sha256"),
    ("comment", {"text": "x", "documents": [FILE] * 21}, 422, "documents"),
    ("comment", {"text": "x", "person": "P-1"}, 422, "person"),
    ("assign", {}, 422, "owner"),
    ("due", {"due": "2999-01-01", "text": "later"}, 422, "due"),
    ("due", {"due": "2020-01-01", "text": "before"}, 422, "due"),
    ("due", {"due": "soon", "text": "later"}, 422, "due"),
    ("ask-correction", {"from_party": "EXP-NOBODY", "actions": ["STOP_SHIPMENT"], "text": "x",
                        "due": TOMORROW}, 422, "from_party"),
    ("ask-correction", {"from_party": "EXP-NOBODY", "actions": [], "text": "x", "due": TOMORROW},
     422, "actions"),
    ("accept-correction", {}, 422, None),
    ("route", {"to": "RCB-1", "text": "x"}, 403, None),
]  # fmt: skip


@pytest.mark.parametrize(("act", "body", "status", "field"), REFUSED)
def test_what_cannot_be_is_refused_by_its_field(
    trade: Trade, act: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    """In words, and nothing is recorded."""
    acting = Acting(trade, "M-02")
    before = trade.get(acting.where, acting.certifier).json()["history"]

    answer = acting.post(act, acting.certifier, **body)

    assert answer.status_code == status, answer.json()
    if field is not None:
        assert field in [one["field"] for one in answer.json()["errors"]]
    assert trade.get(acting.where, acting.certifier).json()["history"] == before


def test_the_operator_gives_away_only_what_nobody_may_decide(trade: Trade) -> None:
    """A case that has certifiers is not its to route; strangers find no case at all."""
    acting = Acting(trade, "M-02")
    operator = trade.desk.token("operator", "operator", person="P-OP")

    refused = acting.post("route", operator, to=acting.rcb, text="theirs")

    assert refused.status_code == 422
    assert "has certifiers of its own" in refused.json()["detail"]
    foreign = trade.headers("certifier", "RCB-NOBODY")
    assert acting.post("comment", foreign, text="x").status_code == 404
    assert acting.post("comment", operator, text="x").status_code == 403


def test_a_list_is_paged_by_the_database(trade: Trade) -> None:
    """Page by page the same cases in the same order as at once, filtered or not."""
    operator = trade.as_role("operator")
    groups = trade.get("/discrepancies?group=importer", operator).json()["groups"]
    importer = next(one["importer"] for one in groups if one["importer"])
    for asked in ("state=all", "severity=H", f"importer={importer}"):
        whole = trade.get(f"/discrepancies?{asked}&limit=1000", operator).json()["discrepancies"]
        paged: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = trade.get(f"/discrepancies?{asked}&limit=2{cursor}", operator).json()
            paged += page["discrepancies"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert [one["id"] for one in paged] == [one["id"] for one in whole]
        assert len(whole) > 0


def test_whom_a_case_of_nobody_is_given_to_sees_and_decides_it(desk: Served) -> None:
    """Nobody before, that certifier from then on, and no other; it no longer is the operator's."""
    world = World()
    for body in ("RCB-7", "RCB-8"):
        world.add("PartyRegistered", "2026-03-01", party=body, name=body, roles=("RCB",),
                  country="JP")  # fmt: skip
    world.add("ComplaintReceived", "2026-03-02", complaint="K1", party="EXP-9", kind="COMPLAINT",
              name="k1")  # fmt: skip
    desk.record([fact for fact, _ in world.facts])
    catch_up(desk.log, default_policy(), lambda: FAR)
    operator = desk.token("operator", "operator", person="P-OP")
    chosen, other = (desk.token("certifier", body, person="P-9") for body in ("RCB-7", "RCB-8"))

    def cases(headers: dict[str, str]) -> list[dict[str, Any]]:
        found = desk.client.get("/discrepancies?rule=M-61", headers=headers).json()
        return list(found["discrepancies"])

    (case,) = cases(operator)
    assert (case["waits_for"], cases(chosen)) == (["EXP-9"], [])
    where = f"/discrepancies/{case['id']}"
    none = desk.client.post(f"{where}/route", json={"to": "EXP-9", "text": "x"}, headers=operator)
    given = desk.client.post(f"{where}/route", json={"to": "RCB-7", "text": "x"}, headers=operator)
    closing = {"reason": "OTHER", "text": "Answered by telephone"}
    refused = desk.client.post(f"{where}/close", json=closing, headers=other)
    seen = [one["id"] for one in cases(chosen)]
    closed = desk.client.post(f"{where}/close", json=closing, headers=chosen)

    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "to")
    assert (given.status_code, refused.status_code) == (200, 404)
    assert seen == [case["id"]]
    assert (closed.status_code, closed.json()["state"]) == (200, "CLOSED")
    assert cases(other) == []
