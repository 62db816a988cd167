"""What came onto a lot in the order of its time, a page at a time: a long history is read in part.

A move stands under the time of the fact that moved, or of the one that a correction moves back.
"""

from collections.abc import Iterator
from typing import Final

from ledger.views.folding import Rows

_BY_TIME = """
SELECT time, position FROM moves WHERE place = %(lot)s AND delta > 0 AND time {beyond} %(start)s
ORDER BY time {order} LIMIT %(limit)s
"""
_FORWARD: Final = _BY_TIME.format(beyond=">=", order="ASC")
_BACKWARD: Final = _BY_TIME.format(beyond="<=", order="DESC")
BEGINNING: Final = -(2**63)
"""Before every time."""
page_moves_first: Final = 64
page_moves_max: Final = 4_096


def pages(
    rows: Rows, lot: int, start: int, *, forward: bool = True
) -> Iterator[list[tuple[int, int]]]:
    """(time, position) of moves into a LOT place from a time on, or back from it.

    All moves of one time are on one page.
    """
    limit = page_moves_first
    statement = _FORWARD if forward else _BACKWARD
    while True:
        asked = {"lot": lot, "start": start, "limit": limit}
        found = rows.execute(statement, asked, prepare=True).fetchall()
        if len(found) < limit:
            if found:
                yield found
            return
        start = found[-1][0]
        whole = [row for row in found if row[0] != start]
        if whole:
            yield whole
            limit = min(2 * limit, page_moves_max)
        else:
            limit *= 2  # that many at one moment
