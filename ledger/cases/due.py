"""When a case is due, who is to act next, and when the ledger says that nobody did.

A due day ends at midnight in Japan. The policy counts it from the day of the last opening; a
certifier may set another, which holds until the case is opened again.
"""

from collections.abc import Collection
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.cases.discrepancy import LIVE, Case, State
from ledger.cases.thread import DiscrepancyOverdue
from ledger.facts.scalars import MICROS_A_DAY, micros, time_text
from ledger.facts.standing import OPERATOR
from ledger.rules.moments import JAPAN, day_at, later, start_of
from ledger.rules.policy import Policy
from ledger.rules.violation import Severity

repeats_max: Final = 3
"""How often it is said again that a case is overdue for one due day."""
_SATURDAY: Final = 5

Turn = Literal["explain", "decide", "correct", "judge"]
"""What a live case waits for: an explanation, a decision, a corrective report, a word on one."""


def policy_due(since: str, severity: Severity, policy: Policy) -> date:
    """The day on which a case is due that was last opened at a canonical time."""
    opened = day_at(micros(since), JAPAN)
    if severity == "C":
        return _business_days(opened, policy.due_critical, policy.holidays)
    days = {"H": policy.due_high, "M": policy.due_medium, "L": policy.due_low}
    return later(opened, days[severity])


def _business_days(day: date, count: int, holidays: Collection[date]) -> date:
    for _ in range(count):
        day = later(day, 1)
        while day != date.max and (day.weekday() >= _SATURDAY or day in holidays):
            day = later(day, 1)
    return day


def end_of(due: date) -> int:
    """The moment from which on what was due that day is late, µs UTC."""
    return start_of(later(due, 1), JAPAN)


def turn_of(case: Case, *, late: bool) -> Turn | None:
    """What a case waits for; None where nothing is asked of anybody any more."""
    owes = case.owes
    if owes is not None and case.state is not State.CLOSED:
        return "judge" if owes.state == "REPORTED" else "correct"
    if case.state not in LIVE:
        return None
    explained = case.explained_at is not None
    return "decide" if explained or (late and case.state is State.OPEN) else "explain"


class Sayers(NamedTuple):
    """Who has a say in a case: parties concerned and certifiers, as `Standing` has them."""

    concerned: Collection[str]
    certifiers: Collection[str]


def waits_for(case: Case, whom: Sayers, *, late: bool) -> list[str]:
    """The parties that a case waits for, sorted; the operator where it is left to nobody else."""
    turn, owes = turn_of(case, late=late), case.owes
    if turn is None:
        return []
    if turn in ("correct", "judge") and owes is not None:
        return [owes.of if turn == "correct" else owes.by]
    asked = whom.concerned if turn == "explain" else ()
    return sorted(asked or whom.certifiers) or [OPERATOR]


def next_overdue(case: Case, due: date, policy: Policy) -> int | None:
    """When the ledger says next that a case is overdue, µs UTC; None where it says no more."""
    if case.state not in LIVE:
        return None
    if case.told_due != due or case.told_at is None:
        return end_of(due)
    if case.told > repeats_max:
        return None
    return micros(case.told_at) + policy.overdue_again * MICROS_A_DAY


def overdue(case: Case, due: date, whom: Sayers, *, now: int, position: int) -> DiscrepancyOverdue:
    """Say that a case is overdue, and for whom it waits."""
    return DiscrepancyOverdue(
        case=case.id,
        time=time_text(now, 0),
        position=position,
        due=due,
        waits_for=waits_for(case, whom, late=True)[0],
    )
