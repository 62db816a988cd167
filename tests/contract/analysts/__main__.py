"""Pin the names of tables and columns that analysts read, after some were added."""

import json

from ledger.analysts.tables import tables
from tests.contract.analysts.test_export import PINNED

if __name__ == "__main__":
    now = {table.name: [column.name for column in table.columns] for table in tables()}
    PINNED.write_text(json.dumps(now, indent=1) + "\n")
