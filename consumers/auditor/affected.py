"""What new events affect: the subjects to evaluate, and what changes of what others depend on.

An event that retracts or corrects another touches all that the other one did.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from ledger.cases.canonical import TOPICS
from ledger.facts.corrections import targets_of
from ledger.facts.herds import HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.facts.registry import MarkRegistered
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.log import Log, Recorded
from ledger.questions.budget import load_events_max
from ledger.questions.dependencies import EVENT, Changes, speaker
from ledger.questions.snapshot import SnapshotQuestions
from ledger.rules.applied import scan_kind
from ledger.rules.moments import fiscal_year
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, SubjectKind
from ledger.views import loading

_WHOSE = (SubjectKind.EVENT, SubjectKind.APPLICATION)

Scans = dict[Hashable, list[Known]]
"""Applications by their kind (`scan_kind`)."""


class Affected(NamedTuple):
    """What a stretch of the log affected.

    `applied` = new applications, evaluated one by one; `subjects` = whatever else is to be
    evaluated; `changed` = what was read earlier and is different now; `ranged` = facts whose serial
    numbers, and `late` = facts whose source and time, events evaluated earlier may share.
    """

    applied: Scans
    subjects: set[Subject]
    changed: Changes
    ranged: list[Fact]
    late: list[Known]


def affected(
    log: Log, events: Sequence[Recorded], questions: SnapshotQuestions, *, known_to: int
) -> Affected:
    """What events, by position, affect; nothing evaluated depends on those up to `known_to`."""
    facts = [event for event in events if event.topic not in TOPICS]
    given = questions.record.give(facts)
    behind = bisect_right(facts, known_to, key=attrgetter("position"))
    found = Affected({}, set(), Changes(), [], given[behind:])
    undoing = _came(given[:behind], questions, found, late=False)
    undoing |= _came(given[behind:], questions, found, late=True)
    undone = _undone(log, questions, undoing)
    for known, is_late in zip(questions.record.give(undone.keys()), undone.values(), strict=True):
        _take(known.fact, found, questions, late=is_late)
        found.subjects.update(_years(known.fact, questions))
        if is_late:
            found.late.append(known)
    if events and events[-1].position > known_to:
        _rebound(questions, max(known_to, events[0].position - 1), events[-1].position, found)
    return found


def _came(
    given: Sequence[Known], questions: SnapshotQuestions, found: Affected, *, late: bool
) -> dict[UUID, bool]:
    """Take events that came, scans kind by kind; answers what they retract or correct."""
    undoing: list[Fact] = []
    for known in given:
        fact = known.fact
        if not isinstance(fact, SealsApplied):
            _take(fact, found, questions, late=late)
            found.subjects.update(_years(fact, questions))
            undoing.append(fact)
    for kind, alike in by_kind(given).items():
        found.applied.setdefault(kind, []).extend(alike)
        one = alike[0].fact
        found.subjects.update(s for s in subjects_of(one) if s.kind not in _WHOSE)
        # On one local day: in one fiscal year, or in the two between which it ends.
        for known in (min(alike), max(alike)):
            found.subjects.update(_years(known.fact, questions))
        if one.corrects is not None:
            undoing += [known.fact for known in alike]
        if late:
            found.changed.take(one)
            for known in alike:
                _ranged(known.fact, found)
                if not questions.record.counts(known.fact):
                    # Its correction came first, and may have been evaluated as one of nothing.
                    found.changed.note(EVENT, known.id)
    return {UUID(target): late for fact in undoing for target in targets_of(fact)}


def by_kind(given: Iterable[Known]) -> Scans:
    """The applications among events, in their order."""
    scans: Scans = {}
    for known in given:
        fact = known.fact
        if isinstance(fact, SealsApplied):
            kind = scan_kind(fact, known.by, known.door)
            alike = scans.get(kind)
            if alike is None:
                scans[kind] = [known]
            else:
                alike.append(known)
    return scans


def _rebound(questions: SnapshotQuestions, after: int, until: int, found: Affected) -> None:
    """What binds now of the registry and did not, or no longer does; who speaks for a source."""
    flipped = loading.changed_bindings(questions.rows, after, until)
    for known in questions.record.registered(flipped):
        found.subjects.update(subjects_of(known.fact))
        found.changed.take(known.fact)
        found.subjects.update(_years(known.fact, questions))
    for source in loading.moved_speakers(questions.rows, after, until):
        found.subjects.add(Subject(SubjectKind.SOURCE, source))
        found.changed.note(*speaker(source))


def _take(fact: Fact, found: Affected, questions: SnapshotQuestions, *, late: bool) -> None:
    found.subjects.update(subjects_of(fact))
    if late:
        found.changed.take(fact)
        if isinstance(fact, HerdRecorded):
            questions.note_displaced(fact, found.changed)
        _ranged(fact, found)


def _ranged(fact: Fact, found: Affected) -> None:
    if getattr(fact, "first", None) is not None:
        found.ranged.append(fact)


def _undone(
    log: Log, questions: SnapshotQuestions, targets: dict[UUID, bool]
) -> dict[Recorded, bool]:
    """Those of the events with these ids that are recorded, each with what stands with its id."""
    ids = sorted(targets)
    found: dict[Recorded, bool] = {}
    for start in range(0, len(ids), load_events_max):
        streams = log.get(ids[start : start + load_events_max], questions.rows)
        facts = [stream[0] for stream in streams.values() if stream[0].topic not in TOPICS]
        questions.record.give(facts)  # counts them, before there are too many
        found.update((event, targets[event.id]) for event in facts)
    return found


def _years(fact: Fact, questions: SnapshotQuestions) -> Iterator[Subject]:
    """The licensees' fiscal years that a fact belongs to."""
    if isinstance(fact, SealsApplied | SealsRemoved):
        licensed = questions.licensees(fact.mark)
        years = {fiscal_year(fact.at)} if licensed else set()
    elif isinstance(fact, MarkRegistered):
        licensed = questions.licensees(fact.mark) | {fact.importer}
        years = questions.years_of(fact.mark)
    else:
        return
    for party in licensed:
        for year in years:
            yield Subject(SubjectKind.PARTY_YEAR, f"{party} {year}")
