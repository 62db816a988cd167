"""Cases and periods over HTTP: who may decide, what is refused, what is told."""

import csv
import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from ledger.facts.scalars import WorksAs, micros
from ledger.web.access import tokens
from ledger.web.asking import persons
from ledger.web.asking.persons import Registration
from tests.desks import NOW
from tests.web.api.conftest import Trade
from tests.web.api.signing import sign


def case(trade: Trade, rule: str) -> dict[str, Any]:
    """A case of a rule, as the operator sees it."""
    found = trade.get(f"/discrepancies?state=all&rule={rule}", trade.as_role("operator"))
    first: dict[str, Any] = found.json()["discrepancies"][0]
    return first


def chain(trade: Trade, found: dict[str, Any]) -> tuple[str, str]:
    """A party concerned by a case, and a certifier of it."""
    mark = found["marks"][0]
    rows = trade.get("/reconciliation", trade.as_role("operator")).json()["rows"]
    records = trade.get(f"/discrepancies?mark={mark}&group=rcb", trade.as_role("operator")).json()
    assert rows
    return found["parties"][0], records["groups"][0]["rcb"]


def test_a_case_from_its_opening_to_its_end(trade: Trade) -> None:
    """Explained by whom it concerns, closed by another person of the body; foreigners find none."""
    found = case(trade, "M-01")
    party, rcb = chain(trade, found)
    exporter, certifier = trade.headers("exporter", party), trade.headers("certifier", rcb)
    post = trade.desk.client.post
    where = f"/discrepancies/{found['id']}"
    reason = {"reason": "LATE_ENTRY", "text": "scanned late"}

    assert trade.get(where, exporter).json()["state"] == "OPEN"
    assert post(f"{where}/close", json=reason, headers=exporter).status_code == 403
    assert post(f"{where}/explain", json=reason, headers=certifier).status_code == 403
    foreign = trade.headers("exporter", "EXP-NOBODY")
    assert post(f"{where}/explain", json=reason, headers=foreign).status_code == 404
    assert trade.get(where, foreign).status_code == 404
    assert (
        post(f"{where}/explain", json=reason | {"text": None}, headers=exporter).status_code == 422
    )

    explained = post(f"{where}/explain", json=reason, headers=exporter)
    assert (explained.status_code, explained.json()["state"]) == (200, "EXPLAINED")
    again = post(f"{where}/explain", json=reason, headers=exporter)
    assert again.status_code == 409
    both = trade.desk.token("certifier", rcb, person=f"P-{party}")
    refused = post(f"{where}/close", json=reason, headers=both)
    assert refused.status_code == 422
    assert "another person has to close it" in refused.json()["detail"]
    closed = post(f"{where}/close", json=reason, headers=certifier)
    assert (closed.status_code, closed.json()["state"]) == (200, "CLOSED")
    told = trade.get(where, certifier).json()["history"]
    assert [one["decision"] for one in told] == [
        "DiscrepancyOpened", "DiscrepancyExplained", "DiscrepancyClosed",
    ]  # fmt: skip


def test_cases_are_decided_about_by_filter(trade: Trade) -> None:
    """All that fit, each by itself; what may not be is told beside what was."""
    found = case(trade, "M-18")
    _, rcb = chain(trade, found)
    certifier = trade.headers("certifier", rcb)
    body = {"text": "Where do they come from?"}

    answer = trade.desk.client.post(
        "/discrepancies/escalate", json=body | {"where": {"rule": "M-18"}}, headers=certifier
    )
    nothing = trade.desk.client.post(
        "/discrepancies/escalate", json=body | {"where": {}}, headers=certifier
    )

    assert answer.json()["decided"] == [found["id"]]
    assert nothing.status_code == 422
    assert nothing.json()["errors"][0]["field"] == "where"


UNREGISTERED = (
    # bound person · registered as · on which days · what is said
    (None, (), None, "This token is bound to no person."),
    ("P-NOBODY", (), None, "P-NOBODY is not registered for {party} on that day."),
    ("P-READS", ("REPORTER", "DECIDER"), None,
     "P-READS is registered for {party}, but not to explain."),
    ("P-LEFT", ("EXPLAINER",), date(2024, 3, 31),
     "P-LEFT is not registered for {party} on that day."),
)  # fmt: skip


