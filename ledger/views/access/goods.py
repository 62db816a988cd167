"""What goods are, by the lot: told to whoever sees that they left, for what they need on the way.

Whose recipe it is, and what is in it, is not told with it.
"""

from typing import Final


def _known(row: str) -> str:
    """Whether the event of a row counts, as known at the position `until`."""
    return (
        f"{row}.position <= until AND NOT EXISTS ("
        f"SELECT FROM retracted AS r WHERE r.target = {row}.id AND r.position <= until)"
    )


def _binding(row: str) -> str:
    """Whether that event is of the registry and binds."""
    return (
        f"{_known(row)} AND NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = {row}.id"
        " AND u.position <= until AND (u.until IS NULL OR u.until > kinds_of_goods.until))"
    )


# SQL bodies that are parsed now follow their tables when the schema gets another name.
FUNCTIONS: Final = f"""
-- The group of goods of each lot by the recipe in use on a day, as known at a position; null: of
-- none. Lots of which nobody knows what they are have no row. A lot without a record of its own is
-- what it was divided from.
CREATE FUNCTION kinds_of_goods(
    lots text[], days date[], until int8, OUT asked text, OUT on_day date, OUT goods text
) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    WITH RECURSIVE up (first, lot, way) AS (
        SELECT DISTINCT a.lot, a.lot, ARRAY[a.lot] FROM unnest(lots) AS a (lot)
        UNION ALL
        SELECT up.first, d.source, up.way || d.source FROM up CROSS JOIN LATERAL (
            SELECT x.source FROM made_of AS x
            WHERE x.lot = up.lot AND x.source IS NOT NULL AND {_known("x")}
            ORDER BY x.time DESC, x.id DESC LIMIT 1
        ) AS d WHERE d.source <> ALL (up.way)
    ), made AS (
        SELECT DISTINCT ON (up.first) up.first, m.product, m.recipe FROM up CROSS JOIN LATERAL (
            SELECT x.product, x.recipe FROM made_of AS x
            WHERE x.lot = up.lot AND x.product IS NOT NULL AND {_known("x")}
            ORDER BY x.time DESC, x.id DESC LIMIT 1
        ) AS m ORDER BY up.first, cardinality(up.way)
    )
    SELECT a.lot, a.day, g.goods FROM unnest(lots, days) AS a (lot, day)
    JOIN made ON made.first = a.lot CROSS JOIN LATERAL (
        SELECT x.goods FROM recipes AS x WHERE x.product = made.product AND {_binding("x")}
            AND x.version = coalesce(made.recipe, (
                SELECT max(y.version) FROM recipes AS y
                WHERE y.product = made.product AND y.day <= a.day AND {_binding("y")}))
        ORDER BY x.time DESC, x.id DESC LIMIT 1
    ) AS g;
END;
"""
