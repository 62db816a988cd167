"""Certificates: what they say, what leaves under them, their numbers and their issuers."""

from typing import Any

import pytest

from ledger.facts.shipments import CertificateRef
from tests.domain.rules.trade import depart, trade
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
DAY = 24 * HOUR
TM_7 = CertificateRef(issuer="AG-1", number="7")
STATED = "Exported under the US-Japan Organic Equivalence Arrangement."


def issue(world: World, time: str = "2026-04-02", **own: Any) -> str:
    """A certificate for the ten units of the lot; returns the event's id."""
    line: dict[str, Any] = {"lot": "L1", "product": "P1", "units": 10, "net_weight": "5.000"}
    line.update(own.pop("line", {}))
    fields: dict[str, Any] = {
        "issuer": "AG-1", "number": "7", "form": "TM_11", "mode": "PER_SHIPMENT",
        "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1", "product_class": "PLANT",
        "certified": [line], "statement": STATED, "issued_on": "2026-04-02",
    }  # fmt: skip
    return world.add("ExportCertificateIssued", time, **{**fields, **own}).id


def cancel(world: World, time: str = "2026-04-05", **own: Any) -> None:
    """A certificate is voided."""
    fields = {"issuer": "AG-1", "number": "7", "kind": "VOIDED", "reason": "x"}
    world.add("ExportCertificateCancelled", time, **{**fields, **own})


def send_papers(world: World, time: str, shipment: str = "S1") -> None:
    """The papers of a shipment go to the importer, naming the certificate."""
    world.add("ShipmentDocumentsSent", time, shipment=shipment, certificate=TM_7, originals=True)


DIFFERENT: list[tuple[dict[str, Any], dict[str, Any], list[tuple[Any, ...]]]] = [
    # the certificate, the departed line, (discriminator, on certificate, on shipment, flag)
    ({}, {}, []),
    ({"exporter": "EXP-2"}, {}, [("S1 exporter", ("EXP-2",), ("EXP-1",), False)]),
    ({"importer": "IMP-2"}, {}, [("S1 importer", ("IMP-2",), ("IMP-1",), False)]),
    (
        {},
        {"net_weight": "4.995"},
        [("S1 L1", ("10", "5.000", "P1"), ("10", "4.995", "P1"), False)],
    ),
    ({}, {"units": 100}, [("S1 L1", ("10", "5.000", "P1"), ("100", "5.000", "P1"), True)]),
    ({}, {"product": "P2"}, [("S1 L1", ("10", "5.000", "P1"), ("10", "5.000", "P2"), False)]),
    ({"line": {"units": None}}, {"units": 11}, []),
    ({"mode": "PERIOD_VOLUME"}, {"units": 11}, []),
    (
        {"line": {"lot": "L-1"}},
        {},
        [("S1 L-1", ("10", "5.000", "P1"), ("0", "0.000"), True)],
    ),
]


@pytest.mark.parametrize(("certificate", "line", "cases"), DIFFERENT)
def test_m22_certificate_differs(
    certificate: dict[str, Any], line: dict[str, Any], cases: list[tuple[Any, ...]]
) -> None:
    """A certificate and its shipment name the same parties, units, weight and products."""
    world = trade()
    issue(world, **certificate)
    depart(world, line=line)

    found = [v for v in world.violations() if v.rule == "M-22"]

    assert [(v.discriminator, v.expected, v.found, v.artefact) for v in found] == cases
    assert all(v.subject == "AG-1 7" and v.deadline == at("2026-04-04T09:00") for v in found)


@pytest.mark.parametrize(
    ("registered", "flag"), [((), False), (("1",), True), (("I",), True), (("1", "I"), False)]
)
def test_m22_a_party_or_product_misread(registered: tuple[str, ...], *, flag: bool) -> None:
    """A name that nobody registered looks like the one that somebody did."""
    world = trade()
    for end in registered:
        world.add("PartyRegistered", "2026-03-01", party=f"BUY-{end}", roles=["IMPORTER"],
                  country="JP", name="x")  # fmt: skip
        world.add("ProductRegistered", "2026-03-01", product=f"Q{end}", operator="EXP-1",
                  class_="PLANT", recipe_version=1, name="x")  # fmt: skip
    issue(world, importer="BUY-I", line={"product": "QI"})
    depart(world, importer="BUY-1", line={"product": "Q1"})

    found = {v.discriminator: v.artefact for v in world.violations() if v.rule == "M-22"}

    assert found == {"S1 importer": flag, "S1 L1": flag}


def test_m22_a_replacement_cures() -> None:
    """A replaced certificate is not live; the one that replaces it agrees."""
    world = trade()
    depart(world, line={"net_weight": "4.500"})
    issue(world)
    assert world.cases("M-22") == [("M-22", "AG-1 7", "S1 L1")]

    issue(world, number="8", replaces="7", line={"net_weight": "4.500"})

    assert world.cases("M-22") == []


