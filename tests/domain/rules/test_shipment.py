"""Shipments: papers that fit, seals that were applied, goods that arrive as they left."""

from typing import Any

import pytest

from ledger.facts.documents import RequestedLine
from ledger.facts.scalars import Weight
from ledger.facts.shipments import CertificateRef
from tests.domain.rules.trade import apply, depart, trade
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
DAY = 24 * HOUR
NAMED = CertificateRef(issuer="AG-1", number="TM 7")


def certified(world: World, **own: Any) -> None:
    """A certificate for the shipment, unless said otherwise."""
    fields: dict[str, Any] = {
        "issuer": "AG-1", "number": "TM 7", "form": "TM_11", "mode": "PER_SHIPMENT",
        "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1", "product_class": "PLANT",
        "certified": [{"lot": "L1", "product": "P1", "units": 10, "net_weight": "5.000"}],
        "statement": "x", "issued_on": "2026-04-02",
    }  # fmt: skip
    world.add("ExportCertificateIssued", "2026-04-02", **{**fields, **own})


def cancelled(world: World, time: str = "2026-04-02T12:00", **own: Any) -> None:
    """The certificate is voided."""
    fields = {"issuer": "AG-1", "number": "TM 7", "kind": "VOIDED", "reason": "x"}
    world.add("ExportCertificateCancelled", time, **{**fields, **own})


PERIOD = {"mode": "PERIOD_VOLUME", "shipment": None}
OTHER_LOT = [{"lot": "L2", "product": "P1", "net_weight": "5.000"}]
BY_PRODUCT = [{"product": "P1", "net_weight": "5.000"}]
MISSING: list[tuple[dict[str, Any], dict[str, Any] | None, list[tuple[str, str]]]] = [
    # the departure, the certificate, (discriminator, found)
    ({}, {}, []),
    ({}, None, [("none", "none")]),
    ({"sealing_mode": "DIRECT_JAS"}, None, []),
    ({"sealing_mode": "IMPORTER_APPLIES"}, None, [("none", "none")]),
    ({"destination": "US"}, None, []),
    ({"origin": "MX"}, None, []),
    ({"line": {"lot": "L9"}}, None, [("none", "none")]),
    ({"certificate": NAMED}, None, [("none", "none")]),
    ({"certificate": NAMED}, {"shipment": None}, []),
    ({}, {"shipment": None}, [("none", "none")]),
    ({}, {"issued_on": "2026-04-03"}, []),
    ({}, {"issued_on": "2026-04-04"}, [("date", "2026-04-04")]),
    ({}, {"valid_from": "2026-04-04"}, [("date", "2026-04-02")]),
    ({}, {"valid_from": "2026-04-03", "valid_until": "2026-04-03"}, []),
    ({}, {"valid_until": "2026-04-02"}, [("date", "2026-04-02")]),
    ({}, {"certified": OTHER_LOT}, [("lot L1", "none")]),
    ({"certificate": NAMED}, {**PERIOD, "certified": BY_PRODUCT}, []),
    (
        {"certificate": NAMED},
        {**PERIOD, "certified": [{**BY_PRODUCT[0], "product": "P2"}]},
        [("lot L1", "none")],
    ),
]


@pytest.mark.parametrize(("departure", "certificate", "cases"), MISSING)
def test_m21_certificate_missing(
    departure: dict[str, Any], certificate: dict[str, Any] | None, cases: list[tuple[str, str]]
) -> None:
    """Goods that need a certificate leave under one that was there, is valid and names them."""
    world = trade()
    apply(world)
    depart(world, **departure)
    if certificate is not None:
        certified(world, **certificate)

    found = [v for v in world.violations() if v.rule == "M-21"]

    assert [(v.discriminator, *v.found) for v in found] == cases
    assert all(v.expected == ("2026-04-03",) for v in found)
    assert all(v.deadline == at("2026-04-04T09:00") for v in found)


def test_m21_a_cancelled_certificate_names_no_lot() -> None:
    """A cancelled certificate exists, but no lot is on a live one; its replacement cures."""
    world = trade()
    depart(world)
    certified(world)
    cancelled(world)
    assert world.cases("M-21") == [("M-21", "S1", "lot L1")]

    certified(world, number="TM 8", replaces="TM 7")

    assert world.cases("M-21") == []


@pytest.mark.parametrize(("number", "flag"), [("TM-7", True), ("TM 8", False)])
def test_m21_a_misread_number(number: str, *, flag: bool) -> None:
    """A number that looks like a known one is suspected to be misread."""
    world = trade()
    depart(world, certificate=CertificateRef(issuer="AG-1", number=number))
    certified(world, shipment=None)

    assert world.only("M-21").artefact is flag


@pytest.mark.parametrize(("day", "fires"), [("2025-09-30", False), ("2025-10-01", True)])
def test_m21_by_the_scope_of_the_day(day: str, *, fires: bool) -> None:
    """Wine from the United States asks a certificate from 1 October 2025."""
    world = trade(product={"class_": "ALCOHOL"})
    depart(world, f"{day}T09:00-07:00")

    assert bool(world.cases("M-21")) is fires


