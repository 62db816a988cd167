"""What people decided: explained, escalated, closed, signed off, done about dead letters.

One list over the streams of all decisions, so that nobody reads the log for it. What the ledger
decides by itself (opened, withdrawn, restated) is not in it.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

from ledger.cases.canonical import AnyDecision
from ledger.log import Recorded
from ledger.views.access.policies import ME
from ledger.views.folding import Fold, Rows, Seen


class Decided(Fold):
    """Folds the decisions that name a person."""

    TABLES: ClassVar[str] = """
-- stream: of the case, period or dead letter. reason: its code, or a replay's outcome.
CREATE TABLE decided (
    position int8 NOT NULL, recorded_at int8 NOT NULL, topic text NOT NULL, stream uuid NOT NULL,
    party text NOT NULL, person text NOT NULL, reason text, text text, PRIMARY KEY (position)
);
"""
    SEEN: ClassVar[Seen] = {"decided": (f"party = {ME}",)}
    BATCH = ("_taken",)

    def __init__(self) -> None:
        self._taken: list[tuple[Any, ...]] = []

    def decided(self, recorded: Recorded, event: AnyDecision) -> None:
        """Take a decision; one that the audit took names nobody and is passed over."""
        person = getattr(event, "person", None)
        if person is None:
            return
        reason = getattr(event, "reason", None) or getattr(event, "outcome", None)
        self._taken.append((
            recorded.position, recorded.recorded_at, recorded.topic, recorded.id,
            getattr(event, "party", ""), person, reason, getattr(event, "text", None),
        ))  # fmt: skip

    def flush(self, rows: Rows) -> None:
        """Write what was decided."""
        self.copy(rows, "decided", self._taken)
        self.forget()


class Decision(NamedTuple):
    """One decision of a person; `recorded_at` in µs UTC, `about` what it is about, in ids."""

    position: int
    recorded_at: int
    topic: str
    stream: UUID
    party: str
    person: str
    reason: str | None
    text: str | None
    about: str


_LISTED: Final = """
SELECT d.position, d.recorded_at, d.topic, d.stream, d.party, d.person, d.reason, d.text, coalesce(
    c.rule || ' ' || c.subject_kind || ' ' || c.subject,
    p.name || ' ' || p.importer || ' ' || p.rcb, l.number::text, '')
FROM decided AS d LEFT JOIN cases AS c ON c.id = d.stream LEFT JOIN periods AS p ON p.id = d.stream
    LEFT JOIN letters AS l ON l.id = d.stream
WHERE d.recorded_at >= %(since)s AND d.recorded_at < %(before)s
    AND (%(who)s::text IS NULL OR %(who)s IN (d.person, d.party))
ORDER BY d.position DESC LIMIT %(limit)s
"""


def decided(
    rows: Rows, *, since: int, before: int, who: str | None, limit: int
) -> Sequence[Decision]:
    """Decisions recorded from `since` on and before `before` (µs UTC), the latest first.

    `who` is a person or a party.
    """
    rows.execute(_LISTED, {"since": since, "before": before, "who": who, "limit": limit})
    return [Decision(*row) for row in rows.fetchall()]
