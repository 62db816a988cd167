"""One snapshot of the views, for whoever asks them; nothing of what builds them is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import UndefinedTable

from ledger.errors import Unavailable
from ledger.log import Log
from ledger.views import SCHEMA, schema
from ledger.views.folding import Rows

_computing_ms_max = 600_000


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
