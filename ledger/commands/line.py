"""The command line: each command in its file beside this one, and what ends all of them."""

import os
import sys

import psycopg
import typer

from ledger.commands import (
    archive,
    demo,
    discrepancies,
    labels,
    load,
    look,
    lot,
    period,
    policy,
    reconcile,
    run,
    token,
    topics,
    unproven,
    verify,
)
from ledger.commands.output import say
from ledger.errors import LedgerError, Misuse

MISUSE = 2
INTERRUPTED = 130

app = typer.Typer(
    name="ledger",
    help="Where is every organic seal, and does what everybody says about it agree?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(load.load)
app.command()(verify.catch_up)
app.command()(reconcile.reconcile)
app.command()(discrepancies.discrepancies)
app.command()(discrepancies.explain)
app.command()(discrepancies.escalate)
app.command()(discrepancies.close)
app.command()(policy.policy)
app.command()(reconcile.statement)
app.command()(lot.trace)
app.command()(look.event)
app.command()(look.receipt)
app.command()(verify.verify)
app.command()(verify.rebuild)
app.command()(archive.export)
app.command("import")(archive.import_)
app.command()(demo.season)
app.command()(run.run)
app.command()(demo.demo)
app.command()(labels.scope)
app.command()(labels.substance)
app.command()(lot.retention)
app.command()(lot.lot)
app.command()(unproven.herd)
app.command()(unproven.criteria)
app.command()(unproven.unproven)
app.command("standards")(labels.standards_)
app.add_typer(labels.app, name="label")
app.add_typer(period.app, name="period")
app.add_typer(token.app, name="token")
app.add_typer(topics.app, name="topics")


def run_line() -> None:
    """Run the command line; errors on purpose, and of what it runs on, become one sentence."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here and not at the very end, where nobody could say what failed
    except Misuse as error:
        say(str(error))
        sys.exit(MISUSE)
    except LedgerError as error:
        say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): not an error, nothing more to say.
        _say_no_more()
    except OSError as error:
        _say_no_more()
        where = f"{error.filename}: " if error.filename else ""
        say(f"{where}{error.strerror or error}.")
        sys.exit(1)
    except psycopg.Error as error:
        say(f"The database is away: {' '.join(str(error).split())}.")
        sys.exit(1)


def _say_no_more() -> None:
    """Let what is still to be written to stdout go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
