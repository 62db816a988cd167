"""What became of reading a cell, and what is known of its column."""

from typing import Any, Final, Literal, NamedTuple

from ledger.tables.columns import Column, Template
from ledger.tables.messages import Values

Said = tuple[str, Values]
"""A way of saying a code, with its values."""

FULL_WIDTH: Final = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}, 0x3000: " ",
}  # fmt: skip
"""Full-width forms of ASCII, by their code."""


class Unread(Exception):  # noqa: N818  (a reading that was refused)
    """A cell that cannot be read, and why."""

    def __init__(self, way: str, **values: str | int) -> None:
        super().__init__(way)
        self.said: Said = (way, tuple(values.items()))


class Outcome(NamedTuple):
    """A value with what was noted on reading it, or the reason why there is none."""

    value: Any = None
    notes: tuple[Said, ...] = ()
    problem: Said | None = None


NOTHING_THERE: Final = Outcome()


class DateOrders(NamedTuple):
    """How many dates of a column put the year last, and how many of those fit each order."""

    all: int = 0
    mdy: int = 0
    dmy: int = 0


class How(NamedTuple):
    """How the cells of a column are read: by the mapping, its heading, and its other cells."""

    column: Column
    template: Template
    of_text: bool = False
    words: dict[str, str] = {}  # noqa: RUF012  (never changed)
    pad: int | None = None
    round: int | None = None
    unit: str | None = None
    decimal: Literal["point", "comma"] | None = None
    comma_proven: bool = False
    day_order: Literal["mdy", "dmy"] | None = None
    orders: DateOrders = DateOrders()
    year: int | None = None
    fiscal_year: int | None = None
    century: int | None = None
    x_means: bool | None = None
    ids_like_numbers: bool = False


def folded(text: str, notes: list[Said]) -> str:
    """A text with full-width letters and digits as ASCII, noted where there were any."""
    if text.isascii():
        return text
    plain = text.translate(FULL_WIDTH).strip()
    if plain != text:
        notes.append(("folded", (("said", text), ("other", plain))))
    return plain
