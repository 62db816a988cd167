"""What the projector asks of every view: take a batch of facts, then write it.

`record` is told every fact once, whether it counts or not. `post` is told what comes to count
(sign +1) and, at the correction's position, what no longer does (sign -1): sums over what was
posted are sums over the facts that count, as known at any position.
"""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, NamedTuple, TypeAlias

from psycopg import Cursor

from ledger.facts.identity import Fact

Rows: TypeAlias = Cursor[tuple[Any, ...]]


class Scan(NamedTuple):
    """A SealsApplied, the fact that nearly all facts are, with its places already looked up.

    `at` is µs UTC, `day` the local day as text; `stock` and `lot` are place ids.
    """

    id: str
    mark: str
    holder: str
    site: str
    lot_key: str
    label: str
    version: int
    units: int
    seals: int
    first: int | None
    at: int
    day: str
    stock: int
    lot: int
    source: str
    actor: str | None
    contract: str | None


class Fold:
    """A view's writing half; each override takes what its tables need."""

    TABLES: ClassVar[str] = ""
    """The statements that create the view's tables, in the schema on the search path."""

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take a fact as recorded, any but an application."""

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take a fact, any but an application, that begins (+1) or ceases (-1) to count."""

    def scan(self, scan: Scan, position: int, sign: int) -> None:
        """Take an application that begins (+1) or ceases (-1) to count."""

    def flush(self, rows: Rows) -> None:
        """Write what was taken since the last flush."""

    def forget(self) -> None:
        """Drop what was taken and not written: its batch was rolled back."""


def copy_rows(
    rows: Rows, table: str, types: Sequence[str], values: Collection[Sequence[Any]]
) -> None:
    """Copy rows into `table (columns)`; nothing is sent where there are none."""
    if not values:
        return
    with rows.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(types)
        for value in values:
            copy.write_row(value)
