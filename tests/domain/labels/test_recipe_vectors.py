"""Claims on recipes, vector by vector: what a list of ingredients allows to be said."""

from datetime import date
from typing import Any

import pytest

from ledger.labels.check import eligible
from ledger.labels.claims import scheme_of
from tests.domain.labels.goods import NAME_FORMS, judged, recipe, turning

VECTORS: list[tuple[str, str, str, str, str]] = [
    # number, claim, class, recipe, codes
    ("1", "JAS_ORGANIC", "", "soy 80 aO.JAS, wheat 15 aO.JAS, sugar 5 aC", ""),
    ("2", "JAS_ORGANIC", "", "soy 80 aO.JAS, wheat 14.999 aO.JAS, sugar 5.001 aC",
     "RESTRICTED_OVER_5"),
    ("3a", "JAS_ORGANIC", "", "water 50 w, salt 2 n, soy 45.6 aO.JAS, sugar 2.4 aC", ""),
    ("3b", "JAS_ORGANIC", "", "water 50 w, salt 2 n, soy 45.599 aO.JAS, sugar 2.401 aC",
     "RESTRICTED_OVER_5"),
    ("4a", "JAS_ORGANIC", "", "soy 95 aO.JAS, sugar 4 aC, CALCIUM_SULFATE 1 d", "ADDITIVE_USE"),
    ("4b", "JAS_ORGANIC", "", "soy 94.999 aO.JAS, sugar 4 aC, CALCIUM_SULFATE 1.001 d",
     "ADDITIVE_USE RESTRICTED_OVER_5"),
    ("5", "JAS_ORGANIC", "", "soy 95 aO.JAS, sugar 4 aC, ACTIVATED_CARBON 1 p", ""),
    ("6a", "JAS_ORGANIC", "", "soy 99 aO.JAS, ASPARTAME 1 d", "ADDITIVE_NOT_LISTED"),
    ("6b", "JAS_ORGANIC", "", "soy 99 aO.JAS, SODIUM_L_ASCORBATE 1 d", "ADDITIVE_CLASS"),
    ("7a", "JAS_ORGANIC", "", 'soy 96 aO.JAS, "Organic Soy" 4 aC', "SAME_KIND"),
    ("7b", "JAS_ORGANIC", "", 'soy 96 aO.JAS, "soy flour" 4 aC', ""),
    ("8a", "JAS_ORGANIC", "", "soy 96 aO.JAS, starch 4 aC !gmo", "GMO"),
    ("8b", "JAS_ORGANIC", "", "soy 96 aO.JAS, spice 4 aC !irradiated", "IRRADIATED"),
    ("9a", "JAS_ORGANIC", "", "flour 94 aO.JAS, milk 6 lO.JAS", "RESTRICTED_OVER_5"),
    ("9b", "JAS_ORGANIC", "PROCESSED_MIXED", "flour 94 aO.JAS, milk 6 lO.JAS", ""),
    ("10", "JAS_ORGANIC", "PROCESSED_MIXED", "flour 96 aO.JAS, milk 4 lO.JAS", "CLASS_MISMATCH"),
    ("11a", "JAS_ORGANIC", "PROCESSED_LIVESTOCK", "milk 95 lO.JAS, berry 5 aO.JAS", ""),
    ("11b", "JAS_ORGANIC", "PROCESSED_LIVESTOCK", "milk 94.999 lO.JAS, berry 5.001 aO.JAS",
     "RESTRICTED_OVER_5"),
    ("12a", "JAS_ORGANIC", "", "soy 90 aO.JAS, wheat 10 aI.JAS", "CONVERSION_UNDECLARED"),
    ("12b", "JAS_IN_CONVERSION", "", "soy 90 aO.JAS, wheat 10 aI.JAS", ""),
    ("13a", "JAS_IN_CONVERSION", "", "soy 100 aO.JAS", "NOT_IN_CONVERSION"),
    ("13b", "JAS_IN_CONVERSION", "LIVESTOCK", "", "CONVERSION_CLASS"),
    ("14a", "JAS_ORGANIC", "FEED",
     "corn 90.25 aO.JAS, fish meal 4.75 sC, salt 1 n, limestone 4 d", ""),
    ("14b", "JAS_ORGANIC", "FEED", "corn 90 aO.JAS, fish meal 5 sC, salt 1 n, limestone 4 d",
     "RESTRICTED_OVER_5"),
    ("15", "JAS_ORGANIC", "FEED", "corn 99 aO.JAS, bone meal 1 lC", "FEED_ANIMAL_PRODUCT"),
    ("16a", "JAS_ORGANIC", "", "soy 96 aO.NOP, sugar 4 aC", "RESTRICTED_OVER_5"),
    ("16b", "JAS_ORGANIC", "", "soy 96 aO, sugar 4 aC", "INGREDIENT_SCHEME"),
    ("17", "JAS_ORGANIC", "", "soy 60 aO.JAS, sugar 30 aC", "RECIPE_SUM RESTRICTED_OVER_5"),
    ("19a", "NOP_MADE_WITH", "", "oats 70 aO.NOP, sugar 30 aC", ""),
    ("19b", "NOP_MADE_WITH", "", "oats 69.999 aO.NOP, sugar 30.001 aC", "ORG_BELOW_70"),
    ("20a", "KRAV_MARK", "", "oats 90 aO.KRAV, apple 5 aO.EU, sugar 5 aC", ""),
    ("20b", "KRAV_MARK", "", "oats 89.999 aO.KRAV, apple 5.001 aO.EU, sugar 5 aC",
     "KRAV_BELOW_90"),
    ("21a", "KRAV_MARK", "", "oats 95 aO.KRAV, sugar 5 aC", ""),
    ("21b", "KRAV_MARK", "", "oats 94.999 aO.KRAV, sugar 5.001 aC", "ORG_BELOW_95"),
    ("21c", "KRAV_MARK", "", "oats 90 aO.KRAV, oats 5 aO.EU, sugar 5 aC", "SAME_KIND"),
    ("22a", "KRAV_CONTAINS", "", "oats 50 aO.KRAV, apple 45 aO.EU, sugar 5 aC", ""),
    ("22b", "KRAV_CONTAINS", "", "oats 50 aO.KRAV, apple 44.9 aO.EU, sugar 5.1 aC",
     "ORG_BELOW_95"),
    ("24a", "BUD_BIO_SUISSE", "", "wheat 90 aO.BIO_SUISSE CH, cocoa 10 aO.BIO_SUISSE GH", ""),
    ("24b", "BUD_BIO_SUISSE", "", "wheat 89.999 aO.BIO_SUISSE CH, cocoa 10.001 aO.BIO_SUISSE GH",
     "SWISS_BELOW_90"),
    ("25a", "BUD_BIO", "", "wheat 89.999 aO.BIO_SUISSE CH, cocoa 10.001 aO.BIO_SUISSE GH", ""),
    ("25b", "BUD_BIO", "", "wheat 90 aO.BIO_SUISSE CH, cocoa 10 aO.BIO_SUISSE GH", "BUD_VARIANT"),
    ("27a", "BUD_DECLARATION", "", "wheat 10 aO.BIO_SUISSE, sugar 90 aC", ""),
    ("27b", "BUD_DECLARATION", "", "wheat 10 aO.EU, sugar 90 aC", "BUD_NONE"),
    ("28a", "ACT_ORGANIC", "", "rice 95 aO.ACT, sugar 5 aC", ""),
    ("28b", "ACT_ORGANIC", "", "rice 94.999 aO.ACT, sugar 5.001 aC", "ORG_BELOW_95"),
    ("29a", "ACT_PERCENT", "", "rice 70 aO.ACT, sugar 30 aC", ""),
    ("29b", "ACT_PERCENT", "", "rice 69.999 aO.ACT, sugar 30.001 aC", "ORG_BELOW_70"),
    ("30", "ACT_ORGANIC", "PLANT", "rice 60 aO.ACT, bean 40 aO.EU", "ACT_NOT_ALL"),
    ("32a", "BIOGRO_ORGANIC", "", "apple 98 aO.BIOGRO, pectin 2 d", ""),
    ("32b", "BIOGRO_ORGANIC", "", "apple 99.999 aO.BIOGRO, sugar 0.001 aC", "BIOGRO_BELOW_100"),
    ("33a", "BIOGRO_CONVERSION", "", "apple 95 aI.BIOGRO, water 5 w", ""),
    ("33b", "BIOGRO_CONVERSION", "", "apple 94.999 aI.BIOGRO, water 5.001 w", "BIOGRO_BELOW_95"),
    ("33c", "BIOGRO_CONVERSION", "", "apple 95 aI.BIOGRO, sugar 5 aC", "UNAVAILABILITY"),
    ("33d", "BIOGRO_CONVERSION", "", "apple 95 aI.BIOGRO, pear 5 aO.BIOGRO", "ONE_INGREDIENT"),
    ("36c", "EU_IN_CONVERSION", "", "wheat 90 aI.EU, rye 10 aI.EU", "ONE_INGREDIENT"),
    ("1.1 W3a", "BIOGRO_INGREDIENT_LIST", "", "apple 0.001 aO.BIOGRO, sugar 99.999 aC", ""),
    ("1.1 W3b", "BIOGRO_INGREDIENT_LIST", "", "apple 10 aI.BIOGRO, sugar 90 aC", ""),
    ("1.1 W3c", "BIOGRO_INGREDIENT_LIST", "", "apple 60 aO.EU, sugar 40 aC", "ORG_NONE"),
    ("1.1 W3d", "BIOGRO_INGREDIENT_LIST", "", "apple 60 aO, sugar 40 aC",
     "INGREDIENT_SCHEME ORG_NONE"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "class_", "text", "codes"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_a_recipe_gives_the_codes_of_its_vector(
    claim: str, class_: str, text: str, codes: str
) -> None:
    """On goods that are otherwise in order, exactly the codes of the vector are given."""
    assert tuple(codes.split()) == judged(claim, text, class_ or "PROCESSED_PLANT")


FREE = {"NOT_IN_CONVERSION", "CONTRACT_DOCUMENT"}
"""Codes that need a lot."""
EQUIVALENT = {"9a", "6a", "6b", "10", "11b", "16a"}
"""Vectors that are eligible in full as organic goods for equivalence."""


@pytest.mark.parametrize("vector", VECTORS, ids=[v[0] for v in VECTORS])
def test_the_recipe_alone_gives_the_same_codes(vector: tuple[str, str, str, str, str]) -> None:
    """Eligible agrees with the claim, unless the goods qualify for equivalence instead."""
    number, claim, class_, text, codes = vector
    scheme = scheme_of(claim) or ""
    class_ = class_ or "PROCESSED_PLANT"
    form = NAME_FORMS.get(class_) if scheme == "JAS" else None
    form = turning(form) if claim == "JAS_IN_CONVERSION" else form
    verdict = eligible(scheme, claim, form, recipe(text, class_), date(2024, 5, 1))

    expected = () if number in EQUIVALENT else tuple(c for c in codes.split() if c not in FREE)
    assert expected == verdict.codes


FALLBACK: list[tuple[str, str, str, str, bool]] = [
    # class, recipe, day, name, whether a route of equivalence admits what JAS does not
    ("PROCESSED_PLANT", "soy 99 aO.JAS, ASPARTAME 1 d", "2024-05-01", "有機品", True),
    ("FEED", "corn 99 aO.JAS, bone meal 1 lC", "2024-05-01", "有機飼料", False),
    ("PROCESSED_LIVESTOCK", "milk 94 lO.NOP, berry 6 aO.NOP", "2020-07-15", "有機品", False),
    ("PROCESSED_LIVESTOCK", "milk 94 lO.NOP, berry 6 aO.NOP", "2020-07-16", "有機品", True),
    ("ALCOHOL", "rice 95 aO.NOP, sugar 5 aC", "2023-08-30", "有機品", False),
    ("ALCOHOL", "rice 95 aO.NOP, sugar 5 aC", "2023-08-31", "有機品", True),
]


@pytest.mark.parametrize(
    ("class_", "text", "on", "form", "admitted"),
    FALLBACK,
    ids=[f"1.1 W6 {row[0]} {row[2]}" for row in FALLBACK],
)
def test_equivalence_admits_only_what_an_arrangement_covers(
    class_: str, text: str, on: str, form: str, *, admitted: bool
) -> None:
    """What JAS does not admit is eligible only where some country's goods of the class may come."""
    verdict = eligible("JAS", "JAS_ORGANIC", form, recipe(text, class_), date.fromisoformat(on))

    assert verdict.eligible is admitted


SHARED: dict[str, Any] = {"route": "NOP", "country": "US"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("oats 95 aO.NOP, sugar 5 aC", ()),
        ("oats 94.999 aO.NOP, sugar 5.001 aC", ("ORG_BELOW_95",)),
    ],
    ids=["18a", "18b"],
)
def test_goods_for_equivalence_are_judged_as_nop(text: str, codes: tuple[str, ...]) -> None:
    """On the route of equivalence a JAS claim asks what the foreign scheme asks."""
    assert codes == judged("JAS_ORGANIC", text, **SHARED)


def test_goods_in_conversion_have_no_route_of_equivalence() -> None:
    """1.2 G4: that alone is said of them, no share of the foreign scheme."""
    assert judged("JAS_IN_CONVERSION", "soy 100 aI", **SHARED) == ("ROUTE_CONVERSION",)
    assert judged("JAS_IN_CONVERSION", "soy 99 aI !gmo", **SHARED) == (
        "GMO", "RECIPE_SUM", "ROUTE_CONVERSION",
    )  # fmt: skip


def test_made_with_goods_never_go_to_japan() -> None:
    """Vector 19: at 70 % and shipped to Japan the goods are outside the equivalence."""
    codes = judged(
        "NOP_MADE_WITH",
        "oats 70 aO.NOP, sugar 30 aC",
        country="US",
        shipment={"mode": "IMPORTER_APPLIES", "origin": "US"},
    )

    assert codes == ("SCOPE_CONTENT",)


OATS = "oats 95 aO.EU SE, sugar 5 aC BR"
SPICED = "oats 97 aO.EU SE, spice 3 aO.EU IN"


@pytest.mark.parametrize(
    ("text", "line", "on", "codes"),
    [
        (OATS, "ORIGIN_EU_NON_EU", date(2024, 5, 1), ()),
        ("oats 94.999 aO.EU SE, sugar 5.001 aC BR", "ORIGIN_EU_NON_EU", date(2024, 5, 1),
         ("ORG_BELOW_95",)),
        (SPICED, "ORIGIN_SE", date(2024, 5, 1), ()),
        (SPICED, "ORIGIN_SE", date(2020, 5, 1), ("ORIGIN_LINE",)),
        (SPICED, "ORIGIN_NON_EU", date(2024, 5, 1), ("ORIGIN_LINE",)),
    ],
    ids=["34a", "34b", "35a", "35b", "35c"],
)  # fmt: skip
def test_the_origin_line_fits_the_origins(
    text: str, line: str, on: date, codes: tuple[str, ...]
) -> None:
    """Vectors 34 and 35: how much of other origins may be ignored depends on the day."""
    assert codes == judged("EU_LOGO", text, on=on, name_form=line)
