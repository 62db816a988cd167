"""Reports: seals used and left, parties, weights, and the report of a year."""

from typing import Any

import pytest

from tests.domain.rules.trade import apply, depart, trade
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
DAY = 24 * HOUR
STOCK: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}


def stocked(world: World, time: str = "2026-03-31", count: int = 100, **own: Any) -> None:
    """Seals arrive in the exporter's stock."""
    fields = {**STOCK, "dispatch": "D1", "condition": "GOOD", "count": count}
    world.add("SealsReceived", time, **{**fields, **own})


def report(world: World, time: str = "2026-04-04", version: int = 1, **own: Any) -> str:
    """The report of the ten units and twenty seals, eighty of a hundred left."""
    line: dict[str, Any] = {
        "product": "P1", "label": "LB", "lot": "L1", "graded_on": "2026-03-02",
        "pack_weight": "0.500", "units": 10, "net_weight": "5.000", "mark": "JAS-A", "used": 20,
        "received": 100, "discarded": 0, "remaining": 80,
    }  # fmt: skip
    line.update(own.pop("line", {}))
    fields: dict[str, Any] = {
        "report": "R1", "version": version, "contract": "C1", "shipment": "S1",
        "exporter": "EXP-1", "importer": "IMP-1", "rcb": "RCB-1", "agent": "AG-1",
        "grader": "PER-2", "reported": [line],
    }  # fmt: skip
    return world.add("SealReportFiled", time, **{**fields, **own}).id


def in_order(*, departed: bool = True) -> World:
    """A trade whose seals arrived, were applied and left."""
    world = trade()
    stocked(world)
    apply(world)
    if departed:
        depart(world)
    return world


DIFFERENT: list[tuple[dict[str, Any], list[tuple[Any, ...]]]] = [
    # the report, (discriminator, in the ledger, in the report, severity, flag)
    ({}, []),
    ({"line": {"used": 19}}, [("L1 JAS-A", ("20",), ("19",), "H", False)]),
    ({"line": {"used": 200}}, [("L1 JAS-A", ("20",), ("200",), "H", True)]),
    (
        {"line": {"lot": "L2"}},
        [("L1 JAS-A", ("20",), ("0",), "H", True), ("L2 JAS-A", ("0",), ("20",), "H", True)],
    ),
    ({"line": {"remaining": 79}}, [("JAS-A remaining", ("80",), ("79",), "M", False)]),
    (
        {"importer": "IMP-2"},
        [
            (
                "header",
                ("EXP-1", "IMP-1", "RCB-1", "AG-1"),
                ("EXP-1", "IMP-2", "RCB-1", "AG-1"),
                "H",
                False,
            )
        ],
    ),
    ({"importer": "IMP-2", "contract": "C9"}, []),
]


@pytest.mark.parametrize(("filed", "cases"), DIFFERENT)
def test_m06_report_differs(filed: dict[str, Any], cases: list[tuple[Any, ...]]) -> None:
    """A report and the ledger agree on seals used, seals left and parties."""
    world = in_order()
    report(world, **filed)

    found = [v for v in world.violations() if v.rule == "M-06"]

    assert [(v.discriminator, v.expected, v.found, v.severity, v.artefact) for v in found] == cases
    assert all(v.subject == "R1" and v.deadline == at("2026-04-05") for v in found)


@pytest.mark.parametrize("higher_first", [True, False])
def test_m06_a_higher_version_cures(*, higher_first: bool) -> None:
    """The latest version is the one with the greatest number, whichever came first."""
    world = in_order()
    if higher_first:
        report(world, "2026-04-05", version=2, rec="2026-04-04T01:00")
        report(world, "2026-04-04", line={"used": 18}, rec="2026-04-06")
    else:
        report(world, "2026-04-04", line={"used": 18})
        assert world.cases("M-06") == [("M-06", "R1", "L1 JAS-A")]
        report(world, "2026-04-05", version=2)

    assert world.cases("M-06") == []


@pytest.mark.parametrize(("used", "found"), [(19, None), (20, None), (21, ("20", "21"))])
def test_m06_before_departure(used: int, found: tuple[str, str] | None) -> None:
    """Before its goods leave a report may not use more than lies on the lot."""
    world = in_order(departed=False)
    report(world, line={"used": used})

    cases = [(*v.expected, *v.found) for v in world.violations() if v.rule == "M-06"]

    assert cases == ([found] if found else [])


def test_m06_waits_for_version_and_departure() -> None:
    """The day's grace runs from the later of the two."""
    world = in_order(departed=False)
    report(world, line={"used": 19})
    depart(world, "2026-04-10T09:00")

    assert world.only("M-06").deadline == at("2026-04-11T09:00")