@pytest.mark.parametrize(("person", "works_as", "until", "said"), UNREGISTERED)
def test_only_registered_persons_decide(
    trade: Trade, person: str | None, works_as: tuple[WorksAs, ...], until: date | None, said: str
) -> None:
    """403 in words for a token of nobody, and for whom its party has not registered so."""
    found = case(trade, "M-02")
    party, _ = chain(trade, found)
    if works_as and person:
        wanted = Registration(person, party, works_as, date(2024, 1, 1), until)
        persons.register(trade.desk.log, wanted, now=NOW)
    secret = tokens.create(trade.desk.log, "exporter", party, person=person, now=NOW)[1]

    answer = trade.desk.client.post(
        f"/discrepancies/{found['id']}/explain",
        json={"reason": "COUNT_ERROR", "text": "counted twice"},
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert (answer.status_code, answer.json()["detail"]) == (403, said.format(party=party))


def test_nobody_names_the_person_who_decides(trade: Trade) -> None:
    """The token names it: a body that does is refused by that field."""
    found = case(trade, "M-02")
    party, _ = chain(trade, found)
    body = {"reason": "COUNT_ERROR", "text": "counted twice", "person": "P-8"}

    answer = trade.desk.client.post(
        f"/discrepancies/{found['id']}/explain", json=body, headers=trade.headers("exporter", party)
    )

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["person"]


def test_the_stream_tells_what_was_decided(trade: Trade) -> None:
    """From a position on, each change once, with the position to come back with."""
    found = case(trade, "M-02")
    party, rcb = chain(trade, found)
    certifier = trade.headers("certifier", rcb)
    before = trade.get("/health/ready", {}).json()["position"]
    body = {"text": "Count again."}
    trade.desk.client.post(f"/discrepancies/{found['id']}/escalate", json=body, headers=certifier)

    mine = trade.get(
        "/discrepancies/stream?seconds=1",
        trade.headers("exporter", party) | {"Last-Event-ID": str(before)},
    )
    others = trade.get(
        f"/discrepancies/stream?seconds=1&after={before}", trade.headers("exporter", "EXP-NOBODY")
    )

    assert mine.headers["content-type"].startswith("text/event-stream")
    assert mine.headers["ledger-position"] == str(before + 1)
    assert mine.headers["ledger-behind"] == "0"
    assert "event: ESCALATED" in mine.text
    assert found["id"] in mine.text
    assert f"id: {before + 1}\n" in mine.text
    assert "event:" not in others.text


def test_nobody_takes_all_the_streams(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    """429 with Retry-After for one stream too many of a token; others still have theirs."""
    mine, others = trade.as_role("importer"), trade.as_role("certifier")
    monkeypatch.setattr("ledger.web.api.stream.streams_of_one_max", 0)
    refused = trade.get("/discrepancies/stream?seconds=1", mine)
    monkeypatch.setattr("ledger.web.api.stream.streams_of_one_max", 1)
    taken = trade.get("/discrepancies/stream?seconds=1", others)

    assert (refused.status_code, taken.status_code) == (429, 200)
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "W3t9XQ", "WyJcdTAwMDAiXQ", "é"])
def test_a_cursor_of_nobody_is_refused(trade: Trade, cursor: str) -> None:
    """Only what a page gave leads on."""
    answer = trade.get(f"/lots?cursor={cursor}", trade.as_role("operator"))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


PAGED = (
    ("/lots", "lots"), ("/shipments", "shipments"), ("/certificates", "certificates"),
    ("/certificates?issuer={issuer}", "certificates"), ("/sources", "sources"),
    ("/discrepancies", "discrepancies"), ("/discrepancies?group=party&group=rule", "groups"),
    ("/reconciliation", "rows"), ("/reconciliation?split=exporter", "rows"),
    ("/periods", "periods"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "rows"), PAGED)
def test_pages_hold_everything_once(trade: Trade, path: str, rows: str) -> None:
    """Followed to the end, small pages are the whole list, of every list that can grow."""
    if rows == "periods":
        for month in ("2026-01", "2026-02", "2026-03"):
            sign(trade, month)
    operator = trade.as_role("operator")
    asked = path.format(issuer=trade.things.certificate[0])
    asked += "&" if "?" in asked else "?"
    whole = trade.get(f"{asked}limit=1000", operator)
    found: list[Any] = []
    more = ""
    while True:
        page = trade.get(f"{asked}limit=1{more}", operator)
        assert len(page.json()[rows]) <= 1
        found += page.json()[rows]
        following = page.json()["next"]
        assert page.headers.get("ledger-next") == following
        if following is None:
            break
        more = f"&cursor={following}"

    # Each page of figures is as of the moment at which it was asked for.
    for row in (both := [*found, *whole.json()[rows]]):
        row.pop("as_of", None)
    assert both[: len(found)] == both[len(found) :]
    assert len(found) > 1