@pytest.mark.parametrize(
    ("weights", "found"),
    [(["5.000"], None), (["2.500", "2.500"], None), (["2.500", "2.501"], "5.001")],
)
def test_m23_overdrawn(weights: list[str], found: str | None) -> None:
    """What leaves under a certificate for a period weighs no more than it certifies."""
    world = trade()
    issue(world, mode="PERIOD_VOLUME", shipment=None, line={"lot": None, "units": None})
    for day, weight in enumerate(weights, start=3):
        depart(
            world, f"2026-04-{day:02d}", shipment=f"S{day}", certificate=TM_7,
            line={"net_weight": weight},
        )  # fmt: skip
    depart(world, "2026-04-06", shipment="S9", line={"net_weight": "9.000"})

    cases = [v for v in world.violations() if v.rule == "M-23"]

    assert [(v.discriminator, v.expected, v.found) for v in cases] == (
        [("P1", ("5.000",), (found,))] if found else []
    )
    assert all(v.deadline == at("2026-04-04") for v in cases)


@pytest.mark.parametrize(
    ("mode", "second", "fires"),
    [("PER_SHIPMENT", "S2", True), ("PER_SHIPMENT", "S1", False), ("PERIOD_VOLUME", "S2", False)],
)
def test_m23_one_certificate_one_shipment(mode: str, second: str, *, fires: bool) -> None:
    """A certificate for one shipment goes with one."""
    world = trade()
    issue(world, mode=mode, line={"net_weight": "20.000"})
    depart(world)
    depart(world, "2026-04-04", shipment=second, certificate=TM_7)

    found = [(v.discriminator, v.found) for v in world.violations() if v.rule == "M-23"]

    assert found == ([("shipments", ("S1", "S2"))] if fires else [])


@pytest.mark.parametrize(
    ("again", "fires"),
    [
        ({}, False),
        ({"note": "again", "actor": "PER-9"}, False),
        ({"issued_on": "2026-04-03"}, True),
        ({"number": "07", "issued_on": "2026-04-03"}, False),
        ({"issuer": "AG-2", "issued_on": "2026-04-03"}, False),
    ],
)
def test_m24_number_reused(again: dict[str, Any], *, fires: bool) -> None:
    """One number stands for one certificate."""
    world = trade()
    first = issue(world)
    second = issue(world, "2026-04-03", **again)

    found = [(v.subject, v.found, v.deadline) for v in world.violations() if v.rule == "M-24"]

    assert found == ([("AG-1 7", (first, second), 0)] if fires else [])


GAPS: list[tuple[list[str], list[str]]] = [
    # numbers issued, numbers missing
    (["1", "2", "3", "4", "6"], ["5"]),
    (["1", "2", "3", "6"], []),  # four are no series
    (["1", "2", "3", "4", "10"], ["05", "06", "07", "08", "09"]),  # five of ten are half
    (["1", "2", "3", "4", "11"], []),
    (["TM-0098", "TM-0099", "TM-0100", "TM-0102", "TM-0103"], ["TM-0101"]),
    (["97", "98", "99", "101", "102"], ["100"]),
    (["7", "8", "9", "11", "0012"], ["10"]),
    (["A1", "A2", "A3", "B4", "B6"], []),
    (["A 1", "A 2", "A 3", "A 4", "A 6"], ["A%205"]),
    ([f"{10**18 + n}" for n in (1, 2, 3, 4, 6)], []),  # nineteen digits belong to no series
    ([f"{10**17 + n}" for n in (1, 2, 3, 4, 6)], [f"{10**17 + 5}"]),
]


@pytest.mark.parametrize(("numbers", "missing"), GAPS)
def test_m25_number_gap(numbers: list[str], missing: list[str]) -> None:
    """Every number of a running series is issued or cancelled."""
    world = trade()
    for number in numbers:
        issue(world, number=number)

    assert world.cases("M-25") == [("M-25", "AG-1", number) for number in missing]


def test_m25_accounted_for_by_other_papers() -> None:
    """A number that is replaced, cancelled or the replacement is known; the wait is a week."""
    world = trade()
    for number in ("1", "2", "3", "4"):
        issue(world, number=number)
    issue(world, "2026-04-04", number="7", replaces="6", rec="2026-04-05")
    assert world.cases("M-25", now="2026-04-11T23:59:59") == []
    assert world.cases("M-25", now="2026-04-12") == [("M-25", "AG-1", "5")]

    cancel(world, number="3", replaced_by="5")

    assert world.cases("M-25") == []


def test_m25_waits_for_the_first_that_names_the_next() -> None:
    """The week runs from when the next higher number first became known, wherever it stood."""
    world = trade()
    for number in ("1", "2", "3", "4"):
        issue(world, number=number)
    issue(world, "2026-04-10", number="6")
    cancel(world, "2026-04-12", number="2", replaced_by="6", rec="2026-04-08")

    assert world.only("M-25").deadline == at("2026-04-15")


