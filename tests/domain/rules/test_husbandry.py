"""What was done with animals and plants, as their records tell: M-62 and M-63."""

from typing import Any

import pytest

from tests.domain.rules.farm import BROKEN, FED, HERD, LOT, farm, feed, tell, work
from tests.domain.rules.world import World, at, event_id

BEEF = HERD | {
    "species": "BEEF_CATTLE", "origin": "BORN_ORGANIC", "born_on": "2024-03-01",
    "slaughter_on": "2025-12-01",
}  # fmt: skip


def found(world: World, rule: str = "M-62") -> list[tuple[str, str, tuple[str, ...]]]:
    """Subject, code and figures of a rule's cases."""
    return [(v.subject, v.discriminator, v.found) for v in world.violations() if v.rule == rule]


FIGURES: dict[str, tuple[str, ...]] = {
    "SLATS": ("50.001", "100.000"),
    "FORBIDDEN_ACT": ("INJURY",),
    "NO_RUN": ("1",),
    "KEPT_IN": ("PIGLET", "2025-06-01"),
    "FINAL_PERIOD": ("2025-06-01",),
    "RUN_PERIOD": ("2023-06-02", "2025-06-01"),
    "SEEDLING_SOIL": ("2023-06-02",),
    "WAITING_TIME": ("30 d", "2025-06-01"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_m62_an_entry_of_a_herd(code: str) -> None:
    """What the standard excludes is a case of the entry, by code, with the figures compared."""
    activity, own = BROKEN[code]
    world = farm()
    tell(world, "HerdRecorded", "h1", "2025-01-15", **BEEF)
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT)
    key = work(world, "w1", activity, herd="H-1", **own)

    assert found(world) == [(key, code, FIGURES.get(code, ("none",)))]
    assert world.only("M-62").deadline == at("2025-06-03")


LAMPS: list[tuple[str, str, list[str]]] = [
    ("LAYER", "16.0", []),
    ("LAYER", "16.1", ["16.1"]),
    ("QUAIL", "16.1", []),
]


@pytest.mark.parametrize(("species", "hours", "figures"), LAMPS, ids=["3.8 P19"] * len(LAMPS))
def test_m62_lamps(species: str, hours: str, figures: list[str]) -> None:
    """The day of layers is at most sixteen hours long."""
    world = farm()
    tell(world, "HerdRecorded", "h1", "2025-01-15", **BEEF | {"species": species})
    key = work(world, "w1", "LIGHTING", herd="H-1", light_hours=hours)

    assert found(world) == [(key, "DAY_LENGTH", (figure,)) for figure in figures]


def test_m62_the_latest_record_of_a_herd_holds() -> None:
    """A later record tells of another species, and one taken back of none."""
    world = farm()
    key = work(world, "w1", "OUTDOOR_ACCESS", herd="H-1", kept_in="PIGLET")
    assert found(world) == []
    tell(world, "HerdRecorded", "h1", "2025-01-15", **BEEF)
    assert found(world) == [(key, "KEPT_IN", ("PIGLET", "2025-06-01"))]
    tell(world, "HerdRecorded", "h2", "2025-01-16",
         **BEEF | {"species": "PIG", "weaned_on": "2025-06-01"})  # fmt: skip
    assert found(world) == []
    tell(world, "EventRetracted", "back", "2025-01-17", target=event_id("h2"), reason="DUPLICATE")
    assert found(world) == [(key, "KEPT_IN", ("PIGLET", "2025-06-01"))]


HERD_LOTS: list[tuple[dict[str, Any], bool]] = [
    # the lot, whether the milk came too soon after five days of waiting from 2025-06-03 on
    ({"produced_on": "2025-06-13"}, False),
    ({"produced_on": "2025-06-12"}, True),
    ({"produced_on": "2025-06-01"}, True),
    ({"produced_on": "2025-05-31"}, False),
    ({"produced_on": "2025-06-12", "herds": ["H-2"]}, False),
    ({"produced_on": "2025-06-12", "herds": ["H-2", "H-1"]}, True),
    ({"produced_on": "2025-06-12", "product": "P2"}, False),
]


@pytest.mark.parametrize(
    ("own", "fires"), HERD_LOTS, ids=[f"3.8 P7 {list(row[0].values())}" for row in HERD_LOTS]
)
def test_m62_medicine_of_a_herd(own: dict[str, Any], *, fires: bool) -> None:
    """Every lot of milk made from the herd waits, from the first day of treatment on."""
    world = farm()
    tell(world, "HerdRecorded", "h1", "2025-01-15", **HERD)
    key = work(world, "w1", "MEDICINE", herd="H-1", waiting_days=5, until="2025-06-03")
    tell(world, "LotRecorded", "lot", "2025-07-01", **LOT | own)

    assert found(world) == ([(key, "WAITING_TIME", ("5 d", "2025-06-03"))] if fires else [])
    if fires:
        assert world.only("M-62").evidence == (key, event_id("lot"))


def test_m62_the_latest_record_of_a_lot_holds() -> None:
    """A lot recorded anew on a later day waited long enough."""
    world = farm()
    work(world, "w1", "MEDICINE", herd="H-1", waiting_days=5, until="2025-06-03")
    tell(world, "LotRecorded", "lot", "2025-07-01", **LOT | {"produced_on": "2025-06-12"})
    assert len(found(world)) == 1

    tell(world, "LotRecorded", "lot2", "2025-07-02", **LOT | {"produced_on": "2025-06-13"})
    assert found(world) == []


GRADED: dict[str, Any] = {
    "lot": "L1", "result": "CONFORMING", "grader": "PER-1", "records_complete": True,
    "linked_to_lot": True, "method_conforms": True, "label_conforms": True,
}  # fmt: skip
ASKED = {
    "ANIMAL_ORIGIN", "FEEDING", "HOUSING", "EQUIPMENT", "MATERIAL", "OUTDOOR_ACCESS", "DUNG",
    "STORAGE", "MILKING",
}  # fmt: skip


def missing(world: World) -> set[str]:
    """The activities that L1 lacks."""
    return {code for _, code, _ in found(world, "M-63")}


def test_m63_a_lot_made_from_a_herd() -> None:
    """Its herd's entries count as its own; records of the animals and their feed stand for two."""
    world = farm()
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT)
    tell(world, "LotGraded", "grade", "2025-07-17", **GRADED)
    assert missing(world) == ASKED
    tell(world, "HerdRecorded", "h1", "2025-01-15", **HERD)
    feed(world, "f1", **FED | {"until": "2025-06-10"})
    assert missing(world) == ASKED - {"ANIMAL_ORIGIN", "FEEDING"}
    for activity in sorted(ASKED):
        work(world, activity[:6], activity, herd="H-1", on="2025-07-15")
    assert missing(world) == set()


def test_m63_a_lot_without_herds_asks_the_four() -> None:
    """As before herds were told."""
    world = farm()
    tell(world, "LotRecorded", "lot", "2025-07-16", **LOT | {"herds": []})
    tell(world, "LotGraded", "grade", "2025-07-17", **GRADED)

    assert missing(world) == {"ANIMAL_ORIGIN", "FEEDING", "HOUSING", "EQUIPMENT"}
