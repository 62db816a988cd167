"""Planting: seed, soil for seedlings, wood and substrate of fungi."""

from typing import Any

import pytest

from ledger.labels.process import process
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import entry

SEED: list[tuple[str, dict[str, Any], str]] = [
    # class, entry, codes
    ("PLANT", {}, "SEED_UNTOLD"),
    ("PLANT", {"status": "OTHER"}, "SEED_UNTOLD"),
    ("PLANT", {"status": "ORGANIC"}, ""),
    ("PLANT", {"status": "IN_CONVERSION"}, ""),
    ("PLANT", {"status": "UNTREATED", "unavailable": True}, ""),
    ("PLANT", {"status": "UNTREATED", "unavailable": False}, "SEED_STATUS"),
    ("PLANT", {"status": "UNTREATED"}, "AVAILABILITY"),
    ("PLANT", {"status": "CONVENTIONAL", "unavailable": True}, ""),
    ("PLANT", {"status": "CONVENTIONAL", "unavailable": False}, "SEED_STATUS"),
    ("PLANT", {"status": "CONVENTIONAL"}, "AVAILABILITY"),
    ("PLANT", {"status": "UNTREATED", "unavailable": True, "edible_sprouts": True}, ""),
    ("PLANT", {"status": "CONVENTIONAL", "unavailable": True, "edible_sprouts": True},
     "AVAILABILITY"),
    ("PLANT", {"status": "CONVENTIONAL", "unavailable": False, "edible_sprouts": True},
     "AVAILABILITY SEED_STATUS"),
    ("PLANT", {"status": "CONVENTIONAL", "unavailable": True, "edible_sprouts": True,
               "on": "2005-10-26"}, "SEED_STATUS"),
    ("FUNGI", {"status": "CONVENTIONAL", "unavailable": True, "natural": True}, ""),
    ("FUNGI", {"status": "CONVENTIONAL", "unavailable": True, "natural": False}, "SEED_STATUS"),
    ("FUNGI", {"status": "CONVENTIONAL", "unavailable": True}, "SEED_UNTOLD"),
    ("FUNGI", {"status": "UNTREATED", "unavailable": True}, ""),
    ("FUNGI", {"status": "ORGANIC"}, ""),
]  # fmt: skip
SEEDLING: list[tuple[str, dict[str, Any], str]] = [
    ("PLANT", {"source_kind": "OWN_LAND"}, ""),
    ("PLANT", {"source_kind": "LISTED_ONLY"}, ""),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2022-05-01"}, ""),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2022-05-02"}, "FIELD_HISTORY"),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2023-05-01"}, "FIELD_HISTORY"),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2023-05-02"}, "SEEDLING_SOIL"),
    ("PLANT", {"source_kind": "CLEAN_AREA"}, "FIELD_HISTORY"),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2006-10-27", "on": "2008-10-26"}, ""),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2006-10-28", "on": "2008-10-26"},
     "SEEDLING_SOIL"),
    ("PLANT", {"source_kind": "CLEAN_AREA", "clean_since": "2006-10-27", "on": "2008-10-27"},
     "FIELD_HISTORY"),
    ("PLANT", {"source_kind": "OTHER"}, "SEED_UNTOLD"),
    ("PLANT", {}, "SEED_UNTOLD"),
]  # fmt: skip
SUBSTRATE: list[tuple[str, dict[str, Any], str]] = [
    ("FUNGI", {"source_kind": "LOGS", "clean_since": "2022-05-01"}, ""),
    ("FUNGI", {"source_kind": "LOGS", "clean_since": "2022-05-01", "treated": False}, ""),
    ("FUNGI", {"source_kind": "LOGS", "clean_since": "2022-05-02"}, "SUBSTRATE"),
    ("FUNGI", {"source_kind": "LOGS", "clean_since": "2022-05-01", "treated": True}, "SUBSTRATE"),
    ("FUNGI", {"source_kind": "LOGS"}, "FIELD_HISTORY"),
    ("FUNGI", {"source_kind": "LOGS", "treated": True}, "FIELD_HISTORY SUBSTRATE"),
    *(("FUNGI", {"source_kind": kind, **status}, codes)
      for kind in ("PLANT", "PROCESSED_FOOD", "FEED", "DUNG", "WASTE_WOOD")
      for status, codes in (
          ({"status": "ORGANIC"}, ""), ({"status": "IN_CONVERSION"}, "SUBSTRATE"),
          ({"status": "CONVENTIONAL"}, "SUBSTRATE"), ({}, "SUBSTRATE_UNTOLD"))),
    ("FUNGI", {"source_kind": "LISTED", "substance": "GUANO", "unavailable": True}, ""),
    ("FUNGI", {"source_kind": "LISTED", "substance": "GYPSUM", "unavailable": True}, "USE"),
    ("FUNGI", {"source_kind": "LISTED", "substance": "UREA", "unavailable": True}, "SUBSTRATE"),
    ("FUNGI", {"source_kind": "LISTED", "substance": "GUANO", "unavailable": False}, "SUBSTRATE"),
    ("FUNGI", {"source_kind": "LISTED", "substance": "GUANO"}, "SUBSTRATE_UNTOLD"),
    ("FUNGI", {"source_kind": "LISTED", "unavailable": True}, "SUBSTRATE_UNTOLD"),
    ("FUNGI", {"source_kind": "OTHER"}, "SUBSTRATE_UNTOLD"),
    ("FUNGI", {}, "SUBSTRATE_UNTOLD"),
    ("PLANT", {}, ""),
]  # fmt: skip
CASES = [
    *(("SEED", *row) for row in SEED),
    *(("SEEDLING", *row) for row in SEEDLING),
    *(("SUBSTRATE", *row) for row in SUBSTRATE),
]
NUMBERS = {"SEED": "P20", "SEEDLING": "P21", "SUBSTRATE": "P22"}


@pytest.mark.parametrize(
    ("activity", "class_", "own", "codes"),
    CASES,
    ids=[f"3.8 {NUMBERS[row[0]]} {row[1]} {row[2]}" for row in CASES],
)
def test_what_is_planted_comes_from_clean_sources(
    activity: str, class_: str, own: dict[str, Any], codes: str
) -> None:
    """Organic, or nothing better was to be had; on land or wood that was clean long enough."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.product("", class_)
    goods.lot()
    said = entry(goods, activity, lot="L1", herd=None, **own)

    assert codes == " ".join(process(goods.record(), said).codes)
