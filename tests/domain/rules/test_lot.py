"""Lots: sealed, certified, sold, divided and verified against what they are."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.rules.trade import apply, trade
from tests.domain.rules.world import World, at

HOUR = 3_600_000_000
DAY = 24 * HOUR
OTHER_MARK: dict[str, Any] = {
    "mark": "JAS-B", "scheme": "JAS", "rcb": "RCB-2", "importer": "IMP-2", "design": "x",
    "carrier": "STICKER", "serialised": False,
}  # fmt: skip
REMOVED: dict[str, Any] = {
    "mark": "JAS-A", "lot": "L1", "found_at": "LOT", "holder": "EXP-1", "site": "W1",
    "method": "REMOVED", "cause": "wrong lot",
}  # fmt: skip


def with_marks() -> World:
    """A trade in order, with a second JAS mark and a mark of another scheme."""
    world = trade()
    world.add("MarkRegistered", "2025-03-02", **OTHER_MARK)
    world.add("MarkRegistered", "2025-03-02", **{**OTHER_MARK, "mark": "NOP-A", "scheme": "NOP"})
    return world


SEALED: list[tuple[list[tuple[str, int]], int, str | None]] = [
    # (mark, units) applied, units removed, found where more is sealed than the 500 there are
    ([("JAS-A", 300), ("JAS-A", 200)], 0, None),
    ([("JAS-A", 300), ("JAS-A", 201)], 0, "501"),
    ([("JAS-A", 300), ("JAS-B", 220)], 0, "520"),
    ([("JAS-A", 300), ("JAS-A", 220)], 20, None),
    ([("JAS-A", 300), ("JAS-A", 220)], 19, "501"),
    ([("JAS-A", 300), ("NOP-A", 300)], 0, None),
    ([("JAS-A", 300), ("UNKNOWN", 300)], 0, None),
]


@pytest.mark.parametrize(("applied", "removed", "found"), SEALED)
def test_m18_over_sealed(applied: list[tuple[str, int]], removed: int, found: str | None) -> None:
    """No more units are sealed under one scheme than the lot has."""
    world = with_marks()
    for index, (mark, units) in enumerate(applied):
        apply(world, f"2026-04-01T{9 + index:02d}:00", mark=mark, units=units, count=units)
    if removed:
        world.add("SealsRemoved", "2026-04-02", units=removed, count=removed, **REMOVED)

    cases = [v for v in world.violations() if v.rule == "M-18"]

    assert [(v.subject, v.discriminator) for v in cases] == [("L1", "JAS")] * (found is not None)
    assert [(v.expected, v.found) for v in cases] == ([(("500",), (found,))] if found else [])
    assert all(v.deadline == at("2026-04-02T09:00") for v in cases)


@pytest.mark.parametrize(("mark", "fires"), [("JAS-B", False), ("NOP-A", True)])
def test_m18_units_unsealed_under_another_mark(mark: str, *, fires: bool) -> None:
    """A removal counts for its scheme, though its mark was never applied to the lot."""
    world = with_marks()
    apply(world, units=520, count=520)
    world.add("SealsRemoved", "2026-04-02", units=20, count=20, **{**REMOVED, "mark": mark})

    assert bool(world.cases("M-18")) is fires
    assert world.cases("M-32", "M-37") == [("M-37", "L1", "JAS-A")]


@pytest.mark.parametrize(
    ("lot", "fires"),
    [
        ({"units": None}, True),  # 250 kg of 0.5 kg are 500 units
        ({"units": None, "quantity": "250.499"}, True),
        ({"units": None, "quantity": "250.500"}, False),
        ({"units": None, "pack_weight": None}, False),
        ({"units": 501}, False),
    ],
)
def test_m18_units_of_a_lot(lot: dict[str, Any], *, fires: bool) -> None:
    """The units are those recorded, else as many whole packs as the weight makes, else unknown."""
    world = trade(lot=lot)
    apply(world, units=501, count=1002)

    assert bool(world.cases("M-18")) is fires


@pytest.mark.parametrize(
    ("units", "second", "flag"),
    [(550, None, False), (5000, None, True), (300, "2026-04-01T09:01:00", True),
     (300, "2026-04-01T09:01:01", False)],
)  # fmt: skip
def test_m18_flag(units: int, second: str | None, *, flag: bool) -> None:
    """One digit too many, or one shot twice within a minute, is suspected."""
    world = trade()
    apply(world, units=units, count=units)
    if second is not None:
        apply(world, second, units=units, count=units)

    assert world.only("M-18").artefact is flag


GRADED: dict[str, Any] = {
    "grader": "PER-2", "records_complete": True, "linked_to_lot": True, "method_conforms": True,
    "label_conforms": True,
}  # fmt: skip


def test_m19_unknown_lot() -> None:
    """A lot that is named has to be recorded or made by a subdivision; it says who names it."""
    world = trade(lot=None)
    apply(world, rec="2026-04-01T10:00")
    world.add("LotGraded", "2026-04-02", lot="L1", result="CONFORMING", **GRADED)

    found = world.only("M-19")

    assert (found.expected, found.found) == (("known",), ("LotGraded", "SealsApplied"))
    assert found.deadline == at("2026-04-02T10:00")
    assert not found.artefact


@pytest.mark.parametrize("lot", [None, {"lot": "L-1"}])
def test_m19_looks_like_a_known_lot(lot: dict[str, Any] | None) -> None:
    """An unknown lot with the fold of a known one is suspected to be misread."""
    world = trade(lot=lot)
    apply(world)

    assert world.only("M-19").artefact is (lot is not None)


def test_m19_a_child_is_known() -> None:
    """A subdivision makes its children known, and names its source."""
    world = trade(lot=None)
    child: dict[str, Any] = {"lot": "L1", "units": 10, "pack_weight": "0.500", "quantity": "5.000"}
    world.add(
        "LotSubdivided", "2026-03-01", lot="L0", operator="EXP-1", children=[child], loss="0.000"
    )
    apply(world)

    assert world.cases("M-19") == [("M-19", "L0", "")]


def test_m19_only_the_latest_report_names_a_lot() -> None:
    """A lot that a lower version of a report named is named no longer."""
    world = trade()
    line: dict[str, Any] = {
        "product": "P1", "label": "LB", "graded_on": "2026-03-02", "pack_weight": "0.500",
        "units": 10, "net_weight": "5.000", "mark": "JAS-A", "used": 20, "received": 0,
        "discarded": 0, "remaining": 0,
    }  # fmt: skip
    head: dict[str, Any] = {
        "report": "R1", "contract": "C1", "shipment": "S1", "exporter": "EXP-1",
        "importer": "IMP-1", "rcb": "RCB-1", "agent": "AG-1", "grader": "PER-2",
    }  # fmt: skip
    world.add("SealReportFiled", "2026-04-04", version=1, reported=[{**line, "lot": "LX"}], **head)
    assert world.cases("M-19") == [("M-19", "LX", "")]

    world.add("SealReportFiled", "2026-04-05", version=2, reported=[{**line, "lot": "L1"}], **head)

    assert world.cases("M-19") == []


def certified(world: World, number: str, weight: str, **own: Any) -> None:
    """A certificate over so many kilograms of the lot."""
    fields: dict[str, Any] = {
        "issuer": "AG-1", "form": "TM_11", "mode": "PER_SHIPMENT", "exporter": "EXP-1",
        "importer": "IMP-1", "product_class": "PLANT", "statement": "x",
        "issued_on": "2026-04-02",
    }  # fmt: skip
    line: dict[str, Any] = {"lot": "L1", "product": "P1", "net_weight": weight}
    time = own.pop("time", "2026-04-02")
    world.add("ExportCertificateIssued", time, number=number, certified=[line], **{**fields, **own})


@pytest.mark.parametrize(
    ("weights", "cancel", "found"),
    [
        (["250.000"], None, None),
        (["250.001"], None, "250.001"),
        (["100.000", "150.001"], None, "250.001"),
        (["100.000", "150.001"], "2", None),
    ],
)
def test_m20_over_certified(weights: list[str], cancel: str | None, found: str | None) -> None:
    """The live certificates of a lot stand for no more than its weight."""
    world = trade()
    for number, weight in enumerate(weights, start=1):
        certified(world, str(number), weight)
    if cancel is not None:
        world.add(
            "ExportCertificateCancelled", "2026-04-03",
            issuer="AG-1", number=cancel, kind="VOIDED", reason="x",
        )  # fmt: skip

    cases = [(v.subject, v.expected, v.found) for v in world.violations() if v.rule == "M-20"]

    assert cases == ([("L1", ("250.000",), (found,))] if found else [])


def test_m20_a_replaced_certificate_does_not_add_up() -> None:
    """A certificate that another replaces is not live."""
    world = trade()
    certified(world, "1", "200.000")
    certified(world, "2", "200.000", replaces="1")

    assert world.cases("M-20") == []


SALES: list[tuple[dict[str, Any], str, int, bool]] = [
    # the sale, class of the product, units sealed, whether the mark is missing
    ({}, "PLANT", 9, True),
    ({}, "PLANT", 10, False),
    ({"country": "US"}, "PLANT", 9, False),
    ({"claim": "JAS_INGREDIENT_MENTION"}, "PLANT", 9, False),
    ({"claim": "organic oats"}, "PLANT", 9, True),
    ({"claim": "oats"}, "PLANT", 9, False),
    ({}, "FEED", 9, False),
    ({"product": "P9"}, "PLANT", 9, False),
]


@pytest.mark.parametrize(("sale", "class_", "sealed", "fires"), SALES)
def test_m30_unsealed_sale(sale: dict[str, Any], class_: str, sealed: int, *, fires: bool) -> None:
    """What is sold in Japan as organic carries the mark."""
    world = trade(product={"class_": class_})
    apply(world, units=sealed, count=sealed)
    fields: dict[str, Any] = {
        "importer": "IMP-1",
        "lot": "L1",
        "product": "P1",
        "units": 10,
        "country": "JP",
    }
    world.add("GoodsSold", "2026-05-01", **{"claim": "JAS_ORGANIC", **fields, **sale})

    cases = [v for v in world.violations() if v.rule == "M-30"]

    assert [(v.subject, v.discriminator) for v in cases] == [("L1", "IMP-1")] * fires
    assert all((v.expected, v.found) == ((str(sealed),), ("10",)) for v in cases)
    assert all(v.deadline == at("2026-05-01T01:00") for v in cases)


@pytest.mark.parametrize(
    ("honey", "fires"), [("5.000", True), ("5.001", False)], ids=["5.4a", "5.4b"]
)
def test_m30_honey_needs_no_mark(honey: str, *, fires: bool) -> None:
    """More than five per cent honey makes goods honey, which is sold without the mark."""
    oats = {"name": "oats", "share": str(100 - Decimal(honey)), "kind": "AGRICULTURAL"}
    parts = [oats, {"name": "honey", "share": honey, "kind": "LIVESTOCK"}]
    world = trade(product={
        "class_": "PROCESSED_PLANT",
        "ingredients": [{**part, "status": "ORGANIC", "gmo": False, "irradiated": False}
                        for part in parts],
    })  # fmt: skip
    world.add("GoodsSold", "2026-05-01", importer="IMP-1", lot="L1", product="P1", units=1,
              claim="JAS_ORGANIC", country="JP")  # fmt: skip

    assert bool(world.cases("M-30")) is fires


@pytest.mark.parametrize(("day", "fires"), [("2020-07-15", False), ("2020-07-16", True)])
def test_m30_from_when_the_mark_is_compulsory(day: str, *, fires: bool) -> None:
    """Livestock needs the mark from 16 July 2020."""
    world = World()
    world.add(
        "ProductRegistered", "2020-01-01",
        product="P1", name="Eggs", operator="EXP-1", class_="LIVESTOCK", recipe_version=1,
    )  # fmt: skip
    world.add(
        "GoodsSold", f"{day}T09:00+09:00",
        importer="IMP-1", lot="L1", product="P1", units=1, claim="JAS_ORGANIC", country="JP",
    )  # fmt: skip

    assert bool(world.cases("M-30")) is fires


@pytest.mark.parametrize(
    ("result", "removed", "fires"),
    [("CONFORMING", 0, False), ("NON_CONFORMING", 0, True), ("NON_CONFORMING", 19, True),
     ("NON_CONFORMING", 20, False)],
)  # fmt: skip
def test_m32_seals_on_rejected_lot(result: str, removed: int, *, fires: bool) -> None:
    """A rejected lot carries no seals a week after it was graded, wherever they were found."""
    world = trade()
    apply(world)
    world.add("LotGraded", "2026-04-05", lot="L1", result="CONFORMING", **GRADED)
    world.add("LotGraded", "2026-04-06", lot="L1", result=result, **GRADED)
    if removed:
        gone: dict[str, Any] = {**REMOVED, "found_at": "DELIVERED", "holder": "IMP-1"}
        world.add("SealsRemoved", "2026-04-07", units=1, count=removed, **gone)

    assert world.cases("M-32", now="2026-04-12T23:59:59") == []
    assert world.cases("M-32", now="2026-04-13") == ([("M-32", "L1", "JAS-A")] if fires else [])


@pytest.mark.parametrize(
    ("sold", "departed", "fires"),
    [(0, 0, True), (9, 0, True), (10, 0, False), (0, 19, True), (0, 20, False)],
)
def test_m37_unshipped_seals(sold: int, departed: int, *, fires: bool) -> None:
    """Seals on a lot leave or are sold within 180 days of the last application."""
    world = trade()
    apply(world, "2026-04-01T09:00", units=4, count=8)
    apply(world, "2026-04-02T09:00", units=6, count=12)
    if sold:
        world.add(
            "GoodsSold", "2026-05-01",
            importer="IMP-1", lot="L1", product="P1", units=sold, claim="x", country="JP",
        )  # fmt: skip
    if departed:
        line: dict[str, Any] = {
            "lot": "L1", "product": "P1", "units": 10, "pack_weight": "0.500",
            "net_weight": "5.000", "mark": "JAS-A", "seals": departed,
        }  # fmt: skip
        world.add(
            "ShipmentDeparted", "2026-04-03", departed=[line],
            shipment="S1", exporter="EXP-1", importer="IMP-1", site="W1",
            sealing_mode="CONSIGNED", origin="US", destination="JP", transport="SEA",
        )  # fmt: skip
    due = "2026-09-29T09:00"

    assert world.cases("M-37", now="2026-09-29T08:59:59") == []
    assert world.cases("M-37", now=due) == ([("M-37", "L1", "JAS-A")] if fires else [])
    if fires:
        last = "2026-04-02T09:00:00.000000+00:00"
        assert world.only("M-37").found == (str(20 - departed), last)


@pytest.mark.parametrize(
    ("quantities", "loss", "found"),
    [
        (["250.000"], "0.000", None),
        (["249.999"], "0.001", None),
        (["249.999"], "0.002", "250.001"),
        (["125.000", "125.001"], "0.000", "250.001"),
    ],
)
def test_m56_subdivision_imbalance(quantities: list[str], loss: str, found: str | None) -> None:
    """What a lot is divided into, and what is lost, weighs no more than the lot."""
    world = trade()
    for index, quantity in enumerate(quantities):
        child: dict[str, Any] = {
            "lot": f"K{index}",
            "units": 1,
            "pack_weight": quantity,
            "quantity": quantity,
        }
        world.add(
            "LotSubdivided", f"2026-03-05T{index:02d}:00",
            lot="L1", operator="EXP-1", children=[child], loss=loss if index == 0 else "0.000",
        )  # fmt: skip

    cases = [(v.subject, v.expected, v.found) for v in world.violations() if v.rule == "M-56"]

    assert cases == ([("L1", ("250.000",), (found,))] if found else [])
