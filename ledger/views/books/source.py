"""What every part of the books reads from: one snapshot of the views, the log, and the record."""

from collections.abc import Iterable

from ledger.facts.record import Known
from ledger.log import Log
from ledger.views.books.reads import Reads
from ledger.views.books.record import BooksRecord
from ledger.views.folding import Rows


class Source:
    """A snapshot; what was read from it is kept until it is dropped."""

    def __init__(self, rows: Rows, log: Log) -> None:
        self.rows, self.log = rows, log
        self.reads = Reads()
        self.record = BooksRecord(rows, log, self.reads)
        self.memo = self.reads.memo

    def at(self, positions: Iterable[int]) -> list[Known]:
        """The events at positions, each once, in the order of position."""
        return self.record.give(self.log.at(sorted(set(positions))))
