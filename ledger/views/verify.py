"""Proof that the views are what the log says: built anew beside the live ones and compared.

Answers sentences about what differs; none means that folding the log gives the views, row for
row, and that the moves of every mark sum to zero.
"""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import sql

from ledger.log import Log
from ledger.views import SCHEMA, schema
from ledger.views.folding import Rows
from ledger.views.projection import Projector

differences_shown_max: Final = 5
_NOT_OF_THE_LOG: Final = (
    "progress", "audit", "due", "waiting", "dependencies", "case_shown", "set_aside",
)  # fmt: skip
"""Where the projection and the audit stand: no function of the log."""

_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'
    AND relname <> ALL(%s) ORDER BY relname
"""
_ZERO = """
SELECT p.mark, sum(b.balance)::int8 FROM balances AS b JOIN places AS p ON p.id = b.place
GROUP BY p.mark HAVING sum(b.balance) <> 0 ORDER BY p.mark
"""
_STRAYED = """
SELECT p.mark, p.kind, p.key, p.site, b.balance, coalesce(sum(m.delta), 0)::int8
FROM balances AS b JOIN places AS p ON p.id = b.place LEFT JOIN moves AS m ON m.place = b.place
GROUP BY 1, 2, 3, 4, 5 HAVING b.balance <> coalesce(sum(m.delta), 0) ORDER BY 1, 2, 3, 4 LIMIT %s
"""


def verify(log: Log, target: str = SCHEMA) -> list[str]:
    """What is wrong with the views, as sentences; the live views stay as they are.

    Raises Unavailable where the views were never built.
    """
    return [*sums(log, target), *rebuilt(log, target)]


def sums(log: Log, target: str = SCHEMA) -> list[str]:
    """Marks whose seals do not sum to zero, places whose balance is not the sum of their moves."""
    with log.transaction(snapshot=True) as rows:
        schema.use(rows, target)
        schema.position(rows)
        found = [
            f"Mark {mark}: its moves sum to {total}, not to 0."
            for mark, total in rows.execute(_ZERO).fetchall()
        ]
        rows.execute(_STRAYED, (differences_shown_max,))
        found += [
            f"Place {' '.join(map(str, place))}: balance {balance}, its moves sum to {total}."
            for *place, balance, total in rows.fetchall()
        ]
    return found


def rebuilt(log: Log, target: str = SCHEMA) -> list[str]:
    """Rows in which the live views and a rebuild from the log differ."""
    beside = f"{target}_proof"
    try:
        with log.transaction() as rows:
            schema.drop(rows, beside)
        proof = Projector(log, beside)
        proof.make()
        return list(_compared(log, proof, target, beside))
    finally:
        with log.transaction() as rows:
            schema.drop(rows, beside)


def _compared(log: Log, proof: Projector, target: str, beside: str) -> Iterator[str]:
    with log.transaction() as rows:
        schema.use(rows, target)
        live = schema.position(rows)
    proof.catch_up(live)
    with log.transaction() as rows:
        # Hold the live views still, and bring the proof to exactly where they stand.
        rows.execute("SET LOCAL statement_timeout = 0")
        schema.hold(rows, target)
        live = schema.position(rows)
        built = proof.catch_up(live)
        if built < live:
            # Somebody took out the log's end: compared as it is, what that changed is named.
            yield f"The views stand at position {live}, the log ends at {built}."
        rows.execute(_TABLES, (beside, list(_NOT_OF_THE_LOG)))
        for (table,) in rows.fetchall():
            yield from _differences(rows, table, target, beside)


def _differences(rows: Rows, table: str, target: str, beside: str) -> Iterator[str]:
    # Any order: equal counts and equal sums of row hashes, else the rows are named.
    checked = [
        rows.execute(
            sql.SQL("SELECT count(*), sum(hashtextextended(t::text, 0))::text FROM {} AS t").format(
                sql.Identifier(place, table)
            )
        ).fetchone()
        for place in (target, beside)
    ]
    if checked[0] == checked[1]:
        return
    counts = [row[0] if row else 0 for row in checked]
    yield f"{table}: {counts[0]} rows live, {counts[1]} rebuilt."
    for told, one, other in (("only live", target, beside), ("only rebuilt", beside, target)):
        for row in _only_in(rows, table, one, other):
            yield f"{table}, {told}: {row}"


def _only_in(rows: Rows, table: str, one: str, other: str) -> list[Any]:
    rows.execute(
        sql.SQL("SELECT x.t FROM (SELECT t::text FROM {} AS t EXCEPT ALL SELECT t::text FROM {}"
                " AS t) AS x ORDER BY 1 LIMIT {}").format(
            sql.Identifier(one, table), sql.Identifier(other, table), differences_shown_max
        )
    )  # fmt: skip
    return [row[0] for row in rows.fetchall()]
