"""One run of `ledger import-table`: files checked and recorded, and told what became of them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO
from uuid import UUID

import msgspec
import typer

from ledger.commands.home import opened
from ledger.commands.import_table import Given, TableOptions
from ledger.commands.load import vouched
from ledger.commands.loading import record as recorded
from ledger.commands.output import progress, say, show
from ledger.errors import Misuse
from ledger.facts.checks import is_id
from ledger.facts.standing import OPERATOR
from ledger.intake.doors import OPERATOR as EVERYTHING
from ledger.intake.doors import door
from ledger.log import Log
from ledger.rules.reading import Tongue
from ledger.tables.mapping import Mapping, checked, read_mapping
from ledger.tables.messages import messages_max
from ledger.tables.reading import file_bytes_max
from ledger.web.asking.tables.checking import check
from ledger.web.asking.tables.judged import Asked, Checked
from ledger.web.asking.tables.receipts import lines, notes, refusals, summary
from ledger.web.asking.tables.recording import Step, held_back, record

said_max: Final = 10


class _Run(NamedTuple):
    """One run: what is asked of every file, and where receipts go."""

    asked: Asked
    mapping: Mapping
    options: TableOptions
    receipts: TextIO | None
    tongue: Tongue


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
