"""A cell becomes a value of its column, or is refused with its reason."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from ledger.tables.cells import CELL_CHARACTERS_MAX, Cell, Raw
from ledger.tables.columns import Kind
from ledger.tables.dialects.dates import read_date
from ledger.tables.dialects.moments import read_clock, read_moment
from ledger.tables.dialects.numbers import read_count, read_decimal, read_weight
from ledger.tables.dialects.outcome import NOTHING_THERE, How, Outcome, Said, Unread
from ledger.tables.dialects.words import (
    read_bool,
    read_country,
    read_enum,
    read_id,
    read_sha256,
    read_text,
    read_uuid,
)

READERS: Final[dict[Kind, Callable[[str | Cell, How, list[Said]], Any]]] = {
    "id": read_id,
    "text": read_text,
    "count": read_count,
    "delta": read_count,
    "weight": read_weight,
    "share": read_decimal,
    "decimal": read_decimal,
    "date": read_date,
    "moment": read_moment,
    "clock": read_clock,
    "bool": read_bool,
    "enum": read_enum,
    "country": read_country,
    "uuid": read_uuid,
    "sha256": read_sha256,
}
"""How each kind of column is read."""
_ABSENT: Final = frozenset({"", "-", "－", "—", "ー", "なし", "n/a", "N/A"})
_QUOTED: Final = re.compile(r"'(?='*[=+\-@\t\r\n\0＝＋－＠])")
"""What makes a text safe from being run as a formula; see `sheets`."""
_PARTS: Final = re.compile(r"[;；、\r\n]")


def read_cell(cell: Raw, how: How) -> Outcome:
    """What a cell holds, by what is known of its column."""
    if cell is None:
        return NOTHING_THERE
    try:
        return _read(cell, how)
    except Unread as unread:
        return Outcome(problem=unread.said)


def _read(cell: str | Cell, how: How) -> Outcome:
    notes: list[Said] = []
    if isinstance(cell, Cell):
        if cell.kind == "empty" and not cell.formula:
            return NOTHING_THERE
        cell = _computed(cell, notes)
    if isinstance(cell, str):
        cell = _stripped(cell, how)
        if len(cell) > CELL_CHARACTERS_MAX:
            raise Unread("too-long", count=len(cell), all=CELL_CHARACTERS_MAX)
        if (word := how.words.get(cell)) is not None:
            cell = word
        if not cell or (how.column.kind != "text" and _absent(cell, how)):
            return NOTHING_THERE
    if how.column.many:
        return Outcome(_many(cell, how, notes), tuple(notes))
    return Outcome(READERS[how.column.kind](cell, how, notes), tuple(notes))


def _computed(cell: Cell, notes: list[Said]) -> str | Cell:
    """What a cell holds, by itself or by its formula."""
    if cell.kind == "error":
        raise Unread("cell-error", said=cell.text)
    if cell.formula:
        if cell.kind == "empty":
            raise Unread("formula-no-value")
        notes.append(("formula-value", (("said", cell.text),)))
    return cell.text if cell.kind == "text" else cell


def _stripped(text: str, how: How) -> str:
    plain = text.strip()
    return plain[1:] if how.of_text and _QUOTED.match(plain) else plain


def _absent(text: str, how: How) -> bool:
    """Whether a text says that there is nothing; of what is needed only nothing does."""
    return not how.column.needed and text in _ABSENT


def _many(cell: str | Cell, how: How, notes: list[Said]) -> tuple[Any, ...]:
    read = READERS[how.column.kind]
    if isinstance(cell, Cell):
        return (read(cell, how, notes),)
    parts = _listed(cell)
    if parts is None:
        parts = [part.strip() for part in _PARTS.split(cell)]
    return tuple(read(how.words.get(part, part), how, notes) for part in parts if part)


def _listed(text: str) -> list[str] | None:
    """The texts of a JSON array, as lists are written out; None where a text is none."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list) and all(isinstance(each, str) for each in found):
        return found
    return None
