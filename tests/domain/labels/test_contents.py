"""Contents of records (section 4.4): what each class is asked, told and left out."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.facts.keeping import Medicine
from ledger.facts.lots import Field, Input
from ledger.facts.scalars import Surface, Weight
from ledger.labels.schemes.jas.contents import contents
from ledger.labels.schemes.jas.goods_used import uncertified_inputs, unrecorded_crops
from tests.domain.labels.goods import DAY, Goods, ingredients

FIELD = Field(registered_on=date(2015, 1, 1), crop="ANNUAL", place="北圃場",
              area_m2=Surface("900"), crop_name="大豆")  # fmt: skip
AMOUNT: dict[str, Any] = {"quantity": Decimal("1.000"), "unit": "kg"}
DONE: dict[str, Any] = {"method": "by hand"}


def made(class_: str, species: str | None = None, role: str | None = None, **own: Any) -> Goods:
    """Lot L1 of a class by OP, certified under JAS."""
    goods = Goods()
    maker = "PRODUCER" if class_ in ("PLANT", "FUNGI", "WILD_PLANT", "LIVESTOCK") else "PROCESSOR"
    goods.certify("OP", "JAS", role or maker)
    goods.add("ProductRegistered", product="PR1", name="品", operator="OP", class_=class_,
              recipe_version=1, species=species, ingredients=())  # fmt: skip
    goods.lot(**own)
    return goods


def done(goods: Goods, activity: str, **own: Any) -> None:
    """An entry of the record of L1, a day before it was made."""
    values: dict[str, Any] = {"lot": "L1", "operator": "OP", "on": date(2024, 4, 30)}
    goods.add("ProcessRecorded", "2024-04-30", activity=activity, **{**values, **own})


def left_out(goods: Goods) -> list[str]:
    """What the records of L1 leave out, by number and item."""
    return [
        f"{each.row.number} {each.row.item}"
        for each in contents(goods.record(), "L1")
        if not each.told
    ]


def instead(
    entries: list[tuple[str, dict[str, Any]]], activity: str, entry: dict[str, Any] | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries with another one of an activity, or with none."""
    for name, own in entries:
        if name != activity:
            yield name, own
        elif entry is not None:
            yield name, entry


def cases(section: str, rows: Sequence[Any]) -> list[str]:
    """The names of worked cases, by the section of the text they are of."""
    return [f"{section}-{number}" for number, _ in enumerate(rows, start=1)]


Entries = list[tuple[str, dict[str, Any]]]
PLANTS: Entries = [
    ("FIELD_WORK", DONE), ("SEED", {"item": "soy", **AMOUNT}),
    ("MATERIAL", {"substance": "GUANO", **AMOUNT}), ("EQUIPMENT", DONE), ("POST_HARVEST", DONE),
]  # fmt: skip
NONE: dict[str, Any] = {}
PLANT_CASES: list[tuple[str, dict[str, Any] | None, list[str]]] = [
    # an activity, its entry instead (None: without it), what is left out
    ("FIELD_WORK", None, ["4 FIELD_WORK"]),
    ("FIELD_WORK", NONE, ["4 FIELD_WORK"]),
    ("FIELD_WORK", {"note": "weeding"}, []),
    ("FIELD_WORK", {"item": "plough"}, []),
    ("FIELD_WORK", {"substance": "GUANO"}, []),
    ("SEED", None, ["5 SEED"]),
    ("SEED", NONE, []),
    ("SEED", {"item": "soy"}, ["5 SEED"]),
    ("SEED", AMOUNT, ["5 SEED"]),
    ("SEED", {"item": "soy", "quantity": Decimal(1)}, ["5 SEED"]),
    ("MATERIAL", None, []),
    ("MATERIAL", NONE, []),
    ("MATERIAL", {"substance": "GUANO"}, ["6 MATERIALS"]),
    ("EQUIPMENT", NONE, ["7 EQUIPMENT"]),
    ("POST_HARVEST", NONE, ["8 POST_HARVEST"]),
]


@pytest.mark.parametrize(
    ("activity", "entry", "missing"), PLANT_CASES, ids=cases("4.4", PLANT_CASES)
)
def test_contents_of_plants(
    activity: str, entry: dict[str, Any] | None, missing: list[str]
) -> None:
    """Eight things; an entry of nothing used is asked for no amount."""
    goods = made("PLANT", field=FIELD)
    for name, own in instead(PLANTS, activity, entry):
        done(goods, name, **own)

    assert left_out(goods) == missing


def test_contents_of_a_field() -> None:
    """Place and area stand with the field, or with an entry."""
    bare = Field(registered_on=date(2015, 1, 1), crop="ANNUAL")
    goods = made("PLANT", field=bare)
    for name, own in PLANTS:
        done(goods, name, **own)

    assert left_out(goods) == ["1 PLACE", "3 AREA"]
    done(goods, "OTHER", site="F1", area_m2=Surface("900"))
    assert left_out(goods) == []


