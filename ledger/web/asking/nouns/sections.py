"""What pages of nouns are made of: sections of facts and of rows, their values by kind.

A value says what it is, and the page how it is written in the reader's language: an id as a link
with its registered name, a number with its unit, a constant by its word.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """A value: `kind` is how it is written, `of` what it is of (the noun, the table of words)."""

    kind: str
    value: Any
    of: str = ""


def ref(kind: str, key: str | None) -> Cell | None:
    """An id, linked where there is a page that the reader may open."""
    return Cell("ref", key, kind) if key else None


def refs(kind: str, keys: Sequence[str] | None) -> list[Cell]:
    """Several of them."""
    return [Cell("ref", key, kind) for key in keys or ()]


def stock(mark: str, holder: str, site: str) -> Cell:
    """A stock."""
    return Cell("ref", f"{mark} {holder} {site}", "stock")


def event(id_: str) -> Cell:
    """An event, by what it is and of how much."""
    return Cell("ref", id_, "event")


def count(value: int | None) -> Cell | None:
    """A whole number."""
    return None if value is None else Cell("count", value)


def weight(value: object) -> Cell | None:
    """Kilograms."""
    return None if value is None else Cell("weight", str(value))


def day(value: str | None) -> Cell | None:
    """A date as text."""
    return Cell("day", value) if value else None


def moment(value: int | str | None) -> Cell | None:
    """A moment: µs UTC, or canonical text."""
    return None if value is None else Cell("moment", value)


def word(table: str, constant: str | None) -> Cell | None:
    """A constant, by a table of the rules' words."""
    return Cell("word", constant, table) if constant else None


def words(table: str, constants: Sequence[str] | None) -> list[Cell]:
    """Several of them."""
    return [Cell("word", constant, table) for constant in constants or ()]


def constant(of: str, value: str | None) -> Cell | None:
    """A constant of a field, `Type.field`, by the words of tables that people keep."""
    return Cell("constant", value, of) if value else None


def text(value: str | None) -> Cell | None:
    """What somebody wrote."""
    return Cell("text", value) if value else None


def told(sentence: str) -> Cell:
    """A sentence of ours, marked for the catalogues where it stands."""
    return Cell("said", sentence)


def yes(value: bool | None) -> Cell | None:  # noqa: FBT001 -- it is the value
    """Yes or no."""
    return None if value is None else Cell("yes", value)


Value = Cell | Sequence[Cell] | None


class Section(NamedTuple):
    """A part of a page. `empty` says what would stand here and who would report it.

    `facts` = label and value; `columns` and `rows` a table, `numeric` its columns of numbers.
    Labels are codes of fields, or sentences marked for the catalogues. `note` stands above,
    `more` leads to the rest: a sentence, a page, the words of its address.
    """

    title: str
    empty: str = ""
    facts: Sequence[tuple[str, Value]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Value]] = ()
    numeric: frozenset[str] = frozenset()
    note: Value = None
    more: tuple[str, str, Mapping[str, str]] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show but why."""
        return not self.facts and not self.rows


class Card(NamedTuple):
    """The page of a noun: its kind and key, its registered name, what it is, sections in order."""

    kind: str
    key: str
    name: str | None
    sections: Sequence[Section]
    lead: Value = None
