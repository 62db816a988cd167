"""Which events are retracted or corrected, and since when that is known.

The first correction of an event decides; a correction may come before its target.
"""

from typing import ClassVar
from uuid import UUID

from ledger.views.access.policies import NAMELESS
from ledger.views.folding import Fold, Rows, Seen


class Corrections(Fold):
    """Keeps the ids of events that do not count; those whose event is yet to come in memory."""

    TABLES: ClassVar[str] = """
-- position, recorded_at: of the first event that retracts or corrects the target.
-- early: it came before its target, if that ever came.
CREATE TABLE retracted (
    target uuid PRIMARY KEY, position int8 NOT NULL, recorded_at int8 NOT NULL,
    early boolean NOT NULL
);
CREATE INDEX retracted_by_position ON retracted (position);
CREATE INDEX retracted_early ON retracted (target) WHERE early;
"""
    SEEN: ClassVar[Seen] = {
        "retracted": NAMELESS,
    }
    BATCH = ("_fresh",)

    def __init__(self) -> None:
        self.early: set[str] = set()
        """Ids that do not count from the start, should they be recorded."""
        self._fresh: list[tuple[UUID, int, int, bool]] = []

    def load(self, rows: Rows) -> None:
        """Read the early ones anew."""
        rows.execute("SELECT target FROM retracted WHERE early")
        self.early = {str(target) for (target,) in rows.fetchall()}

    @staticmethod
    def known(rows: Rows, targets: list[UUID]) -> set[str]:
        """Which of these events are retracted already."""
        rows.execute("SELECT target FROM retracted WHERE target = ANY(%s)", (targets,))
        return {str(target) for (target,) in rows.fetchall()}

    def add(self, target: str, position: int, recorded_at: int, *, early: bool) -> None:
        """Take the first correction of an event."""
        self._fresh.append((UUID(target), position, recorded_at, early))
        if early:
            self.early.add(target)

    def flush(self, rows: Rows) -> None:
        """Write the corrections of the batch."""
        self.copy(rows, "retracted", self._fresh)
        self.forget()
