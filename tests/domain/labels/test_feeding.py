"""Feeding: each limit of a ration on both sides, in kg of dry matter."""

from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.facts.herds import Stage
from ledger.labels.animals import ANIMALS
from ledger.labels.livestock.feeding import INTAKE, feeding, intake, shares
from ledger.labels.livestock.measures import broken, judged
from tests.domain.labels.animals import fed, herd

Line = dict[str, Any]
Row = tuple[str, dict[str, Any], dict[str, Any], list[Line], str]
COWS = {"species": "DAIRY_COW", "heads": 10, "milk_since": "2025-03-10", "born_on": "2020-01-01"}
MILKING = {"stage": "DAIRY_MILKING"}
BEEF = {"heads": 10, "born_on": "2024-01-01", "slaughter_on": "2025-09-01"}
OLDER = {"stage": "BEEF_OLDER"}
SHEEP = {"species": "SHEEP", "born_on": None}
EWES = {"stage": "EWE"}
PIGS = {"species": "PIG", "born_on": None}
FATTENED = {"stage": "PIG_OLDER"}


def of(kind: str, kg: str, **own: Any) -> Line:
    """So much of a kind, roughage of the farm unless said."""
    return {"kind": kind, "dry_matter": kg, **own}


def grain(kg: str, kind: str = "OWN", **own: Any) -> Line:
    """So much feed that is no roughage."""
    return of(kind, kg, name="corn", roughage=False, **own)


