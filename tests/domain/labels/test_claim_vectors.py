"""Claims on words, licences, fields and names, vector by vector."""

from datetime import date
from typing import Any

import pytest

from ledger.facts.lots import Field
from ledger.labels.fields import field_status
from ledger.labels.schemes.jas.forms import name_form
from tests.domain.labels.goods import Goods, judged

CONVERSION = "Product under conversion to organic farming"
BUD = "wheat 89.999 aO.BIO_SUISSE CH, cocoa 10.001 aO.BIO_SUISSE GH"
TURNING_BUD = "wheat 100 aI.BIO_SUISSE CH"
GROWN = "apple 60 aO.BIOGRO, sugar 40 aC"
OF_RULES = (
    "of the agricultural ingredients were produced in accordance with the rules"
    " of organic production"
)
LISTED = "Ingredients: organic apple, sugar"
LISTED = "Operator, 1 Road. Ingredients: organic rice 70.5 %, sugar 29.5 %"
AIR: dict[str, Any] = {"mode": "IMPORTER_APPLIES", "origin": "FR", "destination": "CH",
                       "transport": "AIR"}  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "text", "more", "codes"),
    [
        ("KRAV_INGREDIENT_LIST", "oats 60 aO.KRAV, sugar 40 aC",
         {"label_text": "KRAV oats 60 %"}, ()),
        ("KRAV_INGREDIENT_LIST", "oats 60 aO.KRAV, sugar 40 aC",
         {"label_text": "Krav oats 60 %"}, ("COMPANION",)),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": "Ingredients: apple, sugar"}, ()),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"60 % {OF_RULES}. {LISTED}"}, ()),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"61 % {OF_RULES}. {LISTED}"},
         ("PERCENT_OVERSTATED",)),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"Organically grown. {LISTED}"},
         ("FORBIDDEN_WORD",)),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"Certified organic. {LISTED}"},
         ("FORBIDDEN_WORD",)),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"BioGro 60 % {OF_RULES}. {LISTED}"},
         ("FORBIDDEN_WORD",)),
        ("BIOGRO_INGREDIENT_LIST", GROWN, {"label_text": f"{LISTED}. Organically grown, BioGro"},
         ()),
        ("BUD_BIO", BUD, {"shipment": AIR}, ("AIR_FREIGHT",)),
        ("BUD_BIO", BUD, {"licence": False}, ("LICENCE_MISSING",)),
        ("BUD_CONVERSION", TURNING_BUD, {"label_text": CONVERSION}, ()),
        ("BUD_CONVERSION", TURNING_BUD, {"label_text": f"{CONVERSION}, BIO"},
         ("FORBIDDEN_WORD",)),
        ("ACT_ORGANIC", "rice 95 aO.ACT, sugar 5 aC", {"contract": False}, ("SEAL_CONTRACT",)),
        ("ACT_PERCENT", "rice 70.5 aO.ACT, sugar 29.5 aC",
         {"label_text": f"71 % organic materials. {LISTED}"}, ("PERCENT_OVERSTATED",)),
        ("ACT_PERCENT", "rice 70.5 aO.ACT, sugar 29.5 aC",
         {"label_text": f"70 % organic materials. {LISTED}"}, ()),
    ],
    ids=["23a", "23b", *(f"1.1 W3{part}" for part in "efghijk"), "25c", "25d", "26a", "26b",
         "28c", "29c", "29d"],
)  # fmt: skip
def test_words_licences_and_transport(
    claim: str, text: str, more: dict[str, Any], codes: tuple[str, ...]
) -> None:
    """Vectors 23, 25, 26, 28 and 29: beside the recipe, what the label says and who may say it."""
    assert codes == judged(claim, text, **more)


def test_a_listed_claim_has_no_seal() -> None:
    """Vector 31: a seal on goods that are only listed."""

    def seal(goods: Goods) -> None:
        goods.mark("ACT")
        goods.apply("2024-05-01")

    assert judged("ACT_LISTED", "rice 50 aO.ACT, sugar 50 aC", more=seal) == ("SEAL_NOT_ALLOWED",)


