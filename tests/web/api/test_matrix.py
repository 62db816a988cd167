"""Role by route, on one's own affairs and on those of others: every operation there is."""

from typing import Any, NamedTuple

import pytest

from ledger.log import Log
from tests.desks import served
from tests.web.api.conftest import Trade
from tests.web.api.test_decisions import case

EXPLAINERS = ("exporter", "processor", "importer")
LOOKERS = (*EXPLAINERS, "certifier", "agent", "operator")
ROLES = ("scanner", *LOOKERS)

RECIPE = {"class": "PLANT", "name": "tea"}
DECIDED = {"reason": "OTHER"}
"""Who may decide is told that a text is lacking, who may not is told before."""


class Asked(NamedTuple):
    """An operation: how it is asked for what is the chain's own, and what its own are answered.

    `own` is by role; who is left out is refused with 403. Others find `foreign`; an operator sees
    all there is, wherever the rest finds nothing.
    """

    method: str
    address: str
    own: dict[str, int]
    foreign: int | dict[str, int] = 404
    body: Any = None


def looking(status: int = 200, *, scanner: int = 403) -> dict[str, int]:
    """The same for everybody who may look."""
    return dict.fromkeys(LOOKERS, status) | {"scanner": scanner}


def some(roles: tuple[str, ...], status: int, others: int = 403) -> dict[str, int]:
    """One answer to these roles, another one to the rest."""
    return dict.fromkeys(ROLES, others) | dict.fromkeys(roles, status)


