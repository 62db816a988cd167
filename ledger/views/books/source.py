"""What every part of the books reads from: one snapshot of the views, the log, and the record."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ledger.facts.record import Known
from ledger.log import Log
from ledger.views import schema
from ledger.views.books.dependencies import Dependencies
from ledger.views.books.record import BooksRecord
from ledger.views.books.registry import Registry
from ledger.views.folding import Rows

CALENDARS_APART_DAYS: Final = 2
"""What happened on a later day than so many after another one, by whatever offsets, came later."""
page_rows_first: Final = 16
page_rows_max: Final = 1_024


class Source:
    """A snapshot; what was read from it is kept until it is dropped."""

    def __init__(self, rows: Rows, log: Log, registry: Registry | None = None) -> None:
        """`registry` = one kept from an earlier snapshot, if there is one: it follows this one."""
        self.rows, self.log = rows, log
        self.reads = Dependencies()
        known = (registry or Registry(log)).follow(rows, schema.position(rows))
        self.record = BooksRecord(rows, log, self.reads, known)
        self.memo = self.reads.memo

    def paged(self, statement: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement that ends in OFFSET and LIMIT, read as they are asked for."""
        start, limit = 0, page_rows_first
        while True:
            asked = (*values, start, limit)
            found = self.rows.execute(statement, asked, prepare=True).fetchall()
            yield from found
            if len(found) < limit:
                return
            start, limit = start + limit, min(2 * limit, page_rows_max)

    def at(self, positions: Iterable[int]) -> list[Known]:
        """The events at positions, each once, in the order of position."""
        return self.record.give(self.log.at(sorted(set(positions)), self.rows))
