"""JAS technical criteria: who may make, grade, subdivide and label, and what they must have done.

Each check reads the act itself and what its people had completed on that day. Who made a lot under
which certificate tells the route on which it may carry the mark.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.facts.documents import AnnualReportFiled
from ledger.facts.lots import InputVerified, LotGraded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import GoodsSold
from ledger.labels.certified import certified, trained
from ledger.labels.lots import (
    LotFacts,
    Route,
    country_of,
    graded_conforming,
    lot_facts,
    recipe_of_lot,
)
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.scheme import SCHEMES, Scheme
from ledger.labels.verdict import Reason, Verdict, fails, unshown


class CourseRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ends of course names that fit a class: MANAGEMENT_x and GRADING_x."""

    class_: str
    courses: frozenset[str]


COURSES: Final = Table(
    "courses", CourseRow, lambda row: row.class_, "the training that fits a class of goods"
)
CODE: Final = "JAS"
HOME: Final = "JP"
MAKERS: Final = ("PRODUCER", "PROCESSOR")
REPORT_MONTH, REPORT_DAY = 6, 30
"""An annual report is due by 30 June after its fiscal year (technical criteria)."""


def arranged() -> dict[str, Scheme]:
    """The scheme of each country whose goods reach Japan under an arrangement."""
    return {
        scheme.arrangement.country: scheme
        for scheme in SCHEMES.values()
        if scheme.arrangement is not None
    }


def route_schemes(record: Record, operator: str, origin: str | None) -> tuple[str, ...]:
    """The schemes under which a maker's goods are equivalent, where they leave from a country.

    Without a country: those with an arrangement, and for a maker of another foreign country any
    but JAS (this ledger's own reading of "the country's scheme").
    """
    by_country = arranged()
    if origin in by_country:
        return (by_country[origin].code,)
    if origin is None and country_of(record, operator) in (None, HOME, *by_country):
        return tuple(scheme.code for scheme in by_country.values())
    return tuple(code for code in SCHEMES if code != CODE)


def route(record: Record, lot: str, origin: str | None = None) -> Route | None:
    """JAS where the maker was certified for it when it made the lot, else equivalence, else None.

    `origin` is the country a shipment leaves from; without one the maker's country tells.
    """
    facts = lot_facts(record, lot)
    if facts is None:
        return None
    recipe = recipe_of_lot(record, facts, facts.produced_on)
    class_ = None if recipe is None else recipe.class_
    return route_of(record, facts, class_, origin)


def route_of(
    record: Record, facts: LotFacts, class_: str | None, origin: str | None
) -> Route | None:
    """As `route`, for a lot whose class is known."""
    on = facts.produced_on
    if certified(record, facts.operator, CODE, MAKERS, class_, on):
        return "JAS"
    for scheme in route_schemes(record, facts.operator, origin):
        if certified(record, facts.operator, scheme, None, class_, on):
            return "EQUIVALENCE"
    return None


def courses(kind: str, class_: str | None) -> frozenset[str]:
    """The courses of a kind (MANAGEMENT, GRADING) that fit a class; empty where none is known."""
    row = None if class_ is None else COURSES.topmost(class_, None)
    return frozenset() if row is None else frozenset(f"{kind}_{end}" for end in row.courses)


def consistent(graded: LotGraded) -> Verdict:
    """GRADING_INCONSISTENT where a conforming result stands beside a check that failed."""
    checks = (
        graded.records_complete,
        graded.linked_to_lot,
        graded.method_conforms,
        graded.label_conforms,
    )
    if graded.result == "CONFORMING" and not all(checks):
        return Verdict.of(fails("GRADING_INCONSISTENT"))
    return Verdict()


def grading(record: Record, graded: LotGraded) -> Verdict:
    """One grading: by somebody allowed, by a trained grader, and consistent in itself.

    GRADING_NOT_ALLOWED, GRADER_UNTRAINED, GRADING_INCONSISTENT; of an unknown lot only the last.
    """
    reasons = [*consistent(graded).reasons]
    facts = lot_facts(record, graded.lot)
    if facts is None:
        return Verdict.of(reasons)
    on = graded.day
    recipe = recipe_of_lot(record, facts, on)
    class_ = None if recipe is None else recipe.class_
    operator = facts.operator
    way = route_of(record, facts, class_, None)
    jas = certified(record, operator, CODE, MAKERS, class_, on)
    own = any(
        certified(record, operator, scheme, None, class_, on)
        for scheme in route_schemes(record, operator, None)
    )
    if not (jas if way == "JAS" else own or (way is None and jas)):
        reasons += fails("GRADING_NOT_ALLOWED")
    fitting = courses("GRADING", class_)
    # Goods for equivalence get a conformity check, which asks no course.
    untrained = fitting and not trained(record, operator, fitting, on, graded.grader)
    if way == "JAS" and untrained:
        reasons += fails("GRADER_UNTRAINED")
    return Verdict.of(reasons)


def subdividing(record: Record, divided: LotSubdivided) -> Verdict:
    """One subdividing: the mark of the source checked before, by somebody certified for it.

    SUBDIVIDED_UNVERIFIED, CERT_SUBDIVIDER.
    """
    reasons: list[Reason] = []
    own = _own_graded(record, divided)
    verified = any(
        fact.operator == divided.operator and fact.at <= divided.at
        for fact in record.about(InputVerified, About.LOT, divided.lot)
    )
    if not own and not verified:
        reasons += fails("SUBDIVIDED_UNVERIFIED")
    if not own and not certified(record, divided.operator, CODE, "SUBDIVIDER", None, divided.day):
        reasons += fails("CERT_SUBDIVIDER")
    return Verdict.of(reasons)


def _own_graded(record: Record, divided: LotSubdivided) -> bool:
    made = lot_facts(record, divided.lot)
    own = made is not None and made.operator == divided.operator
    return own and graded_conforming(record, divided.lot, divided.at)


def managed(record: Record, facts: LotFacts, class_: str | None, on: date) -> Iterator[Reason]:
    """MANAGER_UNTRAINED (unproven) where nobody of the maker had the course for the class."""
    fitting = courses("MANAGEMENT", class_)
    if fitting and not trained(record, facts.operator, fitting, on):
        yield from unshown("MANAGER_UNTRAINED")


def labelling(record: Record, applied: SealsApplied) -> Verdict:
    """One application by a licensee: LABELLER_UNTRAINED (unproven), LABELLER_SELLS."""
    reasons: list[Reason] = []
    actor = applied.actor
    if actor is not None:
        if not trained(record, applied.holder, {"GRADING_LABEL"}, applied.day, actor):
            reasons += unshown("LABELLER_UNTRAINED")
        reasons += sells_too(record, applied).reasons
    return Verdict.of(reasons)


def sells_too(record: Record, applied: SealsApplied) -> Verdict:
    """LABELLER_SELLS where the person who attached seals to a lot also sold it."""
    actor = applied.actor
    sold = record.about(GoodsSold, About.LOT, applied.lot)
    if actor is not None and any(fact.actor == actor for fact in sold):
        return Verdict.of(fails("LABELLER_SELLS"))
    return Verdict()


def annual_report(filed: AnnualReportFiled) -> Verdict:
    """ANNUAL_REPORT_LATE where a report was filed after 30 June of the year it ended in."""
    if filed.filed_on > date(filed.fiscal_year + 1, REPORT_MONTH, REPORT_DAY):
        return Verdict.of(fails("ANNUAL_REPORT_LATE"))
    return Verdict()
