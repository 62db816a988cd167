"""Ids of the log by how they begin."""

from typing import Final
from uuid import UUID

from ledger.log.log import Log

_RECORDED: Final = """
SELECT originator_id FROM events
WHERE originator_id BETWEEN %(first)s AND %(last)s AND originator_version = 1
ORDER BY 1 LIMIT %(limit)s
"""
_REPORTED: Final = """
(SELECT originator_id FROM events
    WHERE originator_id BETWEEN %(first)s AND %(last)s AND originator_version = 1
    ORDER BY 1 LIMIT %(limit)s)
UNION (SELECT event_id FROM dead_letter
    WHERE event_id BETWEEN %(first)s AND %(last)s ORDER BY 1 LIMIT %(limit)s)
ORDER BY 1 LIMIT %(limit)s
"""


def ids_between(
    log: Log, first: UUID, last: UUID, limit: int, *, refused: bool = False
) -> list[UUID]:
    """Ids of events and cases in their order; with `refused` those of refused events, too."""
    values = {"first": first, "last": last, "limit": limit}
    with log.transaction() as rows:
        found = rows.execute(_REPORTED if refused else _RECORDED, values).fetchall()
    return [each for (each,) in found]
