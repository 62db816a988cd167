"""Cases that touch no mark: whose they are, who decides about them, who never hears of them."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from ledger.facts.standing import OPERATOR
from ledger.log import Log
from ledger.views.projection import Projector
from tests.databases import Cluster
from tests.desks import Served, served
from tests.domain.rules.world import World
from tests.strangers import Said, record, trade

ALL: Final = "/discrepancies?state=all&limit=1000"
VIEWERS: Final = (
    ("exporter", "EXP-1"), ("importer", "IMP-1"), ("certifier", "RCB-1"), ("certifier", "AG-1"),
    ("exporter", "LONE-1"), ("exporter", "LONE-2"), ("certifier", "AG-2"), ("certifier", "AG-3"),
    ("certifier", "RCB-2"), ("operator", ""),
)  # fmt: skip
PAIR: Final = {"IMP-1", "RCB-1"}
OF_EXPORTER: Final = {"EXP-1", "AG-1"} | PAIR
WHOSE: Final[dict[tuple[str, str], tuple[set[str], set[str]]]] = {
    # what: who sees it besides the operator; who closes it
    ("M-46", "PER-SECRET"): (OF_EXPORTER, {"RCB-1", "AG-1"}),
    ("M-46", "SCN-1"): (OF_EXPORTER, {"RCB-1", "AG-1"}),
    ("M-60", "SCN-2"): (OF_EXPORTER, {"RCB-1", "AG-1"}),
    ("M-25", "AG-1"): ({"AG-1"} | PAIR, {"AG-1"}),
    ("M-61", "complaint of EXP-1"): (OF_EXPORTER, {"RCB-1", "AG-1"}),
    ("M-61", "complaint of IMP-1"): (PAIR, {"RCB-1"}),
    ("M-54", "certification of EXP-1"): (OF_EXPORTER, {"RCB-1", "AG-1"}),
    ("M-54", "certification of LONE-2"): ({"LONE-2", "AG-3"}, {"AG-3"}),
    ("M-61", "complaint of LONE-1"): ({"LONE-1", "AG-2"}, {"AG-2"}),
    ("M-61", "complaint of LONE-2"): ({"LONE-2"}, set()),
    ("M-52", "IMP-1 2026"): (PAIR, {"RCB-1"}),
}  # fmt: skip
"""LONE-1 has an agent and no seals; LONE-2 has nobody, but that AG-3 says to certify it."""


def more() -> list[Said]:
    """Parties without a pair, and complaints of theirs."""
    world = World()
    world.add("SourceRegistered", "2026-03-01", by="EXP-1", door="http", source="SYS-1",
              registers="SCN-2", kind="SCANNER", party="EXP-1", heartbeat_minutes=60)  # fmt: skip
    world.add("ConsignmentContractSigned", "2026-03-01", by="LONE-1", door="http", contract="C-L",
              exporter="LONE-1", importer="IMP-9", rcb="RCB-9", agent="AG-2", sites=[],
              products=[], from_="2026-01-01")  # fmt: skip
    certification: dict[str, Any] = {
        "party": "LONE-2", "scheme": "NOP", "role": "PROCESSOR", "issuer": "AG-3",
        "number": "N-9", "status": "GRANTED", "from_": "2026-01-01",
    }  # fmt: skip
    world.add("CertificationChanged", "2026-03-01", by="AG-3", door="http", **certification)
    for party in ("LONE-1", "LONE-1", "LONE-2"):
        complaint = f"K-{len(world.facts)}"
        world.add("ComplaintReceived", "2026-04-05", by=party, door="http", complaint=complaint,
                  party=party, kind="COMPLAINT")  # fmt: skip
    return [Said(fact, "http", by) for fact, by in zip(
        (fact for fact, _ in world.facts),
        ("EXP-1", "LONE-1", "AG-3", "LONE-1", "LONE-1", "LONE-2"), strict=True,
    )]  # fmt: skip


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """The trade with parties beside it that have no pair, audited."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        Projector(log).make()
        record(log, [*_renamed(more()), *trade()])
        yield found


def _renamed(said: list[Said]) -> list[Said]:
    """With ids of their own: both worlds number their facts from one."""
    return [
        Said(type(one.fact)(**{
            name: getattr(one.fact, name) for name in one.fact.__struct_fields__
        } | {"id": f"7{one.fact.id[1:]}"}), one.door, one.by)
        for one in said
    ]  # fmt: skip


