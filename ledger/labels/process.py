"""Process records: each entry against the lists and figures of its standard.

What an entry leaves out gives nothing here; only what it says can break a rule.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import PersonQualified
from ledger.labels.certified import trained
from ledger.labels.lots import lot_facts, recipe_of_lot
from ledger.labels.recipe import Recipe
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.grading import route
from ledger.labels.substances import substance
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


class ActivityRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The activities of which a lot of a class has at least one entry each."""

    class_: str
    activities: frozenset[str]


class QualificationRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The years of practice a function asks after a schooling."""

    function: str
    schooling: str
    years: Decimal


HOUSING: Final = Table(
    "housing", HousingRow, lambda row: row.species, "room for animals, m² for one head"
)
ACTIVITIES: Final = Table(
    "activities", ActivityRow, lambda row: row.class_, "what a lot's process record must hold"
)
QUALIFICATIONS: Final = Table(
    "qualifications",
    QualificationRow,
    lambda row: (row.function, row.schooling),
    "years of practice by function and schooling",
)


def process(record: Record, entry: ProcessRecorded) -> Verdict:
    """One entry of a lot's process record: lists T1 to T8, room, waiting time, gene modification.

    NOT_LISTED CLASS USE NO_EMERGENCY DENSITY WAITING_TIME GMO IRRADIATED.
    """
    facts = lot_facts(record, entry.lot)
    recipe = None if facts is None else recipe_of_lot(record, facts, entry.on)
    if recipe is None and facts is not None:
        recipe = recipe_of_lot(record, facts, max(entry.day, facts.produced_on))
    made = None if facts is None else facts.recorded
    return Verdict.of(
        [*_substance(entry, recipe), *_housing(entry, recipe), *_medicine(entry, made)]
    )


_LISTS: Final = {
    "MATERIAL": "T1",
    "PLANT_PROTECTION": "T2",
    "STORAGE": "T5",
    "PROCESSING": "T5",
    "POST_HARVEST": "T3",
    "SLAUGHTER": "T8",
    "FEEDING": "T6",
}
_CLASS_READ: Final = frozenset({"T1", "T2"})
"""Lists whose class row is asked of process records; of the others only the substance."""
_PESTS: Final = frozenset({"PLANT_PROTECTION", "STORAGE", "PROCESSING"})


def _substance(entry: ProcessRecorded, recipe: Recipe | None) -> Iterator[Reason]:
    code = entry.substance
    if code is None:
        return
    if code.upper().startswith("GMO_"):
        yield from fails("GMO")
    if code.upper().startswith("IRRADIATED_"):
        yield from fails("IRRADIATED")
    class_ = None if recipe is None else recipe.class_
    table = _LISTS.get(entry.activity)
    if entry.activity == "CLEANING" and class_ == "LIVESTOCK":
        table = "T7"
    if table is None or _is_additive(entry, class_):
        return
    asked = class_ if table in _CLASS_READ else None
    yield from substance(table, code, asked, entry.on).verdict.reasons
    if entry.activity in _PESTS and entry.emergency is False:
        yield from fails("NO_EMERGENCY")


def _is_additive(entry: ProcessRecorded, class_: str | None) -> bool:
    """Whether an entry of processing names an additive of the goods, not an agent against pests."""
    if entry.activity != "PROCESSING" or entry.emergency is not None or entry.substance is None:
        return False
    return substance("T4", entry.substance, class_, entry.on).allowed


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


def missing_activities(record: Record, lot: str) -> tuple[str, ...]:
    """The activities that a lot on the JAS route should have entries of and has not, sorted.

    Nothing on another route, and nothing of a lot whose class is not known.
    """
    facts = lot_facts(record, lot)
    if facts is None or route(record, lot) != "JAS":
        return ()
    recipe = recipe_of_lot(record, facts, facts.produced_on)
    row = None if recipe is None else ACTIVITIES.topmost(recipe.class_, facts.produced_on)
    if row is None:
        return ()
    done = {fact.activity for fact in record.about(ProcessRecorded, About.LOT, lot)}
    return tuple(sorted(row.activities - done))


def qualified(record: Record, person: str, party: str, function: str, on: date) -> Verdict:
    """UNQUALIFIED where a person was reported on, but nothing reported fits the function.

    Silent where nothing was ever reported on the person at that party. Years are as reported.
    Labelling asks training alone.
    """
    reported = [
        fact for fact in record.about(PersonQualified, About.PERSON, person) if fact.party == party
    ]
    if not reported:
        return Verdict()
    if function == "LABELLER" and trained(record, party, {"GRADING_LABEL"}, on, person):
        return Verdict()
    for fact in reported:
        holds = fact.from_ <= on and (fact.until is None or on <= fact.until)
        if fact.function != function or not holds:
            continue
        row = QUALIFICATIONS.topmost((function, fact.schooling), on)
        if row is None or fact.practice_years >= row.years:
            return Verdict()
    return Verdict.of(fails("UNQUALIFIED"))
