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


Status = Literal["ORGANIC", "IN_CONVERSION"]


class PeriodRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many years make a field of a crop reach a status; the topmost fitting row holds."""

    id: str
    status: Status
    years: int
    crops: frozenset[str]
    classes: frozenset[str] = frozenset()
    land: frozenset[str] = frozenset()
    reason: str


PERIODS: Final = Table(
    "field_periods", PeriodRow, "id status", "years under the standard before the harvest"
)


class FieldStatus(Struct, frozen=True, kw_only=True, gc=False):
    """What a field reached by a harvest; a verdict for each kind of claim."""

    reached: Status | None
    organic: Verdict
    conversion: Verdict

    def verdict(self, *, conversion: bool) -> Verdict:
        """The verdict for an in-conversion claim, or for an organic one."""
        return self.conversion if conversion else self.organic


def field_status(field: Field | None, produced_on: date, class_: str) -> FieldStatus:
    """What a field reached on the day of harvest or collecting.

    Annual crops are organic by their sowing where its day is told; in conversion counts to the
    first harvest. Without a field only classes that grow on one are asked for it.
    """
    if field is None:
        missing = Verdict.of(unshown("FIELD_MISSING")) if class_ in FIELD_CLASSES else Verdict()
        return FieldStatus(reached=None, organic=missing, conversion=missing)
    reached: Status | None = None
    organic: list[Reason] = []
    conversion: list[Reason] = []
    if _kept(field, _years(field, class_, "ORGANIC", produced_on), _began(field, produced_on)):
        reached = "ORGANIC"
    else:
        organic = _short(field, class_, produced_on)
    if class_ == "WILD_PLANT" or field.crop == "WILD":
        conversion = fails("WILD_CONVERSION")
    elif reached is None:
        if _kept(field, _years(field, class_, "IN_CONVERSION", produced_on), produced_on):
            reached = "IN_CONVERSION"
        else:
            conversion = fails("CONVERSION_PERIOD")
    crop = [*_crop(field, class_), *_around(field, class_)]
    return FieldStatus(
        reached=reached,
        organic=Verdict.of([*crop, *organic]),
        conversion=Verdict.of([*crop, *conversion]),
    )


def _crop(field: Field, class_: str) -> Iterator[Reason]:
    if class_ == "WILD_PLANT" and field.crop != "WILD":
        yield from fails("FIELD_CROP")
    if field.crop == "WILD" and class_ not in _WILD_CLASSES:
        yield from fails("FIELD_CROP")


def _around(field: Field, class_: str) -> Iterator[Reason]:
    """What comes in from around, and what collecting does to the area."""
    if field.barrier is False:
        yield from fails("DRIFT")
    if class_ == "WILD_PLANT" and field.ecosystem_kept is False:
        yield from fails("ECOSYSTEM")


def field_untold(field: Field | None, class_: str | None) -> Verdict:
    """FIELD_CONTENT (unproven) where a field, if there is one, leaves out what is asked of it."""
    if field is None or class_ not in FIELD_CLASSES:
        return Verdict()
    wild = class_ == "WILD_PLANT" and field.ecosystem_kept is None
    return Verdict.of(unshown("FIELD_CONTENT") if field.barrier is None or wild else [])


def _years(field: Field, class_: str, status: Status, on: date) -> int:
    """The years that the row for a field asks; 0 where there is no row."""
    for row in PERIODS.in_force(on):
        if (
            row.status == status
            and field.crop in row.crops
            and (not row.classes or class_ in row.classes)
            and (not row.land or field.land in row.land)
        ):
            return row.years
    return 0


def _kept(field: Field, years: int, by: date) -> bool:
    """Whether the standard was kept for so long by a day."""
    since = field.last_prohibited_input_on or field.registered_on
    return years > 0 and years_after(since, years) <= by


def _began(field: Field, produced_on: date) -> date:
    """When an organic crop has to begin on clean land: an annual one at sowing, else at harvest."""
    return (field.sown_on if field.crop == "ANNUAL" else None) or produced_on


def _short(field: Field, class_: str, produced_on: date) -> list[Reason]:
    """FIELD_PERIOD, or FIELD_HISTORY where a history that is not known may have been enough."""
    known = field.last_prohibited_input_on is not None
    if not known and _years(field, class_, "ORGANIC", produced_on):
        if field.crop == "WILD":
            return unshown("FIELD_HISTORY")
        # New land needs one year; only where the kind of land is not known is that open.
        new_land = field.crop == "ANNUAL" and field.land is None
        if new_land and _kept(field, 1, _began(field, produced_on)):
            return unshown("FIELD_HISTORY")
    return fails("FIELD_PERIOD")
