"""Activities: what the record of a lot made from herds must hold."""

from datetime import date
from typing import Any

import pytest

from ledger.labels.schemes.jas.activities import missing_activities
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import entry, fed, herd

FOR_ALL = {
    "ANIMAL_ORIGIN", "FEEDING", "HOUSING", "EQUIPMENT", "MATERIAL", "OUTDOOR_ACCESS", "DUNG",
    "STORAGE",
}  # fmt: skip
MEAT = {"TRANSPORT", "SLAUGHTER"}
BY_SPECIES: list[tuple[str, set[str]]] = [
    *((species, {"MILKING"}) for species in ("DAIRY_COW", "DAIRY_GOAT")),
    *((species, {"EGG_COLLECTING"}) for species in ("LAYER", "QUAIL")),
    *((species, MEAT) for species in (
        "BEEF_CATTLE", "BREEDING_COW", "HORSE", "BREEDING_MARE", "SHEEP", "GOAT", "PIG", "SOW",
        "MEAT_POULTRY", "DUCK", "DUCK_PADDY", "MALLARD")),
]  # fmt: skip


def farm(species: str | None = "DAIRY_COW", herds: tuple[str, ...] = ("H1",)) -> Goods:
    """Lot L1, made on 2025-06-01 from herds of a JAS producer."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.add("ProductRegistered", product="PR1", name="乳", operator="OP", class_="LIVESTOCK",
              recipe_version=1, species=species)  # fmt: skip
    goods.lot(produced_on=date(2025, 6, 1), herds=herds)
    return goods


def missing(goods: Goods) -> set[str]:
    """What L1 lacks."""
    return {*missing_activities(goods.record(), "L1")}


@pytest.mark.parametrize(
    ("species", "besides"), BY_SPECIES, ids=[f"3.9 {row[0]}" for row in BY_SPECIES]
)
def test_a_lot_of_animals_asks_its_activities(species: str, besides: set[str]) -> None:
    """Slaughter of meat, milking of milk, collecting of eggs; an entry of the herd is enough."""
    goods = farm(species)
    assert missing(goods) == FOR_ALL | besides

    for activity in sorted(FOR_ALL | besides):
        entry(goods, activity)
    assert missing(goods) == set()


def test_the_species_is_told_by_the_product_else_by_the_herd() -> None:
    """Where neither tells nothing is asked of slaughter, milk or eggs."""
    assert missing(farm(None)) == FOR_ALL
    goods = farm(None)
    herd(goods, "LAYER")
    assert missing(goods) == (FOR_ALL - {"ANIMAL_ORIGIN"}) | {"EGG_COLLECTING"}
    goods = farm("DAIRY_COW")
    herd(goods, "LAYER")
    assert missing(goods) == (FOR_ALL - {"ANIMAL_ORIGIN"}) | {"MILKING"}


COUNTS: list[tuple[str, dict[str, Any], bool]] = [
    # activity, entry, whether it counts for L1, produced on 2025-06-01
    ("HOUSING", {"on": "2025-06-01"}, True),
    ("HOUSING", {"on": "2025-06-02"}, False),
    ("HOUSING", {"on": "2025-06-01", "herd": None, "lot": "L1"}, True),
    ("HOUSING", {"on": "2025-06-02", "herd": None, "lot": "L1"}, False),
    ("HOUSING", {"on": "2025-06-01", "herd": "H2"}, True),
    ("HOUSING", {"on": "2025-06-01", "herd": "H3"}, False),
    ("STORAGE", {"on": "2025-06-02"}, True),
    ("STORAGE", {"on": "2025-06-02", "herd": None, "lot": "L1"}, True),
    ("TRANSPORT", {"on": "2025-06-02"}, True),
    ("SLAUGHTER", {"on": "2025-06-02"}, True),
]


@pytest.mark.parametrize(
    ("activity", "own", "counts"), COUNTS, ids=[f"3.9 {row}" for row in COUNTS]
)
def test_entries_up_to_the_day_count(activity: str, own: dict[str, Any], *, counts: bool) -> None:
    """Of the lot or any of its herds; what follows the making counts on any day."""
    goods = farm("BEEF_CATTLE", ("H1", "H2"))
    entry(goods, activity, **own)

    assert missing(goods) == (FOR_ALL | MEAT) - ({activity} if counts else set())


def test_what_is_recorded_of_each_herd_stands_for_entries() -> None:
    """A record of each herd for its origin, a feeding of each for its feed."""
    goods = farm("DAIRY_COW", ("H1", "H2"))
    whole = FOR_ALL | {"MILKING"}
    herd(goods)
    fed(goods, "2025-05-01", "2025-05-31")
    assert missing(goods) == whole
    herd(goods, herd="H2")
    assert missing(goods) == whole - {"ANIMAL_ORIGIN"}
    fed(goods, "2025-06-02", "2025-06-30", herd="H2")
    assert missing(goods) == whole - {"ANIMAL_ORIGIN"}
    fed(goods, "2025-06-01", "2025-06-30", herd="H2")
    assert missing(goods) == whole - {"ANIMAL_ORIGIN", "FEEDING"}


def test_a_lot_without_herds_asks_the_four() -> None:
    """As before herds were told."""
    goods = farm(herds=())
    entry(goods, "HOUSING", herd=None, lot="L1", on="2025-07-01")

    assert missing(goods) == {"ANIMAL_ORIGIN", "FEEDING", "EQUIPMENT"}
