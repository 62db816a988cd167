"""Entries of process records beside what they are about: a lot, a herd, the animals' species."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final, Protocol

from msgspec import Struct

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.labels.animals import Kind, kind_of
from ledger.labels.lots import origin_record, recipe_of_lot
from ledger.labels.recipe import Recipe

FEEDING_DAYS_MAX: Final = 366
"""A feeding longer than that tells nothing of a single month (this ledger's own reading)."""


class Husbandry(Protocol):
    """What came of a herd, what was done with it and what it was fed: facts that count."""

    def lots_of_herd(self, herd: str, first: date, last: date) -> Iterable[LotRecorded]:
        """The lots made from a herd on days from `first` to `last`, by (day, id)."""
        ...

    def any_did(self, herds: Collection[str], activity: str, until: date) -> bool:
        """Whether an entry of an activity of one of the herds is dated up to a day."""
        ...

    def each_fed(self, herds: Collection[str], until: date) -> bool:
        """Whether a feeding of each of the herds began up to a day."""
        ...

    def feedings_of(self, herd: str, first: date, last: date) -> Iterable[FeedingRecorded]:
        """The feedings of a herd that began on days from `first` to `last`, by (day, id)."""
        ...


class RecordedHusbandry:
    """The answers from a record that holds every fact about the herds asked for."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def lots_of_herd(self, herd: str, first: date, last: date) -> Iterable[LotRecorded]:  # noqa: D102 - told above
        lots = self._record.about(LotRecorded, About.FROM_HERD, herd)
        found = [lot for lot in lots if first <= lot.produced_on <= last]
        return sorted(found, key=lambda lot: (lot.produced_on, lot.id))

    def any_did(self, herds: Collection[str], activity: str, until: date) -> bool:  # noqa: D102 - told above
        return any(
            entry.activity == activity and entry.on <= until
            for herd in herds
            for entry in self._record.about(ProcessRecorded, About.HERD, herd)
        )

    def each_fed(self, herds: Collection[str], until: date) -> bool:  # noqa: D102 - told above
        return all(
            any(fed.from_ <= until for fed in self._record.about(FeedingRecorded, About.HERD, herd))
            for herd in herds
        )

    def feedings_of(self, herd: str, first: date, last: date) -> Iterable[FeedingRecorded]:  # noqa: D102 - told above
        feedings = self._record.about(FeedingRecorded, About.HERD, herd)
        found = [fed for fed in feedings if first <= fed.from_ <= last]
        return sorted(found, key=lambda fed: (fed.from_, fed.id))


class Entry(Struct, frozen=True, kw_only=True):
    """An entry and what it is about; `made` and `recipe` of its lot, `herd` as last recorded.

    `species` is the herd's, else that of the lot's product; `class_` that of the lot, else
    livestock where the entry is of a herd.
    """

    said: ProcessRecorded
    made: LotRecorded | None = None
    recipe: Recipe | None = None
    herd: HerdRecorded | None = None

    @property
    def class_(self) -> str | None:
        """The class of the goods."""
        if self.recipe is not None:
            return self.recipe.class_
        return None if self.said.herd is None else "LIVESTOCK"

    @property
    def species(self) -> str | None:
        """The species of the animals."""
        if self.herd is not None:
            return self.herd.species
        return None if self.recipe is None else self.recipe.species

    @property
    def kind(self) -> Kind | None:
        """The kind of the animals."""
        return kind_of(self.species)

    @property
    def last(self) -> date:
        """The last day that the entry tells of."""
        return self.said.until or self.said.on


def entry_of(record: Record, said: ProcessRecorded) -> Entry:
    """An entry beside its lot's record and recipe, and the latest record of its herd."""
    made = None if said.lot is None else origin_record(record, said.lot)
    recipe = None
    if made is not None:
        recipe = recipe_of_lot(record, made, said.on) or recipe_of_lot(
            record, made, max(said.day, made.produced_on)
        )
    herd = None if said.herd is None else record.latest(HerdRecorded, About.ANIMALS, said.herd)
    return Entry(said=said, made=made, recipe=recipe, herd=herd)
