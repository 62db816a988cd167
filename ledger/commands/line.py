"""The command line: each command in a file beside this one, loaded where it is asked for."""

import ast
import importlib
import os
import sys
from collections.abc import Iterator, MutableMapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import typer.core
from typer.main import get_command_from_info, get_group_from_info
from typer.models import CommandInfo, TyperInfo

from ledger.commands.output import say
from ledger.errors import LedgerError, Misuse

MISUSE = 2
INTERRUPTED = 130

COMMANDS: Final = {
    "load": "ledger.commands.load.load",
    "import-table": "ledger.commands.import_table.import_table",
    "table-template": "ledger.commands.table_templates.table_template",
    "table-imports": "ledger.commands.import_table.table_imports",
    "catch-up": "ledger.commands.verify.catch_up",
    "reconcile": "ledger.commands.reconcile.reconcile",
    "discrepancies": "ledger.commands.discrepancies.discrepancies",
    "case": "ledger.commands.case.case",
    "explain": "ledger.commands.discrepancies.explain",
    "escalate": "ledger.commands.discrepancies.escalate",
    "close": "ledger.commands.discrepancies.close",
    "assign": "ledger.commands.case_acts.assign",
    "due": "ledger.commands.case_acts.due",
    "comment": "ledger.commands.case_acts.comment",
    "ask-correction": "ledger.commands.case_acts.ask_correction",
    "report-correction": "ledger.commands.case_acts.report_correction",
    "accept-correction": "ledger.commands.case_acts.accept_correction",
    "refuse-correction": "ledger.commands.case_acts.refuse_correction",
    "route": "ledger.commands.case_acts.route",
    "policy": "ledger.commands.policy.policy",
    "statement": "ledger.commands.reconcile.statement",
    "trace": "ledger.commands.lot.trace",
    "search": "ledger.commands.search.search",
    "event": "ledger.commands.look.event",
    "receipt": "ledger.commands.look.receipt",
    "verify": "ledger.commands.verify.verify",
    "rebuild": "ledger.commands.verify.rebuild",
    "export": "ledger.commands.archive.export",
    "import": "ledger.commands.archive.import_",
    "season": "ledger.commands.demo.season",
    "run": "ledger.commands.run.run",
    "settings": "ledger.commands.settings.settings",
    "status": "ledger.commands.status.status",
    "doctor": "ledger.commands.status.doctor",
    "demo": "ledger.commands.demo.demo",
    "scope": "ledger.commands.labels.scope",
    "substance": "ledger.commands.labels.substance",
    "retention": "ledger.commands.lot.retention",
    "lot": "ledger.commands.lot.lot",
    "herd": "ledger.commands.unproven.herd",
    "criteria": "ledger.commands.unproven.criteria",
    "unproven": "ledger.commands.unproven.unproven",
    "standards": "ledger.commands.labels.standards_",
    "label": "ledger.commands.labels.app",
    "database": "ledger.commands.database.app",
    "dead-letters": "ledger.commands.letters_settled.app",
    "account": "ledger.commands.account.app",
    "period": "ledger.commands.period.app",
    "token": "ledger.commands.token.app",
    "bi-login": "ledger.commands.bi_login.app",
    "trail": "ledger.commands.trail.trail",
    "topics": "ledger.commands.topics.app",
}
"""By name: file and function of each command, or the Typer of a group of them."""


class _Commands(MutableMapping[str, Any]):
    """The commands by name; each file is loaded when one of its commands is asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            module, _, attribute = COMMANDS[name].rpartition(".")
            one = getattr(importlib.import_module(module), attribute)
            plain: Any = {"pretty_exceptions_short": False, "rich_markup_mode": None}
            if isinstance(one, typer.Typer):
                group = TyperInfo(one, name=name, cls=Group)
                self._loaded[name] = get_group_from_info(group, suggest_commands=True, **plain)
            else:
                info = CommandInfo(name, callback=one)
                self._loaded[name] = get_command_from_info(info, **plain)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: Any) -> None:
        raise NotImplementedError("Commands stand in the table above.")

    def __delitem__(self, name: str) -> None:
        raise NotImplementedError("Commands stand in the table above.")


class Group(typer.core.TyperGroup):
    """A group of commands, as `ledger token`: help has their sentences whole, however narrow."""

    def format_commands(self, ctx: object, formatter: Any) -> None:
        """What each command does, in a whole sentence."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, _sentence(one.help)) for name, one in self.commands.items()])


class Line(typer.core.TyperGroup):
    """`ledger` itself: knows the names of its commands without loading them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands()

    def list_commands(self, ctx: object) -> list[str]:
        """The names, in the order of help."""
        del ctx
        return [*self.commands]

    def format_commands(self, ctx: object, formatter: Any) -> None:
        """What each command does, in a whole sentence."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about(name)) for name in COMMANDS])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands whose name begins so, with what they do; and options."""
        from typer._click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=about(name))
            for name in COMMANDS
            if name.startswith(incomplete)
        ]
        # What a group adds to any command would load every file for its help.
        return found + super(typer.core.TyperGroup, self).shell_complete(ctx, incomplete)


def about(name: str) -> str:
    """What a command does, in a sentence: read from its file, which is not loaded for that."""
    module, _, attribute = COMMANDS[name].rpartition(".")
    for node in _text(module).body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute:
            return _sentence(ast.get_docstring(node))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == attribute:
            given = {each.arg: each.value for each in getattr(node.value, "keywords", ())}
            return str(ast.literal_eval(given["help"]))
    raise LookupError(name)


def _sentence(help_: str | None) -> str:
    return (help_ or "").partition("\n\n")[0].replace("\n", " ")


@cache
def _text(module: str) -> ast.Module:
    found = find_spec(module)
    assert found is not None  # noqa: S101 -- the table names files there are
    return ast.parse(Path(str(found.origin)).read_text(encoding="utf-8"))


app = typer.Typer(
    cls=Line,
    name="ledger",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Boxes cut the names of options where there is little room.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version as installed

        typer.echo(f"ledger {installed('seal-ledger')}")
        raise typer.Exit


@app.callback(help="Where is every organic seal, and does what everybody says about it agree?")
def line(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which, and exit."),
    ] = False,
) -> None:
    """What stands before the name of a command."""
    del version  # said by its callback


def run_line() -> None:
    """Run the command line; errors on purpose, and of what it runs on, become one sentence."""
    try:
        try:
            app(prog_name=app.info.name)
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
    except Exception as error:
        if not _of_the_database(error):
            raise
        say(f"The database is away: {' '.join(str(error).split())}.")
        sys.exit(1)


def _of_the_database(error: Exception) -> bool:
    """Whether the database's client raised it: where that was never loaded, it did not."""
    client = sys.modules.get("psycopg")
    return client is not None and isinstance(error, client.Error)


def _say_no_more() -> None:
    """Let what is still to be written to stdout go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
