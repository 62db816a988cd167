"""A file checked: read, made into events, judged as at any door, and compared with the log.

Nothing is recorded here. What is found good is recorded by `recording`, which may find that
somebody else was faster and then says so.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Final
from uuid import UUID

from ledger.errors import Misuse
from ledger.facts.identity import Fact
from ledger.facts.standing import OPERATOR
from ledger.intake.judging import verified
from ledger.intake.verdicts import Problem
from ledger.log import Log
from ledger.log.log import ROW_NAMESPACE
from ledger.tables.event import placed
from ledger.tables.mapping import Mapping
from ledger.tables.messages import Message
from ledger.tables.reading import FileRefused, read
from ledger.tables.table import Table, candidates, read_table
from ledger.web.asking.tables.effects import Views, caught_up, unknown
from ledger.web.asking.tables.imports import Import, one
from ledger.web.asking.tables.judged import Asked, Checked, Judged
from ledger.web.asking.tables.permits import Permit, permits
from ledger.web.asking.tables.revisions import compare, retractions

ids_a_look_max: Final = 10_000

Step = Callable[[str, int, int], None]
"""Hears what is being done, and how much of how much."""


def check(
    log: Log,
    data: bytes,
    name: str,
    mapping: Mapping,
    asked: Asked,
    *,
    views: Views | None = None,
    step: Step = lambda _what, _done, _total: None,
) -> Checked:
    """Read a file of that name and judge every event in it against the log as it is now.

    `views` are asked for names that nobody knows, as whoever sends the file sees them.
    Raises Misuse where `replaces` names no import, and whatever `step` raises.
    """
    digest = sha256(data).digest()
    shown = PurePath(name).name

    def of(table: Table, refused: Sequence[Message], notes: Sequence[Message] = ()) -> Checked:
        return Checked(shown, digest, mapping, asked, table, (), (), notes, refused)

    begun = None if asked.replaces is None else _begun(log, asked.replaces, asked.by)
    if begun is not None and begun.sha256 != digest:
        return of(Table(None), [_replaced(asked.replaces)])
    names = [template.name for template in candidates(mapping)]
    try:
        found = read(data, mapping, names, step=lambda: step("read", 0, 1))
    except FileRefused as refused:
        return of(Table(None), [refused.message])
    namespace = _namespace(log)
    table = read_table(
        found.sheets, mapping, namespace, of_text=found.of_text,
        defaults={"actor": asked.actor} if asked.actor is not None else {},
        step=lambda done, total: step("judge", done, total),
    )  # fmt: skip
    if table.refused:
        return of(table, table.refused, found.notes)
    events = [Judged(event) for event in table.events]
    permit = permits(asked, events)
    for each in events:
        _judge(each, permit)
    _compare(log, events, asked, namespace, step)
    gone: Sequence[Fact] = ()
    if asked.replaces is not None:
        gone = retractions(log, asked.replaces, {each.id for each in events}, namespace)
    if begun is not None and not gone and all(e.outcome != "would-record" for e in events):
        return of(table, [_replaced(asked.replaces)])
    notes = [*found.notes, *table.notes]
    if table.template is not None:
        notes += unknown(events, table.template, views or caught_up(log))
    resumed = begun.id if begun is not None else None
    return Checked(shown, digest, mapping, asked, table, events, gone, notes, (), resumed)


def _namespace(log: Log) -> UUID:
    found = log.meta(ROW_NAMESPACE)
    if found is None:
        raise Misuse("The database lacks the namespace of rows: migrate it first.")
    return UUID(found)


def _judge(judged: Judged, permit: Permit) -> None:
    """What the door itself says of an event, whatever the log holds."""
    permit(judged)
    if judged.outcome == "refused":
        return
    fact = judged.event.fact
    if fact is None:
        judged.refuse("invalid")
        return
    judged.become(fact)
    try:
        verified(fact, judged.state)
    except Problem as problem:
        why = problem.sentence.removeprefix(f"{problem.path}: ")
        judged.refuse(problem.reason, placed(judged.event, problem.path, why))


def _compare(log: Log, events: Sequence[Judged], asked: Asked, namespace: UUID, step: Step) -> None:
    """Find what is recorded under the events' ids, and under each other's."""
    open_ = [each for each in events if each.outcome == "would-record"]
    done = 0
    for start in range(0, len(open_), ids_a_look_max):
        part = open_[start : start + ids_a_look_max]
        compare(log, part, namespace, corrections=asked.corrections)
        done += len(part)
        step("compare", done, len(open_))
    seen: dict[UUID | None, Judged] = {}
    for each in open_:
        if each.outcome != "would-record":
            continue
        first = seen.setdefault(each.id, each)
        if first is each:
            continue
        if first.state == each.state:
            each.outcome = "duplicate"
        else:
            each.refuse("conflict", each.say("conflict"))


def _begun(log: Log, replaces: UUID, by: str) -> Import | None:
    """The import that stands for another one, perhaps broken off before all of it was recorded.

    Raises Misuse where there is none of that id, or none of whoever asks.
    """
    with log.transaction() as rows:
        known = one(rows, replaces)
        if known is None or by not in (OPERATOR, known.by):
            raise Misuse(f"There is no import {replaces}.", field="replaces")
        return None if known.replaced_by is None else one(rows, known.replaced_by)


def _replaced(replaces: UUID | None) -> Message:
    return Message("replaced-already", (("import", str(replaces)),))
