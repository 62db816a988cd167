"""Lots: recorded, graded, subdivided, verified, held, and the record of how they were made."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct

from ledger.facts.identity import Fact, check_lines
from ledger.facts.scalars import (
    Area,
    Count,
    CountOrZero,
    Id,
    Name,
    Quantity,
    Status,
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
    """The field, area or logs a lot comes from."""

    registered_on: date
    last_prohibited_input_on: date | None = None
    sown_on: date | None = None
    land: Literal["NEW", "IDLE", "CULTIVATED", "OTHER"] | None = None
    crop: Literal["PERENNIAL", "ANNUAL", "WILD", "OTHER"]


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A lot that went into another one; `quantity` in kg."""

    lot: Id
    quantity: Weight
    label_verified: bool


class LotRecorded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A production lot: what it is, how much, from where; `quantity` and `pack_weight` in kg."""

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

    def __post_init__(self) -> None:
        """Limit the inputs."""
        check_lines("inputs", self.inputs)


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
    """One entry of a lot's process record; areas in m², `quantity` in `unit`."""

    channels: ClassVar[frozenset[str]] = _O

    lot: Id
    operator: Id
    site: Id | None = None
    activity: Literal[
        "SEED", "MATERIAL", "PLANT_PROTECTION", "FIELD_WORK", "POST_HARVEST", "STORAGE",
        "PROCESSING", "CLEANING", "ANIMAL_ORIGIN", "FEEDING", "MEDICINE", "HOUSING", "TRANSPORT",
        "SLAUGHTER", "EQUIPMENT", "OTHER",
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
