"""What commands print: data on stdout as a table, JSON or CSV; words and progress on stderr."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

WORDS = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print the data.")]


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
    WORDS.print(sentence, soft_wrap=True, markup=False)


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
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for name in names:
        numeric = all(isinstance(row.get(name), int | None) for row in rows)
        side: Literal["left", "right"] = "right" if numeric else "left"
        # An id or a code is broken where there is no room, never cut.
        table.add_column(name.replace("_", " "), justify=side, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    # Wide enough that no figure is cut where the output is no screen.
    width = None if sys.stdout.isatty() else max(120, 20 * len(names))
    Console(highlight=False, width=width).print(table, markup=False)


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


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        figures = [(name, figure) for name, figure in value.items() if figure]
        # A severity and its number are one word, a kind and its share are not.
        between = "" if all(isinstance(figure, int) for _, figure in figures) else " "
        return " ".join(f"{name}{between}{figure}" for name, figure in figures) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(str(entry) for entry in value)
    return str(value)


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
    """Show a bar for each of several works that go on side by side."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn() if size else MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=WORDS,
        transient=not WORDS.is_terminal,
        disable=not WORDS.is_terminal,
    ) as bar:
        yield [_step(bar, bar.add_task(each, total=total)) for each in what]


def _step(bar: Progress, task: TaskID) -> Step:
    def step(done: int, total: int | None = None) -> None:
        if total is not None:
            bar.update(task, total=total)
        bar.update(task, completed=done)

    return step
