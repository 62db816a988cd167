"""Tables read as the product reads them, in this process: what rows became, what was said."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.facts import canonical
from ledger.tables.event import Event
from ledger.tables.mapping import Mapping, checked
from ledger.tables.messages import Message, sentence
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from ledger.tables.table import Table, candidates, read_table

NAMESPACE = UUID("0f3b6a52-6c1e-4d0a-9d57-2f6f0c1b7a11")
SOURCE = "SRC-1"
TOKYO: dict[str, Any] = {"zone": "Asia/Tokyo", "source": SOURCE}


class Told(NamedTuple):
    """A table, and all that was said of it."""

    table: Table
    messages: Sequence[Message]

    @property
    def codes(self) -> list[str]:
        """The codes of everything that is said, in the order of the file."""
        return [message.code for message in self.messages]

    @property
    def rows(self) -> list[str]:
        """What became of each row: `ok`, or the codes of what is wrong with it."""
        return [said_of(event, row.number) for event in self.table.events for row in event.rows]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The events as JSON, without what each of them has."""
        return [fact_of(event) for event in self.table.events if event.fact is not None]

    def words(self, code: str, tongue: Any = "en") -> str:
        """The first sentence of a code."""
        message = next(each for each in self.messages if each.code == code)
        return sentence(message, tongue, self.table.template)


def said_of(event: Event, row: int) -> str:
    """What is wrong with a row of an event, or `ok`."""
    codes = [each.code for each in event.problems if each.row == row]
    return " ".join(codes) or ("ok" if event.fact is not None else "refused")


def fact_of(event: Event) -> dict[str, Any]:
    """An event as JSON, without id and source."""
    assert event.fact is not None
    found: dict[str, Any] = msgspec.json.decode(canonical.encode(event.fact))
    return {name: value for name, value in found.items() if name not in ("id", "source")}


def read(data: bytes, template: str | None = None, **said: Any) -> Told:
    """A file under a mapping."""
    given = msgspec.convert({"template": template, **TOKYO, **said}, Mapping)
    mapping = checked(given)
    found = found_in(Asked(data, mapping, [each.name for each in candidates(mapping)]))
    if found.refused is not None:
        return Told(Table(None), [found.refused])
    table = read_table(found.sheets, mapping, NAMESPACE, of_text=found.of_text)
    return Told(table, [*_said(table, found.notes)])


def _said(table: Table, notes: Iterable[Message]) -> Iterable[Message]:
    yield from table.refused
    yield from notes
    yield from table.notes
    for event in table.events:
        yield from event.problems
        for row in event.rows:
            yield from row.notes
    for skipped in table.skipped:
        yield skipped.message


def csv_of(*rows: str, encoding: str = "utf-8") -> bytes:
    """Lines of text in columns."""
    return "".join(f"{row}\n" for row in rows).encode(encoding)
