"""Outings: let out twice a week, kept in for reasons that the standard knows, lamps for layers."""

from typing import Any

import pytest

from ledger.labels.entries import RecordedHusbandry
from ledger.labels.livestock.outings import run_untold
from ledger.labels.verdict import Verdict
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import PAPER, codes_of, entry, herd

LET_OUT: list[tuple[dict[str, Any], str]] = [
    ({}, "RUN_UNTOLD"),
    ({"outings_per_week": 2}, ""),
    ({"outings_per_week": 1}, "NO_RUN"),
    ({"outings_per_week": 0}, "NO_RUN"),
    ({"outings_per_week": 0, "run": {"free_access": True}}, ""),
    ({"run": {"free_access": True}}, ""),
    ({"run": {"free_access": False}}, "RUN_UNTOLD"),
    ({"outings_per_week": 1, "kept_in": "SNOW", "documents": PAPER}, ""),
    ({"kept_in": "OTHER"}, "NO_RUN"),
    ({"kept_in": "OTHER", "outings_per_week": 1}, "NO_RUN"),
    ({"kept_in": "OTHER", "outings_per_week": 2}, ""),
]


@pytest.mark.parametrize(("own", "codes"), LET_OUT, ids=[f"3.8 P17 {row[0]}" for row in LET_OUT])
def test_animals_are_let_out_twice_a_week(own: dict[str, Any], codes: str) -> None:
    """Or are free to go, or are kept in for a reason that the standard knows."""
    own = dict(own)
    if "run" in own:
        own["run"] = {"use": "GRASS", "clean_since": "2010-01-01", **own["run"]}

    assert codes == codes_of("OUTDOOR_ACCESS", **own)


def test_the_list_of_reasons_is_closed_in_every_activity() -> None:
    """Another reason than those of the standard keeps no animal in, wherever it is told."""
    assert codes_of("HOUSING", kept_in="OTHER") == "NO_RUN"
    assert codes_of("HOUSING", outings_per_week=1) == ""