def test_contents_of_wild_plants_and_of_another_route() -> None:
    """Wild plants are asked six of the eight; goods off the JAS route nothing."""
    assert [each.row.number for each in contents(made("WILD_PLANT").record(), "L1")] == [
        1, 2, 3, 4, 7, 8,
    ]  # fmt: skip
    foreign = Goods()
    foreign.certify("OP", "NOP", "PRODUCER")
    foreign.product("", "PLANT")
    foreign.lot()
    assert contents(foreign.record(), "L1") == ()


PROCESSED_CASES: list[tuple[dict[str, Any], list[str]]] = [
    # the entry of processing, what is left out beside the layout
    ({"item": "soy", **AMOUNT, **DONE}, []),
    ({"item": "soy", **AMOUNT}, ["5 PROCESS"]),
    (DONE, ["2 CONTENT"]),
    ({"substance": "CALCIUM_SULFATE", **DONE}, ["2 CONTENT", "3 AGENTS"]),
    ({"substance": "CALCIUM_SULFATE", "item": "soy", **AMOUNT, **DONE}, []),
]


@pytest.mark.parametrize("class_", ["PROCESSED_PLANT", "PROCESSED_LIVESTOCK", "ALCOHOL", "FEED"])
@pytest.mark.parametrize(("entry", "missing"), PROCESSED_CASES, ids=cases("4.4", PROCESSED_CASES))
def test_contents_of_processed_goods(
    class_: str, entry: dict[str, Any], missing: list[str]
) -> None:
    """Five things; the layout is shown among the criteria."""
    goods = made(class_)
    done(goods, "PROCESSING", **entry)
    done(goods, "EQUIPMENT", **DONE)

    assert left_out(goods) == ["1 LAYOUT", *missing]
    goods.add("CriterionShown", party="OP", criteria="PROCESSED", subject="FACILITY",
              items=("LAYOUT",), on=DAY, met=True)  # fmt: skip
    assert left_out(goods) == missing


def test_inputs_tell_the_ingredients() -> None:
    """Lots that went in are ingredients with their amounts."""
    used = Input(lot="L0", quantity=Weight.read("1.000"), label_verified=True)
    goods = made("PROCESSED_PLANT", inputs=(used,))
    done(goods, "PROCESSING", **DONE)

    assert left_out(goods) == ["1 LAYOUT", "4 EQUIPMENT"]


@pytest.mark.parametrize(
    ("role", "recipe", "first"),
    [("PRODUCER", "", "1 PLACE"), ("PROCESSOR", "", "1 LAYOUT"),
     ("PRODUCER", "corn 60 aO.JAS, soy 40 aO.JAS", "1 LAYOUT")],
)  # fmt: skip
def test_feed_only_dressed_is_asked_as_plants(role: str, recipe: str, first: str) -> None:
    """Of one ingredient, by who grows it; all other feed as processed goods."""
    goods = Goods()
    goods.certify("OP", "JAS", role)
    goods.add("ProductRegistered", product="PR1", name="飼料", operator="OP", class_="FEED",
              recipe_version=1, ingredients=ingredients(recipe))  # fmt: skip
    goods.lot()

    assert left_out(goods)[0] == first


HERD: dict[str, Any] = {
    "herd": "H1", "operator": "OP", "site": "F1", "species": "DAIRY_COW", "individual": True,
    "heads": 1, "origin": "ON_FARM", "organic_since": date(2023, 1, 1),
}  # fmt: skip
DAIRY: Entries = [
    ("HOUSING", {"site": "F1", "area_m2": Surface("90")}), ("MATERIAL", NONE),
    ("EQUIPMENT", {"item": "tank", **DONE}), ("OUTDOOR_ACCESS", NONE), ("SURGERY", NONE),
    ("MEDICINE", NONE), ("DUNG", DONE), ("MILKING", DONE), ("STORAGE", DONE),
]  # fmt: skip
DAIRY_CASES: list[tuple[str, dict[str, Any] | None, list[str]]] = [
    ("HOUSING", {"site": "F1"}, ["1 FARM"]),
    ("HOUSING", {"area_m2": Surface("90")}, ["1 FARM"]),
    ("MATERIAL", None, ["2 MATERIALS"]),
    ("MATERIAL", {"substance": "GUANO"}, ["2 MATERIALS"]),
    ("MATERIAL", {"substance": "GUANO", **AMOUNT}, []),
    ("EQUIPMENT", DONE, ["3 EQUIPMENT"]),
    ("OUTDOOR_ACCESS", None, ["5 HISTORY"]),
    ("SURGERY", None, ["5 HISTORY"]),
    ("SURGERY", {"act": "DEHORNING"}, []),
    ("SURGERY", {"substance": "IODINE"}, ["5 HISTORY"]),
    ("MEDICINE", {"substance": "IODINE"}, ["5 HISTORY"]),
    ("MEDICINE", {"substance": "IODINE", "medicine": Medicine(kind="DRUG")}, []),
    ("MEDICINE", {"on": date(2024, 5, 2)}, ["5 HISTORY"]),
    ("DUNG", NONE, ["6 DUNG"]),
    ("MILKING", NONE, ["9 MILKING"]),
    ("STORAGE", NONE, ["10 PACKING"]),
    ("STORAGE", {"on": date(2024, 5, 2), **DONE}, []),
]


