"""Contents of the records of a lot: what the inspection method asks each of them to tell.

Asked of lots on the JAS route. What a record leaves out is unproven, never wrong. Told = by a
method, an item, a substance or a note; an amount = a quantity and its unit. An entry of nothing
used is asked for no amount.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Final, Literal, NamedTuple

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.labels.animals import use_of
from ledger.labels.certified import certified
from ledger.labels.lots import class_of_lot, origin_record, recipe_of_lot, sources
from ledger.labels.recipe import Recipe
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.criteria import criteria_state, only_sorted
from ledger.labels.schemes.jas.grading import CODE, by_own_certificate


class ContentRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a record of goods of some classes tells, by its number in the text.

    `kept_for` = of animals that give this alone; `shown_by` = what would tell it.
    """

    classes: frozenset[str]
    number: int
    item: str
    kept_for: Literal["", "MEAT", "MILK", "EGGS"] = ""
    shown_by: tuple[str, ...]
    en: str
    ja: str


CONTENTS: Final = Table(
    "contents", ContentRow, "item classes", "what the records of a lot have to tell"
)
_ANY_DAY: Final = frozenset({"STORAGE", "TRANSPORT", "SLAUGHTER"})
"""What happens to animals and their products on whatever day."""


class Content(NamedTuple):
    """A thing that records have to tell, and whether they do."""

    row: ContentRow
    told: bool


class _Lot(NamedTuple):
    """A lot with its recipe, the entries of its record, and those of each of its herds."""

    record: Record
    made: LotRecorded
    recipe: Recipe | None
    entries: tuple[ProcessRecorded, ...]
    herds: dict[str, tuple[ProcessRecorded, ...]]

    def of(self, *activities: str) -> list[ProcessRecorded]:
        """The entries of some activities, of the lot and of its herds."""
        everywhere = [*self.entries, *(entry for of in self.herds.values() for entry in of)]
        return [entry for entry in everywhere if entry.activity in activities]


def contents(record: Record, lot: str) -> tuple[Content, ...]:
    """What the records of a lot on the JAS route have to tell; nothing on another route."""
    here = _lot(record, lot)
    if here is None or not by_own_certificate(record, lot):
        return ()
    class_ = _judged_as(record, here)
    uses = _uses(here)
    return tuple(
        Content(row, _TOLD[row.item](here))
        for row in CONTENTS.in_force(here.made.produced_on)
        if class_ in row.classes and row.kept_for in uses
    )


def _lot(record: Record, lot: str) -> _Lot | None:
    made = origin_record(record, lot)
    if made is None:
        return None
    recipe = recipe_of_lot(record, made, made.produced_on)
    return _Lot(
        record,
        made,
        recipe,
        tuple(_dated(made, lot_entries(record, lot))),
        {
            herd: tuple(_dated(made, record.about(ProcessRecorded, About.HERD, herd)))
            for herd in made.herds
        },
    )


def lot_entries(record: Record, lot: str) -> list[ProcessRecorded]:
    """The process record of a lot, and of those that it was divided from."""
    return [
        entry
        for one in sources(record, lot)
        for entry in record.about(ProcessRecorded, About.LOT, one)
    ]


def _dated(made: LotRecorded, entries: Collection[ProcessRecorded]) -> Iterator[ProcessRecorded]:
    """Of animals, what was done before the goods were made, or may be done on any day."""
    for entry in entries:
        if not made.herds or entry.activity in _ANY_DAY or entry.on <= made.produced_on:
            yield entry


def _judged_as(record: Record, here: _Lot) -> str | None:
    """The class whose contents are asked: feed no more than dressed or sorted is judged as plants.

    It is that where it has one ingredient and its maker is certified to grow, not to process.
    """
    made = here.made
    class_ = class_of_lot(record, made, made.produced_on)
    if class_ == "FEED" and here.recipe is not None and only_sorted(here.recipe.ingredients):
        processes = certified(record, made.operator, CODE, "PROCESSOR", class_, made.produced_on)
        return class_ if processes else "PLANT"
    return class_


def _uses(here: _Lot) -> frozenset[str]:
    """What the animals of a lot give: its herds, where none is known those of its product."""
    found = [here.record.latest(HerdRecorded, About.ANIMALS, herd) for herd in here.made.herds]
    species = {herd.species for herd in found if herd is not None}
    if not species and here.recipe is not None and here.recipe.species is not None:
        return frozenset({"", use_of(here.recipe.species) or ""})
    return frozenset({"", *(use_of(each) or "" for each in species)})


def _is_told(entry: ProcessRecorded) -> bool:
    return bool(entry.method or entry.item or entry.substance or entry.note)


def _amount(entry: ProcessRecorded) -> bool:
    return entry.quantity is not None and entry.unit is not None


def _none_used(entry: ProcessRecorded) -> bool:
    return entry.substance is None and entry.item is None and entry.quantity is None


def _all(entries: list[ProcessRecorded], *, tell: Callable[[ProcessRecorded], bool]) -> bool:
    """Whether there are such entries, and each tells it."""
    return bool(entries) and all(map(tell, entries))


