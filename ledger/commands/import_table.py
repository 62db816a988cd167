"""`ledger import-table`, `ledger table-imports`: tables through the ledger's door."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TextIO
from uuid import UUID

import msgspec
import typer

from ledger.commands.home import opened
from ledger.commands.load import Channel, vouched
from ledger.commands.loading import record as recorded
from ledger.commands.options import spread
from ledger.commands.output import Format, FormatOption, progress, say, show
from ledger.commands.table_templates import Lang, LangOption
from ledger.errors import Misuse
from ledger.facts.checks import is_id
from ledger.facts.scalars import time_text
from ledger.facts.standing import OPERATOR
from ledger.intake.doors import OPERATOR as EVERYTHING
from ledger.intake.doors import door
from ledger.log import Log
from ledger.rules.reading import Tongue
from ledger.tables.mapping import Mapping, checked, read_mapping
from ledger.tables.messages import messages_max
from ledger.tables.reading import file_bytes_max
from ledger.web.asking.tables.checking import check
from ledger.web.asking.tables.imports import Import, latest, one, rows_of
from ledger.web.asking.tables.judged import Asked, Checked
from ledger.web.asking.tables.receipts import lines, notes, refusals, summary
from ledger.web.asking.tables.recording import Step, held_back, record

said_max: Final = 10


class Hidden(StrEnum):
    """What becomes of hidden rows and columns."""

    READ = "read"
    SKIP = "skip"


class TableOptions(NamedTuple):
    """How a table is read and taken."""

    mapping: Annotated[
        Path | None, typer.Option(help="A mapping, TOML or JSON: which column is what.")
    ] = None
    sheet: Annotated[list[str] | None, typer.Option(help="A sheet to read; once for each.")] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Record nothing; say what would be.")
    ] = False
    partial: Annotated[
        bool, typer.Option("--partial", help="Record the good events though others are refused.")
    ] = False
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Rows that differ under a recorded number correct it."),
    ] = False
    replaces: Annotated[
        str | None,
        typer.Option(metavar="IMPORT", help="The import of which this file is the new truth."),
    ] = None
    source: Annotated[
        str | None, typer.Option(help="The source that reports, where no column says it.")
    ] = None
    actor: Annotated[
        str | None, typer.Option(help="The person that reports, where no column says it.")
    ] = None
    hidden: Annotated[Hidden | None, typer.Option(help="Read or skip hidden rows and columns.")] = (
        None
    )


class Given(NamedTuple):
    """What `load` takes as well: the type of event, for whom, where receipts go, how to print."""

    template: str | None
    channel: str | None
    party: str | None
    receipts: Path | None
    form: Format
    lang: Lang = Lang.EN


class _Run(NamedTuple):
    """One run: what is asked of every file, and where receipts go."""

    asked: Asked
    mapping: Mapping
    options: TableOptions
    receipts: TextIO | None
    tongue: Tongue


@spread(TableOptions)
def import_table(
    files: Annotated[list[Path], typer.Argument(help="Tables: CSV, TSV, XLSX or XLSM.")],
    options: TableOptions,
    template: Annotated[
        str | None, typer.Option(help="The type of event; else the one whose columns fit.")
    ] = None,
    channel: Annotated[
        Channel | None,
        typer.Option(help="Permit only what scanners, operators or certifiers may report."),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option("--as", metavar="PARTY", help="For which party the events are taken."),
    ] = None,
    receipts: Annotated[
        Path | None, typer.Option(help="Keep a line of JSON for each row here.")
    ] = None,
    lang: LangOption = Lang.EN,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record the rows of tables: each an event, or several an event with its lines.

    A file is recorded whole or not at all, unless --partial is given. Exit 1 when something was
    refused, or would be in a dry run. The same file again changes nothing.

    Example: ledger import-table seals.xlsx --template SealsIssued --source SRC-1 --dry-run
    """
    way = channel and channel.value
    import_files(files, options, Given(template, way, party, receipts, form, lang))


def import_files(files: list[Path], options: TableOptions, given: Given) -> None:
    """Record the rows of tables, and print what became of them; Exit where some were refused."""
    asked, mapping = _asked(options, given)
    if asked.replaces is not None and len(files) > 1:
        raise Misuse("--replaces takes one file: the new truth of one import.")
    contents = [(str(path), _content(path)) for path in files]
    with ExitStack() as stack:
        log = stack.enter_context(opened())
        kept = None if given.receipts is None else stack.enter_context(_opened(given.receipts))
        run = _Run(asked, mapping, options, kept, given.lang.value)
        told = [_import(log, data, name, run) for name, data in contents]
    rows = [_row(each) for each in told]
    show(rows, given.form, data=told[0] if len(told) == 1 else told)
    if any(each["refused"] or each["reasons"] for each in told):
        raise typer.Exit(1)


