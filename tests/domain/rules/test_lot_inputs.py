"""Inputs of lots: the mark of goods is looked at before they are used or divided."""

from typing import Any

import pytest

from tests.domain.rules.trade import trade
from tests.domain.rules.world import World

GRADED: dict[str, Any] = {
    "grader": "PER-2", "records_complete": True, "linked_to_lot": True, "method_conforms": True,
    "label_conforms": True,
}  # fmt: skip


def jas_operator(**changes: Any) -> World:
    """EXP-1 is a JAS processor who made L1 from L0 of a farm, both organic."""
    world = trade(lot=None)
    licence: dict[str, Any] = {
        "party": "EXP-1", "scheme": "JAS", "role": "PROCESSOR", "issuer": "RCB-1",
        "number": "J-9", "status": "GRANTED", "from_": "2025-01-01",
    }  # fmt: skip
    world.add("CertificationChanged", "2025-01-01", **{**licence, **changes.get("licence", {})})
    source: dict[str, Any] = {
        "lot": "L0", "operator": "FARM-1", "number": "0", "product": "P1", "quantity": "300.000",
        "status": "ORGANIC", "produced_on": "2026-02-01",
    }  # fmt: skip
    if changes.get("source") != "unknown":
        world.add("LotRecorded", "2026-02-01", **{**source, **changes.get("source", {})})
    return world


VERIFIED: list[tuple[dict[str, Any], dict[str, Any], str | None, bool]] = [
    # the world, the lot made, when its input was verified, whether that is too little
    ({}, {}, None, True),
    ({}, {"label_verified": True}, None, False),
    ({}, {"status": "CONVENTIONAL"}, None, False),
    ({}, {}, "2026-03-01T23:59", False),
    ({}, {}, "2026-03-02T00:00", True),
    ({"source": {"status": "CONVENTIONAL"}}, {}, None, False),
    ({"source": "unknown"}, {}, None, True),
    ({"source": {"operator": "EXP-1"}}, {}, None, True),
    ({"licence": {"role": "IMPORTER"}}, {}, None, False),
    ({"licence": {"scheme": "NOP"}}, {}, None, False),
    ({"licence": {"until": "2026-02-28"}}, {}, None, False),
    ({"licence": {"until": "2026-03-01"}}, {}, None, True),
]


@pytest.mark.parametrize(("changes", "made", "verified", "fires"), VERIFIED)
def test_m55_input_of_a_made_lot(
    changes: dict[str, Any], made: dict[str, Any], verified: str | None, *, fires: bool
) -> None:
    """A JAS operator looks at the mark of organic goods on the day of production at the latest."""
    world = jas_operator(**changes)
    made = dict(made)
    used: dict[str, Any] = {"lot": "L0", "quantity": "250.000"}
    used["label_verified"] = made.pop("label_verified", False)
    lot: dict[str, Any] = {
        "lot": "L1", "operator": "EXP-1", "number": "1", "product": "P1", "quantity": "250.000",
        "status": "ORGANIC", "produced_on": "2026-03-01", "inputs": [used],
    }  # fmt: skip
    world.add("LotRecorded", "2026-03-05", **{**lot, **made})
    if verified is not None:
        world.add(
            "InputVerified", verified, lot="L0", operator="EXP-1", mark_seen="JAS", evidence="PACK"
        )

    assert world.cases("M-55", now="2026-03-05T23:59:59") == []
    expected = [("M-55", "L1", "L0")] if fires else []
    assert world.cases("M-55", now="2026-03-06") == expected


@pytest.mark.parametrize(
    ("operator", "graded", "verified", "fires"),
    [
        ("FARM-1", None, None, True),
        ("FARM-1", None, "2026-03-05T09:00", False),
        ("FARM-1", None, "2026-03-05T09:01", True),
        ("FARM-1", "2026-03-01", None, True),
        ("EXP-1", "2026-03-05T09:00", None, False),
        ("EXP-1", "2026-03-05T09:01", None, True),
    ],
)
def test_m55_source_of_a_subdivision(
    operator: str, graded: str | None, verified: str | None, *, fires: bool
) -> None:
    """A JAS subdivider looks at the mark first, unless the goods are its own and graded."""
    world = jas_operator(source={"operator": operator})
    child: dict[str, Any] = {"lot": "L1", "units": 10, "pack_weight": "0.500", "quantity": "5.000"}
    world.add(
        "LotSubdivided", "2026-03-05T09:00",
        lot="L0", operator="EXP-1", children=[child], loss="0.000",
    )  # fmt: skip
    if graded is not None:
        world.add("LotGraded", graded, lot="L0", result="CONFORMING", **GRADED)
    if verified is not None:
        world.add(
            "InputVerified", verified, lot="L0", operator="EXP-1", mark_seen="JAS", evidence="PACK"
        )

    assert world.cases("M-55") == ([("M-55", "L0", "L0")] if fires else [])
