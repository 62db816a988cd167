"""`ledger load`: files through the same door as everything else, with a receipt for each event."""

from contextlib import ExitStack, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ledger.commands.home import opened
from ledger.commands.output import Format, FormatOption, say, show
from ledger.errors import Misuse


class RecordedAt(StrEnum):
    """Which clock says when an event was recorded."""

    CLOCK = "clock"
    EVENT = "event"


class Channel(StrEnum):
    """On whose behalf a file is read."""

    SCANS = "S"
    OPERATORS = "O"
    CERTIFIERS = "C"


ChannelOption = Annotated[
    Channel | None,
    typer.Option(help="Permit only what scanners, operators or certifiers may report."),
]
PartyOption = Annotated[
    str | None,
    typer.Option("--as", metavar="PARTY", help="For which party the events are taken."),
]


def load(
    files: Annotated[
        list[str], typer.Argument(help="NDJSON, JSON array or Avro container files; - is stdin.")
    ],
    receipts: Annotated[
        Path | None, typer.Option(help="Keep a line of JSON for each event here.")
    ] = None,
    recorded_at: Annotated[
        RecordedAt,
        typer.Option(help="event: recorded when it happened; only into an empty home."),
    ] = RecordedAt.CLOCK,
    channel: ChannelOption = None,
    party: PartyOption = None,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going", help="Go on with a file of which the first 1,000 are refused."
        ),
    ] = False,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="TYPE",
            help="The files are tables of this type of event; they are read as by import-table.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record the events of files; each is recorded, a duplicate, or refused with one reason.

    Exit 1 when something was refused. Loading a file again changes nothing. What is no file of
    events by its first bytes is not loaded at all; one whose first 1,000 events are all refused
    is left there, unless told to keep going.

    Example: ledger season --events 2000 > s.ndjson; ledger load s.ndjson --receipts r.ndjson
    """
    if table is not None:
        _load_tables(files, table, channel, party, receipts, form)
        return
    from ledger.commands.loading import Loading
    from ledger.facts.standing import OPERATOR
    from ledger.intake import doors

    way = doors.OPERATOR if channel is None else doors.door(channel.value)
    by = OPERATOR if party is None else vouched(party)
    for name in files:
        _check(name)
    with ExitStack() as stack:
        log = stack.enter_context(opened(recorded_at=recorded_at.value))
        lines = stack.enter_context(_receipts_file(receipts) if receipts else nullcontext(None))
        tally = Loading(log, lines, by, keep_going=keep_going)
        try:
            for name in files:
                tally.file(name, way)
        except KeyboardInterrupt:
            say(f"Interrupted: {tally.recorded:,} events are recorded. Load again to go on.")
            raise
    _show(tally.summary(), form)
    if tally.refused:
        raise typer.Exit(1)


def _load_tables(
    files: list[str],
    table: str,
    channel: Channel | None,
    party: str | None,
    receipts: Path | None,
    form: Format,
) -> None:
    """Read files as tables; what does that is loaded here, as most loads are of events."""
    from ledger.commands.import_table import Given, TableOptions
    from ledger.commands.importing import import_files

    given = Given(table, channel and channel.value, party, receipts, form)
    import_files([Path(name) for name in files], TableOptions(), given)


def _show(summary: dict[str, Any], form: Format) -> None:
    rows = [
        {key: value for key, value in summary.items() if key != "reasons"}
        | {f"refused: {reason}": count for reason, count in summary["reasons"].items()}
    ]
    show(rows, form, data=summary)


def vouched(party: str) -> str:
    """A party for which events are taken; Misuse where the name is none, or the operator's own."""
    from ledger.facts.checks import is_id
    from ledger.facts.scalars import ID_CHARACTERS_MAX
    from ledger.facts.standing import OPERATOR

    if party == OPERATOR:
        raise Misuse(f"--as {party}: that name is the operator's own; leave --as out.")
    if not (is_id(party) and 0 < len(party) <= ID_CHARACTERS_MAX):
        raise Misuse(f"--as {party!r}: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.")
    return party


def _check(name: str) -> None:
    from ledger.commands.loading import STDIN
    from ledger.intake.files import check_beginning

    if name == STDIN:
        return
    path = Path(name)
    if path.is_dir():
        raise Misuse(f"{name} is a folder; name the files in it.")
    if not path.exists():
        raise Misuse(f"There is no file {name}.")
    check_beginning(path)


def _receipts_file(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.") from None
