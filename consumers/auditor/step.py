"""One evaluation by the auditor: what it did, and what has to be recorded of it."""

import logging
from collections.abc import Mapping
from typing import NamedTuple

from consumers.auditor.deciding import Decided
from consumers.auditor.evaluating import Conditions
from ledger.questions.dependencies import Changes
from ledger.views import auditing, set_aside
from ledger.views.auditing import Progress

_log = logging.getLogger("ledger.auditor")


class Step(NamedTuple):
    """What one evaluation did; `behind` = more is waiting, `views` = it waits for the views.

    `position` = what it has audited up to, `aside` = how many subjects are set aside,
    `opened` = how many cases it opened, by rule and severity.
    """

    events: int
    subjects: int
    decisions: int
    behind: bool
    views: bool
    position: int
    aside: int = 0
    opened: Mapping[tuple[str, str], int] = {}


class Evaluated(NamedTuple):
    """One evaluation: from where to where, of what, and what came of it."""

    before: Progress
    after: Progress
    at: list[auditing.Key]
    waited: list[auditing.Key]
    dues: dict[auditing.Key, int]
    dependencies: dict[auditing.Key, frozenset[int]]
    changed: Changes
    waits: list[auditing.Key]
    decided: Decided
    conditions: Conditions
    events: int
    behind: bool
    aside: list[set_aside.Aside]
    went_back: bool
    renewed: bool

    def tell(self, aside: int) -> None:
        """Write to the log what was decided, and what is set aside where that is news."""
        for one in self.aside if aside else ():
            said = "%s %s is set aside: %s. All others go on; `ledger catch-up` tries it again"
            _log.warning(said, *one, extra={"subject_kind": one.kind, "subject": one.key})
        if _log.isEnabledFor(logging.DEBUG):
            for entry in self.decided.entries:
                _log.debug("%s", entry.topic, extra={"case_id": entry.id})


def begins_anew(why: str) -> None:
    """Write to the log why everything is evaluated again."""
    _log.warning("%s", why)
