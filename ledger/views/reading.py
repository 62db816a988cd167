"""One snapshot of the views, for whoever asks them; nothing of what builds them is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from psycopg.errors import UndefinedTable
from psycopg.rows import tuple_row

from ledger.errors import Unavailable
from ledger.log import Log
from ledger.views import SCHEMA, schema
from ledger.views.folding import Rows

_computing_ms_max = 600_000
fetched_rows: Final = 2_000
"""What is read of a long answer at once."""
_names = count(1)


@contextmanager
def reading(log: Log, target: str = SCHEMA, *, computing: bool = False) -> Iterator[Rows]:
    """One snapshot of the views, for the queries of all of them.

    With `computing` for whoever sends the same ones over and over, and works for minutes between
    two of them. Raises Unavailable where
    the views have not been built yet.
    """
    with log.transaction(snapshot=True) as rows:
        if computing:
            rows.execute(f"SET LOCAL idle_in_transaction_session_timeout = {_computing_ms_max}")
        schema.use(rows, target, plan_once=computing)
        try:
            yield rows
        except UndefinedTable as error:
            raise Unavailable(schema.NOT_BUILT) from error


def each(rows: Rows, statement: str, values: Any = None) -> Iterator[tuple[Any, ...]]:
    """The rows of an answer however long it is: the server keeps it, a part is read at a time.

    `rows` is within a transaction, which lasts until the last row is taken.
    """
    name = f"each_{next(_names)}"
    with rows.connection.cursor(name, row_factory=tuple_row) as cursor:
        cursor.itersize = fetched_rows
        cursor.execute(statement, values, binary=True)
        yield from cursor