@pytest.mark.parametrize(
    ("activity", "entry", "missing"), DAIRY_CASES, ids=cases("4.4", DAIRY_CASES)
)
def test_contents_of_milk(activity: str, entry: dict[str, Any] | None, missing: list[str]) -> None:
    """Ten things, of them those that such animals have; an entry of the herd tells as the lot's."""
    goods = made("LIVESTOCK", herds=("H1",))
    goods.add("HerdRecorded", **HERD)
    goods.add("FeedingRecorded", herd="H1", operator="OP", from_=DAY, until=DAY, heads=1,
              stage="DAIRY_MILKING")  # fmt: skip
    for index, (name, own) in enumerate(instead(DAIRY, activity, entry)):
        done(goods, name, **({"lot": None, "herd": "H1"} if index % 2 else {}), **own)

    assert left_out(goods) == missing


KINDS = [
    ("DAIRY_COW", ["9 MILKING"]),
    ("DAIRY_GOAT", ["9 MILKING"]),
    ("LAYER", ["9 EGG_COLLECTING"]),
    ("QUAIL", ["9 EGG_COLLECTING"]),
    ("PIG", ["7 TRANSPORT", "8 SLAUGHTER"]),
    ("MEAT_POULTRY", ["7 TRANSPORT", "8 SLAUGHTER"]),
]


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(("species", "asked"), KINDS)
def test_contents_by_animals(species: str, asked: list[str], *, recorded: bool) -> None:
    """Milk, eggs and slaughter are asked of whom they are of: the herd's, else the product's."""
    goods = made("LIVESTOCK", None if recorded else species, herds=("H1",))
    if recorded:
        goods.add("HerdRecorded", **{**HERD, "species": species})
    plain = ["1 FARM", "2 MATERIALS", "3 EQUIPMENT", *([] if recorded else ["4 ORIGIN"]),
             "5 HISTORY", "6 DUNG"]  # fmt: skip

    assert left_out(goods) == [*plain, *asked, "10 PACKING"]


CERTIFIED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ("L0",)),
    ({"scheme": "JAS"}, ()),
    ({"scheme": "NOP"}, ("L0",)),
    ({"scheme": "JAS", "until": date(2024, 3, 31)}, ("L0",)),
    ({"scheme": "JAS", "until": date(2024, 4, 1)}, ()),
    ({"scheme": "JAS", "product_classes": ("LIVESTOCK",)}, ("L0",)),
    ({"scheme": "JAS", "role": "IMPORTER"}, ("L0",)),
]


@pytest.mark.parametrize(("certificate", "found"), CERTIFIED)
def test_inputs_are_of_certified_makers(
    certificate: dict[str, Any], found: tuple[str, ...]
) -> None:
    """On the day on which the input was made; goods that are not organic need no certificate."""
    used = Input(lot="L0", quantity=Weight.read("1.000"), label_verified=True)
    goods = made("PROCESSED_PLANT", inputs=(used,))
    goods.add("ProductRegistered", product="PR0", name="豆", operator="OP0", class_="PLANT",
              recipe_version=1)  # fmt: skip
    assert uncertified_inputs(goods.record(), "L1") == ("L0",)
    goods.lot(lot="L0", operator="OP0", product="PR0", produced_on=date(2024, 4, 1))
    if certificate:
        own = {"role": "PRODUCER", **certificate}
        goods.certify("OP0", own.pop("scheme"), own.pop("role"), **own)

    assert uncertified_inputs(goods.record(), "L1") == found
    goods.lot(lot="L0", operator="OP0", product="PR0", produced_on=date(2024, 4, 1),
              status="CONVENTIONAL")  # fmt: skip
    assert uncertified_inputs(goods.record(), "L1") == ()


def test_own_crops_of_feed_are_recorded() -> None:
    """Of feed, what its maker grew itself misses no activity; what others grew is theirs."""
    used = tuple(
        Input(lot=lot, quantity=Weight.read("1.000"), label_verified=True) for lot in ("L0", "LX")
    )
    goods = made("FEED", inputs=used)
    goods.certify("OP", "JAS", "PRODUCER", number="2")
    goods.add("ProductRegistered", product="PR0", name="豆", operator="OP", class_="PLANT",
              recipe_version=1)  # fmt: skip
    goods.lot(lot="L0", product="PR0")
    goods.lot(lot="LX", product="PR0", operator="OTHER")

    assert unrecorded_crops(goods.record(), "L1") == ("L0",)
    for activity in ("SEED", "MATERIAL", "FIELD_WORK", "EQUIPMENT", "POST_HARVEST"):
        done(goods, activity, lot="L0")
    assert unrecorded_crops(goods.record(), "L1") == ()
