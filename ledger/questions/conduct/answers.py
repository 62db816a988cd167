"""Conduct, answered from the database: from sums of what sources and persons did.

Events themselves are read only where something is to be shown of them.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, Final, Literal
from uuid import UUID

from ledger.facts import seals as s
from ledger.facts.record import Known
from ledger.facts.registry import SourceRegistered
from ledger.questions.applications.years import YearAnswers, shot_twice
from ledger.questions.at_hand import EVIDENCE_IDS_MAX
from ledger.questions.conduct import (
    TWO_SITES_COUNTED_MAX,
    Hour,
    LateDay,
    ReversedMonth,
    SitePair,
    SitePairs,
    scanned_at,
)
from ledger.questions.conduct.source_activity import heard_under
from ledger.questions.dependencies import DependencyKey
from ledger.rules.moments import next_month, start_of, utc_text
from ledger.rules.subjects import said_by
from ledger.rules.violation import OTHERS_TOLD_MAX
from ledger.views.places import hashed

_COUNTS = "NOT EXISTS (SELECT FROM retracted WHERE target = {table}.id)"
# These are asked for many at once: by number of who is asked for.
_OF_EACH = """
SELECT wanted.n::int4, of.* FROM unnest(%b::int8[]) WITH ORDINALITY AS wanted (who, n)
CROSS JOIN LATERAL ({of_one} OFFSET 0) AS of ORDER BY wanted.n, {order}
"""
_CROSSINGS = _OF_EACH.format(
    of_one=f"""
    SELECT before, before_at, id, time FROM crossings
    WHERE who = wanted.who AND time - before_at < %b ORDER BY time, id LIMIT {OTHERS_TOLD_MAX}""",
    order="time, id",
)
_CROSSED = f"""
SELECT count(*) FROM (
    SELECT FROM crossings WHERE who = %b AND time - before_at < %b LIMIT {TWO_SITES_COUNTED_MAX}
) AS counted
"""
_THROUGH = _OF_EACH.format(
    of_one="SELECT DISTINCT source FROM heard_at WHERE who = wanted.who", order="source"
)
_LATE = _OF_EACH.format(
    of_one="""
    SELECT day, sum(events)::int8 AS events, min(oldest) AS oldest FROM late_days
    WHERE source = wanted.who AND lag >= %b GROUP BY day""",
    order="day",
)
_LATE_ON = f"""
SELECT id FROM late WHERE source = %b AND day = %b AND lag >= %b
    AND {_COUNTS.format(table="late")} ORDER BY time, id LIMIT {EVIDENCE_IDS_MAX}