def _asked(options: TableOptions, of: Given) -> tuple[Asked, Mapping]:
    given = Mapping()
    if options.mapping is not None:
        try:
            given = read_mapping(options.mapping.read_bytes(), of.template)
        except OSError as error:
            raise Misuse(f"{options.mapping} cannot be read: {error.strerror}.") from None
    for name in ("source", "actor"):
        value = getattr(options, name)
        if value is not None and not is_id(value):
            raise Misuse(f"--{name} {value!r}: expected visible ASCII characters without spaces.")
    mapping = checked(
        msgspec.structs.replace(
            given,
            template=of.template or given.template,
            sheets=options.sheet or given.sheets,
            source=options.source or given.source,
            hidden=options.hidden.value if options.hidden is not None else given.hidden,
        )
    )
    by = OPERATOR if of.party is None else vouched(of.party)
    way = EVERYTHING if of.channel is None else door(of.channel)
    replaces = None if options.replaces is None else import_id(options.replaces)
    return Asked(by, None, way, options.actor, options.corrections, replaces), mapping


def import_id(text: str) -> UUID:
    """The id of an import. Raises Misuse."""
    try:
        return UUID(text)
    except ValueError:
        raise Misuse(
            f"{text!r} is no id of an import; `ledger table-imports` lists them."
        ) from None


def _content(path: Path) -> bytes:
    """What a file holds; a larger one than may be is read just far enough to say so."""
    try:
        with path.open("rb") as source:
            return source.read(file_bytes_max + 1)
    except IsADirectoryError:
        raise Misuse(f"{path} is a folder; name the files in it.") from None
    except FileNotFoundError:
        raise Misuse(f"There is no file {path}.") from None
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}.") from None


def _import(log: Log, data: bytes, name: str, run: _Run) -> dict[str, Any]:
    """Check a file and record what is to be recorded; its summary."""
    with _bar(Path(name).name) as step:
        found = check(log, data, name, run.mapping, run.asked, step=step)
        made = None
        if run.options.dry_run:
            held_back(found, partial=run.options.partial)
        else:
            try:
                made = record(
                    found,
                    lambda batch, inside: recorded(log, batch, inside=inside),
                    partial=run.options.partial,
                    step=step,
                ).id
            except KeyboardInterrupt:
                done = sum(each.outcome == "recorded" for each in found.events)
                say(f"Interrupted: {done:,} events are recorded. Import the same file to go on.")
                raise
    _told(found, run.tongue)
    if run.receipts is not None:
        for line in lines(found, run.tongue, log):
            run.receipts.write(json.dumps(line, ensure_ascii=False) + "\n")
    return summary(found, made, dry_run=run.options.dry_run)


@contextmanager
def _bar(label: str) -> Iterator[Step]:
    """A bar that begins anew with each thing that is done."""
    with progress(label, None) as bar:

        def step(_what: str, done: int, total: int) -> None:
            bar(done, total)

        yield step


def _told(found: Checked, tongue: Tongue) -> None:
    """Say the first refusals and what is noted of the whole file."""
    for count, words in enumerate(refusals(found, tongue), 1):
        if count <= said_max:
            say(f"{found.name}: {words}")
        elif count > messages_max:
            say(f"More than {messages_max:,} refusals; --receipts FILE keeps them all.")
            break
        elif count == said_max + 1:
            say("Further refusals are counted below; --receipts FILE keeps them all.")
    for words in notes(found, tongue):
        say(f"{found.name}: {words}")
    if not found.refused and not found.events:
        say(f"{found.name}: no rows below the headings.")


def _row(told: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in told.items() if name not in ("reasons", "codes")}
    return shown | {f"refused: {reason}": count for reason, count in told["reasons"].items()}


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.") from None


def table_imports(
    of: Annotated[
        str | None, typer.Argument(metavar="[IMPORT]", help="One import, with its rows.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the imports of tables, the latest first; of one also which rows became which events.

    Example: ledger table-imports
    """
    with opened() as log, log.transaction() as rows:
        if of is None:
            show([_shown(each) for each in latest(rows)], form, empty="Nothing was imported yet.")
            return
        made = one(rows, import_id(of))
        if made is None:
            raise Misuse(f"There is no import {of}.")
        became = [
            {"sheet": each.sheet or None, "row": each.row, "event": str(each.event)}
            for each in rows_of(rows, made.id)
        ]
    told = _shown(made) | {"mapping": json.loads(made.mapping)}
    show(became, form, data=told | {"events": became}, title=f"{made.file}, {told['made_at']}")


def _shown(made: Import) -> dict[str, Any]:
    return {
        "import": str(made.id),
        "made_at": time_text(made.made_at, 0),
        "by": made.by,
        "person": made.person,
        "file": made.file,
        "sha256": made.sha256.hex(),
        "template": made.template,
        **{name: made.counts.get(name) for name in ("rows", "events", "refused")},
        "replaces": str(made.replaces) if made.replaces else None,
        "replaced_by": str(made.replaced_by) if made.replaced_by else None,
    }
