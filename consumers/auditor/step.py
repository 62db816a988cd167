"""One evaluation by the auditor: what it did, and what has to be recorded of it."""

from typing import NamedTuple

from consumers.auditor.deciding import Decided
from consumers.auditor.evaluating import Conditions
from ledger.questions.dependencies import Changes
from ledger.views import auditing, set_aside
from ledger.views.auditing import Progress


class Step(NamedTuple):
    """What one evaluation did; `behind` = more is waiting, `views` = it waits for the views.

    `position` = what it has audited up to, `aside` = how many subjects are set aside.
    """

    events: int
    subjects: int
    decisions: int
    behind: bool
    views: bool
    position: int
    aside: int = 0


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
