"""Process records and people: what an entry, or a person's schooling, breaks."""

from datetime import date
from typing import Any

import pytest

from ledger.facts.lots import ProcessRecorded
from ledger.facts.scalars import Area, Years
from ledger.labels.process import process
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.labels.schemes.jas.people import qualified
from ledger.labels.substances import substance
from tests.domain.labels.goods import Goods

ENTRIES: list[tuple[str, str, dict[str, Any], str]] = [
    # class, activity, fields, codes
    ("PLANT", "MATERIAL", {"substance": "GUANO"}, ""),
    ("PLANT", "MATERIAL", {"substance": "GYPSUM"}, "USE"),
    ("PLANT", "MATERIAL", {"substance": "UREA"}, "NOT_LISTED"),
    ("LIVESTOCK", "MATERIAL", {"substance": "ROCK_DUST"}, "CLASS"),
    ("PLANT", "MATERIAL", {}, ""),
    ("PLANT", "PLANT_PROTECTION", {"substance": "SULFUR_DUST", "emergency": True}, ""),
    ("PLANT", "PLANT_PROTECTION", {"substance": "SULFUR_DUST", "emergency": False},
     "NO_EMERGENCY"),
    ("PLANT", "PLANT_PROTECTION", {"substance": "GLYPHOSATE", "emergency": True}, "NOT_LISTED"),
    ("PLANT", "PLANT_PROTECTION", {"substance": "STARCH", "emergency": True}, "CLASS"),
    ("PLANT", "STORAGE", {"substance": "PYRETHRUM", "emergency": True}, "NEED_UNTOLD USE"),
    ("PLANT", "STORAGE", {"substance": "CHLORPYRIFOS", "emergency": True}, "NOT_LISTED"),
    ("PROCESSED_PLANT", "PROCESSING", {"substance": "CALCIUM_SULFATE"}, ""),
    ("PROCESSED_PLANT", "PROCESSING", {"substance": "CHLORPYRIFOS"}, "NOT_LISTED"),
    ("PLANT", "POST_HARVEST", {"substance": "ETHYLENE"}, "NEED_UNTOLD USE"),
    ("PLANT", "POST_HARVEST", {"substance": "PARAFFIN"}, "NOT_LISTED"),
    ("LIVESTOCK", "CLEANING", {"substance": "SOAP"}, ""),
    ("LIVESTOCK", "CLEANING", {"substance": "BENZENE"}, "NOT_LISTED"),
    ("PROCESSED_PLANT", "CLEANING", {"substance": "BENZENE"}, ""),
    ("LIVESTOCK", "SLAUGHTER", {"substance": "SOAP"}, "NOT_LISTED"),
    ("FEED", "FEEDING", {"substance": "SEA_SALT"}, ""),
    ("LIVESTOCK", "FEEDING", {"substance": "UREA"}, "NOT_LISTED"),
    ("PLANT", "SEED", {"substance": "GMO_CORN"}, "GMO SEED_UNTOLD"),
    ("PLANT", "SEED", {"substance": "IRRADIATED_SEED"}, "IRRADIATED SEED_UNTOLD"),
    ("LIVESTOCK", "HOUSING", {"heads": 10, "indoor_m2": "40", "outdoor_m2": "40"}, ""),
    ("LIVESTOCK", "HOUSING", {"heads": 10, "indoor_m2": "39.999"}, "DENSITY"),
    ("LIVESTOCK", "HOUSING", {"heads": 10, "outdoor_m2": "39.999"}, "DENSITY"),
    ("LIVESTOCK", "HOUSING", {"heads": 10}, ""),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 21), "waiting_days": 5}, ""),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 22), "waiting_days": 5}, "WAITING_TIME"),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 1), "until": date(2024, 4, 22),
                               "waiting_days": 5}, "WAITING_TIME"),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 29), "waiting_days": 0}, ""),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 30), "waiting_days": 0}, "WAITING_TIME"),
    ("LIVESTOCK", "MEDICINE", {"on": date(2024, 4, 30)}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("class_", "activity", "own", "codes"), ENTRIES)