"""
_MONTHS = _OF_EACH.format(
    of_one="SELECT month, events, reversed FROM heard_months WHERE source = wanted.who",
    order="month",
)
_REVERSED = f"""
SELECT id FROM reversed WHERE source = %b AND time >= %b AND time < %b
ORDER BY time, id LIMIT {EVIDENCE_IDS_MAX}
"""
_BUSY = _OF_EACH.format(
    of_one="SELECT hour, seals FROM busy WHERE source = wanted.who AND seals > %b", order="hour"
)
_MET = """
SELECT who, time FROM met WHERE who = ANY(%b::int8[]) AND time BETWEEN %b AND %b LIMIT %b
"""
_MET_EXACTLY = """
SELECT met.who, met.time FROM unnest(%b::int8[], %b::int8[]) AS wanted (who, time)
JOIN met ON (met.who, met.time) = (wanted.who, wanted.time)
"""
_FIRST_SAID = """
SELECT wanted.digest, s.id FROM unnest(%b::uuid[]) AS wanted (digest)
CROSS JOIN LATERAL (SELECT id FROM said WHERE digest = wanted.digest ORDER BY id LIMIT 1) AS s
"""
_SAID_AGAIN = """
SELECT DISTINCT s.id FROM unnest(%b::uuid[], %b::uuid[]) AS wanted (digest, after)
CROSS JOIN LATERAL (
    SELECT id FROM said
    WHERE digest = wanted.digest AND id > wanted.after AND position <= %b OFFSET 0
) AS s ORDER BY s.id
"""
_HEARD_WITHIN = "SELECT id FROM heard WHERE who = %b AND time BETWEEN %b AND %b"
_HOUR: Final = 3_600_000_000
doers_read_max: Final = 200
"""Of so many persons or sources something is read at once."""


HEARD: Final = DependencyKey[str, str]("heard", heard_under)
"""What was heard of a source, or what a person scanned."""
SCANNER: Final = DependencyKey[int](
    "scanner", lambda fact: ((hashed("source", fact.registers),),), SourceRegistered
)
"""Whether a source, by its hash, is a scanner."""


_Doer = Literal["person", "source"]


class ConductAnswers(YearAnswers):
    """What is asked about sources, persons and single events."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._asked: set[str] = set()
        self._said: dict[str, UUID] = {}
        self._first_said: dict[UUID, str] = {}
        self._doers: dict[_Doer, set[int]] = {"person": set(), "source": set()}
        self._read: dict[str, set[int]] = {}
        self._of: dict[tuple[str, int, int | None], list[tuple[Any, ...]]] = {}

    # -- sources and persons

    def want_doers(self, of: _Doer, keys: Iterable[str]) -> None:
        """Say that these will be asked about: what is read of one is then read of many."""
        self._doers[of].update(hashed(of, key) for key in keys)

    def _of_each(self, statement: str, of: _Doer, key: str, beyond: int | None = None) -> list[Any]:
        """What a statement finds of a person or source, read together with others wanted."""
        who = hashed(of, key)
        found = self._of.pop((statement, who, beyond), None)
        if found is not None:
            return found
        read = self._read.setdefault(statement, set())
        others = (one for one in self._doers[of] if one not in read and one != who)
        asked = [who, *islice(others, doers_read_max - 1)]
        read.update(asked)
        of_each: list[list[tuple[Any, ...]]] = [[] for _ in asked]
        values = (asked,) if beyond is None else (asked, beyond)
        for number, *row in self.rows.execute(statement, values, prepare=True).fetchall():
            of_each[number - 1].append(tuple(row))
        for one, rows in zip(asked, of_each, strict=True):
            self._of[statement, one, beyond] = rows
        return self._of.pop((statement, who, beyond))

    def two_sites(self, of: _Doer, key: str, within: int) -> SitePairs:
        self.dependencies.note(HEARD, of, key)
        # Whether a source is a scanner decides whose neighbour its scans are.
        for (source,) in self._of_each(_THROUGH, of, key):
            self.dependencies.note(SCANNER, source)
        found = self._of_each(_CROSSINGS, of, key, within)
        self.record.give_ids(str(id_) for row in found for id_ in (row[0], row[2]))
        first = [
            SitePair(str(one), one_at, self._site(one), str(other), at, self._site(other))
            for one, one_at, other, at in found
        ]
        if len(first) < OTHERS_TOLD_MAX:
            return SitePairs(first, len(first))
        row = self.rows.execute(_CROSSED, (hashed(of, key), within), prepare=True).fetchone()
        return SitePairs(first, int(row[0]) if row else 0)

    def _site(self, event: UUID) -> str:
        known = self.record.known(str(event))
        if known is None:
            return ""
        fact = known.fact
        return fact.site if isinstance(fact, s.SealsApplied) else scanned_at(fact) or ""

    def late_days(self, source: str, days: int) -> Sequence[LateDay]:
        self.dependencies.note(HEARD, "source", source)
        return [
            LateDay(date.fromordinal(_EPOCH + day).isoformat(), events, oldest)
            for day, events, oldest in self._of_each(_LATE, "source", source, days)
        ]

    def late_on(self, source: str, day: str, days: int) -> Sequence[str]:
        self.dependencies.note(HEARD, "source", source)
        at = date.fromisoformat(day).toordinal() - _EPOCH
        found = self.rows.execute(_LATE_ON, (hashed("source", source), at, days), prepare=True)
        return tuple(str(key) for (key,) in found.fetchall())

    def reversed_months(self, source: str) -> Sequence[ReversedMonth]:
        self.dependencies.note(HEARD, "source", source)
        return [ReversedMonth(*row) for row in self._of_each(_MONTHS, "source", source)]

    def reversed_in(self, source: str, month: str) -> Sequence[str]:
        self.dependencies.note(HEARD, "source", source)
        first = date.fromisoformat(f"{month}-01")
        within = start_of(first), start_of(next_month(month))
        found = self.rows.execute(_REVERSED, (hashed("source", source), *within), prepare=True)
        return tuple(str(key) for (key,) in found.fetchall())

    def busy_hours(self, source: str, more_than: int) -> Sequence[Hour]:
        self.dependencies.note(HEARD, "source", source)
        hours = []
        for hour, seals in self._of_each(_BUSY, "source", source, more_than):
            applied = self._applied_in(source, hour * _HOUR, (hour + 1) * _HOUR - 1)
            ids = tuple(known.id for known in applied)[:EVIDENCE_IDS_MAX]
            rec = min(known.rec for known in applied)
            hours.append(Hour(utc_text(hour * _HOUR)[:13], seals, len(applied), rec, ids))
        return hours

    def hour_shot_twice(self, source: str, hour: str, within: int) -> bool:
        self.dependencies.note(HEARD, "source", source)
        hours = (date.fromisoformat(hour[:10]).toordinal() - _EPOCH) * 24 + int(hour[11:13])
        start, end = hours * _HOUR, (hours + 1) * _HOUR - 1
        around = self._applied_in(source, start - within, end + within)
        return shot_twice(around, within, start, end)

    def _applied_in(self, source: str, start: int, end: int) -> list[Known]:
        """The counting applications of a source at times from `start` to `end` (µs UTC)."""
        within = hashed("source", source), start, end
        ids = [str(key) for (key,) in self.rows.execute(_HEARD_WITHIN, within).fetchall()]
        self.record.give_ids(ids)
        return self.counting(known for key in ids if (known := self.record.known(key)) is not None)

    def last_heard(self, source: str) -> int | None:
        self.dependencies.note(HEARD, "source", source)
        row = self.rows.execute(
            "SELECT last_recorded FROM sources WHERE source = %s", (source,), prepare=True
        ).fetchone()
        return None if row is None else int(row[0])

    # -- events

    def want_repeats(self, events: Sequence[Known]) -> None:
        """Read in bulk which events were heard from the same source at the same time."""
        missing = [known for known in events if known.id not in self._asked]
        if not missing:
            return
        self._asked.update(known.id for known in missing)
        by_source = {known.fact.source: known for known in missing}
        whos = {
            source: self.dependencies.memo(("who", source), partial(_who, known))
            for source, known in by_source.items()
        }
        met = self._met([(whos[known.fact.source], known.at) for known in missing])
        if not met:
            return  # nearly always: every event stands alone
        for known in missing:
            if (whos[known.fact.source], known.at) in met:
                self._said[known.id] = said_by(known.fact)
        said = {self._said[known.id] for known in missing if known.id in self._said}
        fresh = [digest for digest in said if digest not in self._first_said]
        found = self.rows.execute(_FIRST_SAID, (sorted(fresh),), prepare=True).fetchall()
        self._first_said.update((digest, str(first)) for digest, first in found)

    def _met(self, moments: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """Those (source, time) at which more than one event was heard."""
        whos, times = map(list, zip(*moments, strict=True))
        asked = ([*{*whos}], min(times), max(times), len(moments) + 1)
        found = self.rows.execute(_MET, asked, prepare=True).fetchall()
        if len(found) > len(moments):
            found = self.rows.execute(_MET_EXACTLY, (whos, times), prepare=True).fetchall()
        return set(found)

    def repeated_by(self, events: Sequence[Known], looked_to: int) -> list[UUID]:
        """Events at positions up to one whose first of the same words is another, or may be.

        The events given have come, or have ceased to count, since those were looked at.
        """
        self.want_repeats(events)
        firsts = []
        for known in events:
            digest = self._said.get(known.id)
            if digest is not None and known.id <= self._first_said.get(digest, known.id):
                firsts.append((digest, self.record.ids.get(known.id) or UUID(known.id)))
        if not firsts:
            return []
        digests, ids = map(list, zip(*firsts, strict=True))
        found = self.rows.execute(_SAID_AGAIN, (digests, ids, looked_to), prepare=True).fetchall()
        return [key for (key,) in found]

    def repeat_of(self, event_id: str) -> str | None:
        if event_id in self._asked and event_id not in self._said:
            return None
        known = self.record.known(event_id)
        if known is None or self.record.taken_back(known.fact):
            return None
        self.want_repeats([known])
        digest = self._said.get(event_id)
        first = None if digest is None else self._first_said.get(digest)
        return first if first is not None and first < event_id else None


def _who(known: Known) -> int:
    return hashed("source", known.fact.source)


_EPOCH: Final = date(1970, 1, 1).toordinal()
