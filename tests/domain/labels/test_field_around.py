"""What comes onto a field from around, for organic claims and those in conversion."""

from datetime import date
from typing import Any

import pytest

from ledger.facts.lots import Field
from ledger.labels.fields import field_status, field_untold

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    # class, field, codes of both claims, what is untold
    ("PLANT", {"barrier": True}, "", ""),
    ("PLANT", {"barrier": False}, "DRIFT", ""),
    ("PLANT", {}, "", "FIELD_CONTENT"),
    ("FUNGI", {}, "", "FIELD_CONTENT"),
    ("PLANT", {"barrier": True, "ecosystem_kept": False}, "", ""),
    ("WILD_PLANT", {"barrier": True, "ecosystem_kept": True}, "", ""),
    ("WILD_PLANT", {"barrier": True, "ecosystem_kept": False}, "ECOSYSTEM", ""),
    ("WILD_PLANT", {"barrier": True}, "", "FIELD_CONTENT"),
    ("WILD_PLANT", {"ecosystem_kept": True}, "", "FIELD_CONTENT"),
    ("PROCESSED_PLANT", {}, "", ""),
]


@pytest.mark.parametrize(
    ("class_", "own", "codes", "untold"), CASES, ids=[f"3.8 P23 {row[0]} {row[1]}" for row in CASES]
)
def test_a_field_keeps_what_is_prohibited_out(
    class_: str, own: dict[str, Any], codes: str, untold: str
) -> None:
    """Drift and harm are of both kinds of claim; what is left out is unproven alone."""
    crop: Any = "WILD" if class_ == "WILD_PLANT" else "PERENNIAL"
    field = Field(registered_on=date(2015, 1, 1), last_prohibited_input_on=date(2015, 1, 1),
                  crop=crop, **own)  # fmt: skip
    status = field_status(field, date(2025, 6, 1), class_)
    around = {"DRIFT", "ECOSYSTEM"}

    assert codes == " ".join(status.organic.only(around).codes)
    assert codes == " ".join(status.conversion.only(around).codes)
    assert untold == " ".join(field_untold(field, class_).codes)


def test_without_a_field_nothing_of_it_is_untold() -> None:
    """That none is recorded has a code of its own."""
    assert field_untold(None, "PLANT").proven