FED: list[Row] = [
    # id, herd, feeding, lines, codes
    ("3.4 F1 30 of 100", SHEEP, EWES, [of("OWN", "70"), of("IN_CONVERSION", "30")], ""),
    ("3.4 F1 30.001 of 100", SHEEP, EWES, [of("OWN", "69.999"), of("IN_CONVERSION", "30.001")],
     "FEED_CONVERSION"),
    ("3.4 F1 alone", SHEEP, EWES, [of("IN_CONVERSION", "1")], "FEED_CONVERSION"),
    ("3.4 F2 5 beside 100", SHEEP, EWES, [of("ORGANIC", "100"), of("SILKWORM", "5")], ""),
    ("3.4 F2 5.001 beside 100", SHEEP, EWES, [of("ORGANIC", "100"), of("SILKWORM", "5.001")],
     "FEED_SILKWORM"),
    ("3.4 F3 bought 1,049.999 of 2,100", COWS, MILKING,
     [of("ORGANIC", "1049.999", bought=True), of("OWN_FIELD", "9", clean_since="2023-06-01")], ""),
    ("3.4 F3 bought 1,050.000 of 2,100", COWS, MILKING,
     [of("ORGANIC", "1050.000", bought=True), of("OWN_FIELD", "9", clean_since="2023-06-01")],
     "FEED_OWN_FIELD"),
    ("3.4 F3 bought in conversion", COWS, MILKING,
     [of("ORGANIC", "735", bought=True), of("IN_CONVERSION", "315", bought=True),
      of("OWN_FIELD", "9", clean_since="2023-06-01")], "FEED_OWN_FIELD"),
    ("3.4 F3 own, not bought", COWS, MILKING,
     [of("ORGANIC", "1050.000"), of("OWN_FIELD", "9", clean_since="2023-06-01")], ""),
    ("3.4 F3 clean for less than two years", COWS, MILKING,
     [of("OWN_FIELD", "9", clean_since="2023-06-02")], "FEED_OWN_FIELD"),
    ("3.4 F3 history untold", COWS, MILKING, [of("OWN_FIELD", "9")], "FIELD_HISTORY"),
    ("3.4 F3 nothing of it", COWS, MILKING, [of("OWN_FIELD", "0")], ""),
    ("3.4 F4 sheep 15 of 100", SHEEP, EWES, [of("OWN", "85"), of("CONVENTIONAL", "15")],
     "FEED_NEED"),
    ("3.4 F4 sheep 15.001 of 100", SHEEP, EWES,
     [of("OWN", "84.999"), of("CONVENTIONAL", "15.001")], "FEED_NEED FEED_OTHER"),
    ("3.4 F4 other counts so", SHEEP, EWES, [of("OWN", "84.999"), of("OTHER", "15.001")],
     "FEED_NEED FEED_OTHER"),
    ("3.4 F4 after disaster 50 of 100", SHEEP, EWES | {"cause": "DISASTER"},
     [of("OWN", "50"), of("CONVENTIONAL", "50")], "FEED_NEED"),
    ("3.4 F4 after disaster 50.001", SHEEP, EWES | {"cause": "IMPORT"},
     [of("OWN", "49.999"), of("CONVENTIONAL", "50.001")], "FEED_NEED FEED_OTHER"),
    ("3.4 F4 other cause", SHEEP, EWES | {"cause": "OTHER"},
     [of("OWN", "50"), of("CONVENTIONAL", "50")], "FEED_NEED FEED_OTHER"),
    ("3.4 F4 pigs 20 of 100", PIGS, FATTENED, [grain("80"), grain("20", "CONVENTIONAL")],
     "FEED_NEED"),
    ("3.4 F4 pigs 20.001 of 100", PIGS, FATTENED,
     [grain("79.999"), grain("20.001", "CONVENTIONAL")], "FEED_NEED FEED_OTHER"),
    ("3.4 F4 minerals are no base", PIGS, FATTENED,
     [grain("80"), grain("20.001", "CONVENTIONAL"), of("MINERAL", "9", natural=True)],
     "FEED_NEED FEED_OTHER"),
    ("9 F4 base is the intake", SHEEP, EWES, [of("OWN", "200"), of("CONVENTIONAL", "25.500")],
     "FEED_NEED"),
    ("9 F4 above the intake", SHEEP, EWES, [of("OWN", "200"), of("CONVENTIONAL", "25.501")],
     "FEED_NEED FEED_OTHER"),
    ("9 F4 intake unknown", SHEEP, {}, [of("OWN", "200"), of("CONVENTIONAL", "25.501")],
     "FEED_NEED FEED_STAGE_UNTOLD"),
    ("3.4 F5 milking 1,050.000 of 2,100", COWS, MILKING, [grain("1050.000"), of("OWN", "1050")],
     ""),
    ("3.4 F5 milking 1,050.001 of 2,100", COWS, MILKING, [grain("1050.001"), of("OWN", "1050")],
     "FEED_ROUGHAGE"),
    ("3.4 F5 beef 729.000 of 810", BEEF, OLDER, [grain("729.000"), of("OWN", "81")], ""),
    ("3.4 F5 beef 729.001 of 810", BEEF, OLDER, [grain("729.001"), of("OWN", "81")],
     "FEED_ROUGHAGE"),
    ("3.4 F5 minerals and milk do not count", COWS, MILKING,
     [grain("1050.000"), of("MINERAL", "1", roughage=False, natural=True),
      of("MILK", "1", roughage=False, donor="MOTHER")], ""),
    ("9 F5 silkworm droppings count", COWS, MILKING,
     [grain("1050.000"), of("SILKWORM", "0.001", roughage=False)], "FEED_ROUGHAGE"),
    ("9 F5 breeding cow, half", {"species": "BREEDING_COW"}, {"stage": "BREEDING_COW"},
     [grain("350.000")], ""),
    ("9 F5 breeding cow, more than half", {"species": "BREEDING_COW"},
     {"stage": "BREEDING_COW"}, [grain("350.001")], "FEED_CLASS_UNTOLD"),
    ("9 F5 breeding mare, nine tenths", {"species": "BREEDING_MARE"},
     {"stage": "BREEDING_MARE"}, [grain("1728.000")], "FEED_CLASS_UNTOLD"),
    ("9 F5 breeding mare, above", {"species": "BREEDING_MARE"}, {"stage": "BREEDING_MARE"},
     [grain("1728.001")], "FEED_ROUGHAGE"),
    ("3.4 F5 pigs eat no roughage", PIGS, FATTENED, [grain("310")], ""),
    ("3.4 F5 suckling", COWS, MILKING | {"period": "SUCKLING"}, [grain("2100")], ""),
    ("3.4 F5 first milk, until three months", COWS, MILKING | {"period": "FIRST_MILK"},
     [grain("2100")], ""),
    ("3.4 F5 first milk, a day more", COWS,
     MILKING | {"period": "FIRST_MILK", "from": "2025-06-02", "until": "2025-06-11"},
     [grain("2100")], "FEED_ROUGHAGE"),
    ("3.4 F5 first milk, since when untold", COWS | {"milk_since": None},
     MILKING | {"period": "FIRST_MILK"}, [grain("2100")], "HERD_HISTORY"),
    ("9 F5 first milk of dairy goats", {"species": "DAIRY_GOAT", "milk_since": "2025-03-10"},
     {"stage": "DOE", "period": "FIRST_MILK"}, [grain("250")], ""),
    ("9 F5 first milk of other goats", {"species": "GOAT", "milk_since": "2025-03-10"},
     {"stage": "DOE", "period": "FIRST_MILK"}, [grain("250")], "FEED_ROUGHAGE"),
    ("3.3 fattening from the first day", BEEF, OLDER | {"period": "FINAL_FATTENING"},
     [grain("810")], ""),
    ("3.3 fattening a day early", BEEF | {"slaughter_on": "2025-09-02"},
     OLDER | {"period": "FINAL_FATTENING"}, [grain("700")], "FINAL_PERIOD"),
    ("3.3 fattening early, little roughage", BEEF | {"slaughter_on": "2025-09-02"},
     OLDER | {"period": "FINAL_FATTENING"}, [grain("810")], "FEED_ROUGHAGE FINAL_PERIOD"),
    ("3.3 slaughter untold", BEEF | {"slaughter_on": None},
     OLDER | {"period": "FINAL_FATTENING"}, [grain("810")], "HERD_HISTORY"),
    ("3.4 F6 six months", PIGS, FATTENED,
     [of("MILK", "9", donor="SAME", donor_organic_since="2024-12-01")], ""),
    ("3.4 F6 a day less", PIGS, FATTENED,
     [of("MILK", "9", donor="SAME", donor_organic_since="2024-12-02")], "MILK_SOURCE"),
    ("3.4 F6 of another kind", PIGS, FATTENED,
     [of("MILK", "9", donor="OTHER", donor_organic_since="2024-12-01")], "AVAILABILITY"),
    ("3.4 F6 untold", PIGS, FATTENED, [of("MILK", "9", donor="SAME")], "HERD_HISTORY"),
    ("9 F6 of the mother", PIGS, FATTENED, [of("MILK", "9", donor="MOTHER")], ""),
    ("3.4 F7 gene-modified", SHEEP, EWES, [of("OWN", "9", gmo=True)], "GMO"),
    ("3.4 F7 antibiotic", SHEEP, EWES, [of("CONVENTIONAL", "0", antibiotic=True)],
     "FEED_ANTIBIOTIC"),
    ("3.4 F7 antibiotic in organic feed", SHEEP, EWES, [of("OWN", "9", antibiotic=True)],
     "FEED_ANTIBIOTIC"),
    ("3.4 F7 natural mineral", SHEEP, EWES, [of("MINERAL", "9", natural=True)], ""),
    ("3.4 F7 made mineral", SHEEP, EWES, [of("MINERAL", "9", natural=False)], "NOT_LISTED"),
    ("3.4 F7 mineral untold", SHEEP, EWES, [of("MINERAL", "9")], "USE"),
    ("9 barred by name", SHEEP, EWES, [of("OWN", "9", name="tetracycline premix")],
     "NOT_LISTED"),
    ("9 bone meal within the exception", PIGS, FATTENED,
     [grain("80"), of("CONVENTIONAL", "20", name="Bone meal")], "FEED_NEED"),
    ("9 bone meal above it", PIGS, FATTENED,
     [grain("79.999"), of("CONVENTIONAL", "20.001", name="bone-meal")],
     "FEED_NEED FEED_OTHER NOT_LISTED"),
    ("9 urea as organic feed", SHEEP, EWES, [of("OWN", "9", name="urea")], "NOT_LISTED"),
    ("9 meat and bone meal", PIGS, FATTENED,
     [grain("90"), of("CONVENTIONAL", "9", name="meat and bone meal")], "FEED_NEED NOT_LISTED"),
    ("3.4 stage of another species", SHEEP, {"stage": "PIG_3"}, [of("OWN", "9")], "FEED_STAGE"),
    ("9 stage, ten months old", {"born_on": "2024-08-01"}, {"stage": "BEEF_YOUNG"},
     [of("OWN", "9")], ""),
    ("9 stage, a day older", {"born_on": "2024-07-31"}, {"stage": "BEEF_YOUNG"},
     [of("OWN", "9")], "FEED_STAGE"),
    ("9 H-7, 11 months old", {"heads": 1, "born_on": "2024-03-01"},
     OLDER | {"from": "2025-02-01", "until": "2025-02-28", "heads": 1}, [of("OWN", "70.000")], ""),
    ("9 H-7, no young animal any more", {"heads": 1, "born_on": "2024-03-01"},
     {"stage": "BEEF_YOUNG", "from": "2025-02-01", "until": "2025-02-28", "heads": 1},
     [of("OWN", "70.000")], "FEED_STAGE"),
    ("9 stage of older animals", {"born_on": "2025-05-31"}, OLDER, [of("OWN", "9")], ""),
    ("9 broilers, four weeks", {"species": "MEAT_POULTRY", "born_on": "2025-05-04"},
     {"stage": "BROILER_4W"}, [of("OWN", "9")], ""),
    ("9 broilers, a day older", {"species": "MEAT_POULTRY", "born_on": "2025-05-03"},
     {"stage": "BROILER_4W"}, [of("OWN", "9")], "FEED_STAGE"),
    ("3.4 stage untold", SHEEP, {"stage": "OTHER"}, [grain("9000")], "FEED_STAGE_UNTOLD"),
    ("3.4 no feed", COWS, MILKING, [], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "so", "lines", "codes"), [row[1:] for row in FED], ids=[row[0] for row in FED]
)
def test_a_feeding_gives_its_codes(
    own: dict[str, Any], so: dict[str, Any], lines: list[Line], codes: str
) -> None:
    """Sections 3.3 and 3.4, each check on both sides of its limit."""
    found = feeding(fed(*lines, **so), herd(**{"breed": None, **own}))

    assert tuple(codes.split()) == judged(found).codes


