"""Stables: room for grown animals, floors and what a stable must have."""

from typing import Any

import pytest

from ledger.facts.lots import ProcessRecorded
from ledger.labels.process import process
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import codes_of, entry, herd

LEAST: list[tuple[str, dict[str, Any], str, str]] = [
    # species, stable, least indoors and outdoors for one head
    ("BEEF_CATTLE", {}, "5.000", "5.000"),
    ("BEEF_CATTLE", {"weight_kg": "340.000"}, "5.000", "5.000"),
    ("DAIRY_COW", {}, "4.000", "4.000"),
    ("DAIRY_COW", {"adult": True, "tied": False}, "4.000", "4.000"),
    ("DAIRY_COW", {"tied": True}, "1.800", "4.000"),
    ("BREEDING_COW", {}, "3.600", "3.600"),
    ("BREEDING_COW", {"tied": True}, "1.800", "3.600"),
    ("HORSE", {"tied": True}, "13.000", "13.000"),
    ("BREEDING_MARE", {}, "13.000", "13.000"),
    ("SHEEP", {}, "2.200", "2.200"),
    ("GOAT", {}, "2.200", "2.200"),
    ("DAIRY_GOAT", {}, "2.200", "2.200"),
    ("PIG", {"weight_kg": "40.000"}, "1.100", "1.100"),
    ("SOW", {}, "3.000", "3.000"),
    ("MEAT_POULTRY", {"age_days": 29}, "0.100", "0.100"),
    ("LAYER", {}, "0.100", "0.100"),
    ("QUAIL", {}, "0.100", "0.100"),
    ("DUCK", {}, "0.100", "0.100"),
    ("MALLARD", {}, "0.100", "0.100"),
    ("DUCK_PADDY", {}, "0.100", "33.300"),
]


def below(figure: str) -> str:
    """A figure less a thousandth."""
    whole, places = figure.split(".")
    thousandths = int(whole) * 1000 + int(places) - 1
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


@pytest.mark.parametrize(
    ("species", "stable", "indoors", "outdoors"), LEAST, ids=[f"3.6 {row[0]}" for row in LEAST]
)
def test_room_is_met_at_the_figure(
    species: str, stable: dict[str, Any], indoors: str, outdoors: str
) -> None:
    """So many m² for a head, indoors and outdoors each; a thousandth less is too little."""
    told: dict[str, Any] = {"heads": 1, "stable": stable}

    assert codes_of("HOUSING", species, indoor_m2=indoors, outdoor_m2=outdoors, **told) == ""
    assert codes_of("HOUSING", species, indoor_m2=below(indoors), **told) == "DENSITY"
    assert codes_of("HOUSING", species, outdoor_m2=below(outdoors), **told) == "DENSITY"


NOT_ASKED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # species, stable of which no room is asked, stable of which it is
    ("BEEF_CATTLE", {"weight_kg": "339.999"}, {"weight_kg": "340.000"}),
    ("BEEF_CATTLE", {"weight_kg": "100.000"}, {"adult": False}),
    ("DAIRY_COW", {"adult": False}, {"adult": True}),
    ("BREEDING_MARE", {"adult": False}, {"age_days": 1}),
    ("PIG", {"weight_kg": "39.999"}, {"weight_kg": "40.000"}),
    ("SOW", {"adult": False}, {"weight_kg": "1.000"}),
    ("LAYER", {"age_days": 28}, {"age_days": 29}),
    ("DUCK_PADDY", {"age_days": 0}, {"adult": False}),
]


@pytest.mark.parametrize(
    ("species", "young", "grown"), NOT_ASKED, ids=[f"3.6 {row[0]}" for row in NOT_ASKED]
)
def test_room_is_asked_of_grown_animals(
    species: str, young: dict[str, Any], grown: dict[str, Any]
) -> None:
    """Only what says that animals are young or light frees them; what is not told does not."""
    told: dict[str, Any] = {"heads": 10, "indoor_m2": "0.001"}

    assert codes_of("HOUSING", species, stable=young, **told) == ""
    assert codes_of("HOUSING", species, stable=grown, **told) == "DENSITY"
    assert codes_of("HOUSING", species, **told) == "DENSITY"


STABLES: list[tuple[str | None, dict[str, Any], dict[str, Any], str]] = [
    # species, stable, more of the entry, codes
    ("DAIRY_COW", {"floor_m2": "100.000", "slats_m2": "50.000"}, {}, ""),
    ("DAIRY_COW", {"floor_m2": "100.000", "slats_m2": "50.001"}, {}, "SLATS"),
    ("PIG", {"slats_m2": "50.000"}, {"indoor_m2": "100.000"}, ""),
    ("PIG", {"slats_m2": "50.001"}, {"indoor_m2": "100.000"}, "SLATS"),
    ("PIG", {"slats_m2": "50.001"}, {}, ""),
    ("PIG", {"slats_m2": "60.000", "floor_m2": "120.000"}, {"indoor_m2": "100.000"}, ""),
    ("LAYER", {"floor_m2": "100.000", "slats_m2": "90.000"}, {}, ""),
    (None, {"floor_m2": "100.000", "slats_m2": "90.000"}, {}, ""),
    ("DAIRY_COW", {"feed_free": False}, {}, "STABLE"),
    ("DAIRY_COW", {"climate_good": False}, {}, "STABLE"),
    ("LAYER", {"cleanable": False}, {}, "STABLE"),
    (None, {"cleanable": False}, {}, "STABLE"),
    ("DAIRY_COW", {"floor_even": False}, {}, "STABLE"),
    ("LAYER", {"floor_even": False}, {}, ""),
    ("SHEEP", {"lying_good": False}, {}, "STABLE"),
    ("DUCK", {"lying_good": False}, {}, ""),
    ("LAYER", {"perches": False}, {}, "STABLE"),
    ("DAIRY_COW", {"perches": False}, {}, ""),
    ("LAYER", {"exits": False}, {}, "STABLE"),
    ("PIG", {"exits": False}, {}, ""),
    (None, {"exits": False, "floor_even": False}, {}, ""),
    ("LAYER", dict.fromkeys(("feed_free", "climate_good", "cleanable", "perches", "exits"), True),
     {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("species", "stable", "more", "codes"), STABLES)
def test_a_stable_has_what_animals_need(
    species: str | None, stable: dict[str, Any], more: dict[str, Any], codes: str
) -> None:
    """At most half of the floor is slatted, but of poultry; what says no is missing."""
    assert codes == codes_of("HOUSING", species, stable=stable, **more)
    assert codes_of("OTHER", species, stable=stable, **more) == ""


def test_an_entry_of_a_lot_takes_the_species_of_its_product() -> None:
    """Entries of a herd take the herd's; of a herd nobody recorded nothing is asked."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.add("ProductRegistered", product="PR1", name="乳", operator="OP", class_="LIVESTOCK",
              recipe_version=1, species="DAIRY_COW")  # fmt: skip
    goods.lot()
    said = {"heads": 1, "indoor_m2": "2.999"}
    of_lot = entry(goods, "HOUSING", herd=None, lot="L1", **said)
    of_herd = entry(goods, "HOUSING", **said)
    assert process(goods.record(), of_lot).codes == ("DENSITY",)
    assert process(goods.record(), of_herd).codes == ()

    herd(goods, "SHEEP")
    both: ProcessRecorded = entry(goods, "HOUSING", lot="L1", **said)
    assert process(goods.record(), both).codes == ()
    assert process(goods.record(), of_herd).codes == ()
