"""Which lists judge the substance of an entry, and what each list asks of it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.lots import ProcessRecorded
from ledger.labels.process import process
from ledger.labels.process_lists import PROCESS_LISTS, ProcessListRow, barred_feed, listed
from ledger.labels.substances import LISTS, SUBSTANCES, asks_need, substance, tables_known
from tests.domain.labels.goods import Goods

DAY = date(2024, 3, 1)
NEEDED: dict[str, Any] = {"means_insufficient": True}
URGENT: dict[str, Any] = {"emergency": True}

ENTRIES: list[tuple[str, str, str, str, dict[str, Any], str]] = [
    # section, class, activity, substance, fields, codes
    ("1.1 W5a", "PLANT", "STORAGE", "CO2_FUMIGANT", NEEDED, "USE"),
    ("1.1 W5b", "PLANT", "STORAGE", "METHYL_BROMIDE", NEEDED, "NOT_LISTED"),
    ("1.1 W5c", "LIVESTOCK", "STORAGE", "CO2_FUMIGANT", NEEDED, "USE"),
    ("1.1 W5d", "PLANT", "POST_HARVEST", "CARBON_DIOXIDE", NEEDED, ""),
    ("1.1 W5e", "PROCESSED_PLANT", "STORAGE", "CO2_FUMIGANT", NEEDED, "NOT_LISTED"),
    ("1.1 W7a", "LIVESTOCK", "FEEDING", "ORGANIC_CORN", {}, ""),
    ("1.1 W7b", "LIVESTOCK", "FEEDING", "SILKWORM_DROPPINGS", {}, ""),
    ("1.1 W7c", "LIVESTOCK", "FEEDING", "TETRACYCLINE", {}, "NOT_LISTED"),
    ("1.1 W7d", "LIVESTOCK", "FEEDING", "UREA", {}, "NOT_LISTED"),
    # by purpose
    ("1.2 pest", "PLANT", "STORAGE", "NITROGEN", {**NEEDED, "purpose": "PEST"}, "NOT_LISTED"),
    ("1.2 quality", "PLANT", "STORAGE", "NITROGEN", {**NEEDED, "purpose": "QUALITY"}, ""),
    ("1.2 absent", "PLANT", "STORAGE", "NITROGEN", NEEDED, ""),
    ("1.2 other", "PLANT", "STORAGE", "NITROGEN", {**NEEDED, "purpose": "OTHER"}, ""),
    ("1.2 quality T2", "PLANT", "STORAGE", "VINEGAR", {**NEEDED, "purpose": "QUALITY"},
     "NOT_LISTED"),
    ("1.2 pest T2", "PLANT", "STORAGE", "VINEGAR", {**NEEDED, "purpose": "PEST"}, ""),
    ("1.2 class", "PLANT", "STORAGE", "STARCH", NEEDED, "CLASS"),
    ("1.2 animal pest", "LIVESTOCK", "SLAUGHTER", "FUMARATE_PREPARATION",
     {**NEEDED, "purpose": "PEST"}, "NOT_LISTED"),
    ("1.2 animal quality", "LIVESTOCK", "SLAUGHTER", "FUMARATE_PREPARATION",
     {**NEEDED, "purpose": "QUALITY"}, "USE"),
    ("1.2 slaughter", "LIVESTOCK", "SLAUGHTER", "FUMARATE_PREPARATION", NEEDED, "USE"),
    ("1.2 slaughter T2", "LIVESTOCK", "SLAUGHTER", "VINEGAR", NEEDED, "NOT_LISTED"),
    ("1.2 slaughter PEST", "LIVESTOCK", "SLAUGHTER", "VINEGAR", {**NEEDED, "purpose": "PEST"}, ""),
    ("1.2 animal", "LIVESTOCK", "PROCESSING", "FUMARATE_PREPARATION", NEEDED, "USE"),
    ("1.2 food pest", "PROCESSED_PLANT", "PROCESSING", "CALCIUM_SULFATE",
     {**NEEDED, "purpose": "PEST"}, "NOT_LISTED"),
    ("1.2 food additive", "PROCESSED_PLANT", "PROCESSING", "CALCIUM_SULFATE",
     {"purpose": "ADDITIVE"}, "USE"),
    ("1.2 food absent", "PROCESSED_PLANT", "PROCESSING", "CALCIUM_SULFATE", {}, ""),
    ("1.2 food agent", "PROCESSED_PLANT", "PROCESSING", "CARBON_DIOXIDE",
     {"purpose": "PEST"}, "NEED_UNTOLD"),
    ("1.2 food not additive", "PROCESSED_PLANT", "PROCESSING", "ASPARTAME",
     {"purpose": "ADDITIVE"}, "NOT_LISTED"),
    ("1.2 mill additive", "FEED", "PROCESSING", "LIMESTONE", {"purpose": "ADDITIVE"}, ""),
    ("1.2 mill food additive", "FEED", "PROCESSING", "PECTIN", {"purpose": "ADDITIVE"},
     "NOT_LISTED"),
    ("1.2 mill absent", "FEED", "PROCESSING", "LIMESTONE", {}, ""),
    ("1.2 mill pest", "FEED", "PROCESSING", "BORIC_ACID", {**NEEDED, "purpose": "PEST"}, "USE"),
    ("1.2 cleaning", "LIVESTOCK", "CLEANING", "SOAP", {}, ""),
    ("1.2 cleaning T8", "LIVESTOCK", "CLEANING", "FUMARATE_PREPARATION", {}, "NOT_LISTED"),
    ("9 milking", "LIVESTOCK", "MILKING", "IODINE", {}, ""),
    ("9 eggs", "LIVESTOCK", "EGG_COLLECTING", "SODIUM_HYPOCHLORITE", NEEDED, "USE"),
    ("9 eggs T7", "LIVESTOCK", "EGG_COLLECTING", "SOAP", {}, ""),
    ("9 eggs other", "LIVESTOCK", "EGG_COLLECTING", "BENZENE", {}, "NOT_LISTED"),
    # soil and plants: other things are natural and untreated
    ("1.2 field T1", "PLANT", "FIELD_WORK", "GUANO", {}, ""),
    ("1.2 field T2", "PLANT", "FIELD_WORK", "VINEGAR", {}, ""),
    ("1.2 field natural", "PLANT", "FIELD_WORK", "STRAW", {"natural": True}, ""),
    ("1.2 field made", "PLANT", "FIELD_WORK", "STRAW", {"natural": False}, "NOT_LISTED"),
    ("1.2 field untold", "PLANT", "FIELD_WORK", "STRAW", {}, "USE"),
    ("1.2 seedling", "PLANT", "SEEDLING", "PAPER_POT",
     {"natural": False, "source_kind": "OWN_LAND"}, "NOT_LISTED"),
    ("1.2 run", "LIVESTOCK", "RUN", "SAND", {"natural": True}, ""),
    # feeding
    ("9 additive listed", "LIVESTOCK", "FEEDING", "SEA_SALT", {"purpose": "ADDITIVE"}, ""),
    ("9 additive natural", "LIVESTOCK", "FEEDING", "SEAWEED",
     {"purpose": "ADDITIVE", "natural": True}, ""),
    ("9 additive made", "LIVESTOCK", "FEEDING", "LYSINE",
     {"purpose": "ADDITIVE", "natural": False}, "NOT_LISTED"),
    ("9 additive untold", "LIVESTOCK", "FEEDING", "LYSINE", {"purpose": "ADDITIVE"}, "USE"),
    ("9 additive barred", "LIVESTOCK", "FEEDING", "MONENSIN",
     {"purpose": "ADDITIVE", "natural": True}, "NOT_LISTED"),
    ("9 organic", "LIVESTOCK", "FEEDING", "CORN", {"status": "ORGANIC"}, ""),
    ("9 turning", "LIVESTOCK", "FEEDING", "CORN", {"status": "IN_CONVERSION"}, ""),
    ("9 conventional", "LIVESTOCK", "FEEDING", "CORN", {"status": "CONVENTIONAL"}, "FEED_NEED"),
    ("9 untold", "LIVESTOCK", "FEEDING", "CORN", {}, "USE"),
    ("1.2 barred", "LIVESTOCK", "FEEDING", "bone meal", {"status": "ORGANIC"}, "NOT_LISTED"),
    # need
    ("1.2 emergency", "PLANT", "PLANT_PROTECTION", "VINEGAR", URGENT, ""),
    ("1.2 no emergency", "PLANT", "PLANT_PROTECTION", "VINEGAR", {"emergency": False},
     "NO_EMERGENCY"),
    ("1.2 emergency untold", "PLANT", "PLANT_PROTECTION", "VINEGAR", {}, "EMERGENCY_UNTOLD"),
    ("9 no means", "PLANT", "PLANT_PROTECTION", "VINEGAR",
     {**URGENT, "means_insufficient": False}, ""),
    ("9 stores", "PLANT", "STORAGE", "CARBON_DIOXIDE", {"emergency": False}, "NEED_UNTOLD"),
    ("9 need", "PLANT", "STORAGE", "CARBON_DIOXIDE", {"means_insufficient": False}, "NO_NEED"),
    ("9 quality need", "PLANT", "POST_HARVEST", "NITROGEN", {"means_insufficient": False},
     "NO_NEED"),
    ("9 slaughter need", "LIVESTOCK", "SLAUGHTER", "FUMARATE_PREPARATION",
     {"means_insufficient": False}, "NO_NEED USE"),
    ("9 eggs need", "LIVESTOCK", "EGG_COLLECTING", "SODIUM_HYPOCHLORITE",
     {"means_insufficient": False}, "NO_NEED USE"),
    ("9 cleaning need", "LIVESTOCK", "MILKING", "SOAP", {"means_insufficient": False}, ""),
    ("9 additive need", "PROCESSED_PLANT", "PROCESSING", "CALCIUM_SULFATE",
     {"purpose": "ADDITIVE", "means_insufficient": False}, "USE"),
    # instructions, where T2 or T5 lets the substance in
    ("9 followed", "PLANT", "PLANT_PROTECTION", "VINEGAR",
     {**URGENT, "instructions_followed": True}, ""),
    ("9 instructions T2", "PLANT", "PLANT_PROTECTION", "VINEGAR",
     {**URGENT, "instructions_followed": False}, "INSTRUCTIONS"),
    ("9 instructions T5", "PROCESSED_PLANT", "STORAGE", "CARBON_DIOXIDE",
     {**NEEDED, "purpose": "PEST", "instructions_followed": False}, "INSTRUCTIONS"),
    ("9 instructions T3", "PLANT", "POST_HARVEST", "NITROGEN",
     {**NEEDED, "instructions_followed": False}, ""),
    ("9 instructions T1", "PLANT", "MATERIAL", "GUANO", {"instructions_followed": False}, ""),
]  # fmt: skip


def entered(class_: str | None, activity: str, **own: Any) -> tuple[str, ...]:
    """The codes of one entry on a lot of a class, or of a product that nobody registered."""
    goods = Goods()
    goods.operator("JAS", "JP")
    if class_ is not None:
        goods.product("", class_)
    goods.lot()
    entry = goods.add("ProcessRecorded", "2024-05-01", lot="L1", operator="OP",
                      activity=activity, on=DAY, **own)  # fmt: skip
    assert isinstance(entry, ProcessRecorded)
    return process(goods.record(), entry).codes


@pytest.mark.parametrize(
    ("class_", "activity", "code", "own", "codes"),
    [row[1:] for row in ENTRIES],
    ids=[row[0] for row in ENTRIES],
)
def test_a_substance_is_judged_by_its_lists(
    class_: str, activity: str, code: str, own: dict[str, Any], codes: str
) -> None:
    """Activity, class and purpose name the lists, any of which lets a substance in."""
    assert tuple(codes.split()) == entered(class_, activity, substance=code, **own)


KEPT: list[tuple[str, dict[str, Any], str]] = [
    ("SEED", {"separated": False, "status": "ORGANIC"}, "CONTAMINATED"),
    ("TRANSPORT", {"separated": True}, ""),
    ("OTHER", {"irradiated": True}, "IRRADIATED"),
    ("STORAGE", {"irradiated": False}, ""),
    ("EQUIPMENT", {"separated": False, "irradiated": True}, "CONTAMINATED IRRADIATED"),
]


@pytest.mark.parametrize(
    ("activity", "own", "codes"), KEPT, ids=[f"1.2 {row[0]} {row[2]}" for row in KEPT]
)
def test_goods_are_kept_apart_in_every_activity(
    activity: str, own: dict[str, Any], codes: str
) -> None:
    """Mixed, touched or irradiated goods, whatever was done and with whatever substance."""
    assert tuple(codes.split()) == entered("PLANT", activity, **own)


def test_animals_that_no_lot_names_are_livestock() -> None:
    """An entry of a herd alone is read as one of livestock."""
    goods = Goods()
    found = [
        goods.add("ProcessRecorded", herd="H1", operator="OP", activity="CLEANING", on=DAY,
                  substance=code)
        for code in ("SOAP", "BENZENE")
    ]  # fmt: skip
    codes = [
        process(goods.record(), one).codes for one in found if isinstance(one, ProcessRecorded)
    ]

    assert codes == [(), ("NOT_LISTED",)]


@pytest.mark.parametrize(
    ("activity", "code", "codes"),
    [
        ("POST_HARVEST", "RESIN", "NEED_UNTOLD"),
        ("POST_HARVEST", "NITROGEN", ""),
        ("STORAGE", "FUMARATE_PREPARATION", "NEED_UNTOLD USE"),
        ("PROCESSING", "CALCIUM_SULFATE", ""),
        ("STORAGE", "METHYL_BROMIDE", "NOT_LISTED"),
        ("CLEANING", "BENZENE", ""),
    ],
)
def test_goods_of_no_known_class_get_the_benefit_of_every_list(
    activity: str, code: str, codes: str
) -> None:
    """What the list of some class lets in is no fault of goods whose class nobody knows."""
    assert tuple(codes.split()) == entered(None, activity, substance=code)


OF_A_PURPOSE = [
    row
    for row in PROCESS_LISTS.rows()
    if row.purpose in ("PEST", "QUALITY") and row.activity != "SLAUGHTER"
]


@pytest.mark.parametrize("row", OF_A_PURPOSE, ids=PROCESS_LISTS.key)
def test_a_told_purpose_narrows_the_lists(row: ProcessListRow) -> None:
    """Untold, an entry of goods in store has the lists of every purpose but that of additives."""
    untold = PROCESS_LISTS.topmost((row.activity, row.class_, ""), None)

    assert untold is not None
    assert set(row.lists) <= set(untold.lists)


def test_every_list_that_is_read_stands_in_the_tables() -> None:
    """Lists of process records are lists of substances, and all of them are told as a whole."""
    named = {name for row in PROCESS_LISTS.rows() for name in (*row.lists, row.additives) if name}

    assert named == set(tables_known())
    assert {(row.table, row.group) for row in LISTS.rows()} == {
        (row.table, row.group) for row in SUBSTANCES.rows()
    }
    assert [name for name in tables_known() if asks_need(name, DAY)] == ["T2", "T3", "T5", "T8"]


CODES = sorted({row.code for row in SUBSTANCES.rows()})
GOODS = ("PLANT", "WILD_PLANT", "FUNGI", "LIVESTOCK", "PROCESSED_PLANT", "PROCESSED_LIVESTOCK",
         "PROCESSED_MIXED", "ALCOHOL", "FEED", "HONEY")  # fmt: skip


PLANTS = ("PLANT", "WILD_PLANT", "FUNGI")
IN_STORE = ("POST_HARVEST", "STORAGE", "PROCESSING")


def read_by(activity: str, class_: str, purpose: str | None) -> tuple[str, ...]:
    """The lists of section 1.2 for goods of a class, said anew."""
    if activity in ("MATERIAL", "PLANT_PROTECTION"):
        return ("T1",) if activity == "MATERIAL" else ("T2",)
    if activity == "SLAUGHTER":
        return ("T2", "T5") if purpose == "PEST" else ("T8",)
    if activity in ("CLEANING", "MILKING", "EGG_COLLECTING"):
        lists = ("T7",) if activity == "CLEANING" else ("T7", "T8")
        return lists if class_ == "LIVESTOCK" else ()
    if class_ in PLANTS or class_ == "LIVESTOCK":
        quality = "T8" if class_ == "LIVESTOCK" else "T3"
        by_purpose = {"PEST": ("T2", "T5"), "QUALITY": (quality,)}
        return by_purpose.get(purpose or "", ("T2", quality, "T5"))
    if purpose == "ADDITIVE":
        return ("T6",) if class_ == "FEED" else ("T4",)
    return ("T5",)


@given(
    code=st.sampled_from([*CODES, "METHYL_BROMIDE"]),
    class_=st.sampled_from(GOODS),
    activity=st.sampled_from(["MATERIAL", "PLANT_PROTECTION", *IN_STORE, "SLAUGHTER", "CLEANING",
                              "MILKING", "EGG_COLLECTING"]),
    purpose=st.sampled_from([None, "PEST", "QUALITY", "ADDITIVE", "OTHER"]),
)  # fmt: skip
def test_a_substance_is_refused_where_none_of_its_lists_admits_it(
    code: str, class_: str, activity: Any, purpose: Any
) -> None:
    """Any substance, goods, activity and purpose; an additive of made goods is no agent."""
    entry = ProcessRecorded(
        id="00000000-0000-7000-8000-000000000001", time="2024-05-01T00:00:00.000000+00:00",
        source="S", lot="L1", operator="OP", activity=activity, on=DAY, substance=code,
        purpose=purpose,
    )  # fmt: skip
    lists = read_by(activity, class_, purpose)
    asked = {name: class_ if name in ("T1", "T2") else None for name in lists}
    admitted = any(substance(name, code, of, DAY).allowed for name, of in asked.items())
    made = activity in IN_STORE and class_ not in (*PLANTS, "LIVESTOCK")
    additive = "T6" if class_ == "FEED" else "T4"
    if made and purpose not in ("PEST", "ADDITIVE"):
        admitted = admitted or substance(additive, code, class_, DAY).allowed

    refused = {one.code for one in listed(entry, class_)} & {"NOT_LISTED", "CLASS"}

    assert bool(refused) == (bool(lists) and not admitted)


@pytest.mark.parametrize(
    ("name", "prefix", "excused"),
    [
        ("UREA", "UREA", "yes"),
        ("urea phosphate", "UREA", "yes"),
        ("Bone-Meal", "BONE_MEAL", "yes"),
        ("MEAT_AND_BONE_MEAL", "MEAT_AND_BONE_MEAL", ""),
        ("SULFAMETHAZINE", "SULFA", ""),
        ("FISH_BONE_MEAL", None, None),
        ("CORN", None, None),
    ],
)
def test_a_name_is_barred_by_how_it_begins(
    name: str, prefix: str | None, excused: str | None
) -> None:
    """Antibiotics and the like are no feed; an exception may excuse bone meal and urea."""
    row = barred_feed(name, DAY)

    assert (prefix, excused) == ((None, None) if row is None else (row.prefix, row.excused))
