"""Lots: recorded, graded, subdivided, verified, held, and the record of how they were made."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct

from ledger.facts.identity import Fact, check_lines
from ledger.facts.keeping import Act, KeptIn, Medicine, Run, Stable
from ledger.facts.scalars import (
    HERDS_MAX,
    Area,
    Count,
    CountOrZero,
    FieldError,
    Hours,
    Id,
    Name,
    Quantity,
    Status,
    Surface,
    Text,
    Version,
    Weight,
    WeightOrZero,
)

_O = frozenset("O")
_OC = frozenset("OC")


class Field(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """The field, area or logs a lot comes from.

    `barrier`: drift and inflow are kept out; `ecosystem_kept`: collecting harms nothing.
    """

    registered_on: date
    last_prohibited_input_on: date | None = None
    sown_on: date | None = None
    land: Literal["NEW", "IDLE", "CULTIVATED", "OTHER"] | None = None
    crop: Literal["PERENNIAL", "ANNUAL", "WILD", "OTHER"]
    place: Name | None = None
    crop_name: Name | None = None
    area_m2: Surface | None = None
    barrier: bool | None = None
    ecosystem_kept: bool | None = None


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A lot that went into another one; `quantity` in kg."""

    lot: Id
    quantity: Weight
    label_verified: bool


class LotRecorded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A production lot: what it is, how much, from where; `quantity` and `pack_weight` in kg.

    `herds` are the animals that it was made from.
    """

    channels: ClassVar[frozenset[str]] = _O

    lot: Id
    operator: Id
    number: Name
    product: Id
    recipe_version: Version | None = None
    quantity: Weight
    units: Count | None = None
    pack_weight: Weight | None = None
    status: Status
    produced_on: date
    field: Field | None = None
    best_before: date | None = None
    inputs: tuple[Input, ...] = ()
    herds: tuple[Id, ...] = ()

    def __post_init__(self) -> None:
        """Limit the inputs and the herds."""
        check_lines("inputs", self.inputs)
        check_lines("herds", self.herds, HERDS_MAX)


class LotGraded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A grader judged a lot against its records."""

    channels: ClassVar[frozenset[str]] = _O

    lot: Id
    result: Literal["CONFORMING", "NON_CONFORMING"]
    grader: Id
    records_complete: bool
    linked_to_lot: bool
    method_conforms: bool
    label_conforms: bool


class Child(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A lot made by subdividing another one; weights in kg."""

    lot: Id
    units: Count
    pack_weight: Weight
    quantity: Weight


class LotSubdivided(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A lot was divided and packed anew; `loss` in kg."""

    channels: ClassVar[frozenset[str]] = _O

    lot: Id
    operator: Id
    children: tuple[Child, ...] = ()
    loss: WeightOrZero

    def __post_init__(self) -> None:
        """Limit the children."""
        check_lines("children", self.children)


class InputVerified(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """An operator saw the mark of a lot it received."""

    channels: ClassVar[frozenset[str]] = _O

    lot: Id
    operator: Id
    mark_seen: Id
    evidence: Literal["PACK", "CONTAINER", "INVOICE", "CERTIFICATE", "OTHER"]


class ProcessRecorded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """One entry of the process record of a lot, of a herd, or of both.

    Areas in m², `quantity` in `unit`, `light_hours` of a day, `outings_per_week` of each head.
    """

    channels: ClassVar[frozenset[str]] = _O

    lot: Id | None = None
    operator: Id
    site: Id | None = None
    activity: Literal[
        "SEED", "MATERIAL", "PLANT_PROTECTION", "FIELD_WORK", "POST_HARVEST", "STORAGE",
        "PROCESSING", "CLEANING", "ANIMAL_ORIGIN", "FEEDING", "MEDICINE", "HOUSING", "TRANSPORT",
        "SLAUGHTER", "EQUIPMENT", "SUBSTRATE", "SEEDLING", "RUN", "OUTDOOR_ACCESS", "SURGERY",
        "BREEDING", "LIGHTING", "DUNG", "MILKING", "EGG_COLLECTING", "OTHER",
    ]  # fmt: skip
    on: date
    until: date | None = None
    substance: Id | None = None
    quantity: Quantity | None = None
    unit: Name | None = None
    emergency: bool | None = None
    heads: Count | None = None
    indoor_m2: Area | None = None
    outdoor_m2: Area | None = None
    waiting_days: CountOrZero | None = None
    herd: Id | None = None
    item: Name | None = None
    method: Text | None = None
    area_m2: Surface | None = None
    purpose: Literal["PEST", "QUALITY", "ADDITIVE", "OTHER"] | None = None
    status: Literal["ORGANIC", "IN_CONVERSION", "UNTREATED", "CONVENTIONAL", "OTHER"] | None = None
    unavailable: bool | None = None
    natural: bool | None = None
    separated: bool | None = None
    irradiated: bool | None = None
    instructions_followed: bool | None = None
    edible_sprouts: bool | None = None
    treated: bool | None = None
    clean_since: date | None = None
    source_kind: (
        Literal[
            "OWN_LAND", "CLEAN_AREA", "LISTED_ONLY", "LOGS", "PLANT", "PROCESSED_FOOD", "FEED",
            "DUNG", "WASTE_WOOD", "LISTED", "OTHER",
        ]
        | None
    ) = None  # fmt: skip
    act: Act | None = None
    light_hours: Hours | None = None
    kept_in: KeptIn | None = None
    outings_per_week: CountOrZero | None = None
    contractor: Id | None = None
    medicine: Medicine | None = None
    stable: Stable | None = None
    run: Run | None = None
    means_insufficient: bool | None = None

    def __post_init__(self) -> None:
        """Refuse an entry of nothing."""
        if self.lot is None and self.herd is None:
            raise FieldError("lot", "an entry is of a lot or of a herd")


class LotHeld(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A lot must not move until understood."""

    channels: ClassVar[frozenset[str]] = _OC

    lot: Id
    cause: Text


class LotReleased(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A held lot may move again."""

    channels: ClassVar[frozenset[str]] = _OC

    lot: Id
    reason: Text


__all__ = [
    "Child",
    "Field",
    "Input",
    "InputVerified",
    "LotGraded",
    "LotHeld",
    "LotRecorded",
    "LotReleased",
    "LotSubdivided",
    "ProcessRecorded",
]
