"""Rows become events: which rows are one, what it says, and under which id."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import force_setattr

from ledger.facts.canonical import read_figure
from ledger.facts.scalars import LINES_MAX, FieldError
from ledger.tables.columns import Column, Template
from ledger.tables.dialects.dates import Fold
from ledger.tables.dialects.moments import When, resolved
from ledger.tables.dialects.numbers import Weighed
from ledger.tables.dialects.outcome import Unread
from ledger.tables.event import Event, lacking, needs, placed, said_of, shown
from ledger.tables.grouping import DOCUMENTS, key_of
from ledger.tables.ids import NO_ID, by_key, by_ref, by_row, made
from ledger.tables.messages import Message
from ledger.tables.rows import ReadRow

_POUNDS: Final = frozenset({"lb", "oz"})


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
        self._own = [c for c in columns if c.path and not c.of_line and c.code not in DOCUMENTS]
        self._lines = [c for c in columns if c.path and c.of_line]
        self._own_codes = [c.code for c in columns if not c.of_line and c.code not in DOCUMENTS]

    def event(self, rows: list[ReadRow]) -> Event:
        """The event of rows that belong together."""
        for row in rows:
            self._finish(row)
        event = Event(self._template, rows)
        if len(rows) > 1:
            self._agree(event)
        if len(rows) > LINES_MAX and self._template.lines is not None:
            event.problems.append(said_of(rows[0], "too-many-lines", ("count", len(rows))))
        record = self._record(event)
        self._identify(event, record)
        if not event.problems:
            self._convert(event, record)
        if event.fact is not None:
            for row in rows:
                row.let_go()
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
                message = said_of(
                    row, "header-differs", ("column", code), ("said", shown(row.values.get(code))),
                    ("first", at), ("other", shown(first.values.get(code))),
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
                event.problems.append(lacking(row, column))
            elif column.path[0] in record:
                said = next(
                    c.code for c in columns if c.path[0] == column.path[0] and c.code in row.values
                )
                event.problems.append(lacking(row, column, said))

    def _needed_of_line(self, event: Event, row: ReadRow, line: dict[str, Any]) -> None:
        for column in self._lines:
            lacks = column.needed and column.path[-1] not in line
            if lacks and column.code not in row.bad:
                event.problems.append(lacking(row, column))

    @staticmethod
    def _document(event: Event, row: ReadRow, documents: list[dict[str, Any]]) -> None:
        name, digest = (row.values.get(code) for code in DOCUMENTS)
        if name is None and digest is None:
            return
        for code, value, said in zip(DOCUMENTS, (name, digest), reversed(DOCUMENTS), strict=True):
            if value is None and code not in row.bad:
                if code in row.columns:
                    event.problems.append(needs(row, code))
                else:
                    values = ("column", code), ("said", said)
                    event.problems.append(said_of(row, "column-missing/object", *values))
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
                event.problems.append(said_of(event.first, "column-missing", ("column", "ref")))
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


def _put(record: dict[str, Any], columns: Iterable[Column], values: dict[str, Any]) -> None:
    for column in columns:
        value = values.get(column.code)
        if value is None:
            continue
        if len(column.path) == 1:
            record[column.path[0]] = value
        else:
            record.setdefault(column.path[0], {})[column.path[1]] = value
