"""Sentences for people, marked where they stand in the code: catalogues collect them."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple


def said(sentence: str) -> str:
    """The same sentence: catalogues collect what is marked so, and pages translate it."""
    return sentence


class Days(NamedTuple):
    """A day in a sentence; without its year where that is plain."""

    day: date
    with_year: bool


class Signed(NamedTuple):
    """A difference in a sentence, with its sign."""

    value: int


class Words(NamedTuple):
    """A sentence with what fills its blanks; `many` is its form for any `number` but one.

    A blank is filled by a number, a difference, a day, a weight as text, or by other words.
    """

    text: str
    values: Mapping[str, "int | str | Signed | Days | Words"] = {}
    many: str = ""
    number: int = 0


def ngettext(
    one: str, many: str, count: int, **values: "int | str | Signed | Days | Words"
) -> Words:
    """Words that differ by how many there are."""
    return Words(one, {"count": count, **values}, many, count)


def in_english(words: Words) -> str:
    """Words as a program or a terminal reads them."""
    text = words.many if words.many and words.number != 1 else words.text
    return text % {name: _in_english(value) for name, value in words.values.items()}


def _in_english(value: "int | str | Signed | Days | Words") -> str:
    match value:
        case Words():
            return in_english(value)
        case Signed(number):
            return f"{number:+,}".replace("-", "−")
        case Days(day, with_year):
            return f"{day.day} {day:%b}" + (f" {day.year}" if with_year else "")
        case int():
            return f"{value:,}".replace("-", "−")
        case _:
            return value
