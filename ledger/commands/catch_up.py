"""`ledger catch-up`: the views and the audit brought up to the log."""

from typing import Annotated

import typer

from consumers.auditor.renewing import renewal
from consumers.auditor.running import audit_clock, set_clock
from consumers.auditor.running import catch_up as audit
from ledger.commands.home import deciding
from ledger.commands.options import moment
from ledger.commands.output import progresses, say
from ledger.commands.policy import policy_of
from ledger.labels.describe import check_tables
from ledger.log import Log
from ledger.settings import load
from ledger.views.projection import Projector


def catch_up(
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Set the audit's clock; it is kept and never goes back."),
    ] = None,
) -> None:
    """Bring everything that follows the log up to it, then exit.

    Example: ledger catch-up --now 2026-12-01
    """
    check_tables()
    with deciding() as log:
        if (at := moment(now, "--now")) is not None:
            set_clock(log, at)
        position = follow(log)
    say(f"The views and the audit rest on position {position:,}.")


def follow(log: Log) -> int:
    """Project and audit until nothing is behind, with progress; answer the position."""
    policy = policy_of(load())
    if (changed := renewal(log, policy)) is not None:
        say(changed)
    with progresses(("views", "audit"), log.position()) as (views, audited):
        position = audit(log, policy, audit_clock(log), lambda step: audited(step.position), views)
    Projector(log).retire_older()
    return position
