"""Runs: years without prohibited input before animals graze, and what a run must have."""

from typing import Any

import pytest

from ledger.labels.process import process
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import codes_of, entry, fed, herd

GRAZED = "2025-04-01"
PERIODS: list[tuple[str | None, dict[str, Any], str]] = [
    # species, run, codes
    ("DAIRY_COW", {"use": "PERENNIAL", "clean_since": "2022-04-01"}, ""),
    ("DAIRY_COW", {"use": "PERENNIAL", "clean_since": "2022-04-02"}, "RUN_PERIOD"),
    ("SHEEP", {"use": "GRASS", "clean_since": "2023-04-01"}, ""),
    ("SHEEP", {"use": "GRASS", "clean_since": "2023-04-02"}, "RUN_PERIOD"),
    ("GOAT", {"use": "CROP", "clean_since": "2023-03-01", "sown_on": "2025-03-01"}, ""),
    ("GOAT", {"use": "CROP", "clean_since": "2023-03-02", "sown_on": "2025-03-01"}, "RUN_PERIOD"),
    ("GOAT", {"use": "CROP", "clean_since": "2023-03-01"}, "FIELD_HISTORY"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2022-04-01"}, ""),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2022-04-02"}, "RUN_PERIOD"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-01", "half_own_feed": True,
               "adjoining": True}, ""),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-02", "half_own_feed": True,
               "adjoining": True}, "RUN_PERIOD"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-01", "half_own_feed": False,
               "adjoining": True}, "RUN_PERIOD"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-01", "adjoining": True}, "RUN_PERIOD"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-01", "half_own_feed": True,
               "adjoining": False}, "RUN_PERIOD"),
    ("HORSE", {"use": "GRASSLAND", "clean_since": "2023-04-01", "half_own_feed": True},
     "RUN_UNTOLD"),
    ("HORSE", {"use": "GRASS", "clean_since": "2024-04-01", "half_own_feed": True,
               "adjoining": True}, "RUN_PERIOD"),
    ("HORSE", {"use": "OTHER", "clean_since": "2024-04-01"}, "RUN_UNTOLD"),
    ("PIG", {"use": "PERENNIAL", "clean_since": "2024-04-01"}, ""),
    ("PIG", {"use": "OTHER", "clean_since": "2024-04-02"}, "RUN_PERIOD"),
    ("LAYER", {"use": "CROP", "clean_since": "2024-04-01"}, ""),
    ("MALLARD", {"use": "GRASSLAND", "clean_since": "2024-04-02"}, "RUN_PERIOD"),
    ("LAYER", {"use": "GRASS", "clean_since": "2024-04-02", "first_grazed_on": None},
     "FIELD_HISTORY"),
    (None, {"use": "GRASS", "clean_since": "2025-03-31"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("species", "run", "codes"), PERIODS, ids=[f"3.5 {row[0]} {row[1]}" for row in PERIODS]
)
def test_a_run_was_clean_long_enough(species: str | None, run: dict[str, Any], codes: str) -> None:
    """Met on the day; a date that is not told leaves it unproven."""
    told = {"first_grazed_on": GRAZED, **run}

    assert codes == codes_of("RUN", species, run=told)
    assert codes_of("OTHER", species, run=told) == ""


@pytest.mark.parametrize(
    ("run", "codes"),
    [
        ({"separated": True, "gm_planted": False, "shelter": True}, ""),
        ({"separated": False}, "DRIFT"),
        ({"gm_planted": True}, "GMO"),
        ({"shelter": False}, "SHELTER"),
        ({"shelter": False, "free_access": False}, "SHELTER"),
        ({"shelter": False, "free_access": True}, ""),
        ({"separated": False, "gm_planted": True, "shelter": False}, "DRIFT GMO SHELTER"),
    ],
    ids=lambda value: f"3.5 {value}",
)
@pytest.mark.parametrize("species", ["PIG", None])
def test_a_run_keeps_animals_safe(species: str | None, run: dict[str, Any], codes: str) -> None:
    """Of whatever animals; no shelter is needed where they come in as they like."""
    told = {"use": "GRASS", "clean_since": "2020-01-01", "first_grazed_on": GRAZED, **run}

    assert codes == codes_of("RUN", species, run=told)


CLEAN_TWO_YEARS = {
    "use": "GRASSLAND", "clean_since": "2023-04-01", "first_grazed_on": GRAZED, "adjoining": True,
}  # fmt: skip
# Ten cows in milk eat 21 kg a day: 76,650 kg in the 365 days before 2025-05-01.
HALF = "38325.000"
FED: list[tuple[list[tuple[str, str, str, str]], bool | None, str]] = [
    # feedings (first, last, kg bought, kind), told, codes
    ([("2024-05-01", "2025-04-30", HALF, "ORGANIC")], False, ""),
    ([("2024-05-01", "2025-04-30", "38325.001", "ORGANIC")], True, "RUN_PERIOD"),
    ([("2024-05-01", "2025-04-30", "38325.001", "CONVENTIONAL")], False, ""),
    ([("2024-05-01", "2024-10-31", HALF, "IN_CONVERSION"),
      ("2024-11-01", "2025-04-30", "0.001", "ORGANIC")], True, "RUN_PERIOD"),
    ([("2024-05-01", "2024-10-31", HALF, "ORGANIC"),
      ("2024-11-02", "2025-04-30", "0.001", "ORGANIC")], True, ""),
    ([("2024-05-01", "2025-04-29", "70000.000", "ORGANIC")], True, ""),
    ([("2024-05-02", "2025-04-30", "70000.000", "ORGANIC")], True, ""),
    ([("2024-05-02", "2025-04-30", "0.001", "ORGANIC")], None, "RUN_PERIOD"),
    # Longer than a feeding that tells of months.
    ([("2023-04-29", "2025-04-30", "70000.000", "ORGANIC")], True, ""),
]  # fmt: skip


@pytest.mark.parametrize(("feedings", "told", "codes"), FED, ids=[f"3.5 {row}" for row in FED])
def test_half_own_feed_is_counted_where_feedings_tell(
    feedings: list[tuple[str, str, str, str]], *, told: bool | None, codes: str
) -> None:
    """Where they tell of every day of twelve months; else what the entry says is believed."""
    goods = Goods()
    herd(goods)
    for first, last, bought, kind in feedings:
        fed(goods, first, last, {"kind": kind, "dry_matter": bought, "bought": True},
            {"kind": "OWN", "dry_matter": "1.000"})  # fmt: skip
    said = entry(goods, "RUN", run={**CLEAN_TWO_YEARS, "half_own_feed": told})

    assert codes == " ".join(process(goods.record(), said).codes)


def test_a_feeding_of_an_untold_stage_tells_of_no_intake() -> None:
    """Then what the entry says is believed."""
    goods = Goods()
    herd(goods)
    fed(goods, "2024-05-01", "2025-04-30",
        {"kind": "ORGANIC", "dry_matter": "1.000", "bought": True}, stage="OTHER")  # fmt: skip
    told = entry(goods, "RUN", run={**CLEAN_TWO_YEARS, "half_own_feed": True})
    denied = entry(goods, "RUN", run={**CLEAN_TWO_YEARS, "half_own_feed": False})

    assert process(goods.record(), told).codes == ()
    assert process(goods.record(), denied).codes == ("RUN_PERIOD",)
