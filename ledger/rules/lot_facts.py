"""What a lot is: from its own record, or from the lot it was divided from.

What a child without a record of its own lacks comes from its source lot, and so on upwards; a lot
is visited once.
"""

from datetime import date
from decimal import Decimal

from ledger.facts.lots import Child, LotGraded, LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.registry import ProductRegistered
from ledger.labels.lots import country_of, product_version, sources
from ledger.questions import Questions


def recorded(questions: Questions, lot: str) -> LotRecorded | None:
    """The record of the lot itself; None for a lot only known as a child, or not at all."""
    return questions.record.latest(LotRecorded, About.LOT, lot)


def children_named(questions: Questions, lot: str) -> list[Child]:
    """The entries under which subdivisions made the lot."""
    return [
        child
        for event in questions.record.about(LotSubdivided, About.CHILD, lot)
        for child in event.children
        if child.lot == lot
    ]


def known(questions: Questions, lot: str) -> bool:
    """Whether the lot was recorded, or made by a subdivision."""
    return recorded(questions, lot) is not None or bool(children_named(questions, lot))


def ancestry(questions: Questions, lot: str) -> list[str]:
    """The lot and its source lots upwards, by the latest subdivision that names each."""
    return questions.memo(("ancestry", lot), lambda: list(sources(questions.record, lot)))


def origin_record(questions: Questions, lot: str) -> LotRecorded | None:
    """The record that says what the lot is: its own, else the nearest source lot's."""
    for source in ancestry(questions, lot):
        found = recorded(questions, source)
        if found is not None:
            return found
    return None


def units(questions: Questions, lot: str) -> int | None:
    """How many units the lot has; None where nothing says."""
    own = recorded(questions, lot)
    if own is not None:
        if own.units is not None:
            return own.units
        return None if own.pack_weight is None else int(own.quantity // own.pack_weight)
    children = children_named(questions, lot)
    return sum(child.units for child in children) if children else None


def weight(questions: Questions, lot: str) -> Decimal | None:
    """How many kilograms the lot weighs; None where nothing says."""
    own = recorded(questions, lot)
    if own is not None:
        return own.quantity
    children = children_named(questions, lot)
    return sum((child.quantity for child in children), Decimal()) if children else None


def product(questions: Questions, lot: str) -> str | None:
    """The product of the lot."""
    record = origin_record(questions, lot)
    return None if record is None else record.product


def operator(questions: Questions, lot: str) -> str | None:
    """Who made the lot."""
    record = origin_record(questions, lot)
    return None if record is None else record.operator


def recipe(questions: Questions, lot: str, on: date) -> ProductRegistered | None:
    """The recipe used: the version the lot names, else the highest registered by that day."""
    record = origin_record(questions, lot)
    if record is None:
        return None
    return recipe_of(questions, record.product, on, record.recipe_version)


def recipe_of(
    questions: Questions, product: str, on: date, version: int | None = None
) -> ProductRegistered | None:
    """A version of a product's recipe, else the highest one registered by a day, as known last."""
    return product_version(questions.record, product, version, on)


def class_of(questions: Questions, lot: str, on: date) -> str | None:
    """The product class of the lot, by the recipe used."""
    used = recipe(questions, lot, on)
    return None if used is None else used.class_


def origin(questions: Questions, lot: str) -> str | None:
    """The country of the lot's operator."""
    by = operator(questions, lot)
    return None if by is None else country_of(questions.record, by)


def graded(questions: Questions, lot: str, at: int) -> LotGraded | None:
    """The latest grading of the lot at a moment; a child without a record takes its source's."""
    for level in gradings(questions, lot):
        past = next((event for time, event in reversed(level) if time <= at), None)
        if past is not None:
            return past
    return None


def gradings(questions: Questions, lot: str) -> list[list[tuple[int, LotGraded]]]:
    """The gradings of the lot with their moments, and of the source lots that stand in for it."""

    def read() -> list[list[tuple[int, LotGraded]]]:
        levels: list[list[tuple[int, LotGraded]]] = []
        for source in ancestry(questions, lot):
            events = questions.record.about(LotGraded, About.LOT, source)
            levels.append([(event.at, event) for event in events])
            if recorded(questions, source) is not None:
                break
        return levels

    return questions.memo(("gradings", lot), read)