def test_an_entry_gives_its_codes(
    class_: str, activity: str, own: dict[str, Any], codes: str
) -> None:
    """Only what an entry says can break a rule; what it leaves out gives nothing."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.add("ProductRegistered", product="PR1", name="品", operator="OP", class_=class_,
              recipe_version=1, species="DAIRY_COW" if class_ == "LIVESTOCK" else None)  # fmt: skip
    goods.lot()
    own = {name: Area.read(v) if name.endswith("_m2") else v for name, v in own.items()}
    entry = goods.add("ProcessRecorded", "2024-05-01", lot="L1", operator="OP",
                      activity=activity, **{"on": date(2024, 3, 1), **own})  # fmt: skip
    assert isinstance(entry, ProcessRecorded)

    assert tuple(codes.split()) == process(goods.record(), entry).codes


@pytest.mark.parametrize(
    ("class_", "done", "missing"),
    [
        ("PLANT", "SEED MATERIAL FIELD_WORK EQUIPMENT POST_HARVEST", ""),
        ("FUNGI", "SEED MATERIAL", "EQUIPMENT FIELD_WORK POST_HARVEST"),
        ("WILD_PLANT", "", "FIELD_WORK POST_HARVEST"),
        ("ALCOHOL", "PROCESSING", "EQUIPMENT"),
        ("LIVESTOCK", "ANIMAL_ORIGIN FEEDING", "EQUIPMENT HOUSING"),
        ("HONEY", "", ""),
    ],
)
def test_a_class_asks_its_activities(class_: str, done: str, missing: str) -> None:
    """A lot on the JAS route has at least one entry of each activity."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("", class_)
    goods.lot()
    for activity in done.split():
        goods.add("ProcessRecorded", "2024-05-01", lot="L1", operator="OP", activity=activity,
                  on=date(2024, 3, 1))  # fmt: skip

    assert tuple(missing.split()) == missing_activities(goods.record(), "L1")


def test_goods_for_equivalence_have_no_process_record() -> None:
    """Activities are asked on the JAS route only."""
    goods = Goods()
    goods.operator("NOP", "US")
    goods.product("", "PLANT")
    goods.lot()

    assert missing_activities(goods.record(), "L1") == ()


@pytest.mark.parametrize(
    ("function", "asked", "schooling", "years", "on", "codes"),
    [
        ("GRADER", "GRADER", "UNIVERSITY", "1.0", "2024-05-01", ""),
        ("GRADER", "GRADER", "UNIVERSITY", "0.9", "2024-05-01", "UNQUALIFIED"),
        ("GRADER", "GRADER", "SCHOOL", "2.0", "2024-05-01", ""),
        ("GRADER", "GRADER", "SCHOOL", "1.9", "2024-05-01", "UNQUALIFIED"),
        ("GRADER", "GRADER", "NONE", "3.0", "2024-05-01", ""),
        ("GRADER", "GRADER", "NONE", "2.9", "2024-05-01", "UNQUALIFIED"),
        ("SUBDIVIDING_PERSON", "SUBDIVIDING_PERSON", "SCHOOL", "2.0", "2024-05-01", ""),
        ("GRADER", "SUBDIVIDING_PERSON", "UNIVERSITY", "9.0", "2024-05-01", "UNQUALIFIED"),
        ("GRADER", "GRADER", "UNIVERSITY", "1.0", "2019-12-31", "UNQUALIFIED"),
        ("GRADER", "GRADER", "UNIVERSITY", "1.0", "2020-01-01", ""),
        ("GRADER", "GRADER", "UNIVERSITY", "1.0", "2024-12-31", ""),
        ("GRADER", "GRADER", "UNIVERSITY", "1.0", "2025-01-01", "UNQUALIFIED"),
        ("LABELLER", "LABELLER", "UNIVERSITY", "9.0", "2024-05-01", "UNQUALIFIED"),
    ],
)
def test_a_function_asks_schooling_and_practice(  # noqa: PLR0917 - the columns of its table
    function: str, asked: str, schooling: str, years: str, on: str, codes: str
) -> None:
    """University and a year, school and two, or three years; on the day asked."""
    goods = Goods()
    goods.add("PersonQualified", person="P1", party="OP", function=function, schooling=schooling,
              practice_years=Years.read(years), from_=date(2020, 1, 1),
              until=date(2024, 12, 31))  # fmt: skip
    day = date.fromisoformat(on)

    assert tuple(codes.split()) == qualified(goods.record(), "P1", "OP", asked, day).codes
    assert qualified(goods.record(), "P2", "OP", asked, day).proven


