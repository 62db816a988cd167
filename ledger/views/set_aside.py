"""What the audit cannot hold: subjects set aside, and how far an evaluation may read.

A subject that needs more than an evaluation may hold, all alone, is named here and left alone
until it is tried again; its cases stay as they are. The table stands with the audit's own.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.views.folding import Rows, columns

Key = tuple[str, str]
"""A subject: kind and key."""
_REACH = """
SELECT max(position) FROM (
    SELECT notification_id AS position,
        sum(octet_length(state)) OVER (ORDER BY notification_id) AS sum
    FROM events WHERE notification_id > %b AND notification_id <= %b
) AS read WHERE sum <= %b
"""


class Aside(NamedTuple):
    """A row of `set_aside`."""

    kind: str
    key: str
    why: str


class Counted(NamedTuple):
    """How many subjects are set aside as of a turn of the audit; a turn below zero: of none."""

    turn: int = -1
    number: int = 0

    def at(self, rows: Rows, turn: int) -> int:
        """How many there are; they are counted where somebody else has had a turn since."""
        return self.number if self.turn == turn else count(rows)


def count(rows: Rows) -> int:
    """How many subjects are set aside."""
    row = rows.execute("SELECT count(*) FROM set_aside", prepare=True).fetchone()
    return 0 if row is None else int(row[0])


def named(rows: Rows, limit: int) -> list[Aside]:
    """Subjects that are set aside, by kind and key."""
    found = rows.execute(
        "SELECT kind, key, why FROM set_aside ORDER BY kind, key LIMIT %s", (limit,)
    )
    return [Aside(*row) for row in found.fetchall()]


def among(rows: Rows, subjects: Sequence[Key]) -> set[Key]:
    """Which of these subjects are set aside."""
    if not subjects:
        return set()
    found = rows.execute(
        "SELECT s.kind, s.key FROM unnest(%b::text[], %b::text[]) AS of (kind, key)"
        " JOIN set_aside AS s ON (s.kind, s.key) = (of.kind, of.key)",
        columns(subjects, 2),
        prepare=True,
    )
    return {(kind, key) for kind, key in found.fetchall()}


def put(rows: Rows, subjects: Sequence[Aside], now: int, *, anew: bool) -> int:
    """Set subjects aside, and answer how many were not before.

    `anew` = everything is evaluated from the beginning, also these.
    """
    if anew:
        rows.execute("DELETE FROM set_aside")
    if not subjects:
        return 0
    found = rows.execute(
        "INSERT INTO set_aside (kind, key, why, since) SELECT *, %b::int8"
        " FROM unnest(%b::text[], %b::text[], %b::text[]) ON CONFLICT DO NOTHING",
        (now, *columns(subjects, 3)),
        prepare=True,
    )
    return found.rowcount


def try_again(rows: Rows) -> None:
    """Let whatever is set aside be evaluated once more."""
    rows.execute(
        "WITH back AS (DELETE FROM set_aside RETURNING kind, key)"
        " INSERT INTO waiting (kind, key) SELECT kind, key FROM back ON CONFLICT DO NOTHING"
    )


def reach(rows: Rows, after: int, until: int, events_max: int, bytes_max: int) -> int:
    """Up to which position to read, so that no more is read than that; at least one event."""
    row = rows.execute(_REACH, (after, min(until, after + events_max), bytes_max)).fetchone()
    found = after if row is None or row[0] is None else int(row[0])
    return max(found, min(after + 1, until))
