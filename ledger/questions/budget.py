"""What one look may hold: counted as it is loaded, so that no party's facts starve the others'."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from ledger.errors import EvaluationFull
from ledger.log import Recorded
from ledger.views.folding import Rows
from ledger.views.places import subject_id

look_facts_max: Final = 60_000
look_bytes_max: Final = 40 * 1024 * 1024
"""Of canonical facts; in memory they take some six times as much."""
subject_facts_max: Final = 20_000
"""Facts about one subject that are ever loaded; what has more is not judged."""
subject_bytes_max: Final = 24 * 1024 * 1024
load_events_first: Final = 100
load_events_max: Final = 400
"""Events read by one statement: an event may have a thousand lines."""
_weighed_facts_min: Final = 64
_state: Final = attrgetter("state")

_ABOUT = """
SELECT wanted.n::int4, m.position FROM unnest(%b::int2[], %b::int8[]) WITH ORDINALITY
    AS wanted (about, key, n)
CROSS JOIN LATERAL (
    SELECT position FROM mentions WHERE about = wanted.about AND key = wanted.key
    LIMIT %b
) AS m
"""
_WEIGH = """
SELECT coalesce(sum(octet_length(e.state)), 0)::int8 FROM unnest(%b::int8[]) AS wanted (position)
CROSS JOIN LATERAL (
    SELECT state FROM events WHERE notification_id = wanted.position OFFSET 0
) AS e
"""


class Budget:
    """Counts what was loaded since it was made; raises EvaluationFull where that is too much."""

    def __init__(self) -> None:
        self.facts = 0
        self.octets = 0

    def spend(self, events: Sequence[Recorded]) -> None:
        """Count events that are about to be kept."""
        self.facts += len(events)
        self.octets += sum(map(len, map(_state, events)))
        self.check()

    def check(self, more: int = 0) -> None:
        """Raise EvaluationFull where so many facts more do not fit."""
        if self.facts + more > look_facts_max or self.octets > look_bytes_max:
            raise EvaluationFull(
                f"More than {look_facts_max:,} facts, or {look_bytes_max >> 20} MiB of them,"
                " would be in memory at once."
            )


def positions_about(
    rows: Rows, subjects: Sequence[tuple[int, str]]
) -> tuple[list[int], list[tuple[int, str]]]:
    """Where the facts about subjects (about, key) stand in the log, and which have too many."""
    abouts = [about for about, _ in subjects]
    keys = [subject_id(about, key) for about, key in subjects]
    of: list[list[int]] = [[] for _ in subjects]
    for number, position in rows.execute(
        _ABOUT, (abouts, keys, subject_facts_max + 1), prepare=True
    ).fetchall():
        of[number - 1].append(position)
    found: set[int] = set()
    beyond = []
    for subject, positions in zip(subjects, of, strict=True):
        if not positions:
            continue
        if len(positions) > subject_facts_max or _weight(rows, positions) > subject_bytes_max:
            beyond.append(subject)
        else:
            found.update(positions)
    return sorted(found), beyond


def _weight(rows: Rows, positions: list[int]) -> int:
    """Bytes of the facts at positions; 0 where they are so few that it does not matter."""
    if len(positions) < _weighed_facts_min:
        return 0
    row = rows.execute(_WEIGH, (positions,), prepare=True).fetchone()
    return int(row[0]) if row else 0
