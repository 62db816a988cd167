"""Serial numbers: which event had which numbers of a mark in its hands.

Ranges are only ever added, also of events that no longer count. A range of length class c is at
most 2^c numbers long, so all that overlap a number lie within 2^c below it: a bounded look-up.
"""

from typing import ClassVar, Final
from uuid import UUID

from ledger.custody.moves import moves
from ledger.facts.identity import Fact
from ledger.views.access.policies import in_place
from ledger.views.folding import Fold, Rows, Scans, Seen
from ledger.views.places import PlaceIds

_APPLIED: Final = "SealsApplied"


class Ranges(Fold):
    """Keeps the serial numbers of every event that names them."""

    TABLES: ClassVar[str] = """
-- class: the smallest c with last - first + 1 <= 2^c. place: where the event put the seals; id: the
-- event's.
CREATE TABLE ranges (
    mark text NOT NULL, class int2 NOT NULL, first int8 NOT NULL, last int8 NOT NULL,
    time int8 NOT NULL, position int8 NOT NULL, topic text NOT NULL, place int8 NOT NULL,
    id uuid NOT NULL
);
CREATE INDEX ranges_by_number ON ranges (mark, class, first);
CREATE INDEX ranges_issued ON ranges (mark, class, first) WHERE topic = 'SealsIssued';
"""
    SEEN: ClassVar[Seen] = {
        "ranges": (in_place("ranges.place"),),
    }
    BATCH = ("_ranges",)

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._ranges: list[tuple[str, int, int, int, int, int, str, int, UUID]] = []

    def scans(self, alike: Scans) -> None:
        """Numbers that went onto a lot."""
        if alike.sign < 0:
            return
        mark, lot = alike.mark, alike.lot
        self._ranges += [
            (mark, length_class(seals), first, first + seals - 1, at, position, _APPLIED, lot, id_)
            for at, _, position, seals, _, first, id_, _ in alike.each
            if first is not None
        ]

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Numbers that went anywhere else."""
        if sign < 0:
            return
        for move in moves(fact):
            if move.first is not None:
                mark, to = move.mark, move.target
                place = self._places.find(mark, to.kind, to.key, to.site)
                last = move.first + move.seals - 1
                size = length_class(move.seals)
                topic, key = type(fact).__name__, UUID(fact.id)
                self._ranges.append((mark, size, move.first, last, at, position, topic, place, key))

    def flush(self, rows: Rows) -> None:
        """Write the ranges of the batch."""
        self.copy(rows, "ranges", self._ranges)
        self.forget()


def length_class(count: int) -> int:
    """The smallest c with count <= 2^c."""
    return (count - 1).bit_length()
