"""Every route for every role, on its own affairs and on those of others."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.web.api.conftest import Trade

MOVING = ("agent", "as_of", "position")
"""Who a row is of for its reader, and how far the ledger is: each token registers its person."""
LOOKING = ("exporter", "processor", "importer", "certifier", "agent", "operator")
OUTSIDE = ("exporter", "processor", "importer", "certifier")
SUBJECTS = (
    "/events/{event}", "/receipts/{event}", "/lots/{lot}", "/lots/{lot}/trace",
    "/shipments/{shipment}", "/certificates/{issuer}/{number}",
    "/statements?mark={mark}&holder={exporter}&site={site}",
    "/labels/check?lot={lot}&claim=JAS_ORGANIC",
    "/discrepancies/{case}",
)  # fmt: skip
LISTS = (
    "/reconciliation", "/reconciliation?split=exporter", "/reconciliation?split=agent", "/lots",
    "/shipments", "/certificates", "/discrepancies?state=all", "/discrepancies?group=party",
    "/periods", "/sources", "/refusals", "/events", "/stocks",
)  # fmt: skip


def address(template: str, trade: Trade) -> str:
    """The address of the chain's own subject."""
    issuer, number = trade.things.certificate
    return template.format(
        **trade.things._asdict(), issuer=issuer, number=number, exporter=trade.parties.exporter
    )


@pytest.mark.parametrize("role", LOOKING)
@pytest.mark.parametrize("template", SUBJECTS[:-1])
def test_the_parties_of_a_chain_see_it(trade: Trade, template: str, role: str) -> None:
    """Whoever an affair is of finds it, with the position that the answer rests on."""
    answer = trade.get(address(template, trade), trade.as_role(role))

    assert answer.status_code == 200, answer.text
    assert answer.json()["position"] > 0
    assert answer.json()["behind"] == 0
    assert answer.json()["simulation"] is True
    assert answer.headers["ledger-position"] == str(answer.json()["position"])


@pytest.mark.parametrize("role", OUTSIDE)
@pytest.mark.parametrize("template", SUBJECTS[:-1])
def test_others_find_nothing(trade: Trade, template: str, role: str) -> None:
    """To anybody else it is not there: 404, in the words for what never was."""
    answer = trade.get(address(template, trade), trade.as_role(role, foreign=True))

    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", LOOKING)
@pytest.mark.parametrize("template", LISTS)
def test_lists_answer_everybody_who_may_look(trade: Trade, template: str, role: str) -> None:
    """A list is never refused: it holds what the asker sees."""
    assert trade.get(template, trade.as_role(role)).status_code == 200


@pytest.mark.parametrize("role", OUTSIDE)
@pytest.mark.parametrize("template", LISTS)
def test_no_list_holds_a_row_of_others(trade: Trade, template: str, role: str) -> None:
    """No name of the chain stands in an answer to anybody outside it."""
    text = trade.get(template, trade.as_role(role, foreign=True)).text
    things = trade.things

    for name in (trade.parties.exporter, things.lot, things.shipment, things.source):
        assert json.dumps(name) not in text
        assert f" {name} " not in text


@pytest.mark.parametrize("template", [*SUBJECTS, *LISTS])
def test_a_scanner_sees_receipts_alone(trade: Trade, template: str) -> None:
    """Receipts of its own source; everything else is not for scanners."""
    answer = trade.get(address(template, trade), trade.as_role("scanner"))

    assert answer.status_code == (200 if template.startswith("/receipts") else 403)


