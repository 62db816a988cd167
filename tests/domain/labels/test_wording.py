"""The wording of labels: lists of ingredients, who stands on them, words that none may have."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.labels.claims import claim_row, scheme_of
from ledger.labels.ingredients import ingredient_list
from ledger.labels.schemes.scheme import SCHEMES, Operator, Wording
from ledger.labels.verdict import Verdict
from ledger.labels.wording import wording
from tests.domain.labels.goods import DAY, Goods, judged, recipe

RICE = "rice 95 aO.ACT, sugar 5 aC"


def worded(claim: str, goods: str, text: str, **own: Any) -> tuple[str, ...]:
    """The codes of a label's words alone, with their details."""
    row = claim_row(claim, DAY)
    assert row is not None
    class_ = own.pop("class_", "PROCESSED_PLANT")
    made = recipe(goods, class_, own.pop("product", "品"))
    verdict = Verdict.of(wording(Wording(text=text, row=row, on=DAY, recipe=made, **own)))
    return verdict.codes


LISTS: list[tuple[str, str, str, str, str]] = [
    # what, class, goods, text, codes
    ("in order", "", RICE,
     "organic product. Ingredients: organic rice 95 %, sugar 5 %", ""),
    ("rising", "", RICE, "organic product. Ingredients: sugar 5 %, organic rice 95 %", "COMPANION"),
    ("equal", "", "rice 50 aO.ACT, oats 50 aO.ACT",
     "Ingredients: organic rice 50 %, organic oats 50 %", ""),
    ("a share is missing", "", RICE, "Ingredients: organic rice 95 %, sugar", "COMPANION"),
    ("nothing marked", "", RICE, "organic product. Ingredients: rice 95 %, sugar 5 %", "COMPANION"),
    ("too much marked", "", RICE, "Ingredients: organic rice 95 %, organic sugar 5 %", "COMPANION"),
    ("called not organic", "", RICE, "Ingredients: organic rice 95 %, non-organic sugar 5 %", ""),
    ("no list", "", RICE, "organic rice 95 %, sugar 5 %", "COMPANION"),
    ("a legend", "", RICE, "Ingredients: rice* 95 %, sugar 5 %. * organic", ""),
    ("a legend further down", "", RICE, "Ingredients: rice* 95 %, sugar 5 %\n\n*organic", ""),
    ("a mark without legend", "", RICE, "Ingredients: rice* 95 %, sugar 5 %", "COMPANION"),
    ("a legend on the wrong one", "", RICE, "Ingredients: rice 95 %, sugar* 5 %. * organic",
     "COMPANION"),
    ("other words after a blank line", "", RICE,
     "Ingredients: organic rice 95 %, sugar 5 %\n\nKeep dry, cool, dark", ""),
    ("other words at once", "", RICE,
     "Ingredients: organic rice 95 %, sugar 5 %\nKeep dry, cool, dark", "COMPANION"),
    ("semicolons", "", RICE, "Ingredients: organic rice 95 %; sugar 5 %", ""),
    ("full width", "", RICE, "Ingredients： organic rice 95％， sugar 5％", ""),
    ("in Thai", "", RICE, "ส่วนประกอบ: organic rice 95 %, sugar 5 %", ""),
    ("decimal commas", "", "rice 95.5 aO.ACT, sugar 4.5 aC",
     "Ingredients: organic rice 95,5 %, sugar 4,5 %", ""),
    ("a name within a name", "", "rice bran 60 aC, rice 40 aO.ACT",
     "Ingredients: rice bran 60 %, organic rice 40 %", ""),
    ("in conversion", "", "rice 95 aI.ACT, sugar 5 aC", "Ingredients: rice 95 %, sugar 5 %", ""),
    ("one ingredient", "", "rice 100 aO.ACT", "organic rice", ""),
    ("unprocessed", "PLANT", "", "organic rice", ""),
    ("several unprocessed", "PLANT", "rice 60 aO.ACT, bean 40 aO.ACT", "organic rice and bean",
     "COMPANION"),
    ("drinks", "ALCOHOL", "rice 98 aO.ACT, koji 2 aO.ACT", "organic sake", "COMPANION"),
]  # fmt: skip


@pytest.mark.parametrize("claim", ["ACT_ORGANIC", "ACT_LISTED"])
@pytest.mark.parametrize(
    ("class_", "goods", "text", "codes"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS]
)
def test_act_lists_what_is_in_it(
    claim: str, class_: str, goods: str, text: str, codes: str
) -> None:
    """6.2: of several ingredients each with its share, by falling weight, organic ones marked."""
    text = text.replace("organic product. ", "") if claim == "ACT_LISTED" else text

    assert tuple(codes.split()) == worded(claim, goods, text, class_=class_ or "PROCESSED_PLANT")


