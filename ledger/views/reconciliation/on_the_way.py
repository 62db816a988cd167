"""Since when seals and goods are on the way: of each pair the oldest that has not come."""

from typing import Final

from ledger.custody.places import Kind
from ledger.views.folding import Rows
from ledger.views.reconciliation.figures import Pair

_OLDEST: Final = """
SELECT p.mark, p.kind, min(x.time) FROM balances AS b JOIN places AS p ON p.id = b.place
JOIN {sent} AS x ON x.{key} = p.key
WHERE b.balance > 0 AND p.kind = {kind:d} AND p.mark = ANY(%(marks)s)
    AND NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id) {only}
GROUP BY 1, 2
"""
_SEALS: Final = _OLDEST.format(
    sent="dispatches", key="dispatch", kind=Kind.TRANSIT, only="AND x.sender IS NOT NULL"
)
_GOODS: Final = _OLDEST.format(sent="departures", key="shipment", kind=Kind.SHIPPED, only="")


def oldest_on_the_way(rows: Rows, pairs: dict[str, Pair]) -> dict[tuple[Pair, Kind], int]:
    """By pair and kind of place, TRANSIT or SHIPPED: when the first left of what is there now.

    µs UTC; pairs are given by mark.
    """
    found: dict[tuple[Pair, Kind], int] = {}
    for statement in (_SEALS, _GOODS):
        for mark, kind, at in rows.execute(statement, {"marks": list(pairs)}).fetchall():
            key = pairs[mark], Kind(kind)
            found[key] = min(at, found.get(key, at))
    return found
