"""When everything is evaluated again: other rules, another policy, a clock that went back.

Whoever keeps cases keeps beside them by what they were judged. An upgrade therefore audits anew
by itself: step by step, as bounded as any other, while everything else goes on.
"""

from typing import Final

from ledger.errors import Unavailable
from ledger.log import Log
from ledger.rules import rulebook
from ledger.rules.policy import Policy
from ledger.views import auditing
from ledger.views.auditing import Progress
from ledger.views.projection import reading

clock_back_seconds_max: Final = 60
"""So far behind the last evaluation a clock is a little slow, and is taken as standing still."""
_MICROS: Final = 1_000_000


def judged_by(policy: Policy) -> str:
    """What decides what is found: digest of the policy, revision of rules and tables of law."""
    return f"{policy.digest()} {rulebook.revision()}"


def begin(before: Progress, by: str) -> tuple[Progress, str | None]:
    """From where to go on, and a sentence where everything is evaluated again."""
    if before.policy == by:
        return before, None
    again = before._replace(position=0, floor=None, again=before.position)
    return again, _sentence(before, by)


def audit_time(before: Progress, clock: int) -> tuple[int, bool]:
    """The time of an evaluation, µs UTC, and whether the clock went back behind the one before.

    Then what has a case is evaluated again: it may have been opened for a time yet to come.
    """
    if before.clock - clock > clock_back_seconds_max * _MICROS:
        return clock, True
    return max(clock, before.clock), False


def renewal(log: Log, policy: Policy) -> str | None:
    """A sentence where the next audit of a log evaluates everything again; None where not."""
    try:
        with reading(log) as rows:
            before = auditing.progress(rows)
    except Unavailable:
        return None  # nothing was ever audited; what else is wrong is said by who audits
    return begin(before, judged_by(policy))[1]


def _sentence(before: Progress, by: str) -> str | None:
    if not before.policy:
        return None  # the first audit
    policy, _, rules = before.policy.partition(" ")
    changed = [
        what
        for what, then, now in zip(("policy", "rules"), (policy, rules), by.split(" "), strict=True)
        if then != now
    ]
    return (
        f"The {' and the '.join(changed)} of the audit changed: everything up to position"
        f" {before.position:,} is looked at again."
    )