KRAV_GOODS = "oats 90 aO.KRAV, apple 5 aO.EU, sugar 5 aC"
CODE = "SE-EKO-001. "
KRAV: list[tuple[str, str, str, str]] = [
    # what, goods, list, codes
    ("told apart", KRAV_GOODS, "Ingredients: KRAV oats 90 %, organic apple 5 %, sugar 5 %", ""),
    ("in Swedish", KRAV_GOODS, "Ingredienser: KRAV-oats, ekologisk apple, sugar", ""),
    ("EU-eko", KRAV_GOODS, "Ingredients: oats (KRAV), EU-eko apple, sugar", ""),
    ("EU organic", KRAV_GOODS, "Ingredients: KRAV oats, EU organic apple, sugar", ""),
    ("by legends", KRAV_GOODS,
     "Ingredients: oats*, apple**, sugar. * KRAV-certified ** EU organic", ""),
    ("the other is called nothing", KRAV_GOODS, "Ingredients: KRAV oats, apple, sugar",
     "COMPANION"),
    ("the other is called KRAV", KRAV_GOODS, "Ingredients: KRAV oats, organic KRAV apple, sugar",
     "COMPANION"),
    ("its own is called organic alone", KRAV_GOODS,
     "Ingredients: organic oats, organic apple, sugar", "COMPANION"),
    ("KRAV stands elsewhere", KRAV_GOODS, "KRAV muesli. Ingredients: oats, organic apple, sugar",
     "COMPANION"),
    ("not in capitals", KRAV_GOODS, "Ingredients: Krav oats, organic apple, sugar", "COMPANION"),
    ("no list", KRAV_GOODS, "KRAV muesli", "COMPANION"),
    ("nothing else is organic", "oats 95 aO.KRAV, sugar 5 aC", "Ingredients: oats, sugar", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("goods", "text", "codes"), [row[1:] for row in KRAV], ids=[row[0] for row in KRAV]
)
def test_krav_is_told_from_other_organic(goods: str, text: str, codes: str) -> None:
    """6.2: in the list, item by item; elsewhere on the label it does not do."""
    assert tuple(codes.split()) == worded("KRAV_MARK", goods, CODE + text)


GMO_FREE = [
    "GMO-free", "GM free", "free of GMOs", "no GMO", "no GMOs", "non-GM", "non GMO",
    "not genetically modified", "not genetically engineered", "without GMO",
    "without genetic engineering", "without genetic modification", "GMO-fri", "GMO-fritt",
    "gmofria", "fritt från GMO", "fria från gmo", "utan GMO", "ej genmodifierad",
    "inte genmodifierade", "icke-genmodifierat", "genteknikfri", "GMO-frei", "gentechnikfrei",
    "ohne Gentechnik", "sans OGM", "uden GMO", "uten GMO", "GMO-vapaa", "ei GMO",
    "geenimuuntelematon",
]  # fmt: skip
THAI = ["ปลอดจีเอ็มโอ", "ข้าวปราศจากจีเอ็มโอ"]
SINGLE = {"KRAV_MARK": "oats 100 aO.KRAV", "KRAV_CONTAINS": "oats 100 aO.KRAV",
          "KRAV_INGREDIENT_LIST": "oats 100 aO.KRAV", "ACT_ORGANIC": "rice 100 aO.ACT",
          "ACT_PERCENT": "rice 100 aO.ACT", "ACT_LISTED": "rice 100 aO.ACT"}  # fmt: skip


@pytest.mark.parametrize("said", GMO_FREE + THAI)
@pytest.mark.parametrize("claim", SINGLE)
def test_nobody_says_free_of_gene_modification(claim: str, said: str) -> None:
    """6.2: in no language of the markets; in Thai on ACT's labels, which go there."""
    forbidden = said not in THAI or claim.startswith("ACT_")

    assert ("FORBIDDEN_WORD" in worded(claim, SINGLE[claim], f"Oats, {said}.")) is forbidden


@pytest.mark.parametrize("said", ["gmo", "free oats", "frigmoist", "pregmo free", "gentechnik"])
@pytest.mark.parametrize("claim", SINGLE)
def test_other_words_may_stand(claim: str, said: str) -> None:
    """6.2: whole words alone are forbidden."""
    assert "FORBIDDEN_WORD" not in worded(claim, SINGLE[claim], f"Oats, {said}.")


def test_other_schemes_may_say_it() -> None:
    """6.2: nothing is known of the rules of others."""
    assert worded("NOP_ORGANIC", "oats 100 aO.NOP", "GMO-free oats") == ()
    assert (
        worded("ACT_EU_IN_CONVERSION", "rice 100 aI.ACT_EU", "in conversion, ACT, GMO-free") == ()
    )


OPERATOR = Operator("Rice & Sons Co.", "12/3 Moo 4, Chiang Mai 50000")
STANDING: list[tuple[str, Operator | None, str, str]] = [
    ("both", OPERATOR, "Rice & Sons Co., 12/3 Moo 4, Chiang Mai 50000", ""),
    ("otherwise written", OPERATOR, "RICE  &  SONS CO\n12/3 moo 4 / chiang-mai ５００００", ""),
    ("no name", OPERATOR, "12/3 Moo 4, Chiang Mai 50000", "COMPANION"),
    ("no address", OPERATOR, "Rice & Sons Co.", "COMPANION"),
    ("part of the address", OPERATOR, "Rice & Sons Co., Chiang Mai", "COMPANION"),
    ("address not registered", Operator("Rice & Sons Co.", None), "Rice & Sons Co.",
     "ADDRESS_MISSING"),
    ("neither", Operator("Rice & Sons Co.", None), "x", "ADDRESS_MISSING COMPANION"),
    ("not asked", None, "x", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "text", "codes"), [row[1:] for row in STANDING], ids=[row[0] for row in STANDING]
)
@pytest.mark.parametrize("claim", ["ACT_ORGANIC", "ACT_LISTED", "ACT_EU_IN_CONVERSION"])
def test_act_labels_name_their_operator(
    claim: str, operator: Operator | None, text: str, codes: str
) -> None:
    """6.2: name and address; what is not registered cannot be compared."""
    turning = claim == "ACT_EU_IN_CONVERSION"
    goods = "rice 100 aI.ACT_EU" if turning else "rice 100 aO.ACT"
    own = ". In conversion, ACT" if turning else ""

    assert tuple(codes.split()) == worded(claim, goods, text + own, operator=operator)


@pytest.mark.parametrize(
    ("address", "text", "codes"),
    [
        ("1 Road", "Operator, 1 Road", ()),
        ("1 Road", "Operator", ("COMPANION",)),
        (None, "Operator", ("ADDRESS_MISSING",)),
        (None, None, ()),
    ],
)
def test_the_operator_of_a_lot_is_who_is_registered(
    address: str | None, text: str | None, codes: tuple[str, ...]
) -> None:
    """6.2: asked of lots with a wording; the address as registered."""

    def register(goods: Goods) -> None:
        goods.add("PartyRegistered", "2001-01-02", party="OP", name="Operator", country="TH",
                  address=address)  # fmt: skip

    assert codes == judged("ACT_ORGANIC", "rice 100 aO.ACT", label_text=text, more=register)


TOFU = "soy 90 aO.JAS, wheat 10 aI.JAS"
TURNING: list[tuple[str, str | None, str, str]] = [
    ("behind the name", "有機豆腐", "有機豆腐（転換期間中）", ""),
    ("before the name", "有機豆腐", "転換期間中 有機豆腐", ""),
    ("before it in brackets", "有機豆腐", "【転換期間中】有機豆腐", ""),
    ("the form says it too", "有機豆腐（転換期間中）", "有機豆腐 (転換期間中)", ""),
    ("beside another form of it", None, "オーガニック豆腐（転換期間中）", ""),
    ("beside the commodity's name", "有機豆腐", "豆腐（転換期間中） 有機豆腐", ""),
    ("the code of a form", "PR1", "転換期間中有機豆腐", ""),
    ("elsewhere", "有機豆腐", "転換期間中のほ場。有機豆腐", "COMPANION_PLACE"),
    ("words between", "有機豆腐", "有機豆腐は転換期間中", "COMPANION_PLACE"),
    ("two brackets between", "有機豆腐", "「有機豆腐」（転換期間中）", "COMPANION_PLACE"),
    ("nowhere", "有機豆腐", "有機豆腐", "COMPANION"),
    ("no name in the text", "有機豆腐", "この商品は転換期間中です", ""),
]


@pytest.mark.parametrize(
    ("name", "text", "codes"), [row[1:] for row in TURNING], ids=[row[0] for row in TURNING]
)
def test_in_conversion_is_said_beside_the_name(name: str | None, text: str, codes: str) -> None:
    """6.2: at most a bracket and spaces between; elsewhere it is unproven, nowhere it is broken."""
    found = worded("JAS_IN_CONVERSION", TOFU, text, name=name, product="豆腐")

    assert tuple(codes.split()) == found


PIZZA = "flour 50 aO.JAS, milk 50 lO.JAS"
NOT_PLANT = "有機農産物加工食品ではない"
CLASHES: list[tuple[str, str, bool]] = [
    ("on the line of the name", f"有機ピザ {NOT_PLANT}", True),
    ("on the next line", f"有機ピザ\n（{NOT_PLANT}）", True),
    ("excepted", "有機ピザ\n有機農産物加工食品以外", True),
    ("two lines below", f"有機ピザ\n冷凍\n{NOT_PLANT}", False),
    ("above", f"{NOT_PLANT}\n有機ピザ", False),
    ("behind the list", f"有機ピザ 原材料名：有機小麦粉、有機乳 {NOT_PLANT}", False),
    ("nowhere", "有機ピザ", False),
    ("no name in the text", f"冷凍食品\nお早めに\n{NOT_PLANT}", True),
]


@pytest.mark.parametrize(
    ("text", "disclaimed"), [row[1:] for row in CLASHES], ids=[row[0] for row in CLASHES]
)
def test_a_mixed_product_disclaims_beside_its_name(text: str, disclaimed: bool) -> None:  # noqa: FBT001 - a column
    """6.2: before the list, on the line of the name or on the next."""

    def register(goods: Goods) -> None:
        goods.add("ProductRegistered", product="PR2", name="ピザ", operator="OP",
                  class_="PROCESSED_PLANT", recipe_version=1)  # fmt: skip

    codes = judged(
        "JAS_ORGANIC", PIZZA, "PROCESSED_MIXED", name="ピザ", name_form="有機ピザ",
        label_text=text, more=register,
    )  # fmt: skip

    assert ("CLASH" in codes) is not disclaimed


SENTENCE = (
    "of the agricultural ingredients were produced in accordance with the rules of organic "
    "production"
)
BIOGRO: list[tuple[str, str, str]] = [
    ("in the list alone", "Jam. Ingredients: organic apple 70 %, sugar 30 %", ""),
    ("organic before the list", "Organic jam. Ingredients: apple, sugar", "FORBIDDEN_WORD"),
    ("the sentence before the list", f"Jam. 70 % {SENTENCE}. Ingredients: apple, sugar", ""),
    ("said too high", f"Jam. 71 % {SENTENCE}. Ingredients: apple, sugar", "PERCENT_OVERSTATED"),
]


@pytest.mark.parametrize(
    ("text", "codes"), [row[1:] for row in BIOGRO], ids=[row[0] for row in BIOGRO]
)
@pytest.mark.parametrize(("share", "rest"), [("70", "30"), ("96", "4")], ids=["below", "above"])
def test_biogros_sentence_is_no_forbidden_word(
    text: str, codes: str, share: str, rest: str
) -> None:
    """6.2: it is left out before the others are looked for; its share is judged in either band."""
    text = text.replace("70 %", f"{share} %").replace("71 %", f"{int(share) + 1} %")
    goods = f"apple {share} aO.BIOGRO, sugar {rest} aC"

    assert tuple(codes.split()) == worded("BIOGRO_INGREDIENT_LIST", goods, text)


@pytest.mark.parametrize(
    ("certified", "text", "codes"),
    [
        (("KRAV",), "SE-EKO-001 KRAV oats", ("COMPANION",)),
        (("KRAV",), "SE-EKO-001 KRAV oats, Body AB", ()),
        (("KRAV", "EU"), "SE-EKO-001 KRAV oats", ()),
    ],
)
def test_goods_of_krav_alone_name_its_body(
    certified: tuple[str, ...], text: str, codes: tuple[str, ...]
) -> None:
    """6.2: who is not certified under the rules of the EU too names the body of the standard."""

    def register(goods: Goods) -> None:
        goods.add("PartyRegistered", party="BODY", name="Body AB", country="SE")
        for scheme in certified[1:]:
            goods.certify("OP", scheme, "PROCESSOR")

    found = judged("KRAV_MARK", "oats 100 aO.KRAV", country="SE", label_text=text, more=register)

    assert found == codes


WORDS = st.sampled_from(
    ["ingredients", "Ingredienser:", "原材料名：", "organic", "KRAV", "rice", "sugar", "95 %",
     "5,5%", "*", "**", ",", ";", "、", "\n\n", "(", "有機", "転換期間中", "a", "% ", "†"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    """A label may say anything: every claim has a verdict, and no item is empty."""
    listed = ingredient_list(text)
    assert listed is None or all(item.text.strip() for item in listed.items)
    for claim, goods in (
        ("ACT_ORGANIC", RICE), ("KRAV_MARK", KRAV_GOODS), ("JAS_IN_CONVERSION", TOFU),
        ("BIOGRO_INGREDIENT_LIST", "apple 70 aO.BIOGRO, sugar 30 aC"),
    ):  # fmt: skip
        worded(claim, goods, text, operator=OPERATOR)


def test_the_hook_of_a_scheme_is_asked_without_a_recipe() -> None:
    """What is not known of the goods is not asked of the words."""
    for claim in ("ACT_ORGANIC", "KRAV_MARK", "JAS_INGREDIENT_MENTION"):
        row = claim_row(claim, DAY)
        assert row is not None
        assert list(SCHEMES[scheme_of(claim) or ""].words(Wording(text="", row=row, on=DAY))) == []
