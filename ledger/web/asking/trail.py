"""The trail: who did what with tokens, and what people decided, in one list.

What is noted of tokens stands beside the log, decisions in it; both stay for good.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ledger.cases.correction import (
    DiscrepancyCorrectionAccepted,
    DiscrepancyCorrectionAsked,
    DiscrepancyCorrectionRefused,
    DiscrepancyCorrectionReported,
)
from ledger.cases.discrepancy import (
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
)
from ledger.cases.letter import DeadLetterDismissed, DeadLetterMended, DeadLetterReplayed
from ledger.cases.period import PeriodAcknowledged, PeriodClosed, PeriodPrepared
from ledger.cases.thread import (
    DiscrepancyAssigned,
    DiscrepancyCommented,
    DiscrepancyDueSet,
    DiscrepancyRouted,
)
from ledger.facts.scalars import time_text
from ledger.log.recorder import Rows
from ledger.views.decided import Decision, decided

ACTS: Final[Mapping[str, str]] = {
    DiscrepancyExplained.__name__: "case-explained",
    DiscrepancyEscalated.__name__: "case-escalated",
    DiscrepancyClosed.__name__: "case-closed",
    DiscrepancyAssigned.__name__: "case-assigned",
    DiscrepancyDueSet.__name__: "case-due-set",
    DiscrepancyCommented.__name__: "case-commented",
    DiscrepancyRouted.__name__: "case-routed",
    DiscrepancyCorrectionAsked.__name__: "correction-asked",
    DiscrepancyCorrectionReported.__name__: "correction-reported",
    DiscrepancyCorrectionAccepted.__name__: "correction-accepted",
    DiscrepancyCorrectionRefused.__name__: "correction-refused",
    PeriodPrepared.__name__: "period-prepared",
    PeriodClosed.__name__: "period-signed",
    PeriodAcknowledged.__name__: "period-acknowledged",
    DeadLetterMended.__name__: "letter-mended",
    DeadLetterReplayed.__name__: "letter-replayed",
    DeadLetterDismissed.__name__: "letter-dismissed",
}
"""What a decision is called in the trail, by its topic."""
ALWAYS: Final = 2**63 - 1
_NOTED: Final = """
SELECT at, who, door, act, subject, detail FROM admin_log
WHERE at >= %(since)s AND at < %(before)s AND (%(who)s::text IS NULL OR who = %(who)s)
ORDER BY at DESC, number DESC LIMIT %(limit)s
"""


people_max: Final = 5_000
_PEOPLE: Final = """
SELECT DISTINCT who FROM (
    SELECT who FROM admin_log UNION ALL SELECT person FROM decided
    UNION ALL SELECT party FROM decided
) AS known ORDER BY who LIMIT %s
"""


class Entry(NamedTuple):
    """One thing that somebody did: `at` µs UTC, `who` a person or `user:NAME`.

    `subject` is the id of a token, case or period, or the number of a dead letter; `about` names
    what it is about by ids; `reason` is a code, `detail` what was said. None: nothing of the kind.
    """

    at: int
    who: str
    act: str
    subject: str
    about: str
    detail: str | None = None
    reason: str | None = None
    party: str | None = None
    door: str | None = None

    def row(self) -> dict[str, Any]:
        """The same as programs read it."""
        return {**self._asdict(), "at": time_text(self.at, 0)}


def trail(
    rows: Rows, *, since: int = 0, before: int = ALWAYS, who: str | None = None, limit: int
) -> list[Entry]:
    """What was done from `since` on and before `before` (µs UTC), the latest first.

    `who` is a person, a party, or a user of the machine.
    """
    asked = {"since": since, "before": before, "who": who, "limit": limit}
    rows.execute(_NOTED, asked)
    found = [
        Entry(at, by, act, subject, subject, detail, door=door)
        for at, by, door, act, subject, detail in rows.fetchall()
    ]
    taken = decided(rows, since=since, before=before, who=who, limit=limit)
    found += [_decision(one) for one in taken]
    return sorted(found, key=lambda one: -one.at)[:limit]


def people(rows: Rows) -> list[str]:
    """Who stands in the trail: persons, parties, users; at most a few thousand of them."""
    rows.execute(_PEOPLE, (people_max,))
    return [str(who) for (who,) in rows.fetchall()]


def _decision(one: Decision) -> Entry:
    act = ACTS[one.topic]
    subject = one.about if act.startswith("letter") else str(one.stream)
    return Entry(
        one.recorded_at, one.person, act, subject, one.about, one.text, one.reason, one.party
    )
