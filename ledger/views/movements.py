"""What moved the seals of marks between two moments: by place and cause, and stock by stock.

Sums over moves, as known at a position. What is moved back counts against its own cause.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ledger.custody.moves import Cause
from ledger.custody.places import Kind
from ledger.facts.scalars import local_day, time_text
from ledger.rules.moments import JAPAN
from ledger.views.figures import PLACES
from ledger.views.folding import Rows

_NAMES: Final = {kind: name for name, kind in PLACES.items()}
_MOVED: Final = f"""
SELECT p.kind, p.kind = {Kind.STOCK:d} AND p.key = %(importer)s, m.cause, sum(m.delta)::int8
FROM places AS p JOIN moves AS m ON m.place = p.id
WHERE p.mark = ANY(%(marks)s) AND m.time >= %(start)s AND m.time <= %(end)s
    AND m.position <= %(position)s
GROUP BY 1, 2, 3 HAVING sum(m.delta) <> 0
"""
_IN: Final = f"m.time >= %(start)s AND m.cause IN ({Cause.ISSUED:d}, {Cause.RECEIVED:d})"
_USED: Final = f"m.time >= %(start)s AND m.cause = {Cause.APPLIED:d}"
_DISCARDED: Final = f"m.time >= %(start)s AND m.cause = {Cause.SPOILED:d}"
_STOCKS: Final = f"""
SELECT p.mark, p.key, p.site,
    coalesce(sum(m.delta) FILTER (WHERE m.time < %(start)s), 0)::int8,
    coalesce(sum(m.delta) FILTER (WHERE {_IN}), 0)::int8,
    -coalesce(sum(m.delta) FILTER (WHERE {_USED}), 0)::int8,
    -coalesce(sum(m.delta) FILTER (WHERE {_DISCARDED}), 0)::int8,
    sum(m.delta)::int8
FROM places AS p JOIN moves AS m ON m.place = p.id
WHERE p.mark = ANY(%(marks)s) AND p.kind = {Kind.STOCK:d} AND m.time <= %(end)s
    AND m.position <= %(position)s
GROUP BY 1, 2, 3
HAVING sum(m.delta) <> 0 OR count(*) FILTER (WHERE m.time >= %(start)s) > 0
ORDER BY 1, 2, 3
"""
_COUNTS: Final = """
NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id AND r.position <= %(position)s)
"""
_COUNTED: Final = f"""
SELECT c.mark, c.key, c.site, c.time, c.counted, (
    SELECT coalesce(sum(m.delta), 0) FROM moves AS m
    WHERE m.place = c.place AND m.time <= c.time AND m.position <= %(position)s
) - (
    SELECT coalesce(sum(x.delta), 0) FROM adjustments AS x
    WHERE x.count_event = c.id AND x.place = c.place AND x.time <= c.time
        AND x.position <= %(position)s AND {_COUNTS}
)
FROM (
    SELECT p.mark, p.key, p.site, x.place, x.time, x.id, x.counted
    FROM counts AS x JOIN places AS p ON p.id = x.place
    WHERE p.mark = ANY(%(marks)s) AND x.time >= %(start)s AND x.time <= %(end)s
        AND x.position <= %(position)s AND {_COUNTS}
) AS c ORDER BY c.mark, c.key, c.site, c.time, c.id
"""


class Between(NamedTuple):
    """Which moves: of these marks, of events from `start` to `end` (µs UTC), by a position.

    `importer` tells its own stock from those of others.
    """

    marks: Sequence[str]
    importer: str
    start: int
    end: int
    position: int

    @property
    def values(self) -> dict[str, Any]:
        """The same as statements are given it."""
        return {**self._asdict(), "marks": list(self.marks)}


def movements(rows: Rows, between: Between) -> dict[str, dict[str, int]]:
    """By place, as figures are named, and by cause, what was added; zeros are left out.

    What was issued is counted as it grows.
    """
    rows.execute(_MOVED, between.values)
    found: dict[str, dict[str, int]] = {}
    for kind, own, cause, delta in rows.fetchall():
        name = _NAMES[Kind(kind)]
        if kind == Kind.STOCK:
            name = "stock_importer" if own else "stock_exporters"
        added = -delta if kind == Kind.ISSUER else delta
        found.setdefault(name, {})[Cause(cause).name.lower()] = added
    return found


def stocks(rows: Rows, between: Between) -> list[dict[str, Any]]:
    """Stock by stock: opening + received - used - discarded + other = closing.

    Those that held or moved anything; in seals.
    """
    rows.execute(_STOCKS, between.values)
    found = []
    for mark, holder, site, opening, received, used, discarded, closing in rows.fetchall():
        other = closing - opening - received + used + discarded
        found.append({
            "mark": mark, "holder": holder, "site": site, "opening": opening,
            "received": received, "used": used, "discarded": discarded, "other": other,
            "closing": closing,
        })  # fmt: skip
    return found


def counted(rows: Rows, between: Between) -> list[dict[str, Any]]:
    """The counts of stocks, with the book at their moment."""
    rows.execute(_COUNTED, between.values)
    return [
        {
            "mark": mark, "holder": holder, "site": site,
            "day": local_day(time_text(time, JAPAN)).isoformat(), "counted": found,
            "book": int(book), "difference": found - int(book),
        }
        for mark, holder, site, time, found, book in rows.fetchall()
    ]  # fmt: skip