SUBJECT, LIST = looking(), looking()
PAIR = some(("importer", "certifier", "operator"), 200, 404) | {"scanner": 403}
MATRIX: dict[str, Asked] = {
    "live": Asked("get", "/health/live", dict.fromkeys(ROLES, 200), 200),
    "ready": Asked("get", "/health/ready", dict.fromkeys(ROLES, 200), 200),
    "post_events": Asked(
        "post", "/events", dict.fromkeys(ROLES, 200) | {"operator": 403}, 200, []
    ),
    "get_events": Asked("get", "/events", LIST, 200),
    "get_event": Asked("get", "/events/{event}", SUBJECT),
    "get_receipt": Asked("get", "/receipts/{event}", looking(scanner=200)),
    "get_reconciliation": Asked("get", "/reconciliation", LIST, 200),
    "get_stocks": Asked("get", "/stocks", LIST, 200),
    "get_statement": Asked("get", "/statements?mark={mark}&holder={exporter}&site={site}", SUBJECT),
    "get_lots": Asked("get", "/lots", LIST, 200),
    "get_lot": Asked("get", "/lots/{lot}", SUBJECT),
    "get_trace": Asked("get", "/lots/{lot}/trace", SUBJECT),
    "get_shipments": Asked("get", "/shipments", LIST, 200),
    "get_shipment": Asked("get", "/shipments/{shipment}", SUBJECT),
    "get_certificates": Asked("get", "/certificates", LIST, 200),
    "get_certificate": Asked("get", "/certificates/{issuer}/{number}", SUBJECT),
    "stream": Asked("get", "/discrepancies/stream?seconds=1&after=0", LIST, 200),
    "get_discrepancies": Asked("get", "/discrepancies?state=all&limit=1000", LIST, 200),
    "get_discrepancy": Asked("get", "/discrepancies/{case}", SUBJECT),
    "explain_one": Asked(
        "post", "/discrepancies/{case}/explain", some(EXPLAINERS, 422), body=DECIDED
    ),
    "escalate_one": Asked(
        "post", "/discrepancies/{case}/escalate", some(("certifier", "agent"), 422),
        body={"text": " "},
    ),
    "close_one": Asked(
        "post", "/discrepancies/{case}/close", some(("certifier", "agent"), 422), body=DECIDED
    ),
    "assign": Asked(
        "post", "/discrepancies/{case}/assign",
        some((*EXPLAINERS, "certifier", "agent"), 422), body={"owner": "P 1"},
    ),
    "set_due": Asked(
        "post", "/discrepancies/{case}/due", some(("certifier", "agent"), 422),
        body={"due": "2020-01-01", "text": "Before"},
    ),
    "comment": Asked(
        "post", "/discrepancies/{case}/comment", some((*EXPLAINERS, "certifier", "agent"), 422),
        body={"text": " "},
    ),
    "ask_correction": Asked(
        "post", "/discrepancies/{case}/ask-correction", some(("certifier", "agent"), 422),
        body={"from_party": "EXP-NO", "actions": ["STOP_SHIPMENT"], "text": "x",
              "due": "2999-01-01"},
    ),
    "report_correction": Asked(
        "post", "/discrepancies/{case}/report-correction", some(EXPLAINERS, 422),
        body={"cause": "c", "action": "a", "prevention": "p", "done_on": "2020-01-01"},
    ),
    "accept_correction": Asked(
        "post", "/discrepancies/{case}/accept-correction", some(("certifier", "agent"), 422),
        body={},
    ),
    "refuse_correction": Asked(
        "post", "/discrepancies/{case}/refuse-correction", some(("certifier", "agent"), 422),
        body={"due": "2999-01-01", "text": "x"},
    ),
    "route": Asked(
        "post", "/discrepancies/{case}/route", some((), 403), body={"to": "RCB-1", "text": "x"}
    ),
    "explain_many": Asked(
        "post", "/discrepancies/explain", some(EXPLAINERS, 200), 200,
        {**DECIDED, "where": {"ids": ["{case}"]}},
    ),
    "escalate_many": Asked(
        "post", "/discrepancies/escalate", some(("certifier", "agent"), 200), 200,
        {"text": "Why?", "where": {"ids": ["{case}"]}},
    ),
    "close_many": Asked(
        "post", "/discrepancies/close", some(("certifier", "agent"), 200), 200,
        {**DECIDED, "where": {"ids": ["{case}"]}},
    ),
    "get_periods": Asked("get", "/periods", LIST, 200),
    "get_period": Asked("get", "/periods/{importer}/{rcb}/2026-04", PAIR),
    "preview_period": Asked(
        "get", "/periods/preview?period=2026-04&importer={importer}&rcb={rcb}", PAIR
    ),
    "sign_period": Asked(
        "post", "/periods",
        some(("certifier",), 422, 404) | dict.fromkeys(("importer", "operator", "scanner"), 403)
        | {"agent": 403},
        some(("certifier", "operator", "scanner"), 403, 404),
        {"importer": "{importer}", "rcb": "{rcb}", "period": "2026-04"},
    ),
    "acknowledge_period": Asked(
        "post", "/periods/acknowledge",
        some(("importer",), 422, 404) | {"operator": 403, "scanner": 403, "certifier": 403},
        some(("operator", "scanner"), 403, 404),
        {"importer": "{importer}", "rcb": "{rcb}", "period": "2026-04"},
    ),
    "check_label": Asked("get", "/labels/check?claim=JAS_ORGANIC&lot={lot}", SUBJECT),
    "check_recipe": Asked("post", "/labels/check?claim=JAS_ORGANIC", LIST, 200, RECIPE),
    "get_substance": Asked("get", "/substances/PECTIN", LIST, 200),
    "get_unproven": Asked("get", "/unproven", LIST, 200),
    "get_search": Asked("get", "/search?q={number}", LIST, 200),
    "get_suggest": Asked("get", "/suggest?q=l", LIST, 200),
    "get_sources": Asked("get", "/sources", LIST, 200),
    "get_refusals": Asked("get", "/refusals", LIST, 200),
    "post_table": Asked("post", "/tables", dict.fromkeys(ROLES, 415) | {"operator": 403}, 415),
    "commit_table": Asked("post", "/tables/{event}/commit", dict.fromkeys(ROLES, 404)),
    "get_status": Asked("get", "/status", some(("operator",), 200)),
    "get_dead_letters": Asked("get", "/dead-letters", LIST, 200),
    "get_dead_letter": Asked("get", "/dead-letters/1", looking(404)),
}  # fmt: skip


def test_every_operation_is_in_it(trade: Trade) -> None:
    """Who adds a route says here who may ask for it."""
    paths = trade.desk.app.openapi()["paths"]
    found = {
        operation["operationId"]: (method, path)
        for path, operations in paths.items()
        for method, operation in operations.items()
    }

    assert MATRIX.keys() == found.keys()
    assert {name: asked.method for name, asked in MATRIX.items()} == {
        name: method for name, (method, _) in found.items()
    }


