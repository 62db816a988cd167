"""Faults of criteria: what a farm showed falls short, and managers who are not what they should."""

from typing import Final

from ledger.facts.criteria import CriterionShown
from ledger.facts.lots import LotGraded, LotSubdivided, ProcessRecorded
from ledger.facts.registry import PersonQualified, SealTrainingCompleted
from ledger.facts.scalars import Years
from ledger.season import trades as on
from ledger.season.enrolment import PLANNED_YEARS
from ledger.season.family import Family, Row
from ledger.season.scenario import Scenario
from ledger.season.trades import Trade

criteria = Family()
_YEAR: Final = PLANNED_YEARS[0]


def _milk(code: str) -> Trade:
    return on.farm(code, "MILK")


def _left_out(i: Scenario) -> None:
    """The internal rules that were shown have nothing on dung."""
    for shown in i.registered(CriterionShown, subject="INTERNAL_RULES"):
        items = tuple(item for item in shown.fields["items"] if item != "DUNG")
        i.register(CriterionShown, {"subject": "INTERNAL_RULES"}, items=items)


def _untrained(i: Scenario, course: str) -> None:
    """Nobody has taken the courses that begin so."""
    for taken in {entry.fields["course"] for entry in i.registered(SealTrainingCompleted)}:
        if taken.startswith(course):
            i.unregister(SealTrainingCompleted, course=taken)


def _untrained_manager(i: Scenario) -> str:
    _untrained(i, "MANAGEMENT_")
    return i.of(LotGraded).id


def _untrained_divider(i: Scenario) -> str:
    _untrained(i, "SUBDIVISION")
    return i.of(LotSubdivided).id


def _unschooled_manager(i: Scenario) -> str:
    i.register(
        PersonQualified, {"function": "RESPONSIBLE_MANAGER"}, schooling="NONE",
        practice_years=Years("2.9"),
    )  # fmt: skip
    return i.of(LotGraded).id


criteria.rows(
    Row("criterion-not-met", "M-74", _milk, "The farm says that its rules were not looked through.",
        lambda i: i.register(CriterionShown, {"subject": "REVIEW"}, met=False),
        "{i.trade.operator}", "LIVESTOCK REVIEW"),
    Row("rule-left-out", "M-74", _milk, "The rules that the farm shows say nothing of dung.",
        _left_out, "{i.trade.operator}", "LIVESTOCK INTERNAL_RULES DUNG"),
    Row("plan-not-sent", "M-74", _milk, "The plan of a year is shown, and never sent to the body.",
        lambda i: i.register(
            CriterionShown, {"subject": "YEARLY_PLAN", "fiscal_year": _YEAR}, sent_to=None),
        "{i.trade.operator}", f"YEARLY_PLAN {_YEAR}"),
    Row("work-handed-out", "M-74", _milk, "Somebody else did work on terms that nothing shows.",
        lambda i: i.change(ProcessRecorded, 0, contractor="HAULIER-1"),
        "{i.trade.operator}", "OUTSIDE_WORK HAULIER-1"),
    Row("untrained-manager", "M-64", on.domestic, "The responsible manager took no course.",
        _untrained_manager, "{event}", "RESPONSIBLE_MANAGER"),
    Row("unschooled-manager", "M-64", on.domestic,
        "The manager has been in the trade for less than three years and went to no school for it.",
        _unschooled_manager, "{event}", "PROCESS_MANAGER"),
    Row("untrained-divider", "M-64", on.subdivided, "Who divides the lot took no course for it.",
        _untrained_divider, "{event}", "SUBDIVIDING_MANAGER"),
)  # fmt: skip
