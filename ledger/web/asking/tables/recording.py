"""What is good of a checked table recorded, its refusals kept, the import noted beside the log.

All or nothing is decided before the first event is written. Events are then written batch by batch
as any file's: an interruption leaves whole events, and the same file again finishes.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial as partially
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from ledger.facts import canonical
from ledger.facts.identity import Fact
from ledger.facts.scalars import micros
from ledger.intake.verdicts import PAYLOAD_BYTES_MAX
from ledger.log import Appended, Columns, Log, Refusal
from ledger.log.copying import named
from ledger.log.recorder import Rows
from ledger.tables.messages import sentence
from ledger.tables.table import as_json
from ledger.web.asking.tables.imports import Import, ImportRow, add, add_rows
from ledger.web.asking.tables.judged import DOOR, Checked, Judged
from ledger.web.asking.tables.receipts import counts

batch_events_max: Final = 5_000


class Batch:
    """Events of a table on their way into the log: what is recorded, what is kept of the rest."""

    def __init__(
        self, checked: Checked, accepted: Sequence[Judged], refused: Sequence[Judged]
    ) -> None:
        self._checked, self._accepted = checked, accepted
        self._refused = refused

    def columns(self) -> Columns:
        """What goes into the log, a list a column."""
        asked, found = self._checked.asked, Columns()
        for each in self._accepted:
            if each.id is not None:
                name = named(each.event.template.name, DOOR, asked.by, asked.person)
                found.add(each.id.bytes, name, each.state, each.at)
        return found

    def refusals(self) -> list[Refusal]:
        """What goes to the dead letters, whatever the log answers."""
        return [_refusal(self._checked, each, each.reason or "invalid") for each in self._refused]

    def letters(self) -> Iterator[Refusal]:
        """Every dead letter that they may leave, each of those accepted included."""
        yield from self.refusals()
        yield from map(self.conflict, range(len(self._accepted)))

    def conflict(self, number: int) -> Refusal:
        """What is kept of an accepted event, by its number, whose id was taken meanwhile."""
        return _refusal(self._checked, self._accepted[number], "conflict")


class Gone(Batch):
    """The retractions of what a file does not have any more."""

    def __init__(self, checked: Checked, gone: Sequence[Fact]) -> None:
        super().__init__(checked, (), ())
        self._gone = gone

    def columns(self) -> Columns:
        """What goes into the log, a list a column."""
        asked, found = self._checked.asked, Columns()
        for fact in self._gone:
            name = named(type(fact).__name__, DOOR, asked.by, asked.person)
            found.add(UUID(fact.id).bytes, name, canonical.encode(fact), micros(fact.time))
        return found


Write = Callable[[Batch, Callable[[Rows], None]], Appended]
"""Records a batch, what is to be done in its transaction beside; durable on return."""
Step = Callable[[str, int, int], None]


class Recorded(NamedTuple):
    """What was recorded of a table, and under which import."""

    id: UUID | None
    retracted: int = 0


def written(log: Log) -> Write:
    """How a batch is recorded where nobody waits for a database that is away."""

    def write(batch: Batch, inside: Callable[[Rows], None]) -> Appended:
        return log.record(
            batch.columns(), batch.refusals(), on_conflict=batch.conflict, inside=inside
        )

    return write


def held_back(checked: Checked, *, partial: bool = False) -> bool:
    """Whether a table is not recorded for what is refused of it; its good events are told so."""
    if not checked.refused and (checked.good or partial):
        return False
    for each in checked.events:
        if each.outcome == "would-record":
            each.outcome = "not-recorded"
    return True


def record(
    checked: Checked,
    write: Write,
    *,
    partial: bool = False,
    step: Step = lambda _what, _done, _total: None,
) -> Recorded:
    """Record a checked table; with `partial` also where some of it is refused.

    Says of each event what became of it. Where nothing is recorded nothing is kept either.
    """
    if held_back(checked, partial=partial):
        return Recorded(None)
    wanted = [each for each in checked.events if each.outcome == "would-record"]
    # A file of which nothing is recorded leaves no letters: most likely it is not as it was meant.
    refused = [each for each in checked.events if each.outcome == "refused"] if wanted else []
    known = [each for each in checked.events if each.outcome == "duplicate"]
    made = _import(checked)
    done, total = 0, len(wanted) + len(refused)
    # What is refused goes first and with the import's own row: each letter is written once.
    for start in range(0, max(1, len(refused)), batch_events_max):
        part = refused[start : start + batch_events_max]
        write(Batch(checked, (), part), partially(_begun, made, known if start == 0 else ()))
        done += len(part)
        step("record", done, total)
    for start in range(0, len(wanted), batch_events_max):
        batch = wanted[start : start + batch_events_max]
        appended = write(Batch(checked, batch, ()), partially(_rows, made.id, batch))
        _settle(batch, appended)
        done += len(batch)
        step("record", done, total)
    for start in range(0, len(checked.gone), batch_events_max):
        write(Gone(checked, checked.gone[start : start + batch_events_max]), lambda _rows: None)
    return Recorded(made.id, len(checked.gone))


def _settle(batch: Sequence[Judged], appended: Appended) -> None:
    """Say of each event of a batch what the log made of it."""
    conflicts = frozenset(appended.conflicts)
    for number, each in enumerate(batch):
        if number in conflicts:
            each.refuse("conflict", each.say("conflict"))
        elif number in appended.repeats or (
            number in appended.known and number not in appended.told_late
        ):
            each.outcome = "duplicate"
        else:
            each.outcome = "recorded"


def _import(checked: Checked) -> Import:
    template = checked.table.template
    asked = checked.asked
    return Import(
        checked.resumed or uuid4(),
        time.time_ns() // 1_000,
        asked.by,
        asked.person,
        checked.name,
        checked.digest,
        template.name if template is not None else "",
        checked.mapping.text,
        counts(checked),
        asked.replaces,
    )


def _begun(made: Import, known: Sequence[Judged], rows: Rows) -> None:
    add(rows, made)
    _rows(made.id, known, rows)


def _rows(of: UUID, events: Sequence[Judged], rows: Rows) -> None:
    add_rows(
        rows, of,
        [
            ImportRow(row.sheet, row.number, each.id)
            for each in events if each.id is not None
            for row in each.event.rows
        ],
    )  # fmt: skip


def _refusal(checked: Checked, of: Judged, reason: str) -> Refusal:
    """An event as it is kept among the dead letters: its cells, and where they stood."""
    rows = of.event.rows
    payload = json.dumps(
        {"file": checked.name, "sheet": rows[0].sheet, "rows": [row.number for row in rows],
         "cells": as_json(rows), "words": [_words(of, at) for at in range(len(of.messages))]},
        ensure_ascii=False,
    ).encode("utf-8", "replace")  # fmt: skip
    place = f"{checked.name}!{rows[0].sheet}!{rows[0].number}"
    return Refusal(
        DOOR, place.encode("utf-8", "replace").decode(), 0, reason, of.path or "",
        payload[:PAYLOAD_BYTES_MAX], sha256(payload).digest(), of.id, len(payload),
        by=checked.asked.by, person=checked.asked.person,
    )  # fmt: skip


def _words(of: Judged, at: int) -> str:
    return sentence(of.messages[at], "en", of.event.template)
