"""An event as the rows of its template: what `rows` reads back as the same event."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from ledger.facts.identity import Fact
from ledger.tables.columns import TEMPLATES, Column, Template

_PARTED: Final = re.compile(r"[;；、\r\n]|^\[|^\s|\s$|^$")
"""What a part of a list may not hold where parts are told apart by a sign."""
Value = Any
"""A text, a whole number, a decimal, a day, or yes and no."""


def rows_of(fact: Fact) -> list[dict[str, Value]]:
    """The rows of an event, values by the code of their column; each says all that is its own."""
    template = TEMPLATES[type(fact).__name__]
    own = {
        column.code: value
        for column in template.columns
        if column.path and not column.of_line and column.path[0] != "documents"
        if (value := _value(fact, column)) is not None
    }
    lines = getattr(fact, template.lines) if template.lines is not None else ()
    found: list[dict[str, Value]] = []
    for number in range(max(1, len(lines), len(fact.documents))):
        row = dict(own)
        if number < len(lines):
            row |= _line(lines[number], template)
        if number < len(fact.documents):
            document = fact.documents[number]
            row |= {"document_name": document.name, "document_sha256": document.sha256}
        found.append(row)
    return found


def _value(fact: Fact, column: Column) -> Value:
    of: Any = fact
    for name in column.path:
        of = None if of is None else getattr(of, _attribute(of, name))
    return _plain(of, column)


def _line(line: Struct, template: Template) -> dict[str, Value]:
    return {
        column.code: value
        for column in template.columns
        if column.of_line and column.path
        if (value := _plain(getattr(line, _attribute(line, column.path[-1])), column)) is not None
    }


def _attribute(of: Any, name: str) -> str:
    """The Python name of a field."""
    return name if name in of.__struct_fields__ else f"{name}_"


def _plain(value: Any, column: Column) -> Value:
    if not column.many:
        return value
    return parts(value) if value else None


def parts(values: Sequence[str]) -> str:
    """Several texts in one cell, as a list is read again."""
    if any(_PARTED.search(each) for each in values):
        return json.dumps(values, ensure_ascii=False)
    return "；".join(values)


def in_order(row: Mapping[str, Value], columns: Sequence[Column]) -> list[Value]:
    """The values of a row under columns, None where there is none."""
    return [row.get(column.code) for column in columns]
