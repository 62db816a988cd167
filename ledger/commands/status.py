"""`ledger status` and `ledger doctor`: how the ledger stands, and what keeps it from working.

What they ask is loaded where they run: every other command starts without it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from ledger.commands.home import opened
from ledger.commands.output import Format, FormatOption, say, show
from ledger.settings import load

if TYPE_CHECKING:
    from ledger.web.asking.status.lines import Line

COLUMNS = ("state", "part", "about", "says", "mend")


def status(form: FormatOption = Format.TABLE) -> None:
    """Show how everything stands, trouble first; exit 1 where something needs a person.

    Processes and their last sign of life, how far views, audit and feeds are behind, what is
    stopped, refused, silent or set aside, disk, database, Kafka, clocks, and what runs out. Each
    line of trouble has the sentence that mends it. The operator's token gets the same from
    GET /status.

    Example: ledger status --format json
    """
    from ledger.commands.kafka_lines import broker_of
    from ledger.web.asking.status import status as asked

    settings = load()
    with opened(settings) as log:
        found = asked(log, settings, broker_of(settings))
    _show(found.lines, form, found.told())
    say(found.verdict)
    if found.needs_somebody:
        raise typer.Exit(1)


def doctor(form: FormatOption = Format.TABLE) -> None:
    """Examine what the ledger stands on; exit 1 where something is wrong.

    Python and system, disk, database with its rights and the role that row-level security binds,
    Kafka with topics, access and codecs, files that settings name, fonts, clock. Nothing is
    changed. What is not set up is unknown, and neither right nor wrong.

    Example: ledger doctor
    """
    from ledger.commands.doctor import examined
    from ledger.web.asking.status import lines as read

    lines = read.in_order(examined(load()))
    wrong = sum(line.state is read.State.WRONG for line in lines)
    _show(lines, form, {"wrong": wrong, "lines": [line.told() for line in lines]})
    things = read.counted(wrong, "thing is", "things are")
    say(f"{things} wrong." if wrong else "Nothing is wrong.")
    if wrong:
        raise typer.Exit(1)


def _show(lines: "Sequence[Line]", form: Format, data: dict[str, Any]) -> None:
    rows = [{name: str(getattr(line, name)) for name in COLUMNS} for line in lines]
    show(rows, form, columns=COLUMNS, data=data)