def test_of_an_unknown_herd_only_the_feeding_is_judged() -> None:
    """What needs the animals is not asked, and nothing is broken because nobody recorded them."""
    kept = feeding(fed(grain("2000"), **MILKING), None)
    spoiled = feeding(fed(of("IN_CONVERSION", "9", gmo=True), **MILKING), None)

    assert judged(kept).codes == ("HERD_MISSING",)
    assert judged(spoiled).codes == ("FEED_CONVERSION", "GMO", "HERD_MISSING")


MEASURED = [
    # lines, code, limit, figure
    ([of("OWN", "69.999"), of("IN_CONVERSION", "30.001")], "FEED_CONVERSION", ("30.000",),
     ("30.001",)),
    ([of("OWN", "84.999"), of("CONVENTIONAL", "15.001")], "FEED_OTHER", ("15.000",), ("15.001",)),
    ([of("OWN", "84.991"), of("OTHER", "15.001")], "FEED_OTHER", ("14.9988",), ("15.001",)),
    ([of("OWN_FIELD", "1", clean_since="2024-01-01")], "FEED_OWN_FIELD", ("none", "2026-01-01"),
     ("none", "2025-06-01")),
    ([of("OWN", "1", gmo=True), of("OWN", "1", name="soy", gmo=True)], "GMO", (), ("hay",)),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "code", "limit", "figure"), MEASURED)
