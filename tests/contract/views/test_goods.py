"""Lots, shipments, papers and traces: what is told of goods is a fold of the facts that count."""

from typing import Any

import pytest

from ledger.facts.documents import SealReportFiled
from ledger.facts.mentions import About
from ledger.log import Log
from ledger.questions import QuestionsAtHand
from ledger.rules.papers import report_of
from ledger.views import certificates, lots, shipments
from ledger.views.loading import LAST, facts_about, facts_by_id
from ledger.views.projection import Projector, reading
from ledger.views.source_totals import sources
from ledger.views.trace import trace
from tests.auditing import load
from tests.contract.views.world import LOTS, World, fact

DAY = "2026-04-0{}T09:00:00.000000+09:00"


class Season:
    """Goods from field to importer, told by hand."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.world = World(0)
        self.facts: list[Any] = []

    def add(self, kind: str, /, day: int = 1, **fields: Any) -> str:
        """One more fact; its id."""
        made = fact(kind, self.world.id(), DAY.format(day), **fields)
        self.facts.append(made)
        return made.id

    def lot(self, name: str, *inputs: str) -> str:
        """A lot, made of others."""
        return self.add(
            "LotRecorded", lot=name, operator="EXP-1", number=name, product="TEA",
            quantity="100.000", pack_weight="0.500", status="ORGANIC", produced_on="2026-03-30",
            inputs=[{"lot": i, "quantity": "50.000", "label_verified": True} for i in inputs],
        )  # fmt: skip

    def divide(self, name: str, *children: str) -> str:
        """A lot divided."""
        made = [
            {"lot": c, "units": 40, "pack_weight": "0.500", "quantity": "20.000"} for c in children
        ]
        return self.add("LotSubdivided", lot=name, operator="EXP-1", loss="0.000", children=made)

    def seal(self, lot: str, count: int) -> str:
        """Seals on a lot."""
        return self.add(
            "SealsApplied", day=2, mark="JAS-A", holder="EXP-1", site="W1", lot=lot, label="LB",
            label_version=1, units=count, count=count,
        )  # fmt: skip

    def ship(self, shipment: str, lot: str, seals: int, **more: Any) -> str:
        """A lot on its way, under certificate AG-1 no. 7."""
        line = {
            "lot": lot, "product": "TEA", "units": seals, "pack_weight": "0.500",
            "net_weight": "10.000", "mark": "JAS-A", "seals": seals,
        }  # fmt: skip
        return self.add(
            "ShipmentDeparted", day=3, shipment=shipment, exporter="EXP-1", importer="IMP-1",
            site="W1", sealing_mode="CONSIGNED", origin="US", destination="JP", transport="SEA",
            certificate={"issuer": "AG-1", "number": "N 7"}, lines=[line], **more,
        )  # fmt: skip

    def certify(self, number: str, lot: str, **more: Any) -> str:
        """A certificate of AG-1."""
        return self.add(
            "ExportCertificateIssued", day=3, issuer="AG-1", number=number, form="TM_11",
            mode="PER_SHIPMENT", exporter="EXP-1", importer="IMP-1", product_class="PLANT",
            lines=[{"lot": lot, "product": "TEA", "units": 20, "net_weight": "10.000"}],
            statement="certified", issued_on="2026-04-03", **more,
        )  # fmt: skip

    def project(self) -> None:
        """Record and fold everything."""
        load(self.log, self.facts)
        projector = Projector(self.log)
        projector.make()
        projector.catch_up()


@pytest.fixture
def season(log: Log) -> Season:
    """A season to fill."""
    return Season(log)


def short(steps: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and id of each step."""
    return [(step["kind"], step["id"]) for step in steps]


def test_a_trace_runs_both_ways(season: Season) -> None:
    """Leaves became tea became packs: what is found forward leads back."""
    season.lot("LEAF")
    tea = season.lot("TEA", "LEAF")
    divided = season.divide("TEA", "PACK-1", "PACK-2")
    sealed = season.seal("PACK-1", 20)
    left = season.ship("S1", "PACK-1", 20)
    season.certify("N 7", "PACK-1")
    season.project()

    with reading(season.log) as rows:
        forward = trace(rows, season.log, "LEAF", back=False)
        back = trace(rows, season.log, "PACK-1", forward=False)

    assert short(forward["forward"]) == [
        ("used_in", "TEA"), ("subdivided_into", "PACK-1"), ("subdivided_into", "PACK-2"),
        ("seals", "JAS-A"), ("shipment", "S1"), ("certificate", "AG-1 N%207"),
    ]  # fmt: skip
    assert [step["event"] for step in forward["forward"][:5]] == [
        tea,
        divided,
        divided,
        sealed,
        left,
    ]
    assert forward["forward"][3]["count"] == 20
    assert short(back["back"]) == [("subdivided_from", "TEA"), ("input", "LEAF")]
    assert back["back"][1] == {
        "kind": "input", "of": "TEA", "id": "LEAF", "event": tea, "count": None,
        "quantity": "50.000",
    }  # fmt: skip


def test_a_circle_ends(season: Season) -> None:
    """Lots that are made of each other are visited once."""
    season.lot("A", "B")
    season.lot("B", "A")
    season.divide("A", "A")
    season.project()

    with reading(season.log) as rows:
        found = trace(rows, season.log, "A")

    assert {step["id"] for step in found["back"]} == {"A", "B"}
    assert {step["id"] for step in found["forward"]} == {"A", "B"}


