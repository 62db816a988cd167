"""Totals per mark, figure and party: the reconciliation row as of now, without reading moves.

A total is the sum of what was added to it; the views that add own the figures they add to.
"""

from ledger.views.folding import Rows

TABLES = """
-- party: whose seals they are where the place itself says so, else ''.
CREATE TABLE totals (
    mark text NOT NULL, figure int2 NOT NULL, party text NOT NULL, total int8 NOT NULL,
    PRIMARY KEY (mark, figure, party)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
"""
_ADD = """
INSERT INTO totals AS t (mark, figure, party, total)
SELECT * FROM unnest(%b::text[], %b::int2[], %b::text[], %b::int8[])
ON CONFLICT (mark, figure, party) DO UPDATE SET total = t.total + excluded.total
"""


def add_totals(rows: Rows, totals: dict[tuple[str, int, str], int]) -> None:
    """Add to the totals of (mark, figure, party); keys sorted, so that no two writers deadlock."""
    keys = sorted(totals)
    if keys:
        columns = [*map(list, zip(*keys, strict=True)), [totals[key] for key in keys]]
        rows.execute(_ADD, columns, prepare=True)
