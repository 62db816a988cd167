"""The index of what facts are about: by subject, and the registry by type.

Applications and heartbeats are not in it: a lot's moves lead to its applications.
"""

from typing import ClassVar

from ledger.facts import registry
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import mentions
from ledger.facts.standing import REGISTRY
from ledger.views.access.policies import NAMELESS
from ledger.views.folding import Fold, Rows, Seen, copy_rows
from ledger.views.loading import TOPIC, subject_id


class Mentions(Fold):
    """Indexes facts by subject."""

    TABLES: ClassVar[str] = """
-- about: ledger.facts.mentions.About, or 0 for all facts of a type; key: hash of the subject.
CREATE TABLE mentions (about int2 NOT NULL, key int8 NOT NULL, position int8 NOT NULL);
CREATE INDEX mentions_by_subject ON mentions (about, key, position);
"""
    SEEN: ClassVar[Seen] = {
        "mentions": NAMELESS,
    }

    def __init__(self) -> None:
        self._mentions: list[tuple[int, int, int]] = []

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take every subject of a fact."""
        del at, recorded_at
        if isinstance(fact, registry.SourceHeartbeat):
            return
        for about, key in mentions(fact):
            self._mentions.append((int(about), subject_id(about, key), position))
        if type(fact) in REGISTRY or isinstance(fact, EventRetracted):
            self._mentions.append((TOPIC, subject_id(TOPIC, type(fact).__name__), position))

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        copy_rows(rows, "mentions (about, key, position)", ("int2", "int8", "int8"), self._mentions)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._mentions.clear()
