"""Acts: what may be done to animals in which activity, in whatever field it is told."""

from typing import Any, get_args

import pytest

from ledger.facts.keeping import Act
from ledger.labels.livestock.acts import ACTS
from tests.domain.labels.herding import codes_of

ALLOWED = [
    "DEHORNING", "BEAK_TRIMMING", "TAIL_DOCKING", "SAFETY_CARE", "MARKING", "PHYSICAL_CASTRATION",
    "NATURAL_MATING", "ARTIFICIAL_INSEMINATION",
]  # fmt: skip
BARRED = [
    "CHEMICAL_CASTRATION", "INJURY", "EMBRYO_TRANSFER", "HORMONE_BREEDING",
    "GENE_MODIFIED_BREEDING", "GROWTH_PROMOTER", "WATER_POLLUTION", "ROUGH_SLAUGHTER",
    "CONTACT_WITH_OTHERS",
]  # fmt: skip
IN_TRANSPORT = ["ELECTRIC_PROD", "SEDATIVE"]
CASES: list[tuple[str, dict[str, Any], str]] = [
    *((activity, {field: act}, "") for act in ALLOWED for field in ("act", "substance")
      for activity in ("SURGERY", "TRANSPORT")),
    *((activity, {field: act}, "FORBIDDEN_ACT") for act in BARRED for field in ("act", "substance")
      for activity in ("SURGERY", "FEEDING", "SLAUGHTER", "MATERIAL")),
    *(("TRANSPORT", {field: act}, "FORBIDDEN_ACT") for act in IN_TRANSPORT
      for field in ("act", "substance")),
    *((activity, {field: act}, "") for act in IN_TRANSPORT for field in ("act", "substance")
      for activity in ("SURGERY", "MILKING")),
    ("SURGERY", {"act": "OTHER"}, ""),
    ("FEEDING", {"substance": "GROWTH_HORMONE"}, "FORBIDDEN_ACT"),
    ("SURGERY", {"substance": "growth hormone"}, "FORBIDDEN_ACT"),
    ("BREEDING", {"substance": "HORMONE"}, "FORBIDDEN_ACT"),
    ("ANIMAL_ORIGIN", {"substance": "HORMONE"}, "FORBIDDEN_ACT"),
    ("MEDICINE", {"substance": "HORMONE"}, ""),
    ("MEDICINE", {"medicine": {"kind": "VITAMIN_MINERAL", "purpose": "GROWTH"}}, "FORBIDDEN_ACT"),
    ("MEDICINE", {"medicine": {"kind": "VITAMIN_MINERAL", "purpose": "OTHER"}}, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("activity", "own", "codes"), CASES, ids=[f"3.7 {row[0]} {row[1]}" for row in CASES]
)
def test_what_the_standard_forbids_is_a_code(
    activity: str, own: dict[str, Any], codes: str
) -> None:
    """Barred acts in any activity, but prods and sedatives in transport alone.

    A word that is an act is asked of no list of substances.
    """
    assert codes == codes_of(activity, **own)


def test_every_act_has_a_row() -> None:
    """Whatever may be told as an act is allowed or barred by the table."""
    assert {row.act for row in ACTS.rows()} == set(get_args(Act)) - {"OTHER"}
    assert {row.word for row in ACTS.rows() if row.barred == "no"} == set(ALLOWED)
