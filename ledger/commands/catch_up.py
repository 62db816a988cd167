"""`ledger catch-up`: the views, and the audit's clock, brought up to the log."""

from typing import Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.moments import moment
from ledger.commands.output import progress, say
from ledger.errors import Misuse
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.views.projection import Projector

AUDIT_CLOCK = "audit_clock"
"""Where the log's small state keeps what `--now` set, in µs UTC as text."""


def catch_up(
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Set the audit's clock; it is kept and never goes back."),
    ] = None,
) -> None:
    """Bring everything that follows the log up to it, then exit.

    Example: ledger catch-up --now 2026-12-01
    """
    with opened() as log:
        if (at := moment(now, "--now")) is not None:
            set_clock(log, at)
        position = follow(log)
    say(f"The views rest on position {position:,}.")


def follow(log: Log) -> int:
    """Project until nothing is behind, with progress; answer the position."""
    projector = Projector(log)
    projector.make()
    done = 0
    with progress("views", log.position()) as step:
        while folded := projector.run_batch():
            done += folded
            step(done)
    projector.retire_older()
    return projector.catch_up()


def set_clock(log: Log, at: int) -> None:
    """Keep the audit's clock; raises Misuse where it would go back."""
    stored = log.meta(AUDIT_CLOCK)
    if stored is not None and at < int(stored):
        raise Misuse(
            f"The audit's clock stands at {time_text(int(stored), 0)} and does not go back."
        )
    log.set_meta(AUDIT_CLOCK, str(at))
