"""Tables on a screen: no figure and no id is ever cut or broken, however narrow it is.

Sentences are wrapped between their words. Where even so a row does not fit, rows become cards:
a line a field; a table of names with a value each becomes one card. What is no screen gets each
row on one line, as wide as it is.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
"""What would move the cursor or colour the screen: reports may hold it, tables show a blank."""
_WIDE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_NO_BEGINNING: Final = "、。，．・：；？！）」』】〕］％ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_OPENING: Final = "（「『【〔［"
_UNITS: Final = re.compile(
    rf"[{_OPENING}]*(?:[^\s{_WIDE}]+|[{_WIDE}])[{_NO_BEGINNING}]*(?P<gap>\s*)"
)
"""What no line ends within: a word, figure or id as it stands, or a Japanese letter; with the
punctuation that no line may begin with."""
_between_columns: Final = 3
"""A border and a blank on either side."""
_column_min: Final = 16
"""What is longer is not wrapped into less: a sentence of a word a line is no column."""
_indent: Final = 2
_VALUE: Final = "value"
"""What the second of two columns is called where the first holds names."""


def screen_width(out: TextIO) -> int | None:
    """Columns of the screen: COLUMNS where it is set, else the terminal's; None = no screen."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    return shutil.get_terminal_size().columns if out.isatty() else None


def console(out: TextIO, width: int | None = None) -> Console:
    """A screen to draw on; NO_COLOR, CLICOLOR and CLICOLOR_FORCE say whether in colour."""
    forced = os.environ.get("CLICOLOR_FORCE", "0") != "0"
    plain = bool(os.environ.get("NO_COLOR")) or (os.environ.get("CLICOLOR") == "0" and not forced)
    return Console(
        file=out, width=width, highlight=False, emoji=False, markup=False,
        force_terminal=True if forced else None, color_system=None if plain else "auto",
    )  # fmt: skip


def print_table(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[bool],
    title: str | None = None,
) -> None:
    """Print cells as a table or, where it would be too wide, as cards."""
    cleaned = [[_CONTROLS.sub(" ", text) for text in row] for row in rows]
    width = screen_width(sys.stdout)
    if title:
        sys.stdout.write(title + "\n")
    widths = _widths(names, cleaned, width)
    if widths is None:
        assert width is not None  # noqa: S101 -- whatever is as wide as it likes fits
        if [*names[1:]] == [_VALUE]:
            names, values = zip(names, *cleaned, strict=True)
            cleaned = [[*values]]
        cards = ("\n".join(_card(names, row, width)) for row in cleaned)
        sys.stdout.write("".join(f"{card}\n\n" for card in cards))
        return
    drawn = Table(header_style="bold", pad_edge=False)
    for name, figures, room in zip(names, numeric, widths, strict=True):
        heading = "\n".join(wrapped(name, room))
        drawn.add_column(heading, justify="right" if figures else "left", width=room, no_wrap=True)
    for row in cleaned:
        texts = zip(row, widths, strict=True)
        drawn.add_row(*("\n".join(wrapped(text, room)) for text, room in texts))
    whole = sum(widths) + _between_columns * len(widths)
    console(sys.stdout, whole).print(drawn)


def _widths(
    names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None
) -> list[int] | None:
    """How wide each column is; None where no widths fit."""
    columns = [*zip(*rows, strict=True)]
    texts = [max(map(cell_len, column)) for column in columns]
    most = [max(cell_len(name), text) for name, text in zip(names, texts, strict=True)]
    if width is None:
        return most
    least = [
        max(_longest(name), *map(_longest, column), min(text, _column_min))
        for name, column, text in zip(names, columns, texts, strict=True)
    ]
    room = width - _between_columns * len(columns) + 1
    if sum(least) > room:
        return None
    spare = room - sum(least)
    # What is missing is shared out by need, so that short columns keep a line.
    needs = [more - less for more, less in zip(most, least, strict=True)]
    for place in sorted(range(len(needs)), key=lambda place: needs[place]):
        waiting = sum(1 for need in needs if need > 0)
        given = min(needs[place], spare // max(1, waiting))
        least[place] += given
        spare -= given
        needs[place] = 0
    return least


def _card(names: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    """A row as lines: each field that has something, what is too long for its line below it."""
    beside = max(map(cell_len, names)) + _indent
    for name, text in zip(names, row, strict=True):
        if not text:
            continue
        fits = _longest(text) <= width - beside
        room = width - (beside if fits else _indent)
        first, *rest = wrapped(text, room)
        blank = " " * (width - room)
        if fits:
            yield f"{name}{' ' * (beside - cell_len(name))}{first}"
        else:
            yield name
            yield blank + first
        yield from (blank + line for line in rest)


def wrapped(text: str, width: int) -> list[str]:
    """The text as lines of at most so many cells; a unit that is longer stands alone."""
    lines, line, room = [], "", 0
    gap = ""
    for unit in _UNITS.finditer(text.strip()):
        word = unit[0].rstrip()
        size = cell_len(gap) + cell_len(word)
        if line and room + size > width:
            lines.append(line)
            line, room = word, cell_len(word)
        else:
            line, room = line + gap + word, room + size
        gap = unit["gap"]
    return [*lines, line]


def _longest(text: str) -> int:
    """How many cells its longest unit takes."""
    return max((cell_len(unit[0].rstrip()) for unit in _UNITS.finditer(text)), default=0)
