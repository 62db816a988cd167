"""`ledger export` and `ledger import`: the whole log as one file, and back."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.home import opened
from ledger.commands.output import Step, progress, say
from ledger.errors import Malformed, Misuse
from ledger.intake.archive import Archive, ArchivedEvent, ArchivedRefusal, write
from ledger.log import DeadLetter, Log, Recorded, Refusal

SIMULATION = "simulation"
batch_events_max = 5_000


def export(
    file: Annotated[Path, typer.Argument(help="The Avro container file to write.")],
) -> None:
    """Write the whole log, decisions and dead letters included, as an Avro container file.

    Example: ledger export backup.avro
    """
    with opened() as log:
        total = log.position()
        meta = {SIMULATION: "true"} if log.is_simulation() else {}
        # Beside its place and renamed, so that no half of a log is ever found under its name.
        made = file.with_name(file.name + ".part")
        try:
            with made.open("wb") as out, progress("export", total) as step:
                events, letters = write(out, _events(log, total, step), _letters(log), meta)
                out.flush()
                os.fsync(out.fileno())
            made.replace(file)
        except OSError as error:
            made.unlink(missing_ok=True)
            raise Misuse(f"{file} cannot be written: {error.strerror}.") from None
    say(f"{events:,} events and {letters:,} dead letters are in {file}.")


def import_(
    file: Annotated[Path, typer.Argument(help="What `ledger export` wrote.")],
) -> None:
    """Read a log back into an empty home, positions and recorded times kept.

    Example: LEDGER_HOME=/var/tmp/copy ledger import backup.avro
    """
    try:
        source = file.open("rb")
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}.") from None
    with source, opened() as log, progress("import", None) as step:
        archive = Archive(source)
        if archive.meta.get(SIMULATION) == "true":
            log.mark_simulation()
        parts = Parts(archive, step)
        count = log.restore(parts.events(), parts.letters())
    say(f"{count:,} events are recorded. `ledger catch-up` brings the views up to them.")


class Parts:
    """An archive as two streams, read one after the other: events, then dead letters."""

    def __init__(self, archive: Archive, step: Step) -> None:
        self._rows = iter(archive)
        self._step = step
        self._first: ArchivedRefusal | None = None

    def events(self) -> Iterator[Recorded]:
        """Every event; stops at the first dead letter."""
        for row in self._rows:
            if not isinstance(row, ArchivedEvent):
                self._first = row
                return
            if row.position % batch_events_max == 0:
                self._step(row.position)
            yield Recorded(*row[:2], row.id, row.version, row.topic, row.state)

    def letters(self) -> Iterator[DeadLetter]:
        """Every dead letter, once the events are through."""
        if self._first is None:
            return
        yield _letter(self._first)
        for row in self._rows:
            if isinstance(row, ArchivedEvent):
                raise Malformed("the export is broken: an event stands behind a dead letter")
            yield _letter(row)


def _letter(row: ArchivedRefusal) -> DeadLetter:
    return DeadLetter(row.number, row.recorded_at, Refusal(*row[2:]))


def _events(log: Log, total: int, step: Step) -> Iterator[Recorded]:
    after = 0
    while rows := log.read(after, batch_events_max, total):
        yield from rows
        after = rows[-1].position
        step(after)


def _letters(log: Log) -> Iterator[ArchivedRefusal]:
    after = 0
    while letters := log.dead_letters(after, batch_events_max):
        for letter in letters:
            yield ArchivedRefusal(letter.number, letter.recorded_at, *letter.refusal[:12])
        after = letters[-1].number