def test_m25_misread_number() -> None:
    """A missing number that looks like a known one was perhaps misread."""
    world = trade()
    for number in ("T10", "T11", "T12", "T14", "T15", "Tl3"):
        issue(world, number=number)

    assert world.only("M-25").artefact


def test_m25_at_most_a_thousand() -> None:
    """Of a series with holes the lowest thousand missing numbers are shown."""
    world = World()
    for number in (*range(1, 1101), *range(2200, 2201), *range(3300, 4400)):
        issue(world, number=str(number))

    missing = sorted(int(number) for _, _, number in world.cases("M-25"))

    assert missing == list(range(1101, 2101))


USED: list[tuple[str, bool, str | None, str | None, str | None]] = [
    # when cancelled, whether it departed naming it (3 April), papers sent, replacement, deadline
    ("2026-04-05", True, None, None, "2026-04-06"),
    ("2026-04-05", True, None, "8", None),
    ("2026-04-03T09:00", True, None, "8", "2026-04-04T09:00"),
    ("2026-04-03T09:01", True, None, "8", None),
    ("2026-04-05", False, None, None, None),
    ("2026-04-05", False, "2026-04-05", "8", "2026-04-06"),
    ("2026-04-05", False, "2026-04-04", "8", None),
    ("2026-04-05", True, "2026-04-06", "8", "2026-04-07"),
]


@pytest.mark.parametrize(("time", "named", "papers", "replacement", "deadline"), USED)
def test_m26_cancelled_used(
    time: str, papers: str | None, replacement: str | None, deadline: str | None, *, named: bool
) -> None:
    """A cancelled certificate is named no longer, and something live takes its place."""
    world = trade()
    issue(world, shipment=None)
    if named:
        depart(world, certificate=TM_7)
    cancel(world, time)
    if papers is not None:
        send_papers(world, papers)
    if replacement is not None:
        issue(world, "2026-04-06", number=replacement)

    found = [v for v in world.violations() if v.rule == "M-26"]

    assert [(v.subject, v.discriminator, v.expected, v.found) for v in found] == (
        [("AG-1 7", "S1", ("live",), ("VOIDED",))] if deadline else []
    )
    assert [v.deadline for v in found] == ([at(deadline)] if deadline else [])


def test_m26_made_out_for_the_shipment() -> None:
    """A certificate made out for a shipment that left, cancelled and not replaced, was used."""
    world = trade()
    issue(world)
    depart(world)
    cancel(world, kind="DESTROYED")

    assert world.only("M-26").found == ("DESTROYED",)


DESIGNATED: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # the designation, the certificate, whether the issuer was not designated
    ({}, {}, False),
    ({"product_classes": ["PLANT"]}, {}, False),
    ({"product_classes": ["LIVESTOCK"]}, {}, True),
    ({"country": "CA"}, {}, True),
    ({"country": "CA"}, {"exporter": "EXP-9"}, False),
    ({"from_": "2026-04-02"}, {}, False),
    ({"from_": "2026-04-03"}, {}, True),
    ({"until": "2026-04-02"}, {}, False),
    ({"until": "2026-04-01"}, {}, True),
    ({}, {"issuer": "AG-9"}, True),
]


@pytest.mark.parametrize(("designation", "certificate", "fires"), DESIGNATED)
def test_m27_issuer_not_designated(
    designation: dict[str, Any], certificate: dict[str, Any], *, fires: bool
) -> None:
    """Whoever issues a certificate is designated for such goods of that country on the day."""
    world = trade(agent=designation)
    issue(world, **certificate)

    found = [v for v in world.violations() if v.rule == "M-27"]

    assert [v.found for v in found] == ([("PLANT", "2026-04-02")] if fires else [])
    assert all(v.deadline == at("2026-04-03") for v in found)


@pytest.mark.parametrize(
    ("form", "statement", "issued_on", "fires"),
    [
        ("TM_11", STATED, "2014-01-01", False),
        ("TM_11", "Organic.", "2014-01-01", True),
        ("TM_11", STATED, "2013-12-31", True),
        (
            "TM_11",
            "Made without alkali-extracted humic acid or lignin sulfonate.",
            "2013-12-31",
            False,
        ),
        ("COR_JP", "Organic.", "2026-04-02", False),
    ],
)
def test_m28_wrong_statement(form: str, statement: str, issued_on: str, *, fires: bool) -> None:
    """A certificate states what its form had to state on the day it was issued."""
    world = World()
    issue(world, form=form, statement=statement, issued_on=issued_on)

    found = [v for v in world.violations() if v.rule == "M-28"]

    assert [v.found for v in found] == ([(statement,)] if fires else [])
    assert all(v.deadline == at("2026-04-03") for v in found)
