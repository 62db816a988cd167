"""Lots: what a lot is, who made and packed it, and on which route it may carry the mark.

A lot made by subdividing takes what it lacks from the lot it came from.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from ledger.facts.lots import Input, InputVerified, LotGraded, LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import PartyRegistered, ProductRegistered
from ledger.labels.recipe import Recipe

Route = Literal["JAS", "EQUIVALENCE"]


class LotFacts(Struct, frozen=True, kw_only=True):
    """What is known of a lot: the record of its making, who did the last step, what it came from.

    `source` is the lot it was subdivided from.
    """

    lot: str
    made: LotRecorded
    packer: str
    source: str | None = None


def lot_facts(record: Record, lot: str) -> LotFacts | None:
    """What is known of a lot; None where nobody recorded it, nor a lot it came from."""
    made = origin_record(record, lot)
    if made is None:
        return None
    division = subdivision_into(record, lot)
    if division is None:
        return LotFacts(lot=lot, made=made, packer=made.operator)
    return LotFacts(lot=lot, made=made, packer=division.operator, source=division.lot)


def origin_record(record: Record, lot: str) -> LotRecorded | None:
    """The record that says what a lot is: its own, else that of the nearest lot it came from."""
    for one in sources(record, lot):
        if (found := record.latest(LotRecorded, About.LOT, one)) is not None:
            return found
    return None


def subdivision_into(record: Record, lot: str) -> LotSubdivided | None:
    """The latest subdividing that made a lot."""
    return record.latest(LotSubdivided, About.CHILD, lot)


def ancestry(record: Record, lot: str) -> Iterator[str]:
    """A lot, then every lot it came from by subdividing or as an input; each once."""
    waiting, seen = [lot], {lot}
    while waiting:
        current = waiting.pop(0)
        yield current
        parents: list[str] = []
        if (division := subdivision_into(record, current)) is not None:
            parents.append(division.lot)
        if (recorded := record.latest(LotRecorded, About.LOT, current)) is not None:
            parents += [entry.lot for entry in recorded.inputs]
        for parent in parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)


def sources(record: Record, lot: str) -> Iterator[str]:
    """A lot, then the lots it was subdivided from, upwards; each once."""
    seen: set[str] = set()
    current: str | None = lot
    while current is not None and current not in seen:
        seen.add(current)
        yield current
        division = subdivision_into(record, current)
        current = None if division is None else division.lot


def product_version(
    record: Record, product: str, version: int | None, on: date
) -> ProductRegistered | None:
    """The registered version named, else the highest one registered by that day."""
    known = record.about(ProductRegistered, About.PRODUCT, product)
    if version is None:
        versions = [fact.recipe_version for fact in known if fact.day <= on]
        if not versions:
            return None
        version = max(versions)
    return next((fact for fact in reversed(known) if fact.recipe_version == version), None)


def products_of(record: Record, operator: str, on: date) -> tuple[ProductRegistered, ...]:
    """Every product version that an operator had registered by a day."""
    return tuple(product for product in record.products(operator) if product.day <= on)


def recipe_used(record: Record, product: str, version: int | None, on: date) -> Recipe | None:
    """The recipe of the version named, else of the highest one registered by that day."""
    fact = product_version(record, product, version, on)
    return None if fact is None else Recipe.of(fact)


def recipe_of_lot(record: Record, made: LotRecorded, on: date) -> Recipe | None:
    """The recipe a lot was made by, as known for a day."""
    return recipe_used(record, made.product, made.recipe_version, on)


def class_of_lot(record: Record, made: LotRecorded, on: date) -> str | None:
    """The class of a lot's goods, as known for a day."""
    recipe = recipe_of_lot(record, made, on)
    return None if recipe is None else recipe.class_


def country_of(record: Record, party: str) -> str | None:
    """The country a party is registered in."""
    fact = record.latest(PartyRegistered, About.PARTY, party)
    return None if fact is None else fact.country


def graded_conforming(record: Record, lot: str, before: int) -> bool:
    """Whether the last grading of a lot up to a moment (microseconds UTC) was CONFORMING."""
    graded = [fact for fact in record.about(LotGraded, About.LOT, lot) if fact.at <= before]
    return bool(graded) and graded[-1].result == "CONFORMING"


def graded_by_day(record: Record, lot: str, on: date) -> LotGraded | None:
    """The last grading of a lot up to a day."""
    graded = [fact for fact in record.about(LotGraded, About.LOT, lot) if fact.day <= on]
    return graded[-1] if graded else None


def input_shown(record: Record, used_in: LotRecorded, entry: Input) -> bool:
    """Whether the mark of an input was checked, or none had to be, by the day it was used.

    Nothing has to be for conventional goods, and for goods the operator itself made and graded.
    """
    if entry.label_verified:
        return True
    operator, by = used_in.operator, used_in.produced_on
    made = origin_record(record, entry.lot)
    if made is not None and made.status in ("CONVENTIONAL", "OTHER"):
        return True
    seen = record.about(InputVerified, About.LOT, entry.lot)
    if any(fact.operator == operator and fact.day <= by for fact in seen):
        return True
    graded = graded_by_day(record, entry.lot, by)
    own = made is not None and made.operator == operator
    return own and graded is not None and graded.result == "CONFORMING"