def _some(entries: list[ProcessRecorded], *, tell: Callable[[ProcessRecorded], bool]) -> bool:
    return any(map(tell, entries))


def _has_method(*activities: str) -> Callable[[_Lot], bool]:
    return lambda here: _some(here.of(*activities), tell=lambda entry: bool(entry.method))


def _place(here: _Lot) -> bool:
    field = here.made.field
    return bool(field and field.place) or _some(
        [*here.entries], tell=lambda entry: entry.site is not None
    )


def _crop(here: _Lot) -> bool:
    field = here.made.field
    return bool(field and field.crop_name) or here.recipe is not None


def _area(here: _Lot) -> bool:
    field = here.made.field
    return bool(field and field.area_m2) or _some(
        [*here.entries], tell=lambda entry: entry.area_m2 is not None
    )


def _seed(here: _Lot) -> bool:
    return _all(
        here.of("SEED"),
        tell=lambda entry: _none_used(entry) or (entry.item is not None and _amount(entry)),
    )


def _materials(here: _Lot) -> bool:
    """Every agent with its amount; of animals also that there were none."""
    if here.recipe is not None and here.recipe.class_ == "LIVESTOCK":
        return _all(here.of("MATERIAL"), tell=lambda entry: _none_used(entry) or _amount(entry))
    return _agents(here, "MATERIAL", "PLANT_PROTECTION", "STORAGE")


def _agents(here: _Lot, *activities: str) -> bool:
    used = [entry for entry in here.of(*activities) if entry.substance is not None]
    return all(map(_amount, used))


def _equipment(here: _Lot) -> bool:
    if here.recipe is not None and here.recipe.class_ == "LIVESTOCK":
        return _all(here.of("EQUIPMENT"), tell=lambda entry: bool(entry.item and entry.method))
    return _all(here.of("EQUIPMENT"), tell=_is_told)


def _layout(here: _Lot) -> bool:
    made = here.made
    state = criteria_state(here.record, made.operator, "PROCESSED", made.produced_on)
    return any(
        (each.subject, each.item, each.state) == ("FACILITY", "LAYOUT", "SHOWN") for each in state
    )


def _content(here: _Lot) -> bool:
    done = here.of("PROCESSING")
    inputs = bool(here.made.inputs) or _some(
        done, tell=lambda entry: entry.item is not None and _amount(entry)
    )
    return inputs and _all(done, tell=_is_told)


def _farm(here: _Lot) -> bool:
    return _some(here.of("HOUSING"), tell=lambda entry: entry.site is not None) and _some(
        here.of("HOUSING", "RUN"), tell=lambda entry: entry.area_m2 is not None
    )


def _origin(here: _Lot) -> bool:
    return bool(here.made.herds) and all(
        here.record.latest(HerdRecorded, About.ANIMALS, herd) is not None
        for herd in here.made.herds
    )


def _history(here: _Lot) -> bool:
    return bool(here.herds) and all(_history_of(here, herd) for herd in here.herds)


def _history_of(here: _Lot, herd: str) -> bool:
    """Since when, what it was fed, and its outings, surgery and medicine, or that there were none.

    What the record of the lot says holds of each of its herds.
    """
    entries = [*here.entries, *here.herds[herd]]
    of = {
        activity: [entry for entry in entries if entry.activity == activity]
        for activity in ("OUTDOOR_ACCESS", "SURGERY", "MEDICINE")
    }
    return (
        here.record.latest(HerdRecorded, About.ANIMALS, herd) is not None
        and here.record.latest(FeedingRecorded, About.HERD, herd) is not None
        and bool(of["OUTDOOR_ACCESS"])
        and _all(
            of["SURGERY"],
            tell=lambda entry: bool(entry.act or entry.method) or _none_used(entry),
        )
        and _all(of["MEDICINE"], tell=lambda entry: entry.medicine is not None or _none_used(entry))
    )


_TOLD: Final[dict[str, Callable[[_Lot], bool]]] = {
    "PLACE": _place,
    "CROP": _crop,
    "AREA": _area,
    "FIELD_WORK": lambda here: _all(here.of("FIELD_WORK"), tell=_is_told),
    "SEED": _seed,
    "MATERIALS": _materials,
    "EQUIPMENT": _equipment,
    "POST_HARVEST": lambda here: _all(here.of("POST_HARVEST"), tell=_is_told),
    "LAYOUT": _layout,
    "CONTENT": _content,
    "AGENTS": lambda here: _agents(here, "PROCESSING", "STORAGE"),
    "PROCESS": _has_method("PROCESSING"),
    "FARM": _farm,
    "ORIGIN": _origin,
    "HISTORY": _history,
    "DUNG": _has_method("DUNG"),
    "TRANSPORT": _has_method("TRANSPORT"),
    "SLAUGHTER": lambda here: _some(
        here.of("SLAUGHTER"), tell=lambda entry: bool(entry.site and entry.method)
    ),
    "MILKING": _has_method("MILKING"),
    "EGG_COLLECTING": _has_method("EGG_COLLECTING"),
    "PACKING": _has_method("STORAGE"),
}
"""By item of the table: whether the records of a lot tell it."""