REPORT: dict[str, Any] = {
    "report": "R1", "contract": "C1", "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1",
    "rcb": "RCB-1", "agent": "AG-1", "grader": "PER-2",
}  # fmt: skip


def requested(world: World, time: str = "2026-04-02T09:00", **own: Any) -> None:
    """The exporter asks for a certificate."""
    line = RequestedLine(lot="L1", product="P1", units=10, net_weight=Weight("5.000"))
    fields: dict[str, Any] = {
        "request": "Q1", "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1",
        "agent": "AG-1", "invoice": "1", "bill_of_lading": "1", "lines": [line],
    }  # fmt: skip
    world.add("ExportCertificateRequested", time, **{**fields, **own})


UNREPORTED: list[tuple[str | None, dict[str, Any] | None, str | None]] = [
    # sealing mode of the departure, the request, the deadline
    ("CONSIGNED", None, "2026-04-04T09:00"),
    ("DIRECT_JAS", None, None),
    ("IMPORTER_APPLIES", None, None),
    (None, {}, "2026-04-03T09:00"),
    ("CONSIGNED", {}, "2026-04-03T09:00"),
    ("DIRECT_JAS", {}, "2026-04-03T09:00"),
    (None, {"importer": "IMP-2"}, None),
    (None, {"exporter": "EXP-2"}, None),
    (None, {"shipment": "S2"}, None),
]


@pytest.mark.parametrize(("mode", "request_", "deadline"), UNREPORTED)
def test_m29_report_missing(
    mode: str | None, request_: dict[str, Any] | None, deadline: str | None
) -> None:
    """Consigned goods, and sealed goods for which a certificate is asked, have a report."""
    world = trade()
    apply(world)
    if mode is not None:
        depart(world, sealing_mode=mode)
    if request_ is not None:
        requested(world, **request_)

    found = [v.deadline for v in world.violations() if v.rule == "M-29" and v.subject == "S1"]

    assert found == ([at(deadline)] if deadline else [])
    world.add("SealReportFiled", "2026-04-09", version=1, **REPORT)
    assert [case for case in world.cases("M-29") if case[1] == "S1"] == []


def test_m29_reads_latest_versions() -> None:
    """A report whose latest version is for another shipment is none."""
    world = trade()
    depart(world)
    world.add("SealReportFiled", "2026-04-03", version=1, **REPORT)
    world.add("SealReportFiled", "2026-04-04", version=2, **{**REPORT, "shipment": "S2"})

    assert world.cases("M-29") == [("M-29", "S1", "")]


@pytest.mark.parametrize(
    ("more", "found"),
    [(None, ("200", "250")), ("2026-04-03T09:00", None), ("2026-04-03T10:00", ("200", "250"))],
)
def test_m36_shipped_not_applied(more: str | None, found: tuple[str, str] | None) -> None:
    """What leaves was applied before; fifty more have to be dated up to the departure."""
    world = trade()
    apply(world, "2026-04-03T08:00", units=100, count=200)
    depart(world, "2026-04-03T09:00", line={"units": 125, "seals": 250})
    if more is not None:
        apply(world, more, units=25, count=50)

    cases = [v for v in world.violations() if v.rule == "M-36"]

    expected = [("L1 JAS-A", *found, at("2026-04-03T10:00"))] if found else []
    assert [(v.discriminator, *v.expected, *v.found, v.deadline) for v in cases] == expected


@pytest.mark.parametrize(
    ("line", "mode", "case"),
    [
        ({}, "CONSIGNED", None),
        ({"mark": None, "seals": 0}, "CONSIGNED", ("L1 -", "20", "0")),
        ({"mark": None, "seals": 0}, "DIRECT_JAS", ("L1 -", "20", "0")),
        ({"mark": None, "seals": 0}, "IMPORTER_APPLIES", None),
        ({"seals": 0}, "CONSIGNED", ("L1 JAS-A", "20", "0")),
        ({"seals": 0}, "IMPORTER_APPLIES", None),
        ({"lot": "L-1"}, "CONSIGNED", ("L-1 JAS-A", "0", "20")),
    ],
)
def test_m36_lines_without_seals(
    line: dict[str, Any], mode: str, case: tuple[str, str, str] | None
) -> None:
    """Consigned goods and goods sealed by their maker leave with seals on every line."""
    world = trade()
    apply(world)
    depart(world, sealing_mode=mode, line=line)

    cases = [v for v in world.violations() if v.rule == "M-36"]

    assert [(v.discriminator, *v.expected, *v.found) for v in cases] == ([case] if case else [])
    if case == ("L-1 JAS-A", "0", "20"):
        assert cases[0].artefact


def test_m36_a_later_draw_is_another_shipments() -> None:
    """A shipment is judged at the time it left, not by what others took from the lot later."""
    world = trade()
    apply(world)
    depart(world)
    depart(world, "2026-04-03T09:01", shipment="S2", line={"seals": 5})

    assert world.cases("M-36") == [("M-36", "S2", "L1 JAS-A")]


