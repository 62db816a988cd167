"""Cells as they were found in a file, before anybody reads a meaning into them."""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

ROWS_MAX: Final = 100_000
COLUMNS_MAX: Final = 256
CELL_CHARACTERS_MAX: Final = 32_767

CellKind = Literal["text", "number", "date", "bool", "error", "empty"]


class Cell(Struct, frozen=True, array_like=True, gc=False):
    """A cell that is more than text.

    `text` is what it says: a number in plain digits, at 15 significant ones; a date as
    `2026-04-02`, a date and time as `2026-04-02T09:30:00`, a time alone as `T09:30:00`; `TRUE`;
    `#REF!`. `format` is how the number is shown. `formula` = a formula computes it.
    """

    kind: CellKind
    text: str
    format: str = ""
    formula: bool = False


Raw = str | Cell | None
"""Text, more than text, or nothing."""


class Row(Struct, array_like=True, gc=False):
    """A row with something in it; `number` from 1 as people count, cells from the first column."""

    number: int
    cells: list[Raw]
    hidden: bool = False


class Area(Struct, frozen=True, array_like=True, gc=False):
    """Cells that were merged; rows from 1, columns from 0, all of them included."""

    top: int
    left: int
    bottom: int
    right: int


class Sheet(Struct, array_like=True):
    """A sheet; a file of text is one without a name."""

    name: str
    rows: list[Row]
    visible: bool = True
    merged: list[Area] = []
    hidden_columns: list[int] = []


def text_of(cell: Raw) -> str:
    """What a cell says, for people."""
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else cell.text


def letter(column: int) -> str:
    """The name of a column by its number from 0: A, B … Z, AA."""
    name = ""
    left = column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def number_of(name: str) -> int | None:
    """The number from 0 of a column by its name; None where it is none."""
    if not (name.isascii() and name.isalpha() and len(name) <= 3):
        return None
    found = 0
    for each in name.upper():
        found = found * 26 + ord(each) - ord("A") + 1
    return found - 1


def address(row: int, column: int | None) -> str:
    """`C7`, or the row alone where it is about all of it."""
    return f"{letter(column)}{row}" if column is not None else str(row)


def blank(cells: Sequence[Raw]) -> bool:
    """Whether nothing stands in a row."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)
