"""The ledger's home, opened: settings, database, log, and the views that follow it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from ledger import log_lines
from ledger.commands.output import say

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.settings import Settings


@contextmanager
def database(settings: "Settings | None" = None) -> Iterator[str]:
    """Give the connection string of the ledger's database, its tables made.

    The server of LEDGER_DATABASE_URL where set; else the embedded one in the home, started here
    and left at the end. Raises Misuse or Unavailable with a sentence.
    """
    from ledger.log import migrate
    from ledger.log.connecting import connectable
    from ledger.log.embedded import default_home, leave, server
    from ledger.settings import load

    settings = settings or load()
    if not log_lines.is_configured():
        command = sys.argv[1] if len(sys.argv) > 1 else "ledger"
        log_lines.configure(command, settings.log_format, settings.log_level)
    if settings.database_url is not None:
        dsn = connectable(settings.database_url)
        migrate(dsn)
        yield dsn
        return
    home = settings.home or default_home()
    dsn = server(home)
    try:
        migrate(dsn)
        yield dsn
    finally:
        leave(home)


@contextmanager
def opened(
    settings: "Settings | None" = None, *, recorded_at: Literal["clock", "event"] = "clock"
) -> Iterator["Log"]:
    """Open the log; says so where its recorded times are made up."""
    from ledger.log import Log

    with database(settings) as dsn, Log.open(dsn, recorded_at=recorded_at) as log:
        if log.is_simulation():
            say("This home is a simulation: recorded times are the events' own.")
        yield log


@contextmanager
def deciding(settings: "Settings | None" = None) -> Iterator["Log"]:
    """Open the log to record decisions: in a simulation right behind the last fact.

    At the real clock they would push the facts that are still to come behind it.
    """
    from ledger.log import Log

    with opened(settings) as log:
        if not log.is_simulation():
            yield log
            return
        with Log.open(log.dsn, recorded_at="event") as simulated:
            yield simulated
