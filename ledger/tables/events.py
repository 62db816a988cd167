"""Rows become events: which rows are one, what it says, and under which id."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import force_setattr

from ledger.facts.canonical import read_figure
from ledger.facts.identity import Fact
from ledger.facts.scalars import LINES_MAX, FieldError
from ledger.tables.columns import Column, Template
from ledger.tables.dialects.dates import Fold
from ledger.tables.dialects.moments import When, resolved
from ledger.tables.dialects.numbers import Weighed
from ledger.tables.dialects.outcome import Unread
from ledger.tables.ids import NO_ID, Name, by_key, by_ref, by_row, made
from ledger.tables.messages import Message
from ledger.tables.rows import ReadRow

_DOCUMENTS: Final = ("document_name", "document_sha256")
_POUNDS: Final = frozenset({"lb", "oz"})
_IDENTITY: Final = (("id",), ("ref",))


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


def filled(rows: Iterable[ReadRow], template: Template) -> Iterator[ReadRow]:
    """The same rows, what was written once for a block of rows given to each of them."""
    if template.lines is None:
        yield from rows
        return
    own = [
        c.code for c in template.columns if not c.of_line and c.code not in _DOCUMENTS
    ]
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
    return {code: value for code, value in values.items() if code not in _DOCUMENTS}


def _alike(row: ReadRow, before: ReadRow, template: Template) -> bool:
    """Whether two rows that stand together say the same of their event."""
    return row.sheet == before.sheet and all(
        row.values.get(c.code) == before.values.get(c.code)
        for c in template.columns
        if not c.of_line and c.code not in _DOCUMENTS
    )


class Maker:
    """Makes events of groups of rows: their values put together, their ids worked out."""

    def __init__(
        self, template: Template, namespace: UUID, zone: ZoneInfo | None, fold: Fold | None
    ) -> None:
        self._template, self._namespace = template, namespace
        self._zone, self._fold = zone, fold
        self._moments: dict[tuple[When, time | None], str | Unread] = {}
        self._alike: Counter[tuple[Any, ...]] = Counter()
        columns = template.columns
        self._weighed = any(column.kind == "weight" for column in columns)
        self._line_codes = frozenset(c.code for c in columns if c.path and c.of_line)
        self._own = [c for c in columns if c.path and not c.of_line and c.code not in _DOCUMENTS]
        self._lines = [c for c in columns if c.path and c.of_line]
        self._own_codes = [c.code for c in columns if not c.of_line and c.code not in _DOCUMENTS]

    def event(self, rows: list[ReadRow]) -> Event:
        """The event of rows that belong together."""
        for row in rows:
            self._finish(row)
        event = Event(self._template, rows)
        if len(rows) > 1:
            self._agree(event)
        if len(rows) > LINES_MAX and self._template.lines is not None:
            event.problems.append(_of(rows[0], "too-many-lines", ("count", len(rows))))
        record = self._record(event)
        self._identify(event, record)
        if not event.problems:
            self._convert(event, record)
        return event

    def _finish(self, row: ReadRow) -> None:
        """Work out what several cells of a row say together: its moment, its weights."""
        values = row.values
        when = values.get("time")
        if isinstance(when, When):
            found = self._moment(when, values.get("clock"))
            if isinstance(found, str):
                values["time"] = found
            else:
                del values["time"]
                row.bad.add("time")
                row.problem(found.said[0], "time", *found.said[1])
        if not self._weighed:
            return
        net, pack, units = (values.get(c) for c in ("net_weight", "pack_weight", "units"))
        if isinstance(net, Weighed) and isinstance(pack, Weighed) and isinstance(units, int):
            same = net.unit == pack.unit and net.unit in _POUNDS
            if same and pack.written * units == net.written:
                values["net_weight"] = kg = pack.kg * units
                said = ("said", f"{net.written:f} {net.unit}"), ("other", f"{kg:f}")
                row.note("net-from-packs", "net_weight", *said)
        for code, value in values.items():
            if isinstance(value, Weighed):
                values[code] = value.kg

    def _moment(self, when: When, clock: time | None) -> str | Unread:
        key = when, clock
        if key not in self._moments:
            try:
                self._moments[key] = resolved(when, clock, self._zone, self._fold)
            except Unread as unread:
                self._moments[key] = unread
        return self._moments[key]

    def _agree(self, event: Event) -> None:
        """Each row of an event says the same of all that is the event's own."""
        first = event.rows[0]
        for row in event.rows[1:]:
            for code in self._own_codes:
                if row.values.get(code) == first.values.get(code):
                    continue
                if code in row.bad or code in first.bad:
                    continue
                other = first.columns.get(code)
                at = Message("", (), first.sheet, first.number, other).cell or ""
                message = _of(
                    row, "header-differs", ("column", code), ("said", _text(row.values.get(code))),
                    ("first", at), ("other", _text(first.values.get(code))),
                )  # fmt: skip
                event.problems.append(message._replace(column=row.columns.get(code)))

    def _record(self, event: Event) -> dict[str, Any]:
        """The values of an event as they stand in it; what is needed and not there is told."""
        first = event.rows[0]
        record: dict[str, Any] = {}
        _put(record, self._own, first.values)
        self._needed(event, first, self._own, record)
        lines: list[dict[str, Any]] = []
        documents: list[dict[str, Any]] = []
        for row in event.rows:
            line: dict[str, Any] = {}
            for column in self._lines:
                value = row.values.get(column.code)
                if value is not None:
                    line[column.path[-1]] = value
            if line or row.bad & self._line_codes:
                lines.append(line)
                self._needed_of_line(event, row, line)
            self._document(event, row, documents)
        if lines and self._template.lines is not None:
            record[self._template.lines] = lines
        if documents:
            record["documents"] = documents
        return record

    def _needed(
        self, event: Event, row: ReadRow, columns: Sequence[Column], record: dict[str, Any]
    ) -> None:
        for column in columns:
            if not column.needed or column.code in row.values or column.code in row.bad:
                continue
            if column.code == "id":
                continue
            if len(column.path) == 1 or column.required:
                event.problems.append(_lacking(row, column))
            elif column.path[0] in record:
                said = next(
                    c.code for c in columns if c.path[0] == column.path[0] and c.code in row.values
                )
                event.problems.append(_lacking(row, column, said))

    def _needed_of_line(self, event: Event, row: ReadRow, line: dict[str, Any]) -> None:
        for column in self._lines:
            lacks = column.needed and column.path[-1] not in line
            if lacks and column.code not in row.bad:
                event.problems.append(_lacking(row, column))

    @staticmethod
    def _document(event: Event, row: ReadRow, documents: list[dict[str, Any]]) -> None:
        name, digest = (row.values.get(code) for code in _DOCUMENTS)
        if name is None and digest is None:
            return
        for code, value, said in zip(_DOCUMENTS, (name, digest), reversed(_DOCUMENTS), strict=True):
            if value is None and code not in row.bad:
                if code in row.columns:
                    event.problems.append(_required(row, code))
                else:
                    values = ("column", code), ("said", said)
                    event.problems.append(_of(row, "column-missing/object", *values))
        document = {"name": name, "sha256": digest}
        if document not in documents:
            documents.append(document)

    def _identify(self, event: Event, record: dict[str, Any]) -> None:
        """Give the event its id where that does not rest on all it says."""
        values, template = event.first.values, self._template
        source = values.get("source", "")
        event.revised = "revision" in values
        event.revision = values.get("revision", 0)
        if "id" in values:
            return
        if "ref" in values:
            event.name = by_ref(source, template.name, values["ref"], event.revision)
        elif template.key and not event.first.bad.intersection(template.key):
            event.name = by_key(source, template.name, key_of(values, template), event.revision)
        else:
            if event.revised and event.revision:
                event.problems.append(_of(event.first, "column-missing", ("column", "ref")))
            record["id"] = NO_ID
            return
        event.numbered = True
        record["id"] = made(self._namespace, event.name)
        if event.revision:
            earlier = (*event.name[:-1], event.revision - 1)
            record["corrects"] = made(self._namespace, earlier)

    def _convert(self, event: Event, record: dict[str, Any]) -> None:
        try:
            fact = msgspec.convert(record, self._template.type, dec_hook=read_figure)
        except msgspec.ValidationError as error:
            event.problems.append(self._invalid(event, error))
            return
        if fact.id == NO_ID:
            alike = by_row(fact, 0)
            self._alike[alike] += 1
            event.name = (*alike[:-1], self._alike[alike])
            # The fact was made above and nobody else has seen it yet.
            force_setattr(fact, "id", made(self._namespace, event.name))
        event.fact = fact

    def _invalid(self, event: Event, error: msgspec.ValidationError) -> Message:
        """What the type itself says against the values, at the cell that it speaks of."""
        cause = error.__cause__
        path, _, text = str(error).rpartition(" - at `$.")[::-1] if not cause else ("", "", "")
        if isinstance(cause, FieldError):
            path, text = cause.field, str(cause).removeprefix(f"{cause.field}: ")
        return placed(event, path.rstrip("`"), text or str(error))


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
        return _of(row, "invalid", ("said", path), ("why", why))
    value = row.values.get(column.code)
    if value is None and "needed" in why:
        return _lacking(row, column)
    said = ("said", _text(value) or column.code), ("why", why)
    return _of(row, "invalid", *said)._replace(column=row.columns.get(column.code))


def _line(event: Event, index: int) -> ReadRow:
    """The row that gave the line of that index."""
    codes = [c.code for c in event.template.columns if c.of_line and c.path]
    rows = [row for row in event.rows if any(code in row.values for code in codes)]
    return rows[min(index, len(rows) - 1)] if rows else event.first


def _put(record: dict[str, Any], columns: Iterable[Column], values: dict[str, Any]) -> None:
    for column in columns:
        value = values.get(column.code)
        if value is None:
            continue
        if len(column.path) == 1:
            record[column.path[0]] = value
        else:
            record.setdefault(column.path[0], {})[column.path[1]] = value


def _lacking(row: ReadRow, column: Column, said: str | None = None) -> Message:
    """That a column is empty, or not there at all."""
    if column.code in row.columns:
        return _required(row, column.code)
    if said is None:
        return _of(row, "column-missing", ("column", column.code))
    return _of(row, "column-missing/object", ("column", column.code), ("said", said))


def _required(row: ReadRow, code: str) -> Message:
    return _of(row, "required", ("column", code))._replace(column=row.columns.get(code))


def _of(row: ReadRow, way: str, *values: tuple[str, str | int]) -> Message:
    return Message(way, values, row.sheet, row.number)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
