"""Fields and areas: how long the standard was kept before the harvest.

Counted from the last prohibited input, or from registering where none is told; met on the day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from ledger.facts.lots import Field
from ledger.labels.rows import Row, Table, years_after
from ledger.labels.verdict import Reason, Verdict, fails, unshown

FIELD_CLASSES: Final = frozenset({"PLANT", "FUNGI", "WILD_PLANT"})
"""Classes that are nothing without a field or area."""
_WILD_CLASSES: Final = frozenset({"WILD_PLANT", "FUNGI"})
"""Classes whose area may be wild; wood for fungi counts as a wild area does."""


class PeriodRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many years make a field of a crop reach a status; the topmost fitting row holds."""

    id: str
    status: Literal["ORGANIC", "IN_CONVERSION"]
    years: int
    crops: frozenset[str]
    classes: frozenset[str] = frozenset()
    land: frozenset[str] = frozenset()
    reason: str


PERIODS: Final = Table(
    "field_periods",
    PeriodRow,
    lambda row: (row.id, row.status),
    "years under the standard before the harvest",
)


class FieldStatus(Struct, frozen=True, kw_only=True, gc=False):
    """What a field reached by a harvest; a verdict for each kind of claim."""

    reached: Literal["ORGANIC", "IN_CONVERSION"] | None
    organic: Verdict
    conversion: Verdict
    rows: tuple[str, ...] = ()

    def verdict(self, *, conversion: bool) -> Verdict:
        """The verdict for an in-conversion claim, or for an organic one."""
        return self.conversion if conversion else self.organic


def field_status(field: Field | None, produced_on: date, class_: str) -> FieldStatus:
    """What a field reached on the day of harvest or collecting.

    Annual crops count to sowing where its day is told. Without a field only classes that grow on
    one are asked for it.
    """
    if field is None:
        missing = Verdict.of(unshown("FIELD_MISSING")) if class_ in FIELD_CLASSES else Verdict()
        return FieldStatus(reached=None, organic=missing, conversion=missing)
    crop = [*_crop(field, class_)]
    organic, years = _row(field, class_, "ORGANIC", produced_on)
    if years and _kept(field, years, produced_on):
        reached: Literal["ORGANIC", "IN_CONVERSION"] | None = "ORGANIC"
        organic_reasons: list[Reason] = []
    else:
        reached = None
        organic_reasons = _short(field, years, produced_on)
    wild = class_ == "WILD_PLANT" or field.crop == "WILD"
    if wild:
        conversion_reasons = fails("WILD_CONVERSION")
    elif reached == "ORGANIC":
        conversion_reasons = []
    else:
        _, least = _row(field, class_, "IN_CONVERSION", produced_on)
        conversion_reasons = []
        if least and _kept(field, least, produced_on):
            reached = "IN_CONVERSION"
        else:
            conversion_reasons = fails("CONVERSION_PERIOD")
    return FieldStatus(
        reached=reached,
        organic=Verdict.of([*crop, *organic_reasons]),
        conversion=Verdict.of([*crop, *conversion_reasons]),
        rows=(organic,) if organic else (),
    )


def _crop(field: Field, class_: str) -> Iterator[Reason]:
    if class_ == "WILD_PLANT" and field.crop != "WILD":
        yield from fails("FIELD_CROP")
    if field.crop == "WILD" and class_ not in _WILD_CLASSES:
        yield from fails("FIELD_CROP")


def _row(field: Field, class_: str, status: str, on: date) -> tuple[str, int]:
    """The row for a field and the years it asks; 0 where there is none."""
    for row in PERIODS.in_force(on):
        if (
            row.status == status
            and field.crop in row.crops
            and (not row.classes or class_ in row.classes)
            and (not row.land or field.land in row.land)
        ):
            return row.id, row.years
    return "", 0


def started_on(field: Field) -> date:
    """The day from which the standard counts as kept."""
    return field.last_prohibited_input_on or field.registered_on


def counted_to(field: Field, produced_on: date) -> date:
    """The day to which it has to be kept: sowing of an annual crop, else harvest."""
    if field.crop == "ANNUAL" and field.sown_on is not None:
        return field.sown_on
    return produced_on


def _kept(field: Field, years: int, produced_on: date) -> bool:
    return years_after(started_on(field), years) <= counted_to(field, produced_on)


def _short(field: Field, years: int, produced_on: date) -> list[Reason]:
    """FIELD_PERIOD, or FIELD_HISTORY where an untold history may have been long enough."""
    if years and field.last_prohibited_input_on is None:
        if field.crop == "WILD":
            return unshown("FIELD_HISTORY")
        # New land needs one year; only an untold kind of land leaves that open.
        new_land = field.crop == "ANNUAL" and field.land is None
        if new_land and _kept(field, 1, produced_on):
            return unshown("FIELD_HISTORY")
    return fails("FIELD_PERIOD")