def test_a_scanner_sees_no_receipt_of_another(trade: Trade) -> None:
    """What another source reported was never reported, to this one."""
    answer = trade.get(f"/receipts/{trade.things.event}", trade.as_role("scanner", foreign=True))

    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_answer_without_a_token(trade: Trade, method: str) -> None:
    """Every route but health says 401, in the form of every other problem."""
    paths = trade.desk.app.openapi()["paths"]
    asked = 0
    for path, operations in paths.items():
        if method not in operations or path.startswith("/health"):
            continue
        asked += 1
        for headers in ({}, {"Authorization": "Bearer seal_no"}, {"Cookie": "ledger_session=x"}):
            answer = trade.desk.client.request(
                method, path.replace("{event_id}", str(uuid4())), headers=headers
            )

            assert answer.status_code == 401, (path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert "openapi" not in answer.text
    assert asked > 6


def test_rows_are_of_the_asker(trade: Trade) -> None:
    """An exporter its split row, an importer and a body their pairs, an agent its exporters."""
    parties = trade.parties

    def rows(role: str, query: str = "") -> list[dict[str, object]]:
        found: list[dict[str, object]] = trade.get(
            f"/reconciliation{query}", trade.as_role(role)
        ).json()["rows"]
        return found

    assert {row["exporter"] for row in rows("exporter")} == {parties.exporter}
    assert {row["issued"] for row in rows("exporter")} == {None}
    assert {row["importer"] for row in rows("importer")} == {parties.importer}
    assert {row["rcb"] for row in rows("certifier") if row["exporter"] is None} == {parties.rcb}
    assert {(row["exporter"], row["agent"]) for row in rows("agent")} >= {
        (parties.exporter, parties.agent)
    }
    foreign = [row for row in rows("agent") if row["rcb"] != parties.agent]
    assert all(row["exporter"] is not None for row in foreign)


@pytest.mark.parametrize("query", ["exporter={}", "split=exporter&exporter={}"])
def test_the_split_row_is_the_same_for_whoever_sees_it(trade: Trade, query: str) -> None:
    """What an exporter, its importer, its body and its agent are told is one figure."""
    parties = trade.parties
    asked = f"/reconciliation?importer={parties.importer}&rcb={parties.rcb}&"
    shown = {role: trade.as_role(role) for role in LOOKING}  # who is registered, is an event
    found = [
        [
            {name: value for name, value in row.items() if name not in MOVING}
            for row in trade.get(asked + query.format(parties.exporter), shown[role]).json()["rows"]
            if row["exporter"] == parties.exporter
        ]
        for role in LOOKING
    ]

    assert len(found[0]) == 1
    assert {role: one[0] for role, one in zip(LOOKING, found, strict=True)} == dict.fromkeys(
        LOOKING, found[-1][0]
    )


@pytest.mark.parametrize(
    ("role", "query"),
    [
        ("exporter", "exporter={other_exporter}"), ("exporter", "agent={agent}"),
        ("importer", "importer={other_importer}"),
    ],
)  # fmt: skip
def test_asking_for_anothers_row_finds_none(trade: Trade, role: str, query: str) -> None:
    """404, whether it exists or not."""
    asked = "/reconciliation?" + query.format(**trade.parties._asdict())

    assert trade.get(asked, trade.as_role(role)).status_code == 404


def test_a_body_asking_for_anothers_pairs_gets_no_rows(trade: Trade) -> None:
    """Filters narrow what is seen; they open nothing."""
    asked = f"/reconciliation?rcb={trade.parties.other_rcb}"

    assert trade.get(asked, trade.as_role("certifier")).json()["rows"] == []


def without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A row without some of its members."""
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize("clock", ["", "&as_of=2026-07-31", "&known_at=2026-08-15"])
def test_every_exporter_is_told_its_row_in_full(trade: Trade, clock: str) -> None:
    """What policies hide is others': an exporter's own figures are those the operator sees."""
    operator = trade.as_role("operator")
    asked = f"/reconciliation?split=exporter{clock}"
    exporters = {row["exporter"] for row in trade.get(asked, operator).json()["rows"]} - {"-"}
    shown = {exporter: trade.headers("exporter", exporter) for exporter in exporters}
    compared = 0
    for row in trade.get(asked, operator).json()["rows"]:
        if row["exporter"] in ("-", row["importer"]):
            continue
        asked = f"/reconciliation?importer={row['importer']}&rcb={row['rcb']}{clock}"
        own = trade.get(asked, shown[row["exporter"]]).json()["rows"]
        # Where none is given each row says the moment at which it was asked for.
        passing = ("position",) if "as_of" in clock else ("position", "as_of")

        assert [without(one, passing) for one in own] == [without(row, passing)]
        compared += 1
    assert compared > 3
