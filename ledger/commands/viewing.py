"""The views for commands that show what became of things, and how far those are behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger.commands.output import say

if TYPE_CHECKING:
    from ledger.log import Log, Rows


@contextmanager
def viewing(log: "Log") -> Iterator["Rows"]:
    """One snapshot of the views; says how far they are behind the log."""
    from ledger.views import schema
    from ledger.views.reading import reading

    with reading(log) as rows:
        behind = log.position() - schema.position(rows)
        if behind > 0:
            say(f"{behind:,} recorded events are not in it yet: run `ledger catch-up`.")
        yield rows
