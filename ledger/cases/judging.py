"""What the audit decides about a case from what the facts show now.

Level-triggered: only the present counts, so judging again what was judged decides nothing more.
"""

from functools import lru_cache
from uuid import UUID

from ledger.cases.discrepancy import (
    LIVE,
    Case,
    DiscrepancyOpened,
    DiscrepancyReopened,
    DiscrepancyWithdrawn,
    Picture,
    State,
)
from ledger.cases.identity import case_id
from ledger.facts.scalars import time_text
from ledger.rules.violation import Violation

Judgement = DiscrepancyOpened | DiscrepancyWithdrawn | DiscrepancyReopened


def judge(
    case: Case | None,
    violation: Violation | None,
    *,
    now: int,
    position: int,
    key: UUID | None = None,
) -> Judgement | None:
    """What has to happen to a case, if anything.

    `violation` is what holds now of the case's rule, subject and discriminator; `now` is the
    audit's clock in µs UTC, `position` the last one of the log that the evaluation has seen; `key`
    the case's id, where the caller has worked it out.
    """
    time = _time(now)
    if violation is None:
        if case is None or case.state not in LIVE:
            return None
        return DiscrepancyWithdrawn(case=case.id, time=time, position=position)
    if case is None:
        return DiscrepancyOpened(
            case=str(key or case_of(violation)),
            time=time,
            position=position,
            rule=violation.rule,
            subject_kind=violation.subject_kind,
            subject=violation.subject,
            discriminator=violation.discriminator,
            family=violation.family,
            shows=Picture.of(violation),
        )
    shows = Picture.of(violation)
    if case.state is State.WITHDRAWN or (
        case.state in (State.EXPLAINED, State.CLOSED) and case.settled != shows.values
    ):
        return DiscrepancyReopened(case=case.id, time=time, position=position, shows=shows)
    return None


@lru_cache(maxsize=1)
def _time(now: int) -> str:
    """The time of a look, which opens thousands of cases."""
    return time_text(now, 0)


def case_of(violation: Violation) -> UUID:
    """The id of the case a violation belongs to."""
    return case_id(
        violation.rule, violation.subject_kind, violation.subject, violation.discriminator
    )
