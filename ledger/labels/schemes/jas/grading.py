"""JAS technical criteria: who may make, grade, subdivide and label, and what they must have done.

Each check reads the act itself and what its people had completed on that day. Who made a lot under
which certificate tells the route on which it may carry the mark.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from ledger.facts.lots import InputVerified, LotGraded, LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import GoodsSold
from ledger.labels.certified import certified, trained
from ledger.labels.lots import Route, class_of_lot, country_of, graded_conforming, origin_record
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.scheme import SCHEMES, Scheme
from ledger.labels.verdict import Reason, Verdict, fails, unshown


class CourseRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ends of course names that fit a class: MANAGEMENT_x and GRADING_x."""

    class_: str
    courses: frozenset[str]


COURSES: Final = Table("courses", CourseRow, "class_", "the training that fits a class of goods")
CODE: Final = "JAS"
HOME: Final = "JP"
MAKERS: Final = ("PRODUCER", "PROCESSOR")


@cache
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


def route(record: Record, lot: str) -> Route | None:
    """JAS where the maker was certified for it when it made the lot, else equivalence, else None.

    Without a shipment the maker's country tells which scheme is the equivalent one.
    """
    made = origin_record(record, lot)
    if made is None:
        return None
    return route_of(record, made, class_of_lot(record, made, made.produced_on), None)


def by_own_certificate(record: Record, lot: str) -> bool:
    """Whether a lot may carry the mark because its maker was certified for it: the JAS route."""
    return route(record, lot) == "JAS"


def route_of(
    record: Record, made: LotRecorded, class_: str | None, origin: str | None
) -> Route | None:
    """As `route`, for a lot whose class is known; `origin` is the country a shipment leaves."""
    on = made.produced_on
    if certified(record, made.operator, CODE, MAKERS, class_, on):
        return "JAS"
    for scheme in route_schemes(record, made.operator, origin):
        if certified(record, made.operator, scheme, None, class_, on):
            return "EQUIVALENCE"
    return None


def courses(kind: str, class_: str | None) -> frozenset[str]:
    """The courses of a kind (MANAGEMENT, GRADING) that fit a class; empty where none is known."""
    row = None if class_ is None else COURSES.topmost(class_, None)
    return frozenset() if row is None else frozenset(f"{kind}_{end}" for end in row.courses)


def grading(record: Record, graded: LotGraded) -> Verdict:
    """One grading: by somebody allowed, by a trained grader, and consistent in itself.

    GRADING_NOT_ALLOWED, GRADER_UNTRAINED, GRADING_INCONSISTENT; of an unknown lot only the last.
    """
    checks = (
        graded.records_complete,
        graded.linked_to_lot,
        graded.method_conforms,
        graded.label_conforms,
    )
    inconsistent = graded.result == "CONFORMING" and not all(checks)
    reasons = fails("GRADING_INCONSISTENT") if inconsistent else []
    made = origin_record(record, graded.lot)
    if made is None:
        return Verdict.of(reasons)
    on, operator = graded.day, made.operator
    class_ = class_of_lot(record, made, on)
    way = route_of(record, made, class_, None)
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
    made = origin_record(record, divided.lot)
    if (
        made is not None
        and made.operator == divided.operator
        and graded_conforming(record, divided.lot, divided.at)
    ):
        return Verdict()
    reasons: list[Reason] = []
    if not any(
        fact.operator == divided.operator and fact.at <= divided.at
        for fact in record.about(InputVerified, About.LOT, divided.lot)
    ):
        reasons += fails("SUBDIVIDED_UNVERIFIED")
    if not certified(record, divided.operator, CODE, "SUBDIVIDER", None, divided.day):
        reasons += fails("CERT_SUBDIVIDER")
    return Verdict.of(reasons)


def managed(record: Record, made: LotRecorded, class_: str | None, on: date) -> Iterator[Reason]:
    """MANAGER_UNTRAINED (unproven) where nobody of the maker had the course for the class."""
    fitting = courses("MANAGEMENT", class_)
    if fitting and not trained(record, made.operator, fitting, on):
        yield from unshown("MANAGER_UNTRAINED")


def labelling(record: Record, applied: SealsApplied) -> Verdict:
    """One application by a licensee: LABELLER_UNTRAINED (unproven), LABELLER_SELLS."""
    reasons = [*sells_too(record, applied)]
    if applied.actor is not None and not trained(
        record, applied.holder, {"GRADING_LABEL"}, applied.day, applied.actor
    ):
        reasons += unshown("LABELLER_UNTRAINED")
    return Verdict.of(reasons)


def sells_too(record: Record, applied: SealsApplied) -> Iterator[Reason]:
    """LABELLER_SELLS where the person who attached seals to a lot also sold it."""
    sold = record.about(GoodsSold, About.LOT, applied.lot)
    if applied.actor is not None and any(fact.actor == applied.actor for fact in sold):
        yield from fails("LABELLER_SELLS")
