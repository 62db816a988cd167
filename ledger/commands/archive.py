"""`ledger export` and `ledger import`: the whole log as one file, and back."""

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from ledger.commands.home import opened
from ledger.commands.options import Reader
from ledger.commands.output import Step, progress, say
from ledger.errors import Malformed, Misuse

if TYPE_CHECKING:
    from ledger.intake.archive_reading import Archive
    from ledger.log import Archived, DeadLetter, Log

STDOUT = "-"
batch_events_max = 5_000
LEFT_OUT = (
    "Not in an export, as it is kept beside the log: which tables were imported, tokens and"
    " sessions, the trail of what was done with them, Kafka offsets and stops, the audit's clock,"
    " how far Kafka and webhooks were told, settings and secrets. Views are built anew."
)
"""What whoever moves a home has to know; said by both commands."""


class ExportFormat(StrEnum):
    """What is written: the log to be read back, or tables for analysts."""

    AVRO = "avro"
    PARQUET = "parquet"
    DUCKDB = "duckdb"


def export(
    file: Annotated[
        Path, typer.Argument(help="The file to write, - is stdout; for parquet a new folder.")
    ],
    form: Annotated[
        ExportFormat,
        typer.Option("--format", help="avro: the log; parquet, duckdb: tables for analysts."),
    ] = ExportFormat.AVRO,
    party: Annotated[
        str | None, typer.Option("--as", metavar="PARTY", help="Of the tables what it sees.")
    ] = None,
    role: Annotated[
        Reader | None, typer.Option(help="As what it reads, where it has several roles.")
    ] = None,
) -> None:
    """Write the whole log, decisions and dead letters included, as an Avro container file.

    A digest at its end covers every byte, so that `ledger import` refuses a file that is cut or
    altered. Tokens, settings and what else is kept beside the log are not in it.

    With --format parquet or duckdb it writes tables instead, which nothing reads back: one a type
    of event, the views, the decisions; whole or not at all.

    Example: ledger export backup.avro
    """
    if form is not ExportFormat.AVRO:
        from ledger.commands.analysts import export_tables

        tables: Literal["parquet", "duckdb"] = (
            "parquet" if form is ExportFormat.PARQUET else "duckdb"
        )
        export_tables(file, tables, party, role)
        return
    if party is not None or role is not None:
        raise Misuse("--as is for --format parquet and duckdb: a log is exported whole.")
    if str(file) == STDOUT:
        _export_to_stdout()
        return
    with opened() as log:
        total = log.position()
        # Beside its place and renamed, so that no half of a log is ever found under its name.
        made = file.with_name(file.name + ".part")
        try:
            with made.open("wb") as out, progress("export", total) as step:
                events, letters = _written(out, log, total, step)
                out.flush()
                os.fsync(out.fileno())
            made.replace(file)
        except OSError as error:
            made.unlink(missing_ok=True)
            raise Misuse(f"{file} cannot be written: {error.strerror}.") from None
    refused = "dead letter" if letters == 1 else "dead letters"
    say(f"{events:,} events and {letters:,} {refused} are in {file}.")
    say(LEFT_OUT)


def _export_to_stdout() -> None:
    out = sys.stdout.buffer
    if out.isatty():
        raise Misuse("An export is no text for a screen: send it into a file or a program.")
    with opened() as log:
        total = log.position()
        # No bar: what reads the stream has the screen.
        events, letters = _written(out, log, total, lambda *_: None)
        out.flush()
    say(f"{events:,} events and {letters:,} dead letters are written.")
    say(LEFT_OUT)


def _written(out: BinaryIO, log: "Log", total: int, step: Step) -> tuple[int, int]:
    from ledger.intake.archive_writing import write
    from ledger.log.log import ROW_NAMESPACE

    return write(
        out,
        _events(log, total, step),
        _letters(log),
        simulation=log.is_simulation(),
        namespace=log.meta(ROW_NAMESPACE),
    )


def import_(
    file: Annotated[Path, typer.Argument(help="What `ledger export` wrote.")],
) -> None:
    """Read a log back into an empty home, positions and recorded times kept.

    A file that is not byte by byte as it was exported is refused, and nothing is written.

    Example: LEDGER_HOME=/var/tmp/copy ledger import backup.avro
    """
    from ledger.intake.archive_reading import Archive

    try:
        source = file.open("rb")
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}.") from None
    with source:
        if not source.seekable():
            raise Misuse(f"{file} has to be a file, not a stream: it is read twice.")
        archive = Archive(source)
        if not archive.has_checksum:
            say(f"{file}: this export has no checksum, so nothing vouches that it is whole.")
        with opened() as log, progress("import", None) as step:
            kept = Parts(archive, step)
            count = log.restore(
                kept.events(),
                kept.letters(),
                simulation=archive.simulation,
                namespace=archive.namespace,
            )
    say(f"{count:,} events are recorded. `ledger catch-up` brings the views up to them.")
    say(LEFT_OUT)


class Parts:
    """An archive as two streams, read one after the other: events, then dead letters."""

    def __init__(self, archive: "Archive", step: Step) -> None:
        self._rows = iter(archive)
        self._step = step
        self._first: list[DeadLetter] = []

    def events(self) -> "Iterator[Archived]":
        """Every event; stops at the first dead letter."""
        from ledger.log import DeadLetter

        for row in self._rows:
            if isinstance(row, DeadLetter):
                self._first.append(row)
                return
            if row.recorded.position % batch_events_max == 0:
                self._step(row.recorded.position)
            yield row

    def letters(self) -> "Iterator[DeadLetter]":
        """Every dead letter, once the events are through."""
        from ledger.log import DeadLetter

        for row in chain(self._first, self._rows):
            if not isinstance(row, DeadLetter):
                raise Malformed("The export is broken: an event stands behind a dead letter.")
            yield row


def _events(log: "Log", total: int, step: Step) -> "Iterator[Archived]":
    from ledger.log import Archived

    after = 0
    while rows := log.read(after, batch_events_max, total):
        commits = frozenset(log.commits(after, rows[-1].position))
        for row in rows:
            yield Archived(row, row.position in commits)
        after = rows[-1].position
        step(after)


def _letters(log: "Log") -> "Iterator[DeadLetter]":
    after = 0
    while letters := log.dead_letters(after, batch_events_max):
        yield from letters
        after = letters[-1].number
