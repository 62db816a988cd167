"""The audit's clock, and the auditor run until told to stop or until nothing is behind."""

import logging
import threading
import time
from collections.abc import Callable
from itertools import product
from typing import get_args

from consumers.auditor.auditor import Auditor
from consumers.auditor.step import Step
from ledger import metrics
from ledger.errors import Conflict, Misuse, Unavailable
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.log.standing_by import Posts
from ledger.rules.policy import Policy
from ledger.rules.rulebook import RULES
from ledger.rules.violation import Severity
from ledger.views.auditing import next_due
from ledger.views.periods import restate_periods
from ledger.views.projection import Projector, reading

AUDIT_CLOCK = "audit_clock"
"""Where the log's small state keeps the time that the audit was set to, in µs UTC as text."""
wait_seconds_max = 1.0
"""How long a stop may go unnoticed while nothing is recorded."""
retry_seconds_min = 0.25
retry_seconds_max = 30.0
views_wait_seconds = 0.02
_conflicts_max = 20

_POST = "auditor"
_log = logging.getLogger("ledger.auditor")


def set_clock(log: Log, at: int) -> None:
    """Keep the audit's time, µs UTC; raises Misuse where it would go back."""
    stored = log.meta(AUDIT_CLOCK)
    if stored is not None and at < int(stored):
        raise Misuse(
            f"The audit's clock stands at {time_text(int(stored), 0)} and does not go back to"
            f" {time_text(at, 0)}: it stays as it is."
        )
    log.set_meta(AUDIT_CLOCK, str(at))


def audit_clock(log: Log, clock: Callable[[], int] | None = None) -> Callable[[], int]:
    """The clock the audit goes by: the real one, or what it was set to if that is later."""
    real = clock or _now

    def tell() -> int:
        stored = log.meta(AUDIT_CLOCK)
        return real() if stored is None else max(int(stored), real())

    return tell


def _now() -> int:
    return time.time_ns() // 1_000


def catch_up(
    log: Log,
    policy: Policy,
    clock: Callable[[], int],
    progressed: Callable[[Step], None] | None = None,
    projected: Callable[[int], None] | None = None,
) -> int:
    """Project and audit until nothing is behind; answers the position that was audited.

    First the one, then the other: an audit of facts whose cures are recorded already, and not yet
    projected, would cry wolf. The time is read once: what falls due while it works is left to the
    next one.
    """
    now = clock()
    projector = Projector(log)
    projector.make()
    while projector.run_batch():
        if projected is not None:
            projected(projector.position)
    auditor = Auditor(log, policy, lambda: now)
    auditor.try_again()
    conflicts = 0
    while True:
        try:
            step = auditor.step()
        except Conflict:
            conflicts += 1
            if conflicts > _conflicts_max:
                raise
            projector.catch_up()
            continue
        conflicts = 0
        if progressed is not None:
            progressed(step)
        unfolded = step.decisions or step.views or not step.behind
        moved = projector.run_batch() if unfolded else 0
        if not step.behind and not moved:
            if restate_periods(log, now):
                projector.catch_up()
            return step.position


def run(log: Log, policy: Policy, stop: threading.Event) -> None:
    """Audit until `stop` is set; an evaluation in hand then is finished first.

    Waits and tries again while the database is away, the views are not there yet, or another one
    audits.
    """
    for rule, severity in product(RULES, get_args(Severity)):
        # What begins at nothing shows its first rise.
        metrics.cases_opened.labels(rule.number, severity)
    with Posts(log, [_POST]) as posts:
        _run(log, policy, stop, posts)


def _run(log: Log, policy: Policy, stop: threading.Event, posts: Posts) -> None:
    clock = audit_clock(log)
    auditor = Auditor(log, policy, clock)
    failures = 0
    restated = 0
    while not stop.is_set():
        if not posts.ours(_POST):
            continue
        try:
            step = auditor.step()
            failures = 0
            _tell(step)
            if step.views:
                stop.wait(views_wait_seconds)
            elif not step.behind:
                if step.position > restated:
                    restate_periods(log, clock(), restated)
                    restated = step.position
                _rest(log, step.position, stop)
        except Conflict as conflict:
            _log.info("%s", conflict)
            stop.wait(views_wait_seconds)
        except Unavailable as error:
            wait = min(retry_seconds_max, retry_seconds_min * 2**failures)
            failures = min(failures + 1, 10)
            _log.warning("%s; tried again in %.3g s", error, wait)
            stop.wait(wait)


def _tell(step: Step) -> None:
    """Tell the metrics of a step."""
    if not step.views:
        metrics.auditor_position.set(step.position)
    metrics.audit_set_aside.set(step.aside)
    metrics.auditor_decisions.inc(step.decisions)
    for (rule, severity), number in step.opened.items():
        metrics.cases_opened.labels(rule, severity).inc(number)


def _rest(log: Log, position: int, stop: threading.Event) -> None:
    """Wait for something new, or for the next violation to fall due."""
    if log.position() > position:
        stop.wait(views_wait_seconds)  # the views are about to follow
        return
    with reading(log) as rows:
        due = next_due(rows)
    seconds = wait_seconds_max
    if due is not None:
        seconds = min(seconds, max(0.0, (due - audit_clock(log)()) / 1e6))
    log.wait(position, seconds)
