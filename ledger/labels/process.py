"""Process records and positive lists: each entry against the lists and figures of its standard.

What an entry leaves out gives nothing here; only what it says can break a rule. A substance of no
row in force on the day is not listed; gene-modified material never is.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import PersonQualified
from ledger.labels.certified import in_force, trained
from ledger.labels.lots import origin_record, recipe_of_lot
from ledger.labels.process_lists import listed
from ledger.labels.recipe import Recipe
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, Verdict, fails

WAITING_FACTOR: Final = 2
"""Organic animals wait twice the legal time after medicine (JAS for organic livestock)."""
WAITING_DAYS_MIN: Final = 2
"""48 hours where the law asks less than a day more."""


class HousingRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least room for one head of a species, indoors and outdoors, in m²."""

    species: str
    indoor_m2: Decimal
    outdoor_m2: Decimal
    note: str = ""


class QualificationRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The years of practice a function asks after a schooling."""

    function: str
    schooling: str
    years: Decimal


HOUSING: Final = Table("housing", HousingRow, "species", "room for animals, m² for one head")
QUALIFICATIONS: Final = Table(
    "qualifications",
    QualificationRow,
    "function schooling",
    "years of practice by function and schooling",
)


def process(record: Record, entry: ProcessRecorded) -> Verdict:
    """One entry of a process record: positive lists, keeping apart, room, waiting time.

    NOT_LISTED CLASS USE NO_EMERGENCY NO_NEED INSTRUCTIONS CONTAMINATED DENSITY WAITING_TIME GMO
    IRRADIATED; unproven EMERGENCY_UNTOLD NEED_UNTOLD FEED_NEED.
    """
    made = None if entry.lot is None else origin_record(record, entry.lot)
    recipe = None
    if made is not None:
        recipe = recipe_of_lot(record, made, entry.on) or recipe_of_lot(
            record, made, max(entry.day, made.produced_on)
        )
    return Verdict.of(
        [*_substance(entry, recipe), *_housing(entry, recipe), *_medicine(entry, made)]
    )


def _substance(entry: ProcessRecorded, recipe: Recipe | None) -> Iterator[Reason]:
    """What was used and how it was kept; animals that no lot names are livestock."""
    code = entry.substance
    if code is not None and code.upper().startswith("GMO_"):
        yield from fails("GMO")
    irradiated = code is not None and code.upper().startswith("IRRADIATED_")
    if irradiated or entry.irradiated:
        yield from fails("IRRADIATED")
    if entry.separated is False:
        yield from fails("CONTAMINATED")
    herd = None if entry.herd is None else "LIVESTOCK"
    yield from listed(entry, herd if recipe is None else recipe.class_)


def _housing(entry: ProcessRecorded, recipe: Recipe | None) -> Iterator[Reason]:
    if entry.activity != "HOUSING" or entry.heads is None or recipe is None:
        return
    row = None if recipe.species is None else HOUSING.topmost(recipe.species, entry.on)
    if row is None:
        return
    for room, least in ((entry.indoor_m2, row.indoor_m2), (entry.outdoor_m2, row.outdoor_m2)):
        if room is not None and room < least * entry.heads:
            yield from fails("DENSITY")


def _medicine(entry: ProcessRecorded, made: LotRecorded | None) -> Iterator[Reason]:
    if entry.activity != "MEDICINE" or entry.waiting_days is None or made is None:
        return
    waited = (made.produced_on - (entry.until or entry.on)).days
    if waited < max(WAITING_FACTOR * entry.waiting_days, WAITING_DAYS_MIN):
        yield from fails("WAITING_TIME")


def qualified(record: Record, person: str, party: str, function: str, on: date) -> Verdict:
    """UNQUALIFIED where a person was reported on, but nothing reported fits the function.

    Silent where nothing was ever reported on the person at that party. Years are as reported.
    Labelling asks its course, whatever the schooling.
    """
    reported = [
        fact for fact in record.about(PersonQualified, About.PERSON, person) if fact.party == party
    ]
    if not reported:
        return Verdict()
    if function == "LABELLER":
        course = trained(record, party, {"GRADING_LABEL"}, on, person)
        return Verdict() if course else Verdict.of(fails("UNQUALIFIED"))
    for fact in reported:
        if fact.function != function or not in_force(fact, on):
            continue
        row = QUALIFICATIONS.topmost((function, fact.schooling), on)
        if row is None or fact.practice_years >= row.years:
            return Verdict()
    return Verdict.of(fails("UNQUALIFIED"))
