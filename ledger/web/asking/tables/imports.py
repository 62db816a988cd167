"""Imports of tables as they are kept beside the log: who, when, which file, and its rows."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from ledger.facts.scalars import time_text
from ledger.log.recorder import Rows

_ONE: Final = """
SELECT i.id, i.made_at, i.by, i.person, i.file, i.sha256, i.template, i.mapping, i.counts::text,
    i.replaces, (SELECT r.id FROM table_imports AS r WHERE r.replaces = i.id)
FROM table_imports AS i
"""
_ADD: Final = """
INSERT INTO table_imports
    (id, made_at, by, person, file, sha256, template, mapping, counts, replaces)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT (id) DO NOTHING
"""
_ADD_ROWS: Final = """
INSERT INTO table_import_rows (import, sheet, row, event)
SELECT %s, * FROM unnest(%b::text[], %b::int8[], %b::uuid[])
ON CONFLICT (import, sheet, row) DO NOTHING
"""
_EVENTS: Final = """
SELECT DISTINCT event FROM table_import_rows WHERE import = %s ORDER BY event
"""
_ROWS: Final = """
SELECT sheet, row, event FROM table_import_rows WHERE import = %s
ORDER BY sheet, row LIMIT %s OFFSET %s
"""
_COUNT: Final = "SELECT count(*) FROM table_import_rows WHERE import = %s"
listed_max: Final = 1_000
COUNTED: Final = ("rows", "events", "recorded", "duplicate", "corrected", "retracted", "refused")
"""What a list says of how an import ended."""


class Import(NamedTuple):
    """An import as it was made; `counts` as its summary had them, `made_at` in µs UTC."""

    id: UUID
    made_at: int
    by: str
    person: str | None
    file: str
    sha256: bytes
    template: str
    mapping: str
    counts: dict[str, Any]
    replaces: UUID | None = None
    replaced_by: UUID | None = None


class ImportRow(NamedTuple):
    """Which event a row of an import became."""

    sheet: str
    row: int
    event: UUID


def add(rows: Rows, made: Import) -> None:
    """Keep an import; one of that id stays as it is."""
    counts = msgspec.json.encode(made.counts).decode()
    rows.execute(_ADD, (*made[:8], counts, made.replaces))


def add_rows(rows: Rows, of: UUID, added: Sequence[ImportRow]) -> None:
    """Keep which rows became which events."""
    if added:
        sheets, numbers, events = (list(each) for each in zip(*added, strict=True))
        rows.execute(_ADD_ROWS, (of, sheets, numbers, events))


def one(rows: Rows, of: UUID) -> Import | None:
    """An import by its id, where there is one that may be seen."""
    found = rows.execute(_ONE + "WHERE i.id = %s", (of,)).fetchone()
    return None if found is None else _import(found)


def latest(rows: Rows, most: int = listed_max, after: int = 0) -> list[Import]:
    """The latest imports, first the last one, behind the first so many."""
    found = rows.execute(_ONE + "ORDER BY i.made_at DESC, i.id LIMIT %s OFFSET %s", (most, after))
    return [_import(row) for row in found.fetchall()]


def every(rows: Rows) -> Iterator[Import]:
    """All imports, first the last one."""
    for start in count(0, listed_max):
        found = latest(rows, listed_max, start)
        yield from found
        if len(found) < listed_max:
            return


def events_of(rows: Rows, of: UUID) -> Iterator[UUID]:
    """The events that the rows of an import became."""
    return (row[0] for row in rows.execute(_EVENTS, (of,)).fetchall())


def rows_of(rows: Rows, of: UUID, most: int = listed_max, after: int = 0) -> list[ImportRow]:
    """The rows of an import behind the first so many."""
    return [ImportRow(*row) for row in rows.execute(_ROWS, (of, most, after)).fetchall()]


def rows_count(rows: Rows, of: UUID) -> int:
    """How many rows of an import became events."""
    found = rows.execute(_COUNT, (of,)).fetchone()
    return 0 if found is None else int(found[0])


def _import(row: Sequence[Any]) -> Import:
    first, counts, last = row[:8], row[8], row[9:]
    return Import._make((*first, msgspec.json.decode(counts), *last))


def shown(made: Import) -> dict[str, Any]:
    """An import as programs and lists read it."""
    return {
        "import": str(made.id),
        "made_at": time_text(made.made_at, 0),
        "by": made.by,
        "person": made.person,
        "file": made.file,
        "sha256": made.sha256.hex(),
        "template": made.template,
        **{name: made.counts.get(name) for name in COUNTED},
        "replaces": str(made.replaces) if made.replaces else None,
        "replaced_by": str(made.replaced_by) if made.replaced_by else None,
    }
