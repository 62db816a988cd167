"""What a violation shows beside its values: whom it concerns, how much it is about, its cause."""

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from ledger.cases.discrepancy import Picture
from ledger.questions import Questions
from ledger.questions.concerned import Concerned, concerned
from ledger.rules.causes import Cause, cause_of, named_by
from ledger.rules.impacts import Impact, impact_of
from ledger.rules.kinds import told
from ledger.rules.violation import Violation
from ledger.views.months_moved import month
from ledger.views.shown import Shown

evidence_read_max: Final = 2_000
"""Events whose months are kept with a case; no rule names so many."""


class Context(NamedTuple):
    """What stands around a violation."""

    whom: Concerned
    impact: Impact
    cause: Cause


def context_of(violation: Violation, questions: Questions) -> Context:
    """What stands around a violation, read from facts that may change."""
    kind = told(violation)
    return Context(
        concerned(violation, questions),
        impact_of(violation, kind, questions),
        cause_of(violation, kind, questions),
    )


def nothing_of(violation: Violation) -> Context:
    """The same where that is too much to read."""
    cause = Cause(violation.rule, "", str(violation.subject_kind), violation.subject)
    return Context(Concerned([], []), Impact(), cause)


def row_of(
    key: UUID, violation: Violation, context: Context, due: date, questions: Questions
) -> Shown:
    """What is kept of it; `due` = the day on which the policy has the case due.

    What it names stands in the events that it rests on, which do not change: who watches what is
    read need not watch this.
    """
    picture = Picture.of(violation)
    named = named_by(violation, told(violation), questions)
    return Shown(
        id=key,
        severity=violation.severity,
        artefact=violation.artefact,
        expected=list(violation.expected),
        found=list(violation.found),
        evidence=list(picture.evidence),
        evidence_total=picture.evidence_total,
        marks=context.whom.marks,
        parties=context.whom.parties,
        months=_months(violation, questions),
        impact=context.impact.amount,
        impact_unit=context.impact.unit,
        cause=str(context.cause),
        who=named.who,
        things=named.things,
        due=due,
        first_day=min(named.days, default=None),
        last_day=max(named.days, default=None),
    )


def _months(violation: Violation, questions: Questions) -> list[str]:
    """The months in which the evidence happened; of none the one in which the case fell due."""
    known = (questions.record.known(key) for key in violation.evidence[:evidence_read_max])
    found = {month(event.at) for event in known if event is not None}
    return sorted(found) or [month(violation.deadline)]
