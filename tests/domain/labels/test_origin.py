"""Origin of animals: the dam, age and weight on arrival, and how many may come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.labels.livestock.measures import broken, judged
from ledger.labels.livestock.origin import Replaced, origin
from tests.domain.labels.animals import herd

CAME: dict[str, Any] = {
    "origin": "BROUGHT_IN", "reason": "START", "unavailable": True, "dam_organic_since": None,
    "breed": "BLACK", "born_on": "2024-01-10", "arrived_on": "2025-01-09",
    "organic_since": "2025-01-09", "arrival_weight_kg": "310.000",
}  # fmt: skip
DAIRY: dict[str, Any] = CAME | {
    "species": "DAIRY_COW", "breed": None, "arrival_weight_kg": None, "female": True, "bred": False,
}  # fmt: skip
LAYERS: dict[str, Any] = CAME | {
    "species": "LAYER", "breed": None, "individual": False, "heads": 500, "born_on": "2025-01-01",
    "arrived_on": "2025-05-06", "arrival_weight_kg": None,
}  # fmt: skip
PIGS: dict[str, Any] = LAYERS | {
    "species": "PIG", "heads": 3, "born_on": "2025-03-01", "arrived_on": "2025-06-30",
}  # fmt: skip
SOWS: dict[str, Any] = PIGS | {
    "species": "SOW", "reason": "REPLACEMENT", "female": True, "bred": False,
    "adult_females": "20.000",
}  # fmt: skip

ORIGINS: list[tuple[str, dict[str, Any], str]] = [
    # id, fields, codes
    ("A1 dam six months", {"dam_organic_since": "2023-09-01"}, ""),
    ("A1 a day less", {"dam_organic_since": "2023-09-02"}, "DAM_PERIOD"),
    ("A1 dam not told", {"dam_organic_since": None}, "HERD_HISTORY"),
    ("A1 birth not told", {"born_on": None}, "HERD_HISTORY"),
    ("A1 a day late", {"organic_since": "2024-03-02"}, "ORIGIN"),
    ("A2 from hatching", {"species": "LAYER", "origin": "HATCHED", "heads": 9}, ""),
    ("A2 a day late", {"species": "QUAIL", "origin": "HATCHED", "organic_since": "2024-03-02"},
     "ORIGIN"),
    ("A2 birth not told", {"species": "DUCK", "origin": "HATCHED", "born_on": None},
     "HERD_HISTORY"),
    ("A2 no poultry", {"species": "PIG", "origin": "HATCHED"}, "ORIGIN"),
    ("A2 kind not told", {"species": "OTHER", "origin": "HATCHED"}, "HERD_HISTORY"),
    ("A3 on farm", {"origin": "ON_FARM", "unavailable": True}, ""),
    ("A3 on farm, untold", {"origin": "ON_FARM"}, "AVAILABILITY"),
    ("A3 offspring, to be had", {"origin": "OFFSPRING", "unavailable": False}, "AVAILABLE"),
    ("A4 untold", CAME | {"unavailable": None}, "AVAILABILITY"),
    ("A4 to be had", CAME | {"unavailable": False}, "AVAILABLE"),
    ("A5 310 kg", CAME, ""),
    ("A5 twelve months", CAME | {"arrived_on": "2025-01-10"}, "AGE_OVER"),
    ("A5 over 310 kg", CAME | {"arrival_weight_kg": "310.001"}, "WEIGHT_OVER"),
    ("A5 birth not told", CAME | {"born_on": None}, "HERD_HISTORY"),
    ("A5 arrival not told", CAME | {"arrived_on": None}, "HERD_HISTORY"),
    ("A5 weight not told", CAME | {"arrival_weight_kg": None}, "HERD_HISTORY"),
    ("A5 H-7", CAME | {"born_on": "2024-03-01", "arrived_on": "2025-01-10",
                       "arrival_weight_kg": "305.000"}, ""),
    ("A5 brown", CAME | {"breed": "BROWN", "arrival_weight_kg": "340.000"}, ""),
    ("A5 polled", CAME | {"breed": "POLLED", "arrival_weight_kg": "300.001"}, "WEIGHT_OVER"),
    ("A5 shorthorn", CAME | {"breed": "SHORTHORN", "arrival_weight_kg": "300.000"}, ""),
    ("A5 angus", CAME | {"breed": "ANGUS_HEREFORD", "arrival_weight_kg": "280.001"},
     "WEIGHT_OVER"),
    ("A5 cross", CAME | {"breed": "HOLSTEIN_CROSS", "arrival_weight_kg": "310.000"}, ""),
    ("A5 holstein, male", CAME | {"breed": "HOLSTEIN", "female": False,
                                  "arrival_weight_kg": "310.001"}, "WEIGHT_OVER"),
    ("A5 holstein, female", CAME | {"breed": "HOLSTEIN", "female": True,
                                    "arrival_weight_kg": "340.000"}, ""),
    ("A5 holstein, heavy", CAME | {"breed": "HOLSTEIN", "female": True,
                                   "arrival_weight_kg": "340.001"}, "WEIGHT_OVER"),
    ("A5 holstein, untold", CAME | {"breed": "HOLSTEIN", "arrival_weight_kg": "310.001"},
     "HERD_HISTORY"),
    ("A5 breed untold, light", CAME | {"breed": None, "arrival_weight_kg": "280.000"}, ""),
    ("A5 breed untold", CAME | {"breed": None, "arrival_weight_kg": "280.001"}, "HERD_HISTORY"),
    ("A5 breed untold, heavy", CAME | {"breed": None, "arrival_weight_kg": "340.001"},
     "WEIGHT_OVER"),
    ("A5 dairy, unbred", DAIRY, ""),
    ("A5 dairy, bred", DAIRY | {"bred": True}, "BRED"),
    ("A5 dairy, untold", DAIRY | {"bred": None}, "HERD_HISTORY"),
    ("A5 layers", LAYERS, ""),
    ("A5 layers, eighteen weeks", LAYERS | {"arrived_on": "2025-05-07"}, "AGE_OVER"),
    ("A5 broilers", LAYERS | {"species": "MEAT_POULTRY", "arrived_on": "2025-01-03"}, ""),
    ("A5 broilers, three days", LAYERS | {"species": "MEAT_POULTRY", "arrived_on": "2025-01-04"},
     "AGE_OVER"),
    ("A5 goats", PIGS | {"species": "DAIRY_GOAT", "arrived_on": "2025-07-31"}, ""),
    ("A5 goats, five months", PIGS | {"species": "DAIRY_GOAT", "arrived_on": "2025-08-01"},
     "AGE_OVER"),
    ("A5 pigs replaced", PIGS | {"reason": "REPLACEMENT"}, ""),
    ("A5 pigs replaced, old", PIGS | {"reason": "REPLACEMENT", "arrived_on": "2025-07-01"},
     "AGE_OVER"),
    ("A6 3 on 10", PIGS | {"reason": "GROWTH", "kept_before": 10}, ""),
    ("A6 2 on 10", PIGS | {"reason": "GROWTH", "heads": 2, "kept_before": 10}, "GROWTH_BELOW"),
    ("A6 untold", PIGS | {"reason": "GROWTH"}, "HERD_HISTORY"),
    ("A7 25 of 100", PIGS | {"reason": "DISASTER", "heads": 25, "died": 25, "kept_before": 100},
     ""),
    ("A7 24 of 100", PIGS | {"reason": "DISASTER", "heads": 24, "died": 24, "kept_before": 100},
     "DISASTER_LIMIT"),
    ("A7 26 for 25", PIGS | {"reason": "DISASTER", "heads": 26, "died": 25, "kept_before": 100},
     "DISASTER_LIMIT"),
    ("A7 untold", PIGS | {"reason": "DISASTER", "died": 25}, "HERD_HISTORY"),
    ("A8 sows", SOWS, ""),
    ("A8 sows, bred", SOWS | {"bred": True}, "BRED"),
    ("A8 boars", SOWS | {"female": False}, "BRED"),
    ("A8 sex untold", SOWS | {"female": None}, "HERD_HISTORY"),
    ("A8 arrival untold", SOWS | {"arrived_on": None}, "HERD_HISTORY"),
    ("A8 old sows", SOWS | {"born_on": "2020-01-01"}, ""),
    ("A10 one by one", {"heads": 20}, ""),
    ("A10 one", {"individual": False}, ""),
    ("A10 two", {"individual": False, "heads": 2}, "IDENTIFICATION"),
    ("A10 horses", {"species": "BREEDING_MARE", "individual": False, "heads": 2},
     "IDENTIFICATION"),
    ("A10 sheep", {"species": "SHEEP", "individual": False, "heads": 2}, ""),
    ("other origin", {"origin": "OTHER"}, "HERD_HISTORY"),
    ("other reason", CAME | {"reason": "OTHER", "unavailable": False}, "HERD_HISTORY"),
    ("no reason", CAME | {"reason": None, "arrival_weight_kg": "900.000"}, "HERD_HISTORY"),
    ("before the standard", CAME | {"born_on": "1999-01-01", "arrived_on": "2005-11-25",
                                    "arrival_weight_kg": "900.000"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "codes"), [row[1:] for row in ORIGINS], ids=[r[0] for r in ORIGINS]
)
def test_an_origin_gives_its_codes(own: dict[str, Any], codes: str) -> None:
    """Section 3.1, each check on both sides of its limit."""
    assert tuple(codes.split()) == judged(origin(herd(**own))).codes


SHARES: list[tuple[str, dict[str, Any], Replaced, str]] = [
    # id, fields, heads replaced and left, codes
    ("A8 4 of 20", SOWS, Replaced(4, 12), ""),
    ("A8 5 of 20", SOWS, Replaced(5, 15), "REPLACEMENT_OVER"),
    ("A8 a mean", SOWS | {"adult_females": "24.999"}, Replaced(5, 15), "REPLACEMENT_OVER"),
    ("A8 25", SOWS | {"adult_females": "25.000"}, Replaced(5, 15), ""),
    ("A8 cows", DAIRY | {"reason": "REPLACEMENT", "adult_females": "30.000"}, Replaced(3, 9), ""),
    ("A8 cows, 4", DAIRY | {"reason": "REPLACEMENT", "adult_females": "30.000"}, Replaced(4, 12),
     "REPLACEMENT_OVER"),
    ("A8 mares", DAIRY | {"reason": "REPLACEMENT", "species": "BREEDING_MARE",
                          "adult_females": "20.000"}, Replaced(2, 9), "REPLACEMENT_OVER"),
    ("A8 untold", SOWS | {"adult_females": None}, Replaced(4, 12), "HERD_HISTORY"),
    ("A9 4 of 12", PIGS | {"reason": "REPLACEMENT"}, Replaced(4, 12), ""),
    ("A9 5 of 12", PIGS | {"reason": "REPLACEMENT"}, Replaced(5, 12), "THIRD_OVER"),
    ("A9 4 of 11", PIGS | {"reason": "REPLACEMENT"}, Replaced(4, 11), "THIRD_OVER"),
    ("A9 none left", PIGS | {"reason": "REPLACEMENT"}, Replaced(4, 0), "HERD_HISTORY"),
    ("A9 both", SOWS, Replaced(5, 12), "REPLACEMENT_OVER THIRD_OVER"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "sums", "codes"), [row[1:] for row in SHARES], ids=[row[0] for row in SHARES]
)
def test_only_so_many_are_replaced(own: dict[str, Any], sums: Replaced, codes: str) -> None:
    """A share of the adult females a year, and a third of those that left in three years."""
    assert tuple(codes.split()) == judged(origin(herd(**own), sums)).codes


@pytest.mark.parametrize(
    ("own", "sums", "limit", "figure"),
    [
        ({"dam_organic_since": "2023-09-02"}, None, ("2024-03-02",), ("2024-03-01",)),
        (CAME | {"arrived_on": "2025-01-10"}, None, ("2025-01-10",), ("2025-01-10",)),
        (CAME | {"arrival_weight_kg": "310.001"}, None, ("310.000",), ("310.001",)),
        (PIGS | {"reason": "GROWTH", "kept_before": 11}, None, ("4",), ("3",)),
        (PIGS | {"reason": "DISASTER", "heads": 26, "died": 25, "kept_before": 100}, None,
         ("25", "25"), ("25", "26")),
        (SOWS, Replaced(5, 15), ("4",), ("5",)),
    ],
)  # fmt: skip
def test_a_limit_stands_beside_its_figure(
    own: dict[str, Any], sums: Replaced | None, limit: tuple[str, ...], figure: tuple[str, ...]
) -> None:
    """What is allowed and what was found, in the same unit."""
    (found,) = broken(origin(herd(**own), sums)).values()

    assert (limit, figure) == (found.limit, found.figure)


@given(
    heads=st.integers(1, 10**9), females=st.integers(1, 10**12), left=st.integers(0, 10**9)
)  # fmt: skip
def test_sums_are_compared_exactly(heads: int, females: int, left: int) -> None:
    """Whatever the sums: 100 times the heads at most so many per cent, three times those left."""
    mean = f"{females // 1000}.{females % 1000:03d}"
    found = judged(origin(herd(**SOWS | {"adult_females": mean}), Replaced(heads, left))).broken

    assert ("REPLACEMENT_OVER" in found) == (100 * 1000 * heads > 20 * females)
    assert ("THIRD_OVER" in found) == (left > 0 and 3 * heads > left)
