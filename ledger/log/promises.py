"""Proof that the log kept its promises: dense, in order, each id once, nothing refused in silence.

Answers sentences about what is broken; none means that all of it holds.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from ledger.log.reading import Reader
from ledger.log.rows import Receipt

broken_shown_max = 5
batch_events_max = 5_000

# What was committed is there: the commits tell where the log ends, also where its end is gone.
_MISSING = """
SELECT first, last FROM (
    SELECT lag(position, 1, 0::int8) OVER (ORDER BY position) + 1 AS first, position - 1 AS last
    FROM (
        SELECT notification_id AS position FROM events
        UNION ALL SELECT coalesce(max(position), 0) + 1 FROM commits
    ) AS known
) AS runs WHERE first <= last ORDER BY first
"""
_MISSING_LETTERS = """
SELECT first, last FROM (
    SELECT lag(number, 1, 0::int8) OVER (ORDER BY number) + 1 AS first, number - 1 AS last
    FROM dead_letter
) AS runs WHERE first <= last ORDER BY first
"""
_UNORDERED = """
SELECT position FROM (
    SELECT notification_id AS position, recorded_at,
        lag(recorded_at) OVER (ORDER BY notification_id) AS before
    FROM events
) AS e WHERE before >= recorded_at ORDER BY 1 LIMIT %s
"""
_COMMITS = """
SELECT c.position FROM commits AS c
LEFT JOIN events AS e ON e.notification_id = c.position
WHERE e.recorded_at IS DISTINCT FROM c.recorded_at ORDER BY 1 LIMIT %s
"""
_GAPS = """
SELECT originator_id::text FROM events GROUP BY originator_id
HAVING count(*) <> max(originator_version) OR min(originator_version) <> 1 ORDER BY 1 LIMIT %s
"""
_LETTERS = """
SELECT number FROM dead_letter
WHERE reason = '' OR length(sha256) <> 32
    OR (coalesce(size, length(payload)) = length(payload) AND sha256(payload) <> sha256)
ORDER BY 1 LIMIT %s
"""


def broken(log: Reader) -> Iterator[str]:
    """What in the log is not as promised, as sentences."""
    with log.transaction(snapshot=True) as rows:
        rows.execute("SET LOCAL statement_timeout = 0")
        for what, statement in (("Positions", _MISSING), ("Dead letters", _MISSING_LETTERS)):
            if runs := rows.execute(statement).fetchall():
                yield _missing(what, runs)
        for statement, sentence in (
            (_UNORDERED, "Position {}: recorded no later than the one before it."),
            (_COMMITS, "Commit at position {}: its recorded time is not the event's."),
            (_GAPS, "Stream {}: its versions are not dense from 1."),
            (_LETTERS, "Dead letter {}: without a reason, or its bytes are not those refused."),
        ):
            rows.execute(statement, (broken_shown_max,))
            yield from (sentence.format(row[0]) for row in rows.fetchall())


def _missing(what: str, runs: Sequence[tuple[int, int]]) -> str:
    """Which numbers of a dense series are not there, given as runs (first, last)."""
    shown = [
        f"{first:,}" if first == last else f"{first:,} to {last:,}"
        for first, last in runs[:broken_shown_max]
    ]
    more = len(runs) - len(shown)
    also = f" and {more:,} more runs" if more else ""
    total = sum(last - first + 1 for first, last in runs)
    return f"{what} are not dense: {', '.join(shown)}{also} are missing, {total:,} in all."


def unkept(log: Reader, receipts: list[Receipt]) -> Iterator[str]:
    """Which receipts once given the log does not answer any more: same place, same content."""
    for start in range(0, len(receipts), batch_events_max):
        batch = receipts[start : start + batch_events_max]
        streams = log.get([receipt.id for receipt in batch])
        for receipt in batch:
            stored = streams.get(receipt.id, [])
            if len(stored) != 1:
                yield f"Event {receipt.id}: acknowledged once, stored {len(stored)} times."
            elif stored[0].position != receipt.position:
                yield f"Event {receipt.id}: acknowledged at another position."
            elif sha256(stored[0].state).digest() != receipt.sha256:
                yield f"Event {receipt.id}: stored with other content than acknowledged."