@pytest.mark.parametrize(
    ("time", "site", "fires"),
    [("2026-04-04T00:00", "W1", True), ("2026-04-04T00:01", "W1", False),
     ("2026-04-03T23:59", "W2", True)],
)  # fmt: skip
def test_m06_remaining_at_the_time_of_the_report(time: str, site: str, *, fires: bool) -> None:
    """What is left is what the book held at all sites when the report was made."""
    world = in_order()
    report(world)
    stocked(world, time, 5, site=site)

    assert bool(world.cases("M-06")) is fires


WEIGHTS: list[tuple[str, str, list[tuple[str, str, str, bool]]]] = [
    # kilograms of the first and second line of 10 and 20 units at 0.5 kg
    ("5.000", "10.000", []),
    ("5.001", "10.000", [("1", "5.000", "5.001", False)]),
    ("5.000", "1.000", [("2", "10.000", "1.000", True)]),
    ("4.000", "11.000", [("1", "5.000", "4.000", False), ("2", "10.000", "11.000", False)]),
]


@pytest.mark.parametrize("where", ["departure", "report", "subdivision"])
@pytest.mark.parametrize(("first", "second", "cases"), WEIGHTS)
def test_m17_weight_arithmetic(
    where: str, first: str, second: str, cases: list[tuple[str, str, str, bool]]
) -> None:
    """Every line's weight is its units times the weight of a pack; at once."""
    world = trade()
    lines = [
        {"lot": "L1", "units": units, "pack_weight": "0.500", "net_weight": weight}
        for units, weight in ((10, first), (20, second))
    ]
    if where == "departure":
        goods = {"product": "P1", "mark": "JAS-A", "seals": 0}
        head: dict[str, Any] = {
            "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1", "site": "W1",
            "sealing_mode": "IMPORTER_APPLIES", "origin": "US", "destination": "JP",
            "transport": "SEA", "departed": [{**goods, **line} for line in lines],
        }  # fmt: skip
        key = world.add("ShipmentDeparted", "2026-04-03", **head).id
    elif where == "report":
        told = {
            "product": "P1", "label": "LB", "graded_on": "2026-03-02", "mark": "JAS-A", "used": 0,
            "received": 0, "discarded": 0, "remaining": 0,
        }  # fmt: skip
        key = report(world, reported=[{**told, **line} for line in lines])
    else:
        children = [
            {**{k: v for k, v in line.items() if k != "net_weight"}, "quantity": line["net_weight"]}
            for line in lines
        ]
        key = world.add(
            "LotSubdivided", "2026-04-03",
            lot="L1", operator="EXP-1", children=children, loss="0.000",
        ).id  # fmt: skip

    found = [v for v in world.violations() if v.rule == "M-17"]

    assert {(v.subject, v.deadline) for v in found} <= {(key, 0)}
    assert [(v.discriminator, *v.expected, *v.found, v.artefact) for v in found] == cases


def test_m17_only_of_the_latest_report() -> None:
    """A higher version takes the wrong weight of a lower one back."""
    world = trade()
    report(world, line={"net_weight": "5.001"})
    assert len(world.cases("M-17")) == 1

    report(world, version=2)

    assert world.cases("M-17") == []


def filed(world: World, quantity: str, **own: Any) -> None:
    """The licensee reports what was labelled in the year from April 2026."""
    fields: dict[str, Any] = {
        "party": "IMP-1", "fiscal_year": 2026, "role": "IMPORTER", "product": "P1",
        "quantity": quantity, "filed_on": "2027-05-01", "rcb": "RCB-1",
    }  # fmt: skip
    time = own.pop("time", "2027-05-01")
    world.add("AnnualReportFiled", time, **{**fields, **own})


YEAR_END = "2027-03-31T15:00"
"""1 April 2027, 00:00 in Japan."""
REPORTED: list[tuple[str, str | None]] = [
    # kilograms reported, found where it is more than a kilogram from the ten sealed
    ("10.000", None),
    ("11.000", None),
    ("9.000", None),
    ("11.001", "11.001"),
    ("8.999", "8.999"),
]


