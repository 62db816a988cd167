"""What commands print: data on stdout as a table, JSON or CSV; words and progress on stderr."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print the data.")]
SEVERITIES: Final = {"C": "critical", "H": "high", "M": "medium", "L": "low"}
"""The letters of severities, the gravest first, and their words."""


_tell: list[Callable[[str], None]] = []
"""Takes what is said instead of stderr, where a process keeps a log."""


def say_by(tell: Callable[[str], None]) -> None:
    """Let what is said from now on be taken by this."""
    _tell[:] = [tell]


def say(sentence: str) -> None:
    """Print words, on stderr; in a process that keeps a log they are a line of it."""
    if _tell:
        _tell[0](sentence)
        return
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def show(
    rows: Sequence[Mapping[str, Any]],
    form: Format,
    *,
    columns: Sequence[str] | None = None,
    title: str | None = None,
    data: object = None,
    empty: str = "Nothing to show.",
) -> None:
    """Print rows in a form; JSON prints `data` instead where it is given, always every key."""
    if form is Format.JSON:
        print_json(rows if data is None else data)
        return
    names = list(columns or (rows[0].keys() if rows else ()))
    if form is Format.CSV:
        _csv(names, rows)
        return
    if not rows:
        say(empty)
        return
    from ledger.commands.tables import print_table

    numeric = [all(isinstance(row.get(name), int | None) for row in rows) for name in names]
    cells = [[cell(name, row.get(name)) for name in names] for row in rows]
    print_table([name.replace("_", " ") for name in names], cells, numeric, title)


def print_json(data: object) -> None:
    """Print data as one JSON document."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n")


def _csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_plain(row.get(name)) for name in names])
    sys.stdout.write(buffer.getvalue())


def _plain(value: object) -> object:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else value


def cell(name: str, value: object) -> str:
    """A value as a table shows it, by the name of its column."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        figures = [(key, figure) for key, figure in value.items() if figure]
        return ", ".join(f"{_severity(key)} {cell(key, figure)}" for key, figure in figures) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(str(entry) for entry in value)
    return _severity(str(value)) if name == "severity" else str(value)


def _severity(letter: str) -> str:
    return f"{letter} {SEVERITIES[letter]}" if letter in SEVERITIES else letter


class Step(Protocol):
    """Tells a progress bar how far the work is."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Say what is done of the total, in the bar's unit."""


@contextmanager
def progress(what: str, total: int | None, *, size: bool = False) -> Iterator[Step]:
    """Show a bar on stderr while work goes on; `size` counts bytes instead of events."""
    with progresses((what,), total, size=size) as steps:
        yield steps[0]


@contextmanager
def progresses(
    what: Sequence[str], total: int | None, *, size: bool = False
) -> Iterator[list[Step]]:
    """Show a bar for each of several works that go on side by side.

    What ends without an error has reached its total, whatever was said last.
    """
    if not sys.stderr.isatty():
        yield [_silent for _ in what]
        return
    from rich import progress as bars

    from ledger.commands.tables import console

    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn() if size else bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        console=console(sys.stderr),
    ) as bar:
        tasks = [bar.add_task(each, total=total) for each in what]
        yield [_step(bar, task) for task in tasks]
        for task in bar.tasks:
            whole = task.completed if task.total is None else task.total
            bar.update(task.id, total=whole, completed=whole)


def _silent(done: int, total: int | None = None) -> None:
    del done, total


def _step(bar: "Progress", task: "TaskID") -> Step:
    def step(done: int, total: int | None = None) -> None:
        if total is not None:
            bar.update(task, total=total)
        bar.update(task, completed=done)

    return step
