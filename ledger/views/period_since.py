"""The events recorded since a period was signed that its row rests on."""

from collections.abc import Sequence
from typing import Final

from ledger.views.folding import Rows

events_since_max: Final = 100
_SINCE: Final = """
SELECT position FROM (
    SELECT m.position FROM places AS p JOIN moves AS m ON m.place = p.id
        WHERE p.mark = ANY(%(marks)s) AND m.time <= %(end)s AND m.position > %(after)s
    UNION SELECT c.position FROM claims AS c
        WHERE c.mark = ANY(%(marks)s) AND c.time <= %(end)s AND c.position > %(after)s
    UNION SELECT r.position FROM reports AS r JOIN report_lines AS l USING (position)
        WHERE l.mark = ANY(%(marks)s) AND r.time <= %(end)s AND r.position > %(after)s
    UNION SELECT t.position FROM certificates AS t
        WHERE t.time <= %(end)s AND t.position > %(after)s AND EXISTS (
            SELECT FROM certificate_lines AS l JOIN departed_lots AS d ON d.lot = l.lot
            WHERE l.position = t.position AND d.mark = ANY(%(marks)s))
    UNION SELECT t.position FROM counts AS t JOIN places AS p ON p.id = t.place
        WHERE p.mark = ANY(%(marks)s) AND t.time <= %(end)s AND t.position > %(after)s
) AS since ORDER BY position LIMIT %(limit)s
"""


def positions_since(rows: Rows, marks: Sequence[str], end: int, after: int) -> list[int]:
    """Positions behind `after` of events up to a time (µs UTC) on some marks, at most a hundred."""
    asked = {"marks": list(marks), "end": end, "after": after, "limit": events_since_max}
    return [position for (position,) in rows.execute(_SINCE, asked).fetchall()]
