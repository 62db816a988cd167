"""Facts found again by what they are about, in bulk, as known at any position.

What is answered is a Record: the facts with the moment each was recorded, and which of them are
corrected. It does not depend on the order in which anything arrived.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied
from ledger.log import Log
from ledger.views.bound import unbound
from ledger.views.folding import Rows
from ledger.views.places import hashed

TOPIC: Final = 0
"""Stands for `About` where the subject is a type of event."""
_keys_kept_max = 50_000
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
_ATTACHED = """
SELECT DISTINCT m.position FROM unnest(%s::text[]) AS wanted (lot)
JOIN places AS p ON p.kind = 4 AND p.key = wanted.lot
CROSS JOIN LATERAL (
    SELECT position FROM moves WHERE place = p.id AND delta > 0 AND position <= %s OFFSET 0
) AS m ORDER BY m.position
"""
_RETRACTED = """
SELECT target, recorded_at FROM retracted WHERE target = ANY(%s::uuid[]) AND position <= %s
"""


@lru_cache(maxsize=_keys_kept_max)
def subject_id(about: int, key: str) -> int:
    """The eight-byte id of a subject."""
    return hashed(int(about), key)


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
    found = {}
    for start in range(0, len(positions), _positions_batch_max):
        for recorded in log.at(positions[start : start + _positions_batch_max]):
            found[recorded.id] = decode(recorded.state)
    gone = {row[0] for row in rows.execute(_RETRACTED, ([*found], until)).fetchall()}
    return [
        fact
        for event, fact in found.items()
        if event not in gone and any((m.about, m.key) == (about, key) for m in mentions(fact))
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
    ids = [UUID(known.id) for known in record]
    for target, recorded_at in rows.execute(_RETRACTED, (ids, until)).fetchall():
        record.retract(str(target), recorded_at)


def _positions(rows: Rows, pairs: list[tuple[int, int]], until: int) -> list[int]:
    if not pairs:
        return []
    abouts, keys = map(list, zip(*pairs, strict=True))
    return [row[0] for row in rows.execute(_FIND, (abouts, keys, until)).fetchall()]


def _load(
    rows: Rows, log: Log, positions: list[int], until: int, fits: Callable[[Fact], bool]
) -> Record:
    record = Record()
    for start in range(0, len(positions), _positions_batch_max):
        for recorded in log.at(positions[start : start + _positions_batch_max]):
            fact = decode(recorded.state)
            if fits(fact):
                record.add(fact, recorded.recorded_at, recorded.by, recorded.door)
    correct(rows, record, until)
    return record
