"""Which marks are named, and which ids are known, by what they look like."""

from typing import ClassVar

from ledger.facts.identity import Fact
from ledger.questions.lookalikes import folded, known_ids
from ledger.rules.subjects import marks_of
from ledger.views.folding import NEVER, Fold, Rows, Scans, copy_rows, for_each

_NAMINGS = """
INSERT INTO namings AS n (mark, events, first) SELECT * FROM unnest(%b::text[], %b::int8[],
    %b::int8[])
ON CONFLICT (mark) DO UPDATE SET events = n.events + excluded.events,
    first = least(n.first, excluded.first)
"""
_KNOWN = """
INSERT INTO known_ids AS k (about, fold, key, facts) SELECT * FROM unnest(%b::int2[], %b::text[],
    %b::text[], %b::int8[])
ON CONFLICT (about, fold, key) DO UPDATE SET facts = k.facts + excluded.facts
"""


class Names(Fold):
    """Keeps marks that are named and ids that are known."""

    TABLES: ClassVar[str] = """
-- events: that count and name the mark. first: position of the first that ever did.
CREATE TABLE namings (mark text PRIMARY KEY, events int8 NOT NULL, first int8 NOT NULL)
    WITH (fillfactor = 70);
-- Events but applications that name a mark.
CREATE TABLE named_marks (mark text NOT NULL, position int8 NOT NULL);
CREATE INDEX named_marks_by_mark ON named_marks (mark, position);
-- fold: what the id looks like. facts: how many that count make it known.
CREATE TABLE known_ids (
    about int2 NOT NULL, fold text NOT NULL, key text NOT NULL, facts int8 NOT NULL,
    PRIMARY KEY (about, fold, key)
);
"""

    def __init__(self) -> None:
        self._named: list[tuple[str, int]] = []
        self._namings: dict[str, list[int]] = {}
        self._known: dict[tuple[int, str, str], int] = {}

    def scans(self, alike: Scans) -> None:
        """Applications name their mark."""
        self._name(alike.mark, alike.earliest, alike.count)

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Whatever else names a mark or makes an id known."""
        del at
        for mark in marks_of(fact):
            self._name(mark, position, sign)
            if sign > 0:
                self._named.append((mark, position))
        for about, key in known_ids(fact):
            known = (int(about), folded(about, key), key)
            self._known[known] = self._known.get(known, 0) + sign

    def _name(self, mark: str, position: int, count: int) -> None:
        naming = self._namings.get(mark)
        if naming is None:
            self._namings[mark] = [count, position if count > 0 else NEVER]
        else:
            naming[0] += count
            if count > 0 and position < naming[1]:
                naming[1] = position

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        copy_rows(rows, "named_marks (mark, position)", ("text", "int8"), self._named)
        for_each(rows, _NAMINGS, [(mark, *of) for mark, of in sorted(self._namings.items())])
        for_each(rows, _KNOWN, [(*key, facts) for key, facts in sorted(self._known.items())])
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._named.clear()
        self._namings.clear()
        self._known.clear()
