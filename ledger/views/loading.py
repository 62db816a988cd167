"""The index of what facts are about, and facts found again by it, in bulk.

The index is by subject, and of the registry by type. Applications and heartbeats are not in it: a
lot's moves lead to its applications. What is answered is a Record, as known at any position: the
facts with the moment each was recorded, and which of them are corrected or do not bind. It does not
depend on the order in which anything arrived.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import ClassVar, Final
from uuid import UUID

from ledger.custody.places import Kind
from ledger.facts import registry
from ledger.facts.canonical import decode
from ledger.facts.corrections import EventRetracted
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied
from ledger.facts.standing import REGISTRY
from ledger.log import Log, Recorded
from ledger.views.access.policies import NAMELESS
from ledger.views.folding import Fold, Rows, Seen, columns
from ledger.views.places import TOPIC, subject_id

_positions_batch_max = 5_000
LAST: Final = 2**63 - 1
"""A position no log reaches: everything known."""

_FIND = """
SELECT DISTINCT m.position FROM unnest(%s::int2[], %s::int8[]) AS wanted (about, key)
CROSS JOIN LATERAL (
    SELECT position FROM mentions
    WHERE about = wanted.about AND key = wanted.key AND position <= %s OFFSET 0
) AS m ORDER BY m.position
"""
_ATTACHED = f"""
SELECT DISTINCT m.position FROM unnest(%s::text[]) AS wanted (lot)
JOIN places AS p ON p.kind = {Kind.LOT:d} AND p.key = wanted.lot
CROSS JOIN LATERAL (
    SELECT position FROM moves WHERE place = p.id AND delta > 0 AND position <= %s OFFSET 0
) AS m ORDER BY m.position
"""
_RETRACTED = """
SELECT target, recorded_at FROM retracted WHERE target = ANY(%s::uuid[]) AND position <= %s
"""
_SINCE: Final = """
SELECT id, until IS NULL FROM unbound
WHERE (position > %b AND position <= %b) OR (until > %b AND until <= %b)
ORDER BY id, position
"""
_SPEAKERS_SINCE: Final = """
SELECT source, party FROM speakers WHERE position > %b AND position <= %b
"""
_UNBOUND: Final = """
SELECT id FROM unbound WHERE id = ANY(%b::uuid[]) AND position <= %b
    AND (until IS NULL OR until > %b)
"""
_BY_TIME = """
SELECT time, position FROM moves WHERE place = %(lot)s AND delta > 0 AND time {beyond} %(start)s
ORDER BY time {order} LIMIT %(limit)s
"""
_FORWARD: Final = _BY_TIME.format(beyond=">=", order="ASC")
_BACKWARD: Final = _BY_TIME.format(beyond="<=", order="DESC")
BEGINNING: Final = -(2**63)
"""Before every time."""
page_moves_first: Final = 64
page_moves_max: Final = 4_096


class Mentions(Fold):
    """Indexes facts by subject."""

    TABLES: ClassVar[str] = """
-- about: ledger.facts.mentions.About, or 0 for all facts of a type; key: hash of the subject.
CREATE TABLE mentions (about int2 NOT NULL, key int8 NOT NULL, position int8 NOT NULL);
CREATE INDEX mentions_by_subject ON mentions (about, key, position);
"""
    SEEN: ClassVar[Seen] = {
        "mentions": NAMELESS,
    }
    BATCH = ("_mentions",)

    def __init__(self) -> None:
        self._mentions: list[tuple[int, int, int]] = []

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take every subject of a fact."""
        del at, recorded_at
        if isinstance(fact, registry.SourceHeartbeat):
            return
        for about, key in mentions(fact):
            self._mentions.append((int(about), subject_id(about, key), position))
        if type(fact) in REGISTRY or isinstance(fact, EventRetracted):
            self._mentions.append((TOPIC, subject_id(TOPIC, type(fact).__name__), position))

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        self.copy(rows, "mentions", self._mentions)
        self.forget()


def facts_about(
    rows: Rows, log: Log, subjects: Iterable[tuple[About, str]], until: int = LAST
) -> Record:
    """Every fact about the subjects recorded up to position `until`, applications left out."""
    wanted = set(subjects)
    pairs = sorted((int(about), subject_id(about, key)) for about, key in wanted)
    return _load(
        rows,
        log,
        _positions(rows, pairs, until),
        until,
        # Two keys may share a hash: what was not asked for is left out.
        lambda fact: any(mention in wanted for mention in mentions(fact)),
    )


def counting_about(rows: Rows, log: Log, about: About, key: str, until: int = LAST) -> list[Fact]:
    """The facts about one subject that count by position `until`, as they were recorded.

    For a reader who wants them all once: nothing is sorted in to be found again.
    """
    positions = _positions(rows, [(int(about), subject_id(about, key))], until)
    found = [decode(event.state) for batch in batches_at(log, positions) for event in batch]
    gone = retracted(rows, (fact.id for fact in found), until)
    return [
        fact
        for fact in found
        if fact.id not in gone and any((m.about, m.key) == (about, key) for m in mentions(fact))
    ]


