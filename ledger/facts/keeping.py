"""How animals are kept and treated: stables, runs, medicine, and what is done to them."""

from datetime import date
from typing import Literal

from msgspec import Struct

from ledger.facts.scalars import Area, CountOrZero, Surface, Weight

Act = Literal[
    "DEHORNING", "BEAK_TRIMMING", "TAIL_DOCKING", "SAFETY_CARE", "MARKING", "PHYSICAL_CASTRATION",
    "NATURAL_MATING", "ARTIFICIAL_INSEMINATION", "CHEMICAL_CASTRATION", "INJURY", "EMBRYO_TRANSFER",
    "HORMONE_BREEDING", "GENE_MODIFIED_BREEDING", "GROWTH_PROMOTER", "WATER_POLLUTION",
    "ROUGH_SLAUGHTER", "CONTACT_WITH_OTHERS", "ELECTRIC_PROD", "SEDATIVE", "OTHER",
]  # fmt: skip
"""What may be done to animals; which of it is allowed a table says."""
KeptIn = Literal[
    "SNOW", "CALF", "LATE_PREGNANCY", "PIGLET", "SOW", "FINAL_FATTENING", "ILLNESS", "RUN_DAMAGE",
    "ORDER", "OTHER",
]  # fmt: skip
"""Why animals are not let out."""


class Medicine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """What animals were given; `last_resort`: nothing else would do."""

    kind: Literal[
        "VITAMIN_MINERAL", "BIOLOGICAL", "ANTIPARASITIC", "DRUG", "PRESCRIPTION", "ANTIBIOTIC",
        "OTHER",
    ]  # fmt: skip
    purpose: Literal["TREATMENT", "PREVENTION", "LAW", "GROWTH", "OTHER"] | None = None
    last_resort: bool | None = None


class Stable(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """A stable and who stands in it: weight in kg and age in days of the heaviest, oldest head.

    `floor_m2` and `slats_m2` in m², of the stable and the fenced part outdoors.
    """

    tied: bool | None = None
    adult: bool | None = None
    weight_kg: Weight | None = None
    age_days: CountOrZero | None = None
    floor_m2: Surface | None = None
    slats_m2: Area | None = None
    feed_free: bool | None = None
    climate_good: bool | None = None
    cleanable: bool | None = None
    floor_even: bool | None = None
    lying_good: bool | None = None
    perches: bool | None = None
    exits: bool | None = None


class Run(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Land on which animals run, and since when nothing prohibited came onto it.

    `half_own_feed`: at most half of the intake is bought; `free_access`: animals come and go as
    they like; `adjoining`: run, stable and field lie together.
    """

    use: Literal["PERENNIAL", "GRASS", "CROP", "GRASSLAND", "OTHER"]
    clean_since: date
    first_grazed_on: date | None = None
    sown_on: date | None = None
    separated: bool | None = None
    gm_planted: bool | None = None
    shelter: bool | None = None
    half_own_feed: bool | None = None
    free_access: bool | None = None
    adjoining: bool | None = None


__all__ = ["Act", "KeptIn", "Medicine", "Run", "Stable"]