@pytest.mark.parametrize(
    ("produced_on", "codes"),
    [(date(2024, 5, 1), ()), (date(2024, 4, 30), ("CONVERSION_PERIOD",))],
    ids=["31b", "31c"],
)
def test_act_under_eu_rules_asks_a_year_of_certification(
    produced_on: date, codes: tuple[str, ...]
) -> None:
    """Vector 31: certified from 2023-05-01, goods in conversion from a year later."""

    def certify(goods: Goods) -> None:
        goods.facts = [fact for fact in goods.facts if getattr(fact, "scheme", "") != "ACT_EU"
                       or type(fact).__name__ == "LabelApproved"]  # fmt: skip
        goods.certify("OP", "ACT_EU", "PRODUCER", from_=date(2023, 5, 1))

    assert codes == judged(
        "ACT_EU_IN_CONVERSION", "rice 100 aI.ACT_EU", produced_on=produced_on, more=certify
    )


def field(crop: str, registered: str, last: str | None = None, **own: Any) -> Field:
    """A field of a crop; dates as text."""
    return Field(
        registered_on=date.fromisoformat(registered),
        last_prohibited_input_on=None if last is None else date.fromisoformat(last),
        crop=crop,  # type: ignore[arg-type] # the tables name real crops
        **own,
    )


@pytest.mark.parametrize(
    ("class_", "codes"),
    [
        ("PLANT", ("FIELD_MISSING", "ROUTE_CONVERSION")),
        ("LIVESTOCK", ("CONVERSION_CLASS", "ROUTE_CONVERSION")),
    ],
)
def test_in_conversion_is_said_on_the_jas_route_only(class_: str, codes: tuple[str, ...]) -> None:
    """Goods for equivalence are not labelled so, and livestock never is."""
    assert codes == judged("JAS_IN_CONVERSION", "", class_, route="NOP", country="US")