def test_labelling_asks_training_alone() -> None:
    """3.4 P13: with the course for it, whatever was reported; without it nobody."""
    for function in ("GRADER", "LABELLER"):
        goods = Goods()
        goods.add("PersonQualified", person="P1", party="OP", function=function, schooling="NONE",
                  practice_years=Years.read("1"), from_=date(2020, 1, 1))  # fmt: skip
        day = date(2024, 5, 1)
        assert not qualified(goods.record(), "P1", "OP", "LABELLER", day)

        goods.train("P1", "GRADING_LABEL", day)
        assert not qualified(goods.record(), "P1", "OP", "LABELLER", date(2024, 4, 30))
        assert qualified(goods.record(), "P1", "OP", "LABELLER", day)


@pytest.mark.parametrize(
    ("table", "code", "class_", "on", "codes"),
    [
        ("T2", "FERRIC_PHOSPHATE", "PLANT", "2009-10-26", "NOT_LISTED"),
        ("T2", "FERRIC_PHOSPHATE", "PLANT", "2009-10-27", ""),
        ("T2", "FERRIC_PHOSPHATE", "LIVESTOCK", "2009-10-27", "CLASS"),
        ("T3", "DL_TARTARIC_ACID", "PLANT", "2009-10-26", ""),
        ("T3", "DL_TARTARIC_ACID", "PLANT", "2009-10-27", "NOT_LISTED"),
        ("T3", "ALUM", "PLANT", "2009-10-27", "USE"),
        ("T4", "CALCIUM_SULFATE", "PROCESSED_LIVESTOCK", "2024-05-01", "CLASS"),
        ("T4", "PECTIN", "PROCESSED_PLANT", "2024-05-01", ""),
        ("T4", "PECTIN", "PROCESSED_LIVESTOCK", "2024-05-01", "USE"),
        ("T4", "PECTIN", "PROCESSED_MIXED", "2024-05-01", ""),
        ("T4", "PECTIN", "PROCESSED_PLANT", "2005-11-25", "NOT_LISTED"),
        ("T5", "BORIC_ACID", "FEED", "2024-05-01", "USE"),
        ("T6", "LIMESTONE", "FEED", "2024-05-01", ""),
        ("T8", "HYPOCHLORITE_SOLUTION", "LIVESTOCK", "2024-05-01", "USE"),
        ("T4", "ETHANOL", "PROCESSED_LIVESTOCK", "2005-11-25", "NOT_LISTED"),
        ("T4", "ETHANOL", "PROCESSED_LIVESTOCK", "2005-11-26", "USE"),
        ("T5", "PLANT_ANIMAL_OIL", "FEED", "2024-05-01", "USE"),
    ],
)
def test_a_list_lets_a_substance_in_from_its_day(
    table: str, code: str, class_: str, on: str, codes: str
) -> None:
    """Listed on the day, for the class, with or without a condition."""
    found = substance(table, code, class_, date.fromisoformat(on))

    assert tuple(codes.split()) == found.verdict.codes


@pytest.mark.parametrize(
    ("table", "code", "class_", "words", "said"),
    [
        ("T1", "ROCK_PHOSPHATE", "LIVESTOCK", "cadmium at most 90 mg", True),
        ("T1", "ALUMINIUM_CALCIUM_PHOSPHATE", "LIVESTOCK", "cadmium at most 90 mg", True),
        ("T1", "FUSED_MAGNESIUM_PHOSPHATE", "PLANT", "cadmium at most 90 mg", True),
        ("T1", "FUSED_MAGNESIUM_PHOSPHATE", "LIVESTOCK", "cadmium", False),
        ("T4", "ENZYME_TREATED_LECITHIN", "PROCESSED_LIVESTOCK", "or meat", True),
        ("T4", "PLANT_LECITHIN", "PROCESSED_LIVESTOCK", "meat", False),
        ("T4", "ETHANOL", "PROCESSED_LIVESTOCK", "meat or dairy", True),
        ("T4", "MIXED_TOCOPHEROLS", "PROCESSED_LIVESTOCK", "meat or dairy", True),
        ("T5", "PLANT_ANIMAL_OIL", "FEED", "plant oil only", True),
        ("T5", "PLANT_ANIMAL_OIL", "PLANT", "plant oil only", False),
    ],
    ids=[*(f"1.1 W1{part}" for part in "abcd"), *(f"1.1 W2{part}" for part in "abcd"),
         "T5a", "T5b"],
)  # fmt: skip
def test_a_condition_says_what_its_text_says(
    table: str, code: str, class_: str, words: str, *, said: bool
) -> None:
    """The condition of a substance for one class is not that for another."""
    conditions = substance(table, code, class_, date(2024, 5, 1)).conditions

    assert any(words in condition for condition in conditions) is said
