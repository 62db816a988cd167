"""Rows whose events the log knows: the same, another content, a correction, or no longer there."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from ledger.facts.canonical import decode
from ledger.facts.corrections import EventRetracted
from ledger.facts.documents import SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.tables.ids import gone, made
from ledger.web.asking.tables.imports import events_of
from ledger.web.asking.tables.judged import Judged

revisions_max: Final = 1_000
"""Of one event; nobody corrects a row so often."""
ids_a_look_max: Final = 10_000


def compare(log: Log, events: Sequence[Judged], namespace: UUID, *, corrections: bool) -> None:
    """Say of each event whether its id is recorded, and where it is what that means."""
    states = _states(log, (each.id for each in events if each.id is not None))
    later: list[Judged] = []
    for each in events:
        known = states.get(each.id) if each.id is not None else None
        if known is None:
            continue
        of_revisions = corrections and each.event.numbered and not each.event.revised
        if of_revisions and not isinstance(each.fact, SealReportFiled):
            later.append(each)
        elif known == each.state:
            each.outcome = "duplicate"
        else:
            each.refuse("conflict", _conflict(each))
    if later:
        _correct(log, later, states, namespace)


def _conflict(of: Judged) -> Any:
    if isinstance(of.fact, SealReportFiled):
        return of.say("raise-version")
    correctable = of.event.numbered and not of.event.revised
    return of.say("conflict/corrections" if correctable else "conflict")


def _states(log: Log, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    return {number: found[0].state for number, found in log.get([*ids]).items()}


def _correct(
    log: Log, events: Sequence[Judged], states: dict[UUID, bytes], namespace: UUID
) -> None:
    """Compare each event with all revisions that are recorded of it; a new content is the next."""
    chains: dict[int, list[bytes]] = {
        at: [states[each.id]] for at, each in enumerate(events) if each.id is not None
    }
    open_ = [*chains]
    for revision in range(1, revisions_max):
        ids = {at: UUID(_id(events[at], revision, namespace)) for at in open_}
        found = _states(log, ids.values())
        open_ = [at for at in open_ if ids[at] in found]
        for at in open_:
            chains[at].append(found[ids[at]])
        if not open_:
            break
    for at, chain in chains.items():
        _place(events[at], chain, namespace)


def _id(of: Judged, revision: int, namespace: UUID) -> str:
    if of.event.name is None:
        raise ValueError("only what has a number or a key has revisions")
    return made(namespace, (*of.event.name[:-1], revision))


def _place(of: Judged, chain: Sequence[bytes], namespace: UUID) -> None:
    """Where an event stands among the revisions that are recorded of it, first to last."""
    own = _content(of.state)
    known = len(chain) - 1
    contents = [_content(state) for state in chain]
    if own == contents[-1]:
        of.outcome = "duplicate"
        of.id = UUID(_id(of, known, namespace))
    elif own in contents:
        revision = contents.index(own)
        row = ("row", str(of.event.first.number))
        of.refuse(
            "conflict", of.say("older-revision", row, ("revision", revision), ("known", known))
        )
    elif of.fact is not None:
        of.become(
            msgspec.structs.replace(
                of.fact, id=_id(of, known + 1, namespace), corrects=_id(of, known, namespace)
            )
        )


def _content(state: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(state)
    return {name: value for name, value in found.items() if name not in ("id", "corrects")}


def retractions(
    log: Log, replaces: UUID, kept: Collection[UUID | None], namespace: UUID
) -> list[Fact]:
    """The retractions of the events of an import that are not among those kept.

    What is retracted already for that reason is left out.
    """
    with log.transaction() as rows:
        lost = [event for event in events_of(rows, replaces) if event not in kept]
    now = time_text(time.time_ns() // 1_000, 0)
    return [*_retracted(log, lost, namespace, now)]


def _retracted(log: Log, lost: Sequence[UUID], namespace: UUID, now: str) -> Iterator[Fact]:
    for start in range(0, len(lost), ids_a_look_max):
        part = lost[start : start + ids_a_look_max]
        targets = log.get(part)
        ids = {event: made(namespace, gone(str(event))) for event in part}
        done = log.get([UUID(number) for number in ids.values()])
        for event in part:
            if event in targets and UUID(ids[event]) not in done:
                fact = decode(targets[event][0].state)
                yield EventRetracted(
                    id=ids[event], time=now, source=fact.source, target=str(event),
                    reason="INCORRECT_DATA",
                )  # fmt: skip