FIELDS = [
    # number, class, field, produced, claim, codes
    ("36a", "EU", field("ANNUAL", "2023-05-01"), "2024-05-01", "EU_IN_CONVERSION", ""),
    ("36b", "EU", field("ANNUAL", "2023-05-01"), "2024-04-30", "EU_IN_CONVERSION",
     "CONVERSION_PERIOD"),
    ("37a", "PLANT", field("PERENNIAL", "2021-04-01"), "2024-04-01", "JAS_ORGANIC", ""),
    ("37b", "PLANT", field("PERENNIAL", "2021-04-01"), "2024-03-31", "JAS_ORGANIC",
     "FIELD_PERIOD"),
    ("37c", "PLANT", field("PERENNIAL", "2021-04-01"), "2024-03-31", "JAS_IN_CONVERSION", ""),
    ("38a", "PLANT", field("ANNUAL", "2023-01-10", "2022-05-01"), "2024-05-01", "JAS_ORGANIC", ""),
    ("38b", "PLANT", field("ANNUAL", "2023-01-10", "2022-05-01"), "2024-04-30", "JAS_ORGANIC",
     "FIELD_PERIOD"),
    ("38c", "PLANT", field("ANNUAL", "2023-01-10", "2024-02-29"), "2025-02-28",
     "JAS_IN_CONVERSION", "CONVERSION_PERIOD"),
    ("38d", "PLANT", field("ANNUAL", "2023-01-10", "2024-02-29"), "2025-03-01",
     "JAS_IN_CONVERSION", ""),
    ("39a", "PLANT", field("ANNUAL", "2022-05-01"), "2024-05-01", "JAS_ORGANIC", ""),
    ("39b", "PLANT", field("ANNUAL", "2022-05-01"), "2024-04-30", "JAS_ORGANIC", "FIELD_HISTORY"),
    ("39c", "PLANT", field("ANNUAL", "2022-05-01"), "2023-05-01", "JAS_ORGANIC", "FIELD_HISTORY"),
    ("39d", "PLANT", field("ANNUAL", "2022-05-01"), "2023-04-30", "JAS_ORGANIC", "FIELD_PERIOD"),
    ("40a", "PLANT", field("PERENNIAL", "2010-01-01", "2023-05-01"), "2024-05-01",
     "JAS_IN_CONVERSION", ""),
    ("40b", "PLANT", field("PERENNIAL", "2010-01-01", "2023-05-01"), "2024-04-30",
     "JAS_IN_CONVERSION", "CONVERSION_PERIOD"),
    ("41a", "WILD_PLANT", field("WILD", "2023-01-01", "2021-06-10"), "2024-06-10", "JAS_ORGANIC",
     ""),
    ("41b", "WILD_PLANT", field("WILD", "2023-01-01", "2021-06-10"), "2024-06-09", "JAS_ORGANIC",
     "FIELD_PERIOD"),
    ("41c", "WILD_PLANT", field("WILD", "2023-01-01", "2021-06-10"), "2024-06-10",
     "JAS_IN_CONVERSION", "WILD_CONVERSION"),
    ("42a", "FEED", field("PERENNIAL", "2022-04-01"), "2024-04-01", "JAS_ORGANIC", ""),
    ("42b", "PLANT", field("PERENNIAL", "2022-04-01"), "2024-04-01", "JAS_ORGANIC",
     "FIELD_PERIOD"),
    ("P10", "PLANT", field("ANNUAL", "2020-01-01", "2022-05-01", sown_on=date(2024, 4, 30)),
     "2024-09-01", "JAS_ORGANIC", "FIELD_PERIOD"),
    ("1.1 W4a", "PLANT", field("ANNUAL", "2024-06-01", sown_on=date(2025, 3, 1)), "2025-06-01",
     "JAS_IN_CONVERSION", ""),
    ("1.1 W4b", "PLANT", field("ANNUAL", "2024-06-01", sown_on=date(2025, 3, 1)), "2025-05-31",
     "JAS_IN_CONVERSION", "CONVERSION_PERIOD"),
    ("9 W4c", "PLANT", field("ANNUAL", "2024-06-01", land="NEW", sown_on=date(2025, 6, 1)),
     "2025-09-01", "JAS_ORGANIC", ""),
    ("9 W4d", "PLANT", field("ANNUAL", "2024-06-01", land="NEW", sown_on=date(2025, 5, 31)),
     "2025-09-01", "JAS_ORGANIC", "FIELD_PERIOD"),
    ("9 W4e", "PLANT", field("ANNUAL", "2023-06-01", "2023-06-01", sown_on=date(2025, 6, 1)),
     "2025-09-01", "JAS_ORGANIC", ""),
    ("9 W4f", "PLANT", field("ANNUAL", "2023-06-01", "2023-06-01", sown_on=date(2025, 5, 31)),
     "2025-09-01", "JAS_ORGANIC", "FIELD_PERIOD"),
    ("P11a", "PLANT", field("ANNUAL", "2023-05-01", land="NEW"), "2024-05-01", "JAS_ORGANIC", ""),
    ("P11b", "PLANT", field("ANNUAL", "2023-05-01", land="CULTIVATED"), "2024-05-01",
     "JAS_ORGANIC", "FIELD_PERIOD"),
    ("F7", "PLANT", None, "2024-05-01", "JAS_ORGANIC", "FIELD_MISSING"),
    ("F8", "PLANT", field("WILD", "2010-01-01"), "2024-05-01", "JAS_ORGANIC", "FIELD_CROP"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("class_", "field", "produced", "claim", "codes"),
    [row[1:] for row in FIELDS],
    ids=[row[0] for row in FIELDS],
)
def test_a_field_reaches_its_status_on_the_day(
    class_: str, field: Field | None, produced: str, claim: str, codes: str
) -> None:
    """Vectors 36 to 42: years under the standard, met on their last day and not one before."""
    text = {"EU": "wheat 100 aI.EU", "FEED": "grass 100 aO.JAS"}.get(class_, "")
    judged_class = "PROCESSED_PLANT" if class_ == "EU" else class_
    on = date.fromisoformat(produced)

    assert tuple(codes.split()) == judged(claim, text, judged_class, on, field=field)


def test_a_field_of_the_far_future_has_reached_nothing() -> None:
    """Years after the end of the calendar are not reached, and nothing falls over them."""
    far = field("ANNUAL", "9998-05-01")

    assert field_status(far, date(9999, 12, 30), "PLANT").reached == "IN_CONVERSION"
    assert field_status(far, date(2024, 5, 1), "PLANT").reached is None


def test_what_a_field_reached_is_told() -> None:
    """A perennial field of two years is in conversion; of three it is organic."""
    two, three = field("PERENNIAL", "2022-05-01"), field("PERENNIAL", "2021-05-01")

    assert field_status(two, date(2024, 5, 1), "PLANT").reached == "IN_CONVERSION"
    assert field_status(three, date(2024, 5, 1), "PLANT").reached == "ORGANIC"


NAMES = [
    ("有機栽培わらび", "WILD_PLANT", "PL5", "NAME_FORM_CLASS"),
    ("有機わらび", "WILD_PLANT", "PL6", ""),
    ("わらび（有機農産物）", "WILD_PLANT", "PL3", ""),
    ("有機栽培キャベツ", "PLANT", "PL5", ""),
    ("有機栽培農産物", "PLANT", "PL2", ""),
    ("有機農産物", "PLANT", "PL1", ""),
    ("有機栽培農産物 キャベツ", "FUNGI", "PL4", ""),
    ("キャベツ（オーガニック）", "PLANT", "PL7", ""),
    ("有機畜産卵", "LIVESTOCK", "LV3", ""),
    ("有機畜産物", "LIVESTOCK", "LV1", ""),
    ("卵（有機畜産物）", "LIVESTOCK", "LV2", ""),
    ("オーガニック卵", "LIVESTOCK", "LV5", ""),
    ("有機卵", "LIVESTOCK", "LV4", ""),
    ("有機豆腐", "PROCESSED_PLANT", "PR1", ""),
    ("オーガニック豆腐", "PROCESSED_MIXED", "PR2", ""),
    ("有機日本酒", "ALCOHOL", "PR1", ""),
    ("有機飼料", "FEED", "FD1", ""),
    ("オーガニック飼料", "FEED", "FD1", ""),
    ("乾草（有機飼料）", "FEED", "FD2", ""),
    ("オーガニック飼料乾草", "FEED", "FD3", ""),
    ("転換期間中 有機豆腐", "PROCESSED_PLANT", "PR1", ""),
    ("豆腐", "PROCESSED_PLANT", None, "NAME_FORM_CLASS"),
    # 2 N1: what names another family is no general form of this one
    ("有機畜産物牛肉", "PLANT", None, "NAME_FORM_CLASS"),
    ("有機畜産物牛肉", "LIVESTOCK", "LV2", ""),
    ("有機畜産", "PLANT", None, "NAME_FORM_CLASS"),
    ("有機畜産物", "PROCESSED_LIVESTOCK", None, "NAME_FORM_CLASS"),
    ("有機畜産物牛肉（転換期間中）", "PLANT", None, "NAME_FORM_CLASS"),
    ("有機農産物キャベツ", "LIVESTOCK", None, "NAME_FORM_CLASS"),
    ("有機栽培農産物", "PROCESSED_PLANT", None, "NAME_FORM_CLASS"),
    ("オーガニック飼料乾草", "PLANT", None, "NAME_FORM_CLASS"),
    ("有機飼料", "PROCESSED_PLANT", None, "NAME_FORM_CLASS"),
    ("有機栽培ぶどう酒", "ALCOHOL", "PR1", ""),
]


@pytest.mark.parametrize(("text", "class_", "form", "codes"), NAMES)
def test_a_name_is_the_first_form_that_matches(
    text: str, class_: str, form: str | None, codes: str
) -> None:
    """Vectors 43 and 44: forms are tried in order, and belong to classes."""
    found = name_form(text, class_, date(2024, 5, 1))

    assert (form, tuple(codes.split())) == (found.code, found.verdict.codes)


def test_alcohol_has_no_form_before_its_standard() -> None:
    """The forms of processed food hold for alcohol from 2022-10-01."""
    before = name_form("有機日本酒", "ALCOHOL", date(2022, 9, 30))

    assert before.verdict.codes == ("NAME_FORM_CLASS",)
    assert name_form("有機日本酒", "ALCOHOL", date(2022, 10, 1)).verdict.proven


TOFU = "soy 90 aO.JAS, soybean 10 aI.JAS"


@pytest.mark.parametrize(
    ("form", "codes"),
    [("有機豆腐", ("CONVERSION_UNDECLARED",)), ("有機豆腐（転換期間中）", ())],
    ids=["44c", "44d"],
)
def test_goods_in_conversion_say_so_beside_the_name(form: str, codes: tuple[str, ...]) -> None:
    """Vector 44: 転換期間中 stands before or behind the name."""
    assert codes == judged("JAS_IN_CONVERSION", TOFU, name_form=form)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (None, ("CLASH",)),
        ("有機ピザ", ("CLASH",)),
        ("有機ピザ 有機農産物加工食品ではない", ()),
    ],
)
def test_a_mixed_product_does_not_pass_as_a_plant_product(
    text: str | None, codes: tuple[str, ...]
) -> None:
    """Vector 45: a plant product of the same name is registered."""

    def register(goods: Goods) -> None:
        goods.add("ProductRegistered", product="PR2", name="ピザ", operator="OP",
                  class_="PROCESSED_PLANT", recipe_version=1)  # fmt: skip

    assert codes == judged(
        "JAS_ORGANIC",
        "flour 50 aO.JAS, milk 50 lO.JAS",
        "PROCESSED_MIXED",
        name="ピザ",
        name_form="有機ピザ",
        label_text=text,
        more=register,
    )
