"""Activities: of what the process record of a lot on the JAS route has an entry each.

Of a lot made from herds, their entries count as its own, and what was recorded of the animals and
their feed stands for entries of that.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from ledger.facts.herds import HerdRecorded
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.labels.animals import use_of
from ledger.labels.entries import Husbandry, RecordedHusbandry
from ledger.labels.lots import origin_record, recipe_of_lot
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.grading import route


class ActivityRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The activities of which a lot of a class has at least one entry each.

    `herds`: of a lot that names herds, of animals of that `use` where one is given. Entries of
    `any_day` count also after the lot was made.
    """

    class_: str
    herds: Literal["yes", ""] = ""
    use: str = ""
    activities: frozenset[str]
    any_day: frozenset[str] = frozenset()


ACTIVITIES: Final = Table(
    "activities", ActivityRow, "class_ herds use", "what a lot's process record must hold"
)


def missing_activities(
    record: Record, lot: str, husbandry: Husbandry | None = None
) -> tuple[str, ...]:
    """The activities that a lot on the JAS route should have entries of and has not, sorted.

    Nothing on another route, and nothing of a lot whose class is not known. Without `husbandry`
    the record tells what was done with the herds.
    """
    made = origin_record(record, lot)
    if made is None or route(record, lot) != "JAS":
        return ()
    recipe = recipe_of_lot(record, made, made.produced_on)
    if recipe is None:
        return ()
    done = record.about(ProcessRecorded, About.LOT, lot)
    if recipe.class_ != "LIVESTOCK" or not made.herds:
        row = ACTIVITIES.topmost((recipe.class_, "", ""), made.produced_on)
        return () if row is None else tuple(sorted(row.activities - {one.activity for one in done}))
    past = husbandry or RecordedHusbandry(record)
    named = [*dict.fromkeys(made.herds)]
    herds = [record.latest(HerdRecorded, About.ANIMALS, herd) for herd in named]
    species = recipe.species or next((herd.species for herd in herds if herd is not None), None)
    missing = {
        activity
        for activity, until in _asked(made, use_of(species))
        if not any(one.activity == activity and one.on <= until for one in done)
        and not past.any_did(named, activity, until)
    }
    if all(herds):
        missing.discard("ANIMAL_ORIGIN")
    if "FEEDING" in missing and past.each_fed(named, made.produced_on):
        missing.discard("FEEDING")
    return tuple(sorted(missing))


def _asked(made: LotRecorded, use: str | None) -> Iterator[tuple[str, date]]:
    """What is asked of a lot made from herds, and by which day."""
    for of in dict.fromkeys(("", use or "")):
        row = ACTIVITIES.topmost(("LIVESTOCK", "yes", of), made.produced_on)
        if row is None:
            continue
        for activity in row.activities:
            yield activity, date.max if activity in row.any_day else made.produced_on
