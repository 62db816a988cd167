"""Herds: what animals there are and where they came from, which left, and what they were fed."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct, field

from ledger.facts.identity import Fact, check_lines
from ledger.facts.scalars import (
    Count,
    CountOrZero,
    Id,
    MeanHeads,
    Name,
    Species,
    Weight,
    WeightOrZero,
)

_O = frozenset("O")

Stage = Literal[
    "BEEF_YOUNG", "BEEF_OLDER", "BREEDING_COW", "DAIRY_YOUNG", "DAIRY_HEIFER", "DAIRY_MILKING",
    "DAIRY_DRY", "HORSE_12", "HORSE_24", "HORSE_OLDER", "BREEDING_MARE", "EWE", "SHEEP_OTHER",
    "DOE", "GOAT_OTHER", "PIG_3", "PIG_5", "PIG_OLDER", "BROILER_4W", "BROILER_OLDER", "LAYER_9W",
    "LAYER_PULLET", "LAYER_LAYING", "QUAIL", "DUCK_6W", "DUCK_OLDER", "OTHER",
]  # fmt: skip
"""How far animals have grown: the rows of the intake of dry matter (JAS for organic livestock,
appendix 3)."""


class HerdRecorded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Animals kept together: where they came from, since when they are kept organically.

    The latest of a herd holds. `arrival_weight_kg` in kg, of the heaviest head; `kept_before` and
    `died` are heads of the herd that these join; `adult_females` is a mean over years.
    """

    channels: ClassVar[frozenset[str]] = _O

    herd: Id
    operator: Id
    site: Id
    species: Species
    breed: (
        Literal[
            "BLACK", "BROWN", "POLLED", "SHORTHORN", "ANGUS_HEREFORD", "HOLSTEIN",
            "HOLSTEIN_CROSS", "OTHER",
        ]
        | None
    ) = None  # fmt: skip
    individual: bool
    heads: Count
    born_on: date | None = None
    origin: Literal["BORN_ORGANIC", "HATCHED", "ON_FARM", "BROUGHT_IN", "OFFSPRING", "OTHER"]
    reason: Literal["START", "NEW_KIND", "GROWTH", "REPLACEMENT", "DISASTER", "OTHER"] | None = None
    arrived_on: date | None = None
    arrival_weight_kg: Weight | None = None
    female: bool | None = None
    bred: bool | None = None
    unavailable: bool | None = None
    dam_organic_since: date | None = None
    organic_since: date
    weaned_on: date | None = None
    conceived_on: date | None = None
    milk_since: date | None = None
    slaughter_on: date | None = None
    kept_before: CountOrZero | None = None
    died: CountOrZero | None = None
    adult_females: MeanHeads | None = None


class AnimalsLeft(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Animals left a herd: sold, slaughtered, dead or moved."""

    channels: ClassVar[frozenset[str]] = _O

    herd: Id
    operator: Id
    on: date
    heads: Count
    how: Literal["SOLD", "SLAUGHTERED", "DIED", "MOVED", "OTHER"]


class FeedLine(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One feed of a ration; `dry_matter` in kg, `donor` is whose milk it is."""

    name: Name
    kind: Literal[
        "ORGANIC", "OWN", "OWN_FIELD", "IN_CONVERSION", "CONVENTIONAL", "MINERAL", "SILKWORM",
        "MILK", "OTHER",
    ]  # fmt: skip
    dry_matter: WeightOrZero
    roughage: bool
    bought: bool
    gmo: bool
    antibiotic: bool
    natural: bool | None = None
    clean_since: date | None = None
    donor: Literal["SAME", "MOTHER", "OTHER"] | None = None
    donor_organic_since: date | None = None


class FeedingRecorded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """What a herd was fed from one day until another, both included."""

    channels: ClassVar[frozenset[str]] = _O

    herd: Id
    operator: Id
    from_: date = field(name="from")
    until: date
    heads: Count
    stage: Stage
    period: Literal["SUCKLING", "FIRST_MILK", "FINAL_FATTENING", "OTHER"] | None = None
    cause: Literal["DISASTER", "IMPORT", "OTHER"] | None = None
    lines: tuple[FeedLine, ...] = ()

    def __post_init__(self) -> None:
        """Limit the lines."""
        check_lines("lines", self.lines)


__all__ = ["AnimalsLeft", "FeedLine", "FeedingRecorded", "HerdRecorded", "Stage"]