def test_a_cursor_leads_on_in_its_own_list(trade: Trade) -> None:
    """That of another list is refused by its name."""
    operator = trade.as_role("operator")
    lots = trade.get("/lots?limit=1", operator).json()["next"]
    for path in ("/discrepancies?", "/discrepancies?group=rule&group=party&", "/reconciliation?",
                 "/periods?", "/certificates?"):  # fmt: skip
        answer = trade.get(f"{path}cursor={lots}", operator)

        assert answer.status_code == 422, path
        assert answer.json()["errors"][0]["field"] == "cursor"


def test_a_case_is_told_as_it_stood(trade: Trade) -> None:
    """By both clocks, as its decisions up to then left it; before the first there is none."""
    found = case(trade, "M-18")
    where, operator = f"/discrepancies/{found['id']}", trade.as_role("operator")
    now = trade.get(where, operator).json()
    if len(now["history"]) == 1:
        _, rcb = chain(trade, found)
        body = {"text": "Where do they come from?"}
        trade.desk.client.post(
            f"{where}/escalate", json=body, headers=trade.headers("certifier", rcb)
        )
        now = trade.get(where, operator).json()
    opened = now["history"][0]["recorded_at"].replace("+", "%2B")

    then = trade.get(f"{where}?known_at={opened}", operator).json()

    assert (now["state"], then["state"]) == ("ESCALATED", "OPEN")
    assert [one["decision"] for one in then["history"]] == ["DiscrepancyOpened"]
    assert then["position"] == now["history"][0]["position"]
    assert then["changed_at"] == now["history"][0]["recorded_at"]
    assert then["found"]
    assert then.keys() == now.keys()
    assert trade.get(f"{where}?as_of=9998-01-01", operator).json()["state"] == "ESCALATED"
    for clock in ("as_of", "known_at"):
        assert trade.get(f"{where}?{clock}=2020-01-01", operator).status_code == 404


def test_spreadsheets_get_csv(trade: Trade) -> None:
    """By Accept, with the standing in the headers, and no formulas."""
    answer = trade.get("/reconciliation", trade.as_role("importer") | {"Accept": "text/csv"})

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["ledger-simulation"] == "true"
    head, first, *_ = answer.text.splitlines()
    assert head.startswith("importer,rcb,exporter,agent,as_of,known_at,position,issued,")
    assert first.startswith(trade.parties.importer)
    assert "cases_C" in head


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_a_reconciliation_of_now_says_when_that_was(trade: Trade, accept: str) -> None:
    """Without a time in the question each row tells the moment of the answer; with one, that."""
    asker = trade.as_role("operator") | {"Accept": accept}
    before = time.time_ns() // 1_000

    def times(query: str) -> set[str]:
        answer = trade.get(f"/reconciliation{query}", asker)
        if accept == "text/csv":
            return {row["as_of"] for row in csv.DictReader(answer.text.splitlines())}
        return {row["as_of"] for row in answer.json()["rows"]}

    (told,) = times("")
    # Where recorded times are made up, the ledger's clock is the later of theirs and the real one.
    last = trade.desk.log.recorded_last()
    assert max(before, last) <= micros(told) <= max(time.time_ns() // 1_000, last)
    assert times("?as_of=2026-07-31") == {"2026-07-31T23:59:59.999999+09:00"}


def test_every_table_is_one_for_spreadsheets(trade: Trade) -> None:
    """A trace and the periods too, with the cursor to the next page in a header."""
    asker = trade.as_role("operator") | {"Accept": "text/csv"}
    trace = trade.get(f"/lots/{trade.things.lot}/trace", asker)
    lots = trade.get("/lots?limit=1", asker)

    assert trace.text.splitlines()[0] == "direction,kind,of,id,event,count,quantity"
    assert len(trace.text.splitlines()) > 2
    assert lots.headers["ledger-next"]
    assert trade.get("/periods", asker).headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("query", ["", "?group=rule"])
def test_cases_say_how_far_the_audit_is(trade: Trade, query: str) -> None:
    """Beside the position of the views: cases rest on both."""
    found = trade.get(f"/discrepancies{query}", trade.as_role("operator")).json()

    assert 0 < found["audited"] <= found["position"]


def test_an_unknown_case_is_nobodys(trade: Trade) -> None:
    """404, as for a case of others."""
    assert trade.get(f"/discrepancies/{uuid4()}", trade.as_role("operator")).status_code == 404