class Affair(NamedTuple):
    """A chain with a case of its own, and nobody in it."""

    words: dict[str, str]
    own: dict[str, dict[str, str]]
    foreign: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def affair(trade: Trade) -> Affair:
    """The season's chain; of cases one of another chain, with who is concerned by it."""
    found = case(trade, "M-01")
    operator = trade.as_role("operator")
    mark = f"/discrepancies?mark={found['marks'][0]}"
    groups = trade.get(f"{mark}&group=importer&group=rcb", operator).json()["groups"]
    issuer, number = trade.things.certificate
    words = {
        **trade.parties._asdict(), **trade.things._asdict(), "issuer": issuer, "number": number,
        "case": found["id"],
    }  # fmt: skip
    roles = ("scanner", "exporter", "processor", "importer", "certifier")
    own = {role: trade.as_role(role) for role in (*roles, "agent", "operator")}
    foreign = {role: trade.as_role(role, foreign=True) for role in roles}
    words |= {"mark_of_case": found["marks"][0]}
    holder, importer, rcb = found["parties"][0], groups[0]["importer"], groups[0]["rcb"]
    of_case = {
        "scanner": own["scanner"], "operator": own["operator"],
        "exporter": trade.headers("exporter", holder),
        "processor": trade.headers("processor", holder),
        "importer": trade.headers("importer", importer),
        "certifier": trade.headers("certifier", rcb), "agent": trade.headers("certifier", rcb),
    }  # fmt: skip
    own |= {f"{role} of the case": headers for role, headers in of_case.items()}
    return Affair(words, own, foreign)


def asked_by(trade: Trade, asked: Asked, affair: Affair, headers: dict[str, str]) -> Any:
    """The answer to who has these headers."""
    body = _filled(asked.body, affair.words)
    address = asked.address.format(**affair.words)
    more = {} if body is None else {"json": body}
    return trade.desk.client.request(asked.method, address, headers=headers, **more)


def _filled(body: Any, words: dict[str, str]) -> Any:
    if isinstance(body, str):
        return body.format(**words)
    if isinstance(body, dict):
        return {name: _filled(value, words) for name, value in body.items()}
    return [_filled(value, words) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("name", MATRIX)
def test_whose_affair_it_is(trade: Trade, affair: Affair, name: str) -> None:
    """Each role of the chain is answered as the table says."""
    asked = MATRIX[name]
    ending = " of the case" if "{case}" in f"{asked.address}{asked.body}" else ""

    for role, status in asked.own.items():
        answer = asked_by(trade, asked, affair, affair.own[role + ending])

        assert answer.status_code == status, (role, answer.text)
        if name.endswith("_many") and status == 200:
            told = answer.json()
            about = [*told["decided"], *(one["id"] for one in told["refused"])]
            assert about == [affair.words["case"]]


@pytest.mark.parametrize("name", MATRIX)
def test_everybody_elses(trade: Trade, affair: Affair, name: str) -> None:
    """Whoever has no part in the chain finds nothing of it; who may not act is told that first."""
    asked = MATRIX[name]
    things = trade.things
    secret = (trade.parties.exporter, things.lot, things.shipment, things.source)

    for role, headers in affair.foreign.items():
        own = asked.own[role]
        foreign = asked.foreign
        expected = foreign[role] if isinstance(foreign, dict) else own if own == 403 else foreign
        answer = asked_by(trade, asked, affair, headers)

        assert answer.status_code == expected, (role, answer.text)
        assert not [word for word in secret if f'"{word}"' in answer.text], role
        assert not [word for word in secret if f" {word} " in answer.text], role
        if name.endswith("_many") and expected == 200:
            assert (answer.json()["decided"], answer.json()["refused"]) == ([], [])


@pytest.mark.parametrize("name", MATRIX)
def test_nobodys(trade: Trade, affair: Affair, name: str) -> None:
    """Without a token that opens something there is no answer but to health."""
    asked = MATRIX[name]
    expected = 200 if name in ("live", "ready") else 401

    for headers in ({}, {"Authorization": "Bearer seal_no"}):
        answer = asked_by(trade, asked, affair, headers)

        assert answer.status_code == expected
        assert expected == 200 or "errors" not in answer.json()


def test_the_database_is_away(database: str) -> None:
    """503 with Retry-After on every route but liveness, as a problem document like every other."""
    words: dict[str, str] = dict.fromkeys(
        ("mark", "exporter", "site", "lot", "shipment", "issuer", "number", "importer", "rcb"), "X"
    ) | {"event": ID, "case": ID}
    with Log.open(database) as log, served(log) as desk:
        headers = desk.token("certifier", "RCB-1")
        log.close()
        desk.app.state.desk.sight.close()
        for name, asked in MATRIX.items():
            body = _filled(asked.body, words)
            more = {} if body is None else {"json": body}

            answer = desk.client.request(
                asked.method, asked.address.format(**words), headers=headers, **more
            )

            assert answer.status_code == (200 if name == "live" else 503), name
            if name != "live":
                assert int(answer.headers["retry-after"]) > 0
                assert answer.headers["content-type"] == "application/problem+json"


ID = "01890a5d-ac96-774b-bcce-b302099a8057"