def facts_of(rows: Rows, log: Log, kinds: Sequence[type[Fact]], until: int = LAST) -> Record:
    """Every registry fact and retraction of the kinds recorded up to position `until`."""
    pairs = sorted((TOPIC, subject_id(TOPIC, kind.__name__)) for kind in kinds)
    found = _positions(rows, pairs, until)
    return _load(rows, log, found, until, lambda fact: isinstance(fact, tuple(kinds)))


def applications_to(rows: Rows, log: Log, lots: Iterable[str], until: int = LAST) -> Record:
    """Every application to the lots recorded up to position `until`: costs their number."""
    wanted = set(lots)
    found = [row[0] for row in rows.execute(_ATTACHED, (sorted(wanted), until)).fetchall()]
    return _load(
        rows,
        log,
        found,
        until,
        lambda fact: isinstance(fact, SealsApplied) and fact.lot in wanted,
    )


def facts_by_id(rows: Rows, log: Log, ids: Iterable[str], until: int = LAST) -> Record:
    """The facts of these ids recorded up to position `until`."""
    streams = log.get([UUID(event_id) for event_id in ids])
    record = Record()
    for first, *more in streams.values():
        if first.position <= until and first.version == 1 and not more:
            record.add(decode(first.state), first.recorded_at, first.by, first.door)
    correct(rows, record, until)
    return record


def correct(rows: Rows, record: Record, until: int = LAST) -> None:
    """Tell a record which of its facts are retracted or do not bind by position `until`."""
    record.tell(unbound(rows, (known.fact for known in record), until), {})
    for target, recorded_at in retracted(rows, (known.id for known in record), until).items():
        record.retract(target, recorded_at)


def retracted(rows: Rows, ids: Iterable[str], until: int = LAST) -> dict[str, int]:
    """Which of these events do not count by position `until`, and when (µs UTC) it was recorded."""
    found = rows.execute(_RETRACTED, ([*map(UUID, ids)], until)).fetchall()
    return {str(target): recorded_at for target, recorded_at in found}


def batches_at(log: Log, positions: Sequence[int]) -> Iterator[list[Recorded]]:
    """The events at positions, as many at once as memory should hold."""
    for start in range(0, len(positions), _positions_batch_max):
        yield log.at(positions[start : start + _positions_batch_max])


def _positions(rows: Rows, pairs: list[tuple[int, int]], until: int) -> list[int]:
    if not pairs:
        return []
    return [at for (at,) in rows.execute(_FIND, (*columns(pairs), until)).fetchall()]


def _load(
    rows: Rows, log: Log, positions: list[int], until: int, fits: Callable[[Fact], bool]
) -> Record:
    record = Record()
    for recorded in chain.from_iterable(batches_at(log, positions)):
        fact = decode(recorded.state)
        if fits(fact):
            record.add(fact, recorded.recorded_at, recorded.by, recorded.door)
    correct(rows, record, until)
    return record


def unbound(rows: Rows, facts: Iterable[Fact], until: int) -> set[str]:
    """Which of these registry facts did not bind at a position."""
    ids = [UUID(fact.id) for fact in facts if type(fact) in REGISTRY]
    if not ids:
        return set()
    found = rows.execute(_UNBOUND, (ids, until, until), prepare=True).fetchall()
    return {str(key) for (key,) in found}


def changed_bindings(rows: Rows, after: int, until: int) -> dict[str, bool]:
    """Registry facts that came to bind, or ceased to, behind one position up to another.

    By id, and whether each binds at the end of that.
    """
    found = rows.execute(_SINCE, (after, until, after, until), prepare=True).fetchall()
    return {str(key): not still for key, still in found}


def moved_speakers(rows: Rows, after: int, until: int) -> dict[str, str | None]:
    """Sources that speak for somebody else since, and for whom; None: nobody knows."""
    return dict(rows.execute(_SPEAKERS_SINCE, (after, until), prepare=True).fetchall())


def pages(
    rows: Rows, lot: int, start: int, *, forward: bool = True
) -> Iterator[list[tuple[int, int]]]:
    """(time, position) of moves into a LOT place from a time on, or back from it.

    All moves of one time are on one page.
    """
    limit = page_moves_first
    statement = _FORWARD if forward else _BACKWARD
    while True:
        asked = {"lot": lot, "start": start, "limit": limit}
        found = rows.execute(statement, asked, prepare=True).fetchall()
        if len(found) < limit:
            if found:
                yield found
            return
        start = found[-1][0]
        whole = [row for row in found if row[0] != start]
        if whole:
            yield whole
            limit = min(2 * limit, page_moves_max)
        else:
            limit *= 2  # that many at one moment
