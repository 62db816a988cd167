"""The command line: `ledger COMMAND`, each command in its file in `ledger.commands`."""

import gc
import os
import sys

import typer

from ledger.commands import (
    archive,
    catch_up,
    demo,
    discrepancies,
    goods,
    labels,
    load,
    look,
    lot,
    period,
    policy,
    reconcile,
    retention,
    run,
    season,
    token,
    topics,
    verify,
)
from ledger.commands.output import say
from ledger.errors import LedgerError, Misuse

MISUSE = 2
INTERRUPTED = 130
GC_THRESHOLDS = (100_000, 50, 50)
"""Allocations before a young collection, and how many of those before an older one."""

app = typer.Typer(
    name="ledger",
    help="Where is every organic seal, and does what everybody says about it agree?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(load.load)
app.command()(catch_up.catch_up)
app.command()(reconcile.reconcile)
app.command()(discrepancies.discrepancies)
app.command()(discrepancies.explain)
app.command()(discrepancies.escalate)
app.command()(discrepancies.close)
app.command()(policy.policy)
app.command()(goods.statement)
app.command()(goods.trace)
app.command()(look.event)
app.command()(look.receipt)
app.command()(verify.verify)
app.command()(verify.rebuild)
app.command()(archive.export)
app.command("import")(archive.import_)
app.command()(season.season)
app.command()(run.run)
app.command()(demo.demo)
app.command()(labels.scope)
app.command()(labels.substance)
app.command()(retention.retention)
app.command()(lot.lot)
app.command("standards")(labels.standards_)
app.add_typer(labels.app, name="label")
app.add_typer(period.app, name="period")
app.add_typer(token.app, name="token")
app.add_typer(topics.app, name="topics")


def main() -> None:
    """Run the command line; errors on purpose become one sentence on stderr."""
    # Facts and rows hold no cycles: looking for them all the time cost the audit a sixth of its
    # speed (python -m bench.audit). What is loaded by now stays.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        app()
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
