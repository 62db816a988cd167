"""Technical criteria: what certified operators have to show their body, and what they have shown.

Of each item the latest that was said of it on a day holds. Nothing here is believed of a party that
says nothing: silence is MISSING, never BROKEN.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.facts.criteria import CriterionShown
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import ProductRegistered
from ledger.labels.animals import use_of
from ledger.labels.certified import certifications
from ledger.labels.lots import products_of
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.grading import CODE

State = Literal["SHOWN", "BROKEN", "MISSING"]
KINDS: Final = ("PLANT", "PROCESSED", "LIVESTOCK", "SUBDIVISION", "IMPORT")
_PLANTS: Final = frozenset({"PLANT", "WILD_PLANT", "FUNGI"})
_APRIL: Final = 4


class CriterionRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item that criteria ask; `asked` tells of whom, where not of everybody.

    GROWN = who has more than wild-collected goods, OWN_FEED = who makes feed, LAYERS and MILK = who
    keeps such animals. A subject without items is asked as a whole.
    """

    criteria: str
    subject: str
    item: str = ""
    asked: Literal["", "GROWN", "OWN_FEED", "LAYERS", "MILK"] = ""


class ByRoleRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The criteria of a certified role; of makers by the classes of what they make."""

    role: str
    class_: str = ""
    criteria: str


CRITERIA: Final = Table(
    "criteria", CriterionRow, "criteria subject item", "what certified operators have to show"
)
BY_ROLE: Final = Table(
    "criteria_roles", ByRoleRow, "role class_", "the criteria of a role and class of goods"
)
YEARLY: Final = "YEARLY_PLAN"
OUTSIDE: Final = "OUTSIDE_WORK"
OUTSIDE_ITEMS: Final = frozenset({"SELECTION", "CONTENT", "STEPS"})


class Criterion(NamedTuple):
    """An item asked, its state on a day, and the event that the state rests on.

    `contractor` = whose work, of outside work; `year` = the fiscal year, of a yearly plan.
    """

    criteria: str
    subject: str
    item: str
    state: State
    shown: CriterionShown | None = None
    contractor: str | None = None
    year: int | None = None

    @property
    def name(self) -> str:
        """`criteria subject item`, as cases and lists name it; with the year or the contractor."""
        of = self.contractor, None if self.year is None else str(self.year)
        return " ".join(filter(None, (self.criteria, self.subject, *of, self.item)))


def criteria_of(record: Record, party: str, on: date) -> tuple[str, ...]:
    """The criteria that the valid JAS certificates of a party ask on a day, in their order.

    A maker is asked those of the goods that it registered by then, as far as its certificate names
    their class; without any those of the classes on its certificate.
    """
    products = products_of(record, party, on)
    made = {product.class_ for product in products if not _mixed_feed(product)}
    found: set[str] = set()
    for certificate in certifications(record, party, on, scheme=CODE):
        named = set(certificate.product_classes)
        classes = (made & named if named else made) if products else named
        for class_ in ("", *classes):
            row = BY_ROLE.topmost((certificate.role, class_), on)
            if row is not None:
                found.add(row.criteria)
    return tuple(criteria for criteria in KINDS if criteria in found)


def _mixed_feed(product: ProductRegistered) -> bool:
    return product.class_ == "FEED" and not only_sorted(product.ingredients)


def only_sorted(ingredients: Sequence[object]) -> bool:
    """Whether feed is no more than dressed or sorted: of one ingredient (this ledger's reading)."""
    return len(ingredients) <= 1


def asked(record: Record, party: str, criteria: str, on: date) -> Iterator[CriterionRow]:
    """The items that criteria ask of a party with such goods as it had registered by a day."""
    products = products_of(record, party, on)
    plants = {product.class_ for product in products} & _PLANTS
    held = {
        "": True,
        "GROWN": plants != {"WILD_PLANT"},
        "OWN_FEED": any(product.class_ == "FEED" for product in products),
        "LAYERS": any(product.species == "LAYER" for product in products),
        "MILK": any(use_of(product.species) == "MILK" for product in products),
    }
    for row in CRITERIA.in_force(on):
        if row.criteria == criteria and held[row.asked]:
            yield row


def criteria_state(record: Record, party: str, criteria: str, on: date) -> tuple[Criterion, ...]:
    """Each item that criteria ask of a party, with its state on a day.

    Outside work is asked for each contractor of whom anything was ever shown.
    """
    told = [
        fact
        for fact in record.about(CriterionShown, About.PARTY, party)
        if fact.criteria == criteria and fact.on <= on and (fact.until is None or on <= fact.until)
    ]
    found: list[Criterion] = []
    for row in asked(record, party, criteria, on):
        of = [fact for fact in told if fact.subject == row.subject]
        if row.subject == YEARLY:
            year = fiscal_year(on)
            latest = plan(fact for fact in of if year_of(fact) == year)
            found.append(_criterion(row, latest, year=year))
        elif row.subject == OUTSIDE:
            for contractor in sorted({fact.contractor for fact in of if fact.contractor}):
                theirs = [fact for fact in of if fact.contractor == contractor]
                found.append(_criterion(row, latest_of(theirs, row.item), contractor=contractor))
        else:
            found.append(_criterion(row, latest_of(of, row.item)))
    return tuple(found)


def _criterion(
    row: CriterionRow,
    latest: CriterionShown | None,
    *,
    contractor: str | None = None,
    year: int | None = None,
) -> Criterion:
    state: State = "MISSING"
    if latest is not None:
        state = "SHOWN" if latest.met else "BROKEN"
    if state == "SHOWN" and latest is not None and row.subject == YEARLY and not latest.sent_to:
        state = "MISSING"
    return Criterion(row.criteria, row.subject, row.item, state, latest, contractor, year)


def latest_of(facts: Iterable[CriterionShown], item: str) -> CriterionShown | None:
    """What was said last of an item, by (day, time, id)."""
    return max((fact for fact in facts if item in items_of(fact)), key=_order, default=None)


def plan(facts: Iterable[CriterionShown]) -> CriterionShown | None:
    """What holds of the plan of a year: what was said last; of what is met, what was sent last."""
    of = in_order(facts)
    if not of or not of[-1].met:
        return of[-1] if of else None
    return next((fact for fact in reversed(of) if fact.met and fact.sent_to), of[-1])


def items_of(fact: CriterionShown) -> tuple[str, ...]:
    """The items that an event names; one that names none is about its subject as a whole."""
    return fact.items or ("",)


def in_order(facts: Iterable[CriterionShown]) -> list[CriterionShown]:
    """By (day, time, id): the last one of an item holds."""
    return sorted(facts, key=_order)


def _order(fact: CriterionShown) -> tuple[date, int, str]:
    return fact.on, fact.at, fact.id


def year_of(fact: CriterionShown) -> int:
    """The fiscal year that a plan is for; the one it was shown in where it names none."""
    return fiscal_year(fact.on) if fact.fiscal_year is None else fact.fiscal_year


def fiscal_year(day: date) -> int:
    """The year N of 1 April N to 31 March N+1 in which a day lies."""
    return day.year if day.month >= _APRIL else day.year - 1