KEPT_IN: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    # reason, species, the herd, the entry, codes
    ("CALF", "DAIRY_COW", {"born_on": "2025-03-01", "weaned_on": "2025-05-10"},
     {"until": "2025-05-17"}, ""),
    ("CALF", "DAIRY_COW", {"born_on": "2025-03-01", "weaned_on": "2025-05-10"},
     {"until": "2025-05-18"}, "KEPT_IN"),
    ("CALF", "DAIRY_COW", {"born_on": "2025-03-01", "weaned_on": "2025-04-01"}, {}, ""),
    ("CALF", "DAIRY_COW", {"born_on": "2025-03-01", "weaned_on": "2025-04-01"},
     {"until": "2025-05-02"}, "KEPT_IN"),
    ("CALF", "BEEF_CATTLE", {"born_on": "2025-03-01"}, {"until": "2025-05-01"}, ""),
    ("CALF", "BEEF_CATTLE", {"born_on": "2025-03-01"}, {"until": "2025-05-02"}, "HERD_HISTORY"),
    ("CALF", "BREEDING_COW", {"weaned_on": "2025-05-10"}, {"until": "2025-05-17"}, ""),
    ("CALF", "BREEDING_COW", {}, {}, "HERD_HISTORY"),
    ("CALF", "SHEEP", {"born_on": "2025-04-30"}, {}, "KEPT_IN"),
    ("LATE_PREGNANCY", "DAIRY_COW", {"conceived_on": "2024-10-01"}, {}, ""),
    ("LATE_PREGNANCY", "DAIRY_COW", {"conceived_on": "2024-10-02"}, {}, "KEPT_IN"),
    ("LATE_PREGNANCY", "DAIRY_COW", {"conceived_on": "2024-10-01", "milk_since": "2025-06-30"},
     {"until": "2025-06-30"}, ""),
    ("LATE_PREGNANCY", "DAIRY_COW", {"conceived_on": "2024-10-01", "milk_since": "2025-06-30"},
     {"until": "2025-07-01"}, "KEPT_IN"),
    ("LATE_PREGNANCY", "DAIRY_COW", {"conceived_on": "2024-10-01", "milk_since": "2024-06-30"},
     {"until": "2025-06-30"}, ""),
    ("LATE_PREGNANCY", "DAIRY_COW", {}, {}, "HERD_HISTORY"),
    ("LATE_PREGNANCY", "SOW", {"conceived_on": "2024-10-01"}, {}, "KEPT_IN"),
    ("PIGLET", "PIG", {"weaned_on": "2025-05-01"}, {}, ""),
    ("PIGLET", "PIG", {"weaned_on": "2025-04-30"}, {}, "KEPT_IN"),
    ("PIGLET", "PIG", {}, {}, "HERD_HISTORY"),
    ("PIGLET", "GOAT", {"weaned_on": "2025-05-01"}, {}, "KEPT_IN"),
    ("SOW", "SOW", {"conceived_on": "2025-03-01", "weaned_on": "2025-07-01"},
     {"until": "2025-07-01"}, ""),
    ("SOW", "SOW", {"conceived_on": "2025-03-01", "weaned_on": "2025-07-01"},
     {"until": "2025-07-02"}, "KEPT_IN"),
    ("SOW", "SOW", {"conceived_on": "2025-03-02", "weaned_on": "2025-07-01"}, {}, "KEPT_IN"),
    ("SOW", "SOW", {"conceived_on": "2025-03-01"}, {}, "HERD_HISTORY"),
    ("SOW", "SOW", {"conceived_on": "2025-03-01", "weaned_on": "2024-07-01"}, {}, "HERD_HISTORY"),
    ("SOW", "SOW", {"weaned_on": "2025-07-01"}, {}, "HERD_HISTORY"),
    ("SOW", "DAIRY_COW", {"conceived_on": "2025-03-01"}, {}, "KEPT_IN"),
    # 3 months, and a fifth of 1,000 days, before slaughter
    ("FINAL_FATTENING", "BEEF_CATTLE", {"born_on": "2022-11-05", "slaughter_on": "2025-08-01"},
     {}, ""),
    ("FINAL_FATTENING", "BEEF_CATTLE", {"born_on": "2022-11-05", "slaughter_on": "2025-08-01"},
     {"on": "2025-04-30"}, "FINAL_PERIOD"),
    ("FINAL_FATTENING", "PIG", {"born_on": "2025-02-01", "slaughter_on": "2025-07-01"},
     {"on": "2025-06-01"}, ""),
    ("FINAL_FATTENING", "PIG", {"born_on": "2025-02-01", "slaughter_on": "2025-07-01"},
     {"on": "2025-05-31"}, "FINAL_PERIOD"),
    ("FINAL_FATTENING", "PIG", {"born_on": "2025-02-01"}, {}, "HERD_HISTORY"),
    *((reason, "DAIRY_COW", {}, own, code)
      for reason in ("SNOW", "ILLNESS", "RUN_DAMAGE", "ORDER")
      for own, code in (({"documents": PAPER}, ""), ({}, "EXEMPTION_DOCUMENT"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "species", "of", "own", "codes"), KEPT_IN, ids=[f"3.8 P18 {row}" for row in KEPT_IN]
)
def test_animals_are_kept_in_as_long_as_the_reason_holds(
    reason: str, species: str, of: dict[str, Any], own: dict[str, Any], codes: str
) -> None:
    """Both sides of each limit; a date that is not told leaves it unproven."""
    assert codes == codes_of("OUTDOOR_ACCESS", species, of, kept_in=reason, **own)


def test_of_an_unknown_herd_the_reason_is_unproven() -> None:
    """Nobody recorded when the calf was born."""
    assert codes_of("OUTDOOR_ACCESS", None, kept_in="CALF") == "HERD_HISTORY"
    assert codes_of("OUTDOOR_ACCESS", None, kept_in="FINAL_FATTENING") == "HERD_HISTORY"


@pytest.mark.parametrize(
    ("activity", "species", "hours", "codes"),
    [
        ("LIGHTING", "LAYER", "16.0", ""),
        ("LIGHTING", "LAYER", "16.1", "DAY_LENGTH"),
        ("LIGHTING", "QUAIL", "16.1", ""),
        ("LIGHTING", None, "16.1", ""),
        ("HOUSING", "LAYER", "16.1", ""),
    ],
    ids=lambda value: f"3.8 P19 {value}",
)
def test_lamps_burn_at_most_sixteen_hours(
    activity: str, species: str | None, hours: str, codes: str
) -> None:
    """Of layers alone."""
    assert codes == codes_of(activity, species, light_hours=hours)


def test_animals_that_graze_have_a_run() -> None:
    """Without any entry of one that is unproven; pigs and poultry are not asked."""
    found = {}
    for species in ("DAIRY_COW", "HORSE", "SHEEP", "GOAT", "PIG", "LAYER"):
        goods = Goods()
        of = herd(goods, species)
        found[species] = Verdict.of(run_untold(of, RecordedHusbandry(goods.record()))).codes
        entry(goods, "RUN")
        assert not [*run_untold(of, RecordedHusbandry(goods.record()))]

    grazing = dict.fromkeys(("DAIRY_COW", "HORSE", "SHEEP", "GOAT"), ("RUN_UNTOLD",))
    assert found == {**grazing, "PIG": (), "LAYER": ()}
