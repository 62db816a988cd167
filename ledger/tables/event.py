"""An event of a table, and what is said against it at the cells that say it."""

from datetime import date, time
from decimal import Decimal

from ledger.facts.identity import Fact
from ledger.tables.cells import text_of
from ledger.tables.columns import Column, Template
from ledger.tables.ids import Name
from ledger.tables.messages import Message
from ledger.tables.rows import ReadRow


class Event:
    """What rows report together: a fact, or the reasons why there is none.

    `name` is what its id is made of, without one where the table gives the id itself; `numbered`
    = it has a number or a key, so that it can be corrected.
    """

    __slots__ = ("fact", "name", "numbered", "problems", "revised", "revision", "rows", "template")

    def __init__(self, template: Template, rows: list[ReadRow]) -> None:
        self.template = template
        self.rows = rows
        self.fact: Fact | None = None
        self.name: Name | None = None
        self.numbered = False
        self.revision = 0
        self.revised = False
        """Whether the table itself says which revision it is."""
        self.problems: list[Message] = [each for row in rows for each in row.problems]

    @property
    def first(self) -> ReadRow:
        """The row that it begins with."""
        return self.rows[0]


def placed(event: Event, path: str, why: str) -> Message:
    """What is said against a field of an event, at its cell; `path` as in `lines[0].mark`."""
    head, _, rest = path.partition("[")
    row = event.first
    names = tuple(path.split("."))
    if rest:
        index, _, inner = rest.partition("].")
        names = (head, inner) if inner else (head,)
        if index.rstrip("]").isdigit() and head == event.template.lines:
            row = _line(event, int(index.rstrip("]")))
    column = next((c for c in event.template.columns if c.path == names), None)
    if column is None:
        return said_of(row, "invalid", ("said", path), ("why", why))
    value = row.values.get(column.code) or _cell(row, column.code)
    if value is None and "needed" in why:
        return lacking(row, column)
    said = ("said", shown(value) or column.code), ("why", why)
    return said_of(row, "invalid", *said)._replace(column=row.columns.get(column.code))


def _cell(row: ReadRow, code: str) -> str | None:
    """What a column's cell says, where its value is forgotten."""
    at = row.columns.get(code)
    return text_of(row.cells[at]) if at is not None and at < len(row.cells) else None


def _line(event: Event, index: int) -> ReadRow:
    """The row that gave the line of that index."""
    codes = [c.code for c in event.template.columns if c.of_line and c.path]
    rows = [row for row in event.rows if any(code in row.values for code in codes)]
    return rows[min(index, len(rows) - 1)] if rows else event.first


def lacking(row: ReadRow, column: Column, said: str | None = None) -> Message:
    """That a column is empty, or not there at all."""
    if column.code in row.columns:
        return needs(row, column.code)
    if said is None:
        return said_of(row, "column-missing", ("column", column.code))
    return said_of(row, "column-missing/object", ("column", column.code), ("said", said))


def needs(row: ReadRow, code: str) -> Message:
    """That a column's cell is empty."""
    return said_of(row, "required", ("column", code))._replace(column=row.columns.get(code))


def said_of(row: ReadRow, way: str, *values: tuple[str, str | int]) -> Message:
    """A message on all of a row."""
    return Message(way, values, row.sheet, row.number)


def shown(value: object) -> str:
    """A value as it is said."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
