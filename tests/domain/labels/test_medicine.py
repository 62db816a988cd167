"""Medicine: waiting after it, of the lot or of all lots of the herd, and what it is given for."""

from datetime import date
from typing import Any

import pytest

from ledger.labels.process import process
from tests.domain.labels.goods import Goods
from tests.domain.labels.herding import codes_of, entry, herd

PRODUCED = date(2025, 6, 1)
GIVEN: dict[str, Any] = {
    "on": "2025-05-20", "until": "2025-05-22", "waiting_days": 5,
    "medicine": {"kind": "ANTIBIOTIC", "purpose": "TREATMENT", "last_resort": True},
}  # fmt: skip
WAITING: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"until": "2025-05-23"}, "WAITING_TIME"),
    ({"until": "2025-05-23", "medicine": None}, "WAITING_TIME"),
    *(({"until": "2025-05-23", "medicine": {"kind": kind, "purpose": "TREATMENT"}}, "")
      for kind in ("VITAMIN_MINERAL", "BIOLOGICAL", "ANTIPARASITIC", "DRUG")),
    ({"until": "2025-05-23", "medicine": {"kind": "OTHER"}}, "WAITING_TIME"),
    ({"until": "2025-05-30", "waiting_days": 1}, ""),
    ({"until": "2025-05-31", "waiting_days": 1}, "WAITING_TIME"),
    ({"until": "2025-05-30", "waiting_days": None}, ""),
    ({"until": "2025-05-31", "waiting_days": None}, "WAITING_TIME"),
    ({"until": None, "on": "2025-05-31", "waiting_days": None}, "WAITING_TIME"),
    ({"until": "2025-05-31", "waiting_days": None,
      "medicine": {"kind": "PRESCRIPTION", "last_resort": True}}, "WAITING_TIME"),
    ({"until": "2025-05-31", "waiting_days": None, "medicine": {"kind": "OTHER"}}, ""),
    ({"until": "2025-05-31", "waiting_days": None, "medicine": None}, ""),
    ({"until": "2025-06-05"}, "WAITING_TIME"),
]  # fmt: skip


def farm(*, herds: tuple[str, ...] = ()) -> Goods:
    """Lot L1 of milk, produced on 2025-06-01."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.add("ProductRegistered", product="PR1", name="乳", operator="OP", class_="LIVESTOCK",
              recipe_version=1, species="DAIRY_COW")  # fmt: skip
    goods.lot(produced_on=PRODUCED, herds=herds)
    herd(goods)
    return goods


@pytest.mark.parametrize(("own", "codes"), WAITING, ids=[f"3.8 P7 {row[0]}" for row in WAITING])
def test_animals_wait_twice_the_time(own: dict[str, Any], codes: str) -> None:
    """The entry of a lot waits for that lot, that of a herd for every lot made from it."""
    of_lot, of_herd = farm(), farm(herds=("H1", "H2"))
    on_lot = entry(of_lot, "MEDICINE", lot="L1", herd=None, **{**GIVEN, **own})
    on_herd = entry(of_herd, "MEDICINE", **{**GIVEN, **own})

    assert codes == " ".join(process(of_lot.record(), on_lot).codes)
    assert codes == " ".join(process(of_herd.record(), on_herd).codes)


OF_HERD: list[tuple[tuple[str, ...], str, str, str]] = [
    # herds of the lot, class of its product, first day of treatment, codes
    (("H1",), "LIVESTOCK", "2025-06-01", "WAITING_TIME"),
    (("H2", "H1"), "LIVESTOCK", "2025-05-22", "WAITING_TIME"),
    (("H1",), "LIVESTOCK", "2025-06-02", ""),
    (("H2",), "LIVESTOCK", "2025-06-01", ""),
    ((), "LIVESTOCK", "2025-06-01", ""),
    (("H1",), "PROCESSED_LIVESTOCK", "2025-06-01", ""),
]


@pytest.mark.parametrize(
    ("herds", "class_", "on", "codes"), OF_HERD, ids=[f"3.8 P7 {row}" for row in OF_HERD]
)
def test_treatment_itself_is_no_time_for_milk(
    herds: tuple[str, ...], class_: str, on: str, codes: str
) -> None:
    """Lots made before the first day are not asked, nor lots of other herds or other goods."""
    goods = Goods()
    goods.operator("JAS", "JP")
    goods.add("ProductRegistered", product="PR1", name="乳", operator="OP", class_=class_,
              recipe_version=1, species="DAIRY_COW")  # fmt: skip
    goods.lot(produced_on=PRODUCED, herds=herds)
    said = entry(goods, "MEDICINE", on=on, until="2025-06-30", waiting_days=5)

    assert codes == " ".join(process(goods.record(), said).codes)


USES: list[tuple[str, dict[str, Any], str]] = [
    ("DRUG", {"purpose": "PREVENTION"}, "MEDICINE_USE"),
    ("PRESCRIPTION", {"purpose": "PREVENTION", "last_resort": True}, "MEDICINE_USE"),
    ("ANTIBIOTIC", {"purpose": "PREVENTION", "last_resort": True}, "MEDICINE_USE"),
    ("VITAMIN_MINERAL", {"purpose": "PREVENTION"}, ""),
    ("BIOLOGICAL", {"purpose": "PREVENTION"}, ""),
    ("ANTIPARASITIC", {"purpose": "PREVENTION"}, ""),
    ("DRUG", {"purpose": "TREATMENT"}, ""),
    ("DRUG", {"purpose": "LAW"}, ""),
    ("DRUG", {"purpose": "OTHER"}, "MEDICINE_USE"),
    ("DRUG", {"purpose": "GROWTH"}, "FORBIDDEN_ACT MEDICINE_USE"),
    ("PRESCRIPTION", {"purpose": "TREATMENT", "last_resort": True}, ""),
    ("PRESCRIPTION", {"purpose": "TREATMENT", "last_resort": False}, "MEDICINE_USE"),
    ("PRESCRIPTION", {"purpose": "TREATMENT"}, "MEDICINE_NEED"),
    ("ANTIBIOTIC", {"last_resort": False}, "MEDICINE_USE"),
    ("ANTIBIOTIC", {}, "MEDICINE_NEED"),
    ("ANTIBIOTIC", {"purpose": "OTHER", "last_resort": True}, ""),
    ("DRUG", {}, "MEDICINE_NEED"),
    ("BIOLOGICAL", {}, "MEDICINE_NEED"),
    ("ANTIPARASITIC", {}, "MEDICINE_NEED"),
    ("DRUG", {"last_resort": True}, ""),
    ("BIOLOGICAL", {"last_resort": False}, ""),
    ("VITAMIN_MINERAL", {}, ""),
    ("OTHER", {}, ""),
    ("DRUG", {"last_resort": False, "purpose": "TREATMENT"}, ""),
]


@pytest.mark.parametrize(
    ("kind", "own", "codes"), USES, ids=[f"3.8 P14 {row[0]} {row[1]}" for row in USES]
)
def test_medicine_treats(kind: str, own: dict[str, Any], codes: str) -> None:
    """Drugs are not given to prevent, nor those on prescription where others would do."""
    assert codes == codes_of("MEDICINE", medicine={"kind": kind, **own})
