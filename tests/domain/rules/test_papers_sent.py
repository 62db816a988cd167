"""Papers with the shipment: sent or seen when the goods are there, the report with the request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.documents import RequestedLine
from ledger.facts.scalars import Weight
from ledger.facts.shipments import CertificateRef
from tests.domain.rules.trade import apply, depart, trade
from tests.domain.rules.world import World, at

CERTIFICATE = CertificateRef(issuer="AG-1", number="TM 7")
LEFT, THERE = "2026-04-03T09:00", "2026-04-20T09:00"
_EXPECTED = {"request": "report with the request"}


def sent(world: World, time: str = "2026-04-05", report: str | None = "R1") -> None:
    """The exporter sends the papers of the shipment."""
    world.add("ShipmentDocumentsSent", time, shipment="S1", certificate=CERTIFICATE,
              report=report, originals=True)  # fmt: skip


def received(
    world: World,
    time: str = THERE,
    certificate: bool = False,  # noqa: FBT001, FBT002 - a column of a table
    report: bool = False,  # noqa: FBT001, FBT002 - likewise
) -> None:
    """The importer takes the shipment in, and says which papers it saw."""
    world.add("ShipmentReceived", time, shipment="S1", importer="IMP-1", site="W9",
              condition="sound", certificate_seen=certificate, report_seen=report,
              originals_seen=False)  # fmt: skip


def reported(world: World, time: str) -> None:
    """The report of attached seals is filed."""
    world.add("SealReportFiled", time, report="R1", version=1, contract="C1", shipment="S1",
              exporter="EXP-1", importer="IMP-1", rcb="RCB-1", agent="AG-1",
              grader="PER-2")  # fmt: skip


def requested(world: World, time: str, report: str | None = None, **own: Any) -> None:
    """The exporter asks for a certificate."""
    line = RequestedLine(lot="L1", product="P1", units=10, net_weight=Weight("5.000"))
    world.add("ExportCertificateRequested", time, report=report, lines=[line],
              **{"request": "Q1", "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1",
                 "agent": "AG-1", "invoice": "1", "bill_of_lading": "1", **own})  # fmt: skip


def found(world: World) -> list[tuple[str, ...]]:
    """Discriminator and what was found of every case of M-73."""
    cases = [case for case in world.violations() if case.rule == "M-73"]
    assert all(
        case.expected == (_EXPECTED.get(case.discriminator, "sent and seen"),)
        and case.severity == "M"
        and case.family == "P"
        for case in cases
    )
    return [(case.discriminator, *case.found) for case in cases]


BOTH_ABSENT = [("certificate", "absent"), ("report", "absent")]
BOTH_UNSEEN = [("certificate", "unseen"), ("report", "unseen")]
PAPERS: list[tuple[str, list[tuple[Any, ...]], list[tuple[str, str]]]] = [
    # what is told, the cases
    ("nothing", [], BOTH_ABSENT),
    ("sent", [(sent,)], []),
    ("sent without report", [(sent, "2026-04-05", None)], [("report", "absent")]),
    ("sent after months, nothing received", [(sent, "2026-09-01")], []),
    ("sent, unseen", [(sent,), (received,)], []),
    ("sent at the receipt, unseen", [(sent, THERE), (received,)], []),
    ("sent after the receipt", [(received,), (sent, "2026-04-20T09:01")], BOTH_UNSEEN),
    ("sent without report, unseen", [(sent, LEFT, None), (received,)], [("report", "unseen")]),
    ("seen", [(received, THERE, True, True)], []),
    ("certificate seen", [(received, THERE, True, False)], [("report", "unseen")]),
    ("report seen", [(received, THERE, False, True)], [("certificate", "unseen")]),
    ("unseen", [(received,)], BOTH_UNSEEN),
    ("seen later", [(received,), (received, "2026-05-20", True, True)], []),
    ("not seen a second time", [(received, THERE, True, True), (received, "2026-05-20")], []),
]


@pytest.mark.parametrize(("told", "cases"), [row[1:] for row in PAPERS], ids=[r[0] for r in PAPERS])
def test_the_papers_of_a_shipment_are_sent_or_seen(
    told: list[tuple[Any, ...]], cases: list[tuple[str, str]]
) -> None:
    """5: sent by the first receipt, or ever where there was none; or seen by some receipt."""
    world = trade()
    apply(world)
    depart(world, LEFT)
    for tell, *said in told:
        tell(world, *said)

    assert found(world) == cases


@given(st.data())
def test_papers_may_come_in_any_order(data: st.DataObject) -> None:
    """5: what is told of a shipment is judged by its times, in whatever order it is told."""
    told = data.draw(st.sampled_from([row[1] for row in PAPERS]))
    cases = next(row[2] for row in PAPERS if row[1] is told)
    world = trade()
    telling = data.draw(st.permutations([(depart, LEFT), *told]))
    for tell, *said in telling:
        tell(world, *said)

    assert found(world) == cases


ASKED: list[tuple[str, dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    # the departure, the product, the cases where nobody sent nor saw anything
    ("consigned", {}, {}, BOTH_ABSENT),
    ("to be sealed by the importer", {"sealing_mode": "IMPORTER_APPLIES"}, {}, BOTH_ABSENT[:1]),
    ("under JAS itself", {"sealing_mode": "DIRECT_JAS"}, {}, []),
    ("within one country", {"destination": "US"}, {}, BOTH_ABSENT[1:]),
    ("from Mexico", {"origin": "MX"}, {}, BOTH_ABSENT[1:]),
    ("no goods for equivalence", {}, {"class_": "NON_FOOD"}, BOTH_ABSENT[1:]),
    ("of a class that nobody knows", {"line": {"lot": "L9"}}, {}, BOTH_ABSENT),
]


@pytest.mark.parametrize(
    ("departure", "product", "cases"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED]
)
def test_papers_are_asked_of_shipments_that_need_them(
    departure: dict[str, Any], product: dict[str, Any], cases: list[tuple[str, str]]
) -> None:
    """5: the certificate where the arrangement asks one, the report of consigned goods."""
    world = trade(product=product)
    depart(world, LEFT, **departure)

    assert found(world) == cases


@pytest.mark.parametrize("seen", [None, "2026-04-20T09:00", "2026-04-02T09:00"])
def test_papers_have_thirty_days(seen: str | None) -> None:
    """5: a case exists 30 days after the departure or the receipt, whichever is recorded first."""
    world = trade()
    depart(world, LEFT)
    if seen is not None:
        received(world, seen)
    due = "2026-05-02T09:00" if seen and seen < LEFT else "2026-05-03T09:00"

    assert {v.deadline for v in world.violations() if v.rule == "M-73"} == {at(due)}
    assert world.cases("M-73", now="2026-05-02T08:59") == []
    assert len(world.cases("M-73", now=due)) == len(BOTH_ABSENT)


ASKING = "2026-01-13T12:00+09:00"
REPORTS: list[tuple[str, dict[str, Any], str | None, list[tuple[str, str]]]] = [
    # the request, when a report is filed, the cases
    ("on the seventh day", {}, "2026-01-20T12:00+09:00", []),
    ("a second later", {}, "2026-01-20T12:00:01+09:00", [("request", "2026-01-20")]),
    ("never", {}, None, [("request", "none")]),
    ("before it was asked for", {}, "2025-12-01", []),
    ("named in the request", {"report": "R1"}, "2026-03-01", []),
    ("for goods sealed for another importer", {"importer": "IMP-2"}, None, []),
    ("for goods sealed by another exporter", {"exporter": "EXP-2"}, None, []),
]


@pytest.mark.parametrize(
    ("request_", "filed", "cases"), [row[1:] for row in REPORTS], ids=[row[0] for row in REPORTS]
)
def test_the_report_comes_with_the_request(
    request_: dict[str, Any], filed: str | None, cases: list[tuple[str, str]]
) -> None:
    """5: of sealed goods the first request names the report, or one is filed within seven days."""
    world = trade()
    apply(world, "2026-01-10")
    requested(world, ASKING, **request_)
    if filed is not None:
        reported(world, filed)

    assert found(world) == cases
    if cases:
        assert world.only("M-73").deadline == at("2026-01-20T12:00+09:00")


def test_of_consigned_goods_the_first_request_counts() -> None:
    """5: a later request with a report does not mend the first; consigned goods need no scan."""
    world = trade()
    depart(world, LEFT)
    sent(world)
    requested(world, "2026-04-01")
    requested(world, "2026-04-02", request="Q2", report="R1")
    assert found(world) == [("request", "none")]

    reported(world, "2026-04-08")
    assert found(world) == []


def test_a_scan_of_another_mark_asks_no_report() -> None:
    """5: goods sealed by their licensee itself have no report to send."""
    world = trade(mark={"importer": "EXP-1"})
    apply(world, "2026-01-10")
    requested(world, ASKING, importer="EXP-1")

    assert found(world) == []
