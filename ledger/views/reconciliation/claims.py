"""The claims of a reconciliation: what parties claim of supply, goods, papers and stock.

Each is summed as its own event claims it, by the party that the event or its shipment names.
"""

from collections.abc import Iterator

from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.figures import BY_PARTY, Claim
from ledger.views.folding import Rows
from ledger.views.reconciliation.figures import COUNTS, NOBODY, Amount, Scope
from ledger.views.reconciliation.papers import papers

_TOTALS = """
SELECT mark, figure, '', total FROM totals WHERE mark = ANY(%(marks)s) AND figure = ANY(%(all)s)
"""
_CLAIMED = """
SELECT mark, figure, {key}, sum(count)::int8 FROM claims
WHERE mark = ANY(%(marks)s) AND time <= %(time)s AND position <= %(position)s GROUP BY 1, 2, 3
"""
_EXPORTERS = f"""
SELECT DISTINCT ON (shipment) shipment, exporter FROM departures AS x
WHERE shipment = ANY(%(keys)s) AND position <= %(position)s AND {COUNTS}
ORDER BY shipment, time, id
"""
_SEALED = """
SELECT p.mark, {holder}, sum(s.seals)::int8, sum(s.units)::int8
FROM sealed AS s JOIN places AS p ON p.id = s.lot WHERE p.mark = ANY(%(marks)s) GROUP BY 1, 2
"""
SEALED = ("applied", "removed", "sealed_units")
"""What was attached to goods and taken off again; applied and units as of now alone."""
COUNTED_STOCKS = "counted_stocks"
"""How many stocks were ever counted: 0 counted where the book says 0 is a count, too."""
# Into the day, also before 1970, where SQL's remainder is below zero.
_INTO_DAY = f"mod(mod(c.time, {MICROS_A_DAY}) + {MICROS_A_DAY}, {MICROS_A_DAY})"
# The book at the count's own time: whole days before it, then that day's moves up to it.
_BOOK = f"""
(SELECT coalesce(sum(net), 0) FROM lows AS w
    WHERE w.place = c.place AND w.day < (c.time - {_INTO_DAY}) / {MICROS_A_DAY})
+ (SELECT coalesce(sum(delta), 0) FROM moves AS m
    WHERE m.place = c.place AND m.time <= c.time AND m.time >= c.time - {_INTO_DAY})
"""
_BOOK_THEN = """
(SELECT coalesce(sum(delta), 0) FROM moves AS m
    WHERE m.place = c.place AND m.time <= c.time AND m.position <= %(position)s)
"""
_COUNTED = f"""
SELECT mark, holder, counted, book::int8, explained::int8 FROM (
    SELECT c.mark, c.holder, c.counted, {{book}} - (
        SELECT coalesce(sum(delta), 0) FROM adjustments AS x
        WHERE x.count_event = c.id AND x.place = c.place AND x.time <= c.time
            AND x.position <= %(position)s AND {COUNTS}
    ) AS book, (
        SELECT coalesce(sum(delta), 0) FROM adjustments AS x
        WHERE x.count_event = c.id AND x.place = c.place AND x.explained AND x.time <= %(time)s
            AND x.position <= %(position)s AND {COUNTS}
    ) AS explained
    FROM (
        SELECT DISTINCT ON (x.place) x.place, x.time, x.id, x.counted, p.mark, p.key AS holder
        FROM counts AS x JOIN places AS p ON p.id = x.place
        WHERE p.mark = ANY(%(marks)s) AND x.time <= %(time)s AND x.position <= %(position)s
            AND {COUNTS}
        ORDER BY x.place, x.time DESC, x.id DESC
    ) AS c
) AS counted
"""


def claims(rows: Rows, scope: Scope, *, split: bool) -> Iterator[Amount]:
    """Every claim of every pair, by party where split."""
    yield from _movements(rows, scope, split=split)
    yield from _sealed(rows, scope, split=split)
    yield from papers(rows, scope, split=split)
    yield from _counted(rows, scope, split=split)


def _movements(rows: Rows, scope: Scope, *, split: bool) -> Iterator[Amount]:
    """Supply and goods."""
    values = {"marks": scope.marks, "time": scope.time, "position": scope.position}
    if scope.everything and not split:
        rows.execute(_TOTALS, {**values, "all": [int(claim) for claim in Claim]})
    else:
        rows.execute(_CLAIMED.format(key="key" if split else "''"), values)
    found = rows.fetchall()
    exporters: dict[str, str] = {}
    if split:
        shipments = sorted({key for _, figure, key, _ in found if figure not in BY_PARTY})
        rows.execute(_EXPORTERS, {"keys": shipments, "position": scope.position})
        exporters = dict(rows.fetchall())
    for mark, figure, key, count in found:
        party = key if figure in BY_PARTY or not split else exporters.get(key, NOBODY)
        yield Amount(scope.pairs[mark], Claim(figure).name.lower(), party, count)


def _sealed(rows: Rows, scope: Scope, *, split: bool) -> Iterator[Amount]:
    if not scope.everything:
        return
    statement = _SEALED.format(holder="s.holder" if split else "''")
    for mark, holder, seals, units in rows.execute(statement, {"marks": scope.marks}).fetchall():
        yield Amount(scope.pairs[mark], "applied", holder, seals)
        yield Amount(scope.pairs[mark], "sealed_units", holder, units)


def _counted(rows: Rows, scope: Scope, *, split: bool) -> Iterator[Amount]:
    """Counts beside the book, and what stays unexplained: absolute, so none hides another."""
    values = {"marks": scope.marks, "time": scope.time, "position": scope.position}
    rows.execute(_COUNTED.format(book=_BOOK if scope.all_known else _BOOK_THEN), values)
    for mark, holder, counted, book, explained in rows.fetchall():
        pair, party = scope.pairs[mark], holder if split else ""
        yield Amount(pair, "counted", party, counted)
        yield Amount(pair, "book", party, book)
        yield Amount(pair, "adjusted_for_counts", party, explained)
        yield Amount(pair, "unexplained", party, abs(counted - book - explained))
        yield Amount(pair, COUNTED_STOCKS, party, 1)
