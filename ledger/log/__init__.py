"""The precious part: everything that was recorded, and the database that keeps it.

`Log` is the seam: append and read. `migrate` makes the tables, `embedded` the server.
"""

from ledger.log.columns import Appended, Columns
from ledger.log.log import Log, batch_events_max
from ledger.log.migrating import migrate
from ledger.log.reading import Reader
from ledger.log.recorder import Rows
from ledger.log.rows import (
    Archived,
    DeadLetter,
    Entry,
    Offset,
    Outcome,
    Receipt,
    Recorded,
    Refusal,
)

__all__ = [
    "Appended",
    "Archived",
    "Columns",
    "DeadLetter",
    "Entry",
    "Log",
    "Offset",
    "Outcome",
    "Reader",
    "Receipt",
    "Recorded",
    "Refusal",
    "Rows",
    "batch_events_max",
    "migrate",
]