def test_amounts_are_told_exactly(
    lines: list[Line], code: str, limit: tuple[str, ...], figure: tuple[str, ...]
) -> None:
    """As decimals with all their places, kg beside kg and day beside day."""
    found = broken(feeding(fed(*lines, **EWES), herd(**SHEEP)))[code]

    assert (limit, figure) == (found.limit, found.figure)


def test_intake_is_rate_times_heads_times_days() -> None:
    """Both ends of the period are fed; a stage that is not told eats nobody knows what."""
    assert intake(fed(**MILKING)) == Decimal(2_100)
    assert intake(fed(**OLDER)) == Decimal(810)
    assert intake(fed(stage="OTHER")) is None
    assert shares(fed(of("OWN", "2"), grain("1.5"), of("MILK", "1"))) == {
        "OWN": Decimal("3.5"),
        "MILK": Decimal(1),
    }


def test_every_stage_has_a_rate_and_every_species_a_stage() -> None:
    """But the one that is not told."""
    rows = INTAKE.rows()

    assert {row.stage for row in rows} | {"OTHER"} == set(get_args(Stage))
    assert {each for row in rows for each in row.species} == {a.species for a in ANIMALS.rows()}


KG = st.integers(0, 10**9).map(lambda grams: f"{grams // 1000}.{grams % 1000:03d}")


@given(
    own=KG, bought=KG, converted=KG, other=KG, silkworm=KG, heads=st.integers(1, 10**6),
    lines=st.randoms(use_true_random=False),
)  # fmt: skip
def test_shares_are_compared_exactly_in_any_order(  # noqa: PLR0917 - the kinds of feed
    own: str, bought: str, converted: str, other: str, silkworm: str, heads: int, lines: Any
) -> None:
    """Whatever the amounts and the order of lines: as the inequalities are written."""
    given_ = [
        grain(own), grain(bought, "ORGANIC", bought=True), grain(converted, "IN_CONVERSION"),
        grain(other, "CONVENTIONAL"), grain(silkworm, "SILKWORM"),
    ]  # fmt: skip
    lines.shuffle(given_)
    found = judged(feeding(fed(*given_, heads=heads, **EWES), herd(**SHEEP))).broken
    amounts = [Decimal(kg) for kg in (own, bought, converted, other, silkworm)]
    organic, eaten = sum(amounts[:3]), Decimal(17) * heads
    base = min(organic + amounts[3], eaten)

    assert ("FEED_CONVERSION" in found) == (100 * amounts[2] > 30 * organic)
    assert ("FEED_SILKWORM" in found) == (100 * amounts[4] > 5 * organic)
    assert ("FEED_OTHER" in found) == (100 * amounts[3] > 15 * base)
    assert ("FEED_ROUGHAGE" in found) == (100 * sum(amounts) > 50 * eaten)