def _as(desk: Served, role: str, party: str) -> dict[str, str]:
    key = f"{role} {party}"
    if key not in desk.secrets:
        person = f"P-{party}" if role == "certifier" else None
        token = desk.token(role, party or None, person=person)
        desk.secrets[key] = token["Authorization"]
    return {"Authorization": desk.secrets[key]}


def listed(desk: Served, role: str, party: str, address: str = ALL) -> list[dict[str, Any]]:
    """The cases that somebody is shown."""
    found: list[dict[str, Any]] = desk.client.get(address, headers=_as(desk, role, party)).json()[
        "discrepancies"
    ]
    return found


def case_of(desk: Served, rule: str, subject: str) -> dict[str, Any]:
    """A case of a rule about a subject, or about an event that names a party."""
    party = subject.rpartition(" of ")[2] if " of " in subject else ""
    return next(
        case
        for case in listed(desk, "operator", "")
        if case["rule"] == rule
        and (case["subject"] == subject or (party and case["parties"] == [party]
             and case["subject_kind"] == "event" and case["state"] == "OPEN"
             and _tells(desk, case, subject)))
    )  # fmt: skip


def _tells(desk: Served, case: dict[str, Any], what: str) -> bool:
    topic = {"complaint": "ComplaintReceived", "certification": "CertificationChanged"}
    asked = f"/events/{case['subject']}"
    event = desk.client.get(asked, headers=_as(desk, "operator", "")).json()
    return topic[what.split(" ", maxsplit=1)[0]] in str(event)


@pytest.mark.parametrize(("rule", "subject"), WHOSE)
def test_whose_a_case_is(desk: Served, rule: str, subject: str) -> None:
    """Seen and decided about by the pairs of the party that it names; to others it is not there."""
    case = case_of(desk, rule, subject)
    sees, closes = WHOSE[rule, subject]
    body = {"reason": "OTHER"}
    for role, party in VIEWERS:
        one = desk.client.get(f"/discrepancies/{case['id']}", headers=_as(desk, role, party))
        row = [other["id"] for other in listed(desk, role, party)]
        page = desk.client.post(
            f"/discrepancies/{case['id']}/close", json=body, headers=_as(desk, role, party)
        )
        seen = party in sees or role == "operator"

        assert one.status_code == (200 if seen else 404), party
        assert (case["id"] in row) == seen, party
        if role == "certifier":
            # Who may close it is told that words are lacking.
            expected = 422 if party in closes else 403 if seen else 404
            assert page.status_code == expected, (party, page.text)


def test_the_number_on_a_pairs_row_is_that_of_its_list(desk: Served) -> None:
    """Cases of persons, sources and events without a mark are counted where they are listed."""
    for role, party in (("certifier", "RCB-1"), ("importer", "IMP-1"), ("operator", "")):
        headers = _as(desk, role, party)
        for clock in ("", "?known_at=2099-01-01"):
            (row,) = [
                row
                for row in desk.client.get(f"/reconciliation{clock}", headers=headers).json()[
                    "rows"
                ]
                if (row["importer"], row["rcb"]) == ("IMP-1", "RCB-1")
            ]
            cases = listed(desk, role, party, "/discrepancies?importer=IMP-1&rcb=RCB-1&limit=1000")

            assert sum(row["cases"].values()) == len(cases), (party, clock)
            assert {"person", "source", "issuer"} <= {case["subject_kind"] for case in cases}


def test_what_was_decided_stays_so_when_the_power_is_gone(desk: Served) -> None:
    """An agent whose contract has ended decides no more; what it closed is closed, by its name."""
    agent = desk.token("certifier", "AG-2", person="P-9")
    body = {"reason": "OTHER", "text": "answered by letter"}
    first, second = [
        case["id"] for case in listed(desk, "certifier", "AG-2") if case["rule"] == "M-61"
    ]
    closed = desk.client.post(f"/discrepancies/{first}/close", json=body, headers=agent)
    world = World()
    world.add("ConsignmentContractEnded", "2026-04-30", name="end", by="LONE-1", door="http",
              contract="C-L", on="2026-04-30", reason="done")  # fmt: skip
    record(desk.log, [Said(world.facts[0][0], "http", "LONE-1")])

    late = desk.client.post(f"/discrepancies/{second}/close", json=body, headers=agent)
    told = desk.client.get(f"/discrepancies/{first}", headers=_as(desk, "operator", "")).json()

    assert (closed.status_code, late.status_code) == (200, 403)
    assert told["state"] == "CLOSED"
    assert (told["history"][-1]["party"], told["history"][-1]["person"]) == ("AG-2", "P-9")
    assert OPERATOR not in str(told["history"])
