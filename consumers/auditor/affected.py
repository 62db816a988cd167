"""What new events affect: the subjects to evaluate, and what changes of what others depend on.

An event that retracts or corrects another touches all that the other one did.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.cases.canonical import TOPICS
from ledger.facts.corrections import targets_of
from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.facts.registry import MarkRegistered
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.log import Log, Recorded
from ledger.questions.budget import load_events_max
from ledger.questions.dependencies import EVENT, Changes, speaker
from ledger.questions.snapshot import ViewBooks
from ledger.rules.moments import fiscal_year
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, SubjectKind
from ledger.views import loading

_WHOSE = (SubjectKind.EVENT, SubjectKind.APPLICATION)


class Affected(NamedTuple):
    """What a stretch of the log affected.

    `applied` = new applications, evaluated one by one; `subjects` = whatever else is to be
    evaluated; `changed` = what was read earlier and is different now; `ranged` = facts whose serial
    numbers, and `late` = facts whose source and time, events evaluated earlier may share.
    """

    applied: list[Known]
    subjects: set[Subject]
    changed: Changes
    ranged: list[Fact]
    late: list[Known]


def affected(log: Log, events: Sequence[Recorded], books: ViewBooks, *, known_to: int) -> Affected:
    """What events affect; nothing that was evaluated depends on those up to position `known_to`."""
    facts = [event for event in events if event.topic not in TOPICS]
    given = books.record.give(facts)
    found = Affected([], set(), Changes(), [], [])
    late = [event.position > known_to for event in facts]
    scans: dict[tuple[object, ...], tuple[SealsApplied, bool]] = {}
    for known, is_late in zip(given, late, strict=True):
        fact = known.fact
        if is_late:
            found.late.append(known)
        if isinstance(fact, SealsApplied):
            found.applied.append(known)
            scan = (
                fact.mark, fact.holder, fact.site, fact.lot, fact.source, fact.actor,
                fact.contract, fact.label, fact.label_version, _about_year(known),
            )  # fmt: skip
            before = scans.get(scan)
            scans[scan] = fact, is_late or (before is not None and before[1])
            _ranged(fact, found, late=is_late)
            if is_late and not books.record.counts(fact):
                # Its correction came first, and may have been evaluated as one of nothing.
                found.changed.note(EVENT, fact.id)
        else:
            _take(fact, found, late=is_late)
            found.subjects.update(_years(fact, books))
    for applied, is_late in scans.values():
        found.subjects.update(s for s in subjects_of(applied) if s.kind not in _WHOSE)
        found.subjects.update(_years(applied, books))
        if is_late:
            found.changed.take(applied)
    undone = _undone(log, books, given, late)
    for known, is_late in zip(books.record.give(undone.keys()), undone.values(), strict=True):
        _take(known.fact, found, late=is_late)
        found.subjects.update(_years(known.fact, books))
        if is_late:
            found.late.append(known)
    if events and events[-1].position > known_to:
        _rebound(books, max(known_to, events[0].position - 1), events[-1].position, found)
    return found


def _rebound(books: ViewBooks, after: int, until: int, found: Affected) -> None:
    """What binds now of the registry and did not, or no longer does; who speaks for a source."""
    flipped = loading.changed_bindings(books.rows, after, until)
    for known in books.record.registered(flipped):
        found.subjects.update(subjects_of(known.fact))
        found.changed.take(known.fact)
        found.subjects.update(_years(known.fact, books))
    for source in loading.moved_speakers(books.rows, after, until):
        found.subjects.add(Subject(SubjectKind.SOURCE, source))
        found.changed.note(*speaker(source))


def _about_year(known: Known) -> object:
    """What tells fiscal years apart: the month, but where a year ends, wherever that is."""
    month = known.fact.time[5:7]
    return fiscal_year(known.at) if month in ("03", "04") else known.fact.time[:7]


def _take(fact: Fact, found: Affected, *, late: bool) -> None:
    found.subjects.update(subjects_of(fact))
    if late:
        found.changed.take(fact)
    _ranged(fact, found, late=late)


def _ranged(fact: Fact, found: Affected, *, late: bool) -> None:
    if late and getattr(fact, "first", None) is not None:
        found.ranged.append(fact)


def _undone(
    log: Log, books: ViewBooks, given: Iterable[Known], late: Iterable[bool]
) -> dict[Recorded, bool]:
    """The events that something in the stretch retracts or corrects, and whether that is late."""
    targets: dict[UUID, bool] = {}
    for known, is_late in zip(given, late, strict=True):
        for target in map(UUID, targets_of(known.fact)):
            targets[target] = is_late or targets.get(target, False)
    if not targets:
        return {}
    ids = sorted(targets)
    found: dict[Recorded, bool] = {}
    for start in range(0, len(ids), load_events_max):
        streams = log.get(ids[start : start + load_events_max], books.rows)
        facts = [stream[0] for stream in streams.values() if stream[0].topic not in TOPICS]
        books.record.give(facts)  # counts them, before there are too many
        found.update((event, targets[event.id]) for event in facts)
    return found


def _years(fact: Fact, books: ViewBooks) -> Iterator[Subject]:
    """The licensees' fiscal years that a fact belongs to."""
    if isinstance(fact, SealsApplied | SealsRemoved):
        licensed = books.licensees(fact.mark)
        years = {fiscal_year(fact.at)} if licensed else set()
    elif isinstance(fact, MarkRegistered):
        licensed = books.licensees(fact.mark) | {fact.importer}
        years = books.years_of(fact.mark)
    else:
        return
    for party in licensed:
        for year in years:
            yield Subject(SubjectKind.PARTY_YEAR, f"{party} {year}")