def test_five_claims_stand_side_by_side(season: Season) -> None:
    """A shipment tells per lot and mark applied, shipped, reported, certified, received."""
    season.seal("L1", 30)
    season.add(
        "SealsRemoved", day=2, mark="JAS-A", lot="L1", found_at="LOT", holder="EXP-1", site="W1",
        units=2, count=2, method="REMOVED", cause="error",
    )  # fmt: skip
    season.ship("S1", "L1", 25)
    season.certify("N 7", "L1")
    for version, used in ((1, 11), (2, 24)):
        line = {
            "product": "TEA", "label": "LB", "lot": "L1", "graded_on": "2026-04-01",
            "pack_weight": "0.500", "units": used, "net_weight": "12.000", "mark": "JAS-A",
            "used": used, "received": 0, "discarded": 0, "remaining": 0,
        }  # fmt: skip
        season.add(
            "SealReportFiled", day=4, report="R1", version=version, contract="C1", shipment="S1",
            exporter="EXP-1", importer="IMP-1", rcb="RCB-1", agent="AG-1", grader="P1",
            lines=[line],
        )  # fmt: skip
    season.add(
        "ShipmentReceived", day=5, shipment="S1", importer="IMP-1", site="W9", condition="good",
        certificate_seen=True, report_seen=True, originals_seen=True,
        lines=[{"lot": "L1", "units": 23, "net_weight": "10.000", "mark": "JAS-A", "seals": 23}],
    )  # fmt: skip
    season.project()

    with reading(season.log) as rows:
        card = shipments.cards(rows, season.log, ["S1"])[0]
        record = facts_about(rows, season.log, [(About.REPORT, "R1")])
        listed = shipments.names(rows), lots.names(rows)

    assert card["goods"] == [
        {
            "lot": "L1", "mark": "JAS-A", "units": 25, "applied": 28, "shipped": 25,
            "reported": 24, "certified": 20, "by_volume": None, "received": 23,
        }
    ]  # fmt: skip
    assert card["certificates"] == [{"certificate": "AG-1 N%207", "live": True}]
    report = report_of(QuestionsAtHand(record), "R1")
    versions = {fact.version for fact in record.about(SealReportFiled, About.REPORT, "R1")}
    assert (report and report.version, versions) == (2, {1, 2})
    assert listed == (["S1"], [])


def test_a_shipment_tells_of_another_agent_than_its_contracts(season: Season) -> None:
    """Its labels and certificates are set beside the contract, now and as known then."""
    since: Any = {"from": "2026-01-01"}
    season.seal("L1", 30)
    season.ship("S1", "L1", 25, contract="C1")
    season.certify("N 7", "L1")
    season.add(
        "ConsignmentContractSigned", contract="C1", exporter="EXP-1", importer="IMP-1",
        rcb="RCB-1", agent="AG-2", sites=["W1"], products=["TEA"], **since,
    )  # fmt: skip
    season.add(
        "LabelApproved", label="LB", version=1, product="TEA", scheme="JAS", claim="JAS_ORGANIC",
        seals_per_unit=1, carrier="STICKER", pack_weight="0.500", agent="AG-3",
        **since,
    )  # fmt: skip
    season.project()

    with reading(season.log) as rows:
        for until in (LAST, season.log.position()):
            (card,) = shipments.cards(rows, season.log, ["S1"], until)
            assert [(code["code"], code["level"], code["detail"]) for code in card["codes"]] == [
                ("OTHER_AGENT", "U", "LB 1: AG-3; N 7: AG-1")
            ]


def test_a_control_log_names_what_is_missing(season: Season) -> None:
    """An issuer's certificates by number, each with its state, and the gaps of a running series."""
    for number in ("N 1", "N 2", "N 4", "N 5", "N 7"):
        season.certify(number, "L1", replaces="N 1" if number == "N 2" else None)
    season.add(
        "ExportCertificateCancelled", day=5, issuer="AG-1", number="N 4", kind="VOIDED",
        reason="error",
    )  # fmt: skip
    season.project()

    with reading(season.log) as rows:
        found = certificates.control_log(rows, season.log, "AG-1")
        issuers = certificates.issuers(rows)

    states = {card["certificate"]: card["state"] for card in found["certificates"]}
    assert states == {
        "AG-1 N%201": "REPLACED", "AG-1 N%202": "LIVE", "AG-1 N%204": "VOIDED",
        "AG-1 N%205": "LIVE", "AG-1 N%207": "LIVE",
    }  # fmt: skip
    assert found["missing"] == ["N 3", "N 6"]
    assert issuers == ["AG-1"]


def test_cards_now_and_then_are_the_same_fold(log: Log) -> None:
    """What is kept and what is folded again from the log agree on every lot and shipment."""
    load(log, World(11).draw(300))
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    end = log.position()

    with reading(log) as rows:
        for cards, names in ((lots.cards, LOTS), (shipments.cards, ("S1", "S2", "S3"))):
            assert cards(rows, log, names) == cards(rows, log, names, end)
            assert cards(rows, log, names, end) != cards(rows, log, names, end // 3)


def test_facts_are_found_by_subject_as_known(log: Log) -> None:
    """A record holds what is about its subjects up to a position, and knows what counts then."""
    facts = World(12).draw(300)
    load(log, facts)
    projector = Projector(log)
    projector.make()
    projector.catch_up()
    half = log.position() // 2

    with reading(log) as rows:
        now = facts_about(rows, log, [(About.SHIPMENT, "S1")])
        then = facts_about(rows, log, [(About.SHIPMENT, "S1")], half)
        every = facts_by_id(rows, log, [made.id for made in facts], LAST)
        heard = sources(rows)

    assert {known.id for known in then} < {known.id for known in now}
    assert {known.id for known in now} == {
        made.id
        for made in facts
        if getattr(made, "shipment", None) == "S1"
        and type(made).__name__ != "SealsApplied"
    }  # fmt: skip
    counting = {made.id for made in facts if every.counts(made)}
    assert counting < {made.id for made in facts}
    assert [source["events"] for source in heard] == [log.position()]
