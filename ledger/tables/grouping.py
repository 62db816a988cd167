"""Which rows are one event: by an id, a number, a key of its type, or by standing together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ledger.tables.columns import Template
from ledger.tables.rows import ReadRow

DOCUMENTS: Final = ("document_name", "document_sha256")
"""Columns of which each row may add one more."""
_IDENTITY: Final = (("id",), ("ref",))


def filled(rows: Iterable[ReadRow], template: Template) -> Iterator[ReadRow]:
    """The same rows, what was written once for a block of rows given to each of them."""
    if template.lines is None:
        yield from rows
        return
    own = [c.code for c in template.columns if not c.of_line and c.code not in DOCUMENTS]
    keys = (*_IDENTITY, template.key, tuple(own))
    before: ReadRow | None = None
    for row in rows:
        if before is not None and before.sheet == row.sheet and _continues(row, before, keys):
            for code in own:
                if code not in row.values and code not in row.bad and code in before.values:
                    row.values[code] = before.values[code]
        before = row
        yield row


def _continues(row: ReadRow, before: ReadRow, keys: Sequence[tuple[str, ...]]) -> bool:
    """Whether what tells events apart is empty, or that of the row above."""
    key = next((each for each in keys if any(code in before.values for code in each)), ())
    return bool(key) and all(
        code not in row.bad
        and (code not in row.values or row.values[code] == before.values.get(code))
        for code in key
    )


def grouped(rows: Iterable[ReadRow], template: Template) -> list[list[ReadRow]]:
    """Rows of one event together, wherever they stand; events in the order of their first rows."""
    found: dict[object, list[ReadRow]] = {}
    last: tuple[object, ReadRow] | None = None
    for number, row in enumerate(rows):
        key = _key(row, template)
        if template.lines is None:
            key = _of_documents(key, row, found)
        elif key is None:
            same = last is not None and _alike(row, last[1], template)
            key = last[0] if same and last is not None else ("row", number)
        found.setdefault(("row", number) if key is None else key, []).append(row)
        last = key, row
    return [*found.values()]


def _key(row: ReadRow, template: Template) -> object:
    """What tells an event from others; None where nothing does."""
    values = row.values
    if "id" in values:
        return "id", values["id"]
    source = values.get("source")
    if "ref" in values:
        return "ref", source, values["ref"], values.get("revision", 0)
    if template.key and not row.bad.intersection(template.key):
        return "key", source, key_of(values, template), values.get("revision", 0)
    return None


def key_of(values: dict[str, Any], template: Template) -> tuple[str, ...]:
    """The values of a type's key as text; what is absent is empty."""
    return tuple("" if (v := values.get(code)) is None else str(v) for code in template.key)


def _of_documents(key: object, row: ReadRow, found: dict[object, list[ReadRow]]) -> object:
    """A row of a type without lines goes with another only where it adds a document to it."""
    if key is None or (rows := found.get(key)) is None:
        return key
    if row.values.get("document_sha256") is not None:
        one, other = (_plain(each.values) for each in (rows[0], row))
        if one == other:
            return key
    return None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {code: value for code, value in values.items() if code not in DOCUMENTS}


def _alike(row: ReadRow, before: ReadRow, template: Template) -> bool:
    """Whether two rows that stand together say the same of their event."""
    return row.sheet == before.sheet and all(
        row.values.get(c.code) == before.values.get(c.code)
        for c in template.columns
        if not c.of_line and c.code not in DOCUMENTS
    )
