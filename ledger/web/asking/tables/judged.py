"""What is asked of a table, what becomes of each of its events, and the file as it was found."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple
from uuid import UUID

from ledger.facts import canonical
from ledger.facts.identity import Fact
from ledger.facts.scalars import micros
from ledger.intake.doors import OPERATOR as EVERYTHING
from ledger.intake.doors import Door
from ledger.tables.event import Event
from ledger.tables.mapping import Mapping as TableMapping
from ledger.tables.messages import Message
from ledger.tables.table import Table
from ledger.web.asking.sources import Source

DOOR: Final = "table"
Sources = Callable[[Collection[str]], Mapping[str, Source]]
"""Those of some sources that are registered."""
Outcome = Literal["would-record", "recorded", "duplicate", "refused", "not-recorded"]


class Asked(NamedTuple):
    """How a file is to be taken, and for whom.

    `corrections` = rows that differ from what is recorded under their number correct it;
    `replaces` = the import of which this file is the new truth; `actor` reports where no cell says
    who does. `sources` tells whose sources are whose, where that decides what may be reported;
    `office` is what may come besides from registered sources of its own, persons and systems.
    """

    by: str
    person: str | None = None
    door: Door = EVERYTHING
    actor: str | None = None
    corrections: bool = False
    replaces: UUID | None = None
    sources: Sources | None = None
    office: Door | None = None


class Judged:
    """An event of a table, and what becomes of it.

    `state` is its canonical form, `id` the id that it has or would have, `corrects` whether it
    stands for an earlier revision; `message` says why it is refused, where its rows do not.
    """

    __slots__ = ("at", "event", "fact", "id", "messages", "outcome", "reason", "state")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.fact: Fact | None = event.fact
        self.id: UUID | None = None
        self.state = b""
        self.at = 0
        self.outcome: Outcome = "would-record"
        self.reason: str | None = None
        self.messages: list[Message] = list(event.problems)

    @property
    def path(self) -> str | None:
        """The code of the column at fault, or nothing; None where it is not refused."""
        if self.outcome != "refused":
            return None
        column = self.messages[0].column if self.messages else None
        return next((code for code, at in self.event.first.columns.items() if at == column), "")

    def refuse(self, reason: str, *messages: Message) -> None:
        """It will not be recorded, and why."""
        self.outcome, self.reason = "refused", reason
        self.messages += messages

    def say(self, way: str, *values: tuple[str, str | int]) -> Message:
        """A message on all of the event, at its first row."""
        row = self.event.first
        return Message(way, values, row.sheet, row.number)

    def become(self, fact: Fact) -> None:
        """Be another fact."""
        self.fact = fact
        self.state = canonical.encode(fact)
        self.id = UUID(fact.id)
        self.at = micros(fact.time)


class Checked(NamedTuple):
    """A file as it was found.

    `refused` = why none of it can be taken; `gone` = the retractions of what an earlier import had
    and this one has not. `notes` are on the whole file. `resumed` = the import that goes on.
    """

    name: str
    digest: bytes
    mapping: TableMapping
    asked: Asked
    table: Table
    events: Sequence[Judged]
    gone: Sequence[Fact]
    notes: Sequence[Message]
    refused: Sequence[Message]
    resumed: UUID | None = None

    @property
    def good(self) -> bool:
        """Whether all of it can be recorded."""
        return not self.refused and all(each.outcome != "refused" for each in self.events)

    def messages(self) -> Iterator[Message]:
        """Everything that is said of it: refusals, then notes."""
        yield from self.refused
        for each in self.events:
            yield from each.messages
        yield from self.notes
        for each in self.events:
            for row in each.event.rows:
                yield from row.notes
        for skipped in self.table.skipped:
            yield skipped.message

    def codes(self) -> dict[str, int]:
        """How often each code is said."""
        found = Counter(message.code for message in self.messages())
        return dict(sorted(found.items()))