@pytest.mark.parametrize(
    ("claim", "transport", "fires"),
    [("BUD_BIO", "AIR", True), ("BUD_BIO", "SEA", False), ("JAS_ORGANIC", "AIR", False)],
)
def test_m58_barred_transport(claim: str, transport: str, *, fires: bool) -> None:
    """Some claims exclude transport by air."""
    world = trade(label={"claim": claim})
    apply(world)
    depart(world, transport=transport)

    found = [v for v in world.violations() if v.rule == "M-58"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [("S1", "L1", ("AIR",))] if fires else []
    )
    assert all(v.deadline == at("2026-04-04T09:00") for v in found)


def receive(world: World, time: str, **own: Any) -> None:
    """The importer takes the goods in."""
    line = {"lot": "L1", "units": 10, "net_weight": "5.000", "mark": "JAS-A", "seals": 20}
    line.update(own.pop("line", {}))
    fields: dict[str, Any] = {
        "shipment": "S1", "importer": "IMP-1", "site": "T1", "condition": "good",
        "certificate_seen": True, "report_seen": True, "originals_seen": True,
    }  # fmt: skip
    world.add("ShipmentReceived", time, **{**fields, **own}, received_lines=[line])


def send_back(world: World, units: int, seals: int, place: str = "SHIPPED") -> None:
    """Goods come back."""
    line = {"lot": "L1", "units": units, "mark": "JAS-A", "seals": seals}
    world.add(
        "GoodsReturned", "2026-04-10",
        shipment="S1", importer="IMP-1", returned_from=place, site="W1", returned=[line],
    )  # fmt: skip


ARRIVED: list[tuple[dict[str, Any], tuple[int, int, str] | None, list[tuple[str, str]]]] = [
    # the line received on Friday 1 May at +09:00, what came back, (discriminator, deadline)
    ({}, None, []),
    ({"seals": 19}, None, [("L1 JAS-A", "2026-05-04T15:00")]),
    ({"units": 9}, None, [("L1 JAS-A", "2026-05-04T15:00")]),
    ({"seals": 21}, None, [("L1 JAS-A", "2026-05-01T02:00")]),
    ({"units": 11, "seals": 19}, None, [("L1 JAS-A", "2026-05-01T02:00")]),
    ({"mark": None}, None, [("L1 -", "2026-05-01T02:00"), ("L1 JAS-A", "2026-05-04T15:00")]),
    ({"units": 9, "seals": 18}, (1, 2, "SHIPPED"), []),
    ({"units": 9, "seals": 18}, (1, 2, "DELIVERED"), [("L1 JAS-A", "2026-05-04T15:00")]),
    ({}, (1, 2, "SHIPPED"), [("L1 JAS-A", "2026-05-01T02:00")]),
]


@pytest.mark.parametrize(("line", "back", "cases"), ARRIVED)
def test_m59_importer_differs(
    line: dict[str, Any], back: tuple[int, int, str] | None, cases: list[tuple[str, str]]
) -> None:
    """More than was sent is a case after an hour, less at the end of the next business day."""
    world = trade()
    depart(world)
    receive(world, "2026-05-01T10:00+09:00", line=line)
    if back is not None:
        send_back(world, *back)

    found = [v for v in world.violations() if v.rule == "M-59"]

    assert [(v.discriminator, v.deadline) for v in found] == [(d, at(due)) for d, due in cases]
    assert {v.severity for v in found} <= {"H"}


def test_m59_received_without_departure() -> None:
    """What nobody sent counts as nought; the departure cures it."""
    world = trade()
    receive(world, "2026-05-01T10:00")

    found = world.only("M-59")

    assert (found.expected, found.found) == (("0", "0"), ("10", "20"))
    assert found.deadline == at("2026-05-01T11:00")
    depart(world)
    assert world.cases("M-59") == []


def test_m59_another_importer() -> None:
    """The importer who takes the goods in is the one they were sent to."""
    world = trade()
    depart(world)
    receive(world, "2026-05-01T10:00", importer="IMP-2")

    found = world.only("M-59")

    assert (found.discriminator, found.expected, found.found) == (
        "importer",
        ("IMP-1",),
        ("IMP-2",),
    )
    assert found.deadline == at("2026-05-01T11:00")


@pytest.mark.parametrize(
    ("back", "now", "fires"),
    [
        (None, "2026-06-02T08:59:59", False),
        (None, "2026-06-02T09:00", True),
        ((10, 20), "2026-06-02T09:00", False),
        ((9, 18), "2026-06-02T09:00", True),
    ],
)
def test_m59_arrival(back: tuple[int, int] | None, now: str, *, fires: bool) -> None:
    """Goods arrive within sixty days, unless all of them came back."""
    world = trade()
    depart(world)
    if back is not None:
        send_back(world, *back)

    assert world.cases("M-59", now=now) == ([("M-59", "S1", "arrival")] if fires else [])
    assert all(v.severity == "M" for v in world.violations() if v.rule == "M-59")
