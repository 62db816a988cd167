"""`ledger settings`: what is set, and where it comes from."""

from pathlib import Path
from typing import Any

from ledger.commands.options import spread
from ledger.commands.printing import Printing, print_list
from ledger.settings import shown


@spread(Printing)
def settings(printing: Printing) -> None:
    """Show each setting: its value, secrets masked, and where it comes from.

    That is the environment, a file, a file that holds a secret, or the default.

    Example: ledger settings --format json
    """
    data = [
        {"name": name, "value": _plain(value), "from": origin} for name, value, origin in shown()
    ]
    # A port is no amount: it has no thousands.
    rows = [row | {"value": "" if row["value"] is None else str(row["value"])} for row in data]
    print_list(rows, printing, data=data)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
