"""Origin: which animals may join an organic herd, from where, how young and how many.

A date or figure that a check needs and lacks gives HERD_HISTORY and breaks nothing.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.facts.herds import HerdRecorded
from ledger.labels.animals import kind_of
from ledger.labels.livestock.measures import Measure, breaks, lacks
from ledger.labels.rows import Row, Table, months_after

DAM_MONTHS: Final = 6
"""A dam is kept organically so long before it gives birth to organic animals."""
GROWTH_PERCENT_MIN: Final = 30
DISASTER_PERCENT_MIN: Final = 25
LEFT_PARTS: Final = 3
"""A third at most of the animals sold or dead in three years is replaced in one."""
_PERCENT: Final = 100


class ReplacementRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of its adult females a herd may replace in a calendar year."""

    species: str
    percent: int
    note: str = ""


class BroughtInRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How young and light animals are that join from elsewhere.

    Of the animals of a `breed`, or of one sex: younger than `months` or `days` on arrival, not
    above `weight_kg`; `unbred`: none that has given birth.
    """

    species: str
    breed: str = ""
    female: bool | None = None
    months: int | None = None
    days: int | None = None
    weight_kg: Decimal | None = None
    unbred: bool = False


REPLACEMENT: Final = Table(
    "replacement", ReplacementRow, "species", "how many adult females are replaced in a year"
)
BROUGHT_IN: Final = Table(
    "brought_in", BroughtInRow, "species", "how young, light and unbred animals are brought in"
)


class Replaced(NamedTuple):
    """What an operator's herds of a species tell of the year in which one arrives last.

    `heads` = brought in to replace others in that calendar year, `left` = sold, slaughtered or dead
    in the three years before the arrival.
    """

    heads: int
    left: int


Sums = Callable[[HerdRecorded], Replaced | None]
"""From the record of a herd to the sums of its year; None where they are not its to answer for."""


def origin(herd: HerdRecorded, replaced: Replaced | None = None) -> list[Measure]:
    """What is against the origin of a herd, and what of it is not told.

    `replaced` = the sums of a year, of the herd arriving last in it alone. DAM_PERIOD ORIGIN
    AVAILABLE AGE_OVER WEIGHT_OVER BRED GROWTH_BELOW DISASTER_LIMIT REPLACEMENT_OVER THIRD_OVER
    IDENTIFICATION, and unproven AVAILABILITY HERD_HISTORY.
    """
    found = [*_identified(herd)]
    match herd.origin:
        case "BORN_ORGANIC" | "HATCHED":
            found += of_birth(herd)
        case "ON_FARM" | "OFFSPRING":
            found += _unavailable(herd)
        case "BROUGHT_IN":
            found += _brought_in(herd, replaced)
        case "OTHER":
            found.append(lacks("HERD_HISTORY"))
    return found


def of_birth(herd: HerdRecorded) -> Iterator[Measure]:
    """Whether animals born or hatched on the farm are organic from the first day."""
    born, kind = herd.born_on, kind_of(herd.species)
    if herd.origin == "HATCHED" and kind is None:
        yield lacks("HERD_HISTORY")
    elif herd.origin == "HATCHED" and kind != "POULTRY":
        yield breaks("ORIGIN", [None], [None])
        return
    if herd.origin == "BORN_ORGANIC":
        if born is None or herd.dam_organic_since is None:
            yield lacks("HERD_HISTORY")
        elif born < (first := months_after(herd.dam_organic_since, DAM_MONTHS)):
            yield breaks("DAM_PERIOD", [first], [born])
    if born is None:
        yield lacks("HERD_HISTORY")
    elif herd.organic_since > born:
        yield breaks("ORIGIN", [born], [herd.organic_since])


def replaces(herd: HerdRecorded) -> bool:
    """Whether the animals of a herd count among those that replace others."""
    return herd.origin == "BROUGHT_IN" and herd.reason == "REPLACEMENT"


def _identified(herd: HerdRecorded) -> Iterator[Measure]:
    """Cattle and horses are told apart one by one."""
    one_by_one = herd.individual or herd.heads == 1
    if kind_of(herd.species) in {"CATTLE", "HORSE"} and not one_by_one:
        yield breaks("IDENTIFICATION", ["1"], [herd.heads])


def _unavailable(herd: HerdRecorded) -> Iterator[Measure]:
    if herd.unavailable is None:
        yield lacks("AVAILABILITY")
    elif not herd.unavailable:
        yield breaks("AVAILABLE")


def _brought_in(herd: HerdRecorded, replaced: Replaced | None) -> Iterator[Measure]:
    row = REPLACEMENT.topmost(herd.species, herd.arrived_on)
    if herd.reason in {None, "OTHER"}:
        yield lacks("HERD_HISTORY")
        return
    yield from _unavailable(herd)
    if herd.reason == "DISASTER":
        yield from _after_disaster(herd)
        return
    if herd.reason == "GROWTH":
        yield from _growth(herd)
    if herd.reason != "REPLACEMENT":
        yield from _young(herd)
        return
    if herd.arrived_on is None:
        yield lacks("HERD_HISTORY")
    if row is None:
        yield from _young(herd)
    else:
        yield from _unbred(herd)
        if herd.female is None:
            yield lacks("HERD_HISTORY")
        elif not herd.female:
            yield breaks("BRED")
    if replaced is not None:
        yield from _share(herd, replaced, row)


def _young(herd: HerdRecorded) -> Iterator[Measure]:
    """Animals brought in are young, light and unbred, as their species and breed ask."""
    rows = [
        row
        for row in BROUGHT_IN.of(herd.species, herd.arrived_on)
        if herd.breed in {None, row.breed} or not row.breed
        if herd.female is None or row.female in {None, herd.female}
    ]
    if any(row.unbred for row in rows):
        yield from _unbred(herd)
    yield from _age(herd, rows)
    yield from _weight(herd, [row.weight_kg for row in rows if row.weight_kg is not None])


def _age(herd: HerdRecorded, rows: list[BroughtInRow]) -> Iterator[Measure]:
    row = next((row for row in rows if row.months is not None or row.days is not None), None)
    if row is None:
        return
    if herd.born_on is None or herd.arrived_on is None:
        yield lacks("HERD_HISTORY")
        return
    if herd.arrived_on >= (too_old := _age_on(herd.born_on, row.months, row.days)):
        yield breaks("AGE_OVER", [too_old], [herd.arrived_on])


def _age_on(born_on: date, months: int | None, days: int | None) -> date:
    """The day on which an animal has lived so long."""
    if days is None:
        return months_after(born_on, months or 0)
    return min(born_on, date.max - timedelta(days=days)) + timedelta(days=days)


def _weight(herd: HerdRecorded, limits: list[Decimal]) -> Iterator[Measure]:
    """Whether animals were light enough by the limits of all that they may be."""
    if not limits:
        return
    weight = herd.arrival_weight_kg
    if weight is not None and weight > max(limits):
        yield breaks("WEIGHT_OVER", [max(limits)], [weight])
    elif weight is None or weight > min(limits):
        yield lacks("HERD_HISTORY")


def _unbred(herd: HerdRecorded) -> Iterator[Measure]:
    if herd.bred is None:
        yield lacks("HERD_HISTORY")
    elif herd.bred:
        yield breaks("BRED")


def _growth(herd: HerdRecorded) -> Iterator[Measure]:
    if herd.kept_before is None:
        yield lacks("HERD_HISTORY")
    elif herd.heads < (least := _share_up(herd.kept_before, GROWTH_PERCENT_MIN)):
        yield breaks("GROWTH_BELOW", [least], [herd.heads])


def _after_disaster(herd: HerdRecorded) -> Iterator[Measure]:
    if herd.died is None or herd.kept_before is None:
        yield lacks("HERD_HISTORY")
        return
    least = _share_up(herd.kept_before, DISASTER_PERCENT_MIN)
    if herd.died < least or herd.heads > herd.died:
        yield breaks("DISASTER_LIMIT", [least, herd.died], [herd.died, herd.heads])


def _share_up(of: int, percent: int) -> int:
    """The least whole number that is so many per cent."""
    return -(-percent * of // _PERCENT)


def _share(herd: HerdRecorded, replaced: Replaced, row: ReplacementRow | None) -> Iterator[Measure]:
    """How many were replaced in the year, beside the adult females and beside those that left."""
    if row is not None:
        if herd.adult_females is None:
            yield lacks("HERD_HISTORY")
        elif replaced.heads > (most := int(row.percent * herd.adult_females // _PERCENT)):
            yield breaks("REPLACEMENT_OVER", [most], [replaced.heads])
    if not replaced.left:
        yield lacks("HERD_HISTORY")
    elif replaced.heads > (most := replaced.left // LEFT_PARTS):
        yield breaks("THIRD_OVER", [most], [replaced.heads])