@pytest.mark.parametrize(("quantity", "found"), REPORTED)
def test_m52_annual_differs(quantity: str, found: str | None) -> None:
    """What a licensee reports for a year is what its seals in the ledger stand for."""
    world = trade()
    apply(world, "2026-04-01", units=12, count=24)
    apply(world, "2027-03-31T23:59+09:00", units=10, count=20)
    apply(world, "2027-04-01T00:00+09:00", units=50, count=100)
    world.add(
        "SealsRemoved", "2026-06-01", **STOCK, lot="L1", found_at="LOT", units=2, count=4,
        method="REMOVED", cause="x",
    )  # fmt: skip
    filed(world, quantity)

    cases = [v for v in world.violations() if v.rule == "M-52"]

    assert [(v.subject, v.discriminator, v.expected, v.found) for v in cases] == (
        [("IMP-1 2026", "P1 RCB-1", ("10.000",), (found,))] if found else []
    )
    assert all(v.deadline == at("2027-05-02") for v in cases)


def test_m52_waits_for_the_end_of_the_year() -> None:
    """A report filed early is judged when the year is over, Japan time."""
    world = trade()
    filed(world, "5.000", time="2026-10-01")

    assert world.only("M-52").deadline == at(YEAR_END)


def test_m52_of_each_role_the_last_filing() -> None:
    """A later filing replaces one of the same role and product; roles add up."""
    world = trade()
    apply(world, units=20, count=40)
    filed(world, "3.000", filed_on="2027-05-02", time="2027-05-03")
    filed(world, "30.000", filed_on="2027-05-01", time="2027-05-09")
    filed(world, "7.000", role="PROCESSOR")
    filed(world, "9.000", rcb="RCB-2", product="P2")

    found = [(v.discriminator, v.found) for v in world.violations() if v.rule == "M-52"]

    assert found == [("P2 RCB-2", ("9.000",))]


def test_m52_a_product_left_out_is_nought() -> None:
    """Once anything was filed for the body, a product without a line counts as nought."""
    world = trade()
    apply(world)
    assert world.cases("M-52") == []

    filed(world, "0.500", product="P2")

    assert world.only("M-52").found == ("0.000",)


def test_m52_a_removal_weighs_as_the_label_last_applied_before_it() -> None:
    """A removal is weighed by the label on the goods at its time; without one it adds nothing."""
    world = trade()
    label: dict[str, Any] = {
        "label": "LC", "version": 1, "product": "P1", "scheme": "JAS", "claim": "JAS_ORGANIC",
        "seals_per_unit": 2, "carrier": "STICKER", "pack_weight": "1.000", "agent": "AG-1",
        "from_": "2025-04-01",
    }  # fmt: skip
    world.add("LabelApproved", "2025-03-01", **label)
    gone = {**STOCK, "lot": "L1", "found_at": "LOT", "method": "REMOVED", "cause": "x"}
    world.add("SealsRemoved", "2026-04-01", units=9, count=9, **gone)
    apply(world, "2026-04-02", units=20, count=40)
    apply(world, "2026-04-03", units=10, count=20, label="LC")
    world.add("SealsRemoved", "2026-04-02T12:00", units=2, count=4, **gone)
    world.add("SealsRemoved", "2026-04-03", units=4, count=8, **gone)
    filed(world, "30.000")

    assert world.only("M-52").expected == ("15.000",)


LATE: list[tuple[str | None, dict[str, Any], str | None]] = [
    # filed on, other fields of the filing, found where it is too late
    (None, {}, "none"),
    ("2027-06-30", {}, None),
    ("2027-07-01", {}, "2027-07-01"),
    ("2027-06-30", {"rcb": "RCB-2"}, "none"),
    ("2027-06-30", {"fiscal_year": 2027}, "none"),
    ("2027-06-30", {"party": "IMP-2"}, "none"),
    ("2027-06-30", {"product": "P9", "role": "PRODUCER"}, None),
]


@pytest.mark.parametrize(("filed_on", "own", "found"), LATE)
def test_m53_annual_late(filed_on: str | None, own: dict[str, Any], found: str | None) -> None:
    """Whoever sealed in a year reports on it by 30 June after it."""
    world = trade()
    apply(world)
    if filed_on is not None:
        filed(world, "5.000", filed_on=filed_on, **own)

    cases = [v for v in world.violations() if v.rule == "M-53"]

    assert [(v.subject, v.discriminator, v.expected, v.found) for v in cases] == (
        [("IMP-1 2026", "RCB-1", ("2027-06-30",), (found,))] if found else []
    )
    assert all(v.deadline == at("2027-07-01T00:00+09:00") for v in cases)


def test_m53_only_where_a_mark_was_applied() -> None:
    """A year in which nothing was sealed needs no report."""
    world = trade()
    apply(world, "2026-03-31T23:59+09:00")

    assert [key for _, key, _ in world.cases("M-53")] == ["IMP-1 2025"]
