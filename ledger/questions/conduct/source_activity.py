"""Who was heard when: every event under its source, every scan under its actor too.

Rows of events are only ever added, and whether one counts is asked of the corrections; sums by
month, day and hour are those of what counts, unless they say otherwise.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter
from struct import Struct
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.questions.conduct import scanned_at
from ledger.questions.conduct.lateness import LAG_DAYS_MIN, Lateness
from ledger.questions.conduct.repeats import Repeats
from ledger.questions.conduct.two_sites import TwoSites
from ledger.views.folding import NEVER, Fold, Rows, Scans, copy_rows, for_each
from ledger.views.places import hashed

NOWHERE: Final = 0
"""The site of what is no scan."""
_HOUR: Final = 3_600_000_000
_LAG_MIN: Final = LAG_DAYS_MIN * MICROS_A_DAY
_HOURS_A_DAY: Final = 24
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MONTH: Final = len("YYYY-MM")
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_before_time = Struct(">hiqi").pack  # 5 fields: who
_after_id = Struct(">iqiq").pack  # site, source
_row = Struct(">18sqi16s24s").pack  # time and id between what is packed once for many
_HOURS = """
INSERT INTO busy AS b (source, hour, seals) SELECT * FROM unnest(%b::int8[], %b::int8[], %b::int8[])
ON CONFLICT (source, hour) DO UPDATE SET seals = b.seals + excluded.seals
"""
_LATEST = """
SELECT w.who, h.time FROM unnest(%b::int8[]) AS w (who) CROSS JOIN LATERAL (
    SELECT time FROM heard WHERE heard.who = w.who ORDER BY time DESC LIMIT 1
) AS h
"""
_latest_kept_max: Final = 100_000
_MONTHS = """
INSERT INTO heard_months AS h (source, month, events, reversed)
SELECT * FROM unnest(%b::int8[], %b::text[], %b::int8[], %b::int8[])
ON CONFLICT (source, month) DO UPDATE SET events = h.events + excluded.events,
    reversed = h.reversed + excluded.reversed
"""


class SourceActivity(Fold):
    """Keeps what was heard of sources and persons."""

    TABLES: ClassVar[str] = (
        Lateness.TABLES
        + TwoSites.TABLES
        + Repeats.TABLES
        + """
-- who: hash of a source, or of the actor of a scan; site: hash of where it was taken, 0 for what is
-- no scan; time: µs UTC of the event.
CREATE TABLE heard (
    who int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, site int8 NOT NULL,
    source int8 NOT NULL
) WITH (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 100000);
CREATE INDEX heard_by_time ON heard (who, time);
-- hour: hours since 1970, UTC.
CREATE TABLE busy (
    source int8 NOT NULL, hour int8 NOT NULL, seals int8 NOT NULL, PRIMARY KEY (source, hour)
) WITH (fillfactor = 70);
CREATE INDEX busy_most ON busy (source, seals);
-- month: YYYY-MM of the events' own time, UTC; events: everything recorded; reversed: those of them
-- that do not count.
CREATE TABLE heard_months (
    source int8 NOT NULL, month text NOT NULL, events int8 NOT NULL, reversed int8 NOT NULL,
    PRIMARY KEY (source, month)
) WITH (fillfactor = 70);
-- What was recorded and does not count, under its source.
CREATE TABLE reversed (source int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL);
CREATE INDEX reversed_by_source ON reversed (source, time);
"""
    )

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], int] = {}
        self._packed: list[bytes] = []
        self._latest: dict[int, int] = {}
        """By source, of those heard lately: the latest time of an event heard of it."""
        self._moments: dict[int, tuple[list[int], list[UUID]]] = {}
        """By source: times and ids of the batch's events."""
        self._repeats = Repeats()
        self._late = Lateness()
        self._two_sites = TwoSites()
        self._hours: dict[tuple[int, int], tuple[int]] = {}
        self._days: dict[tuple[int, int], int] = {}
        self._reversed: list[tuple[int, int, UUID]] = []

    def name(self, kind: str, key: str) -> int:
        """The hash of a source, person or site."""
        found = self._names.get((kind, key))
        if found is None:
            found = self._names[kind, key] = hashed(kind, key)
        return found

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take any recorded event but an application."""
        del position
        site = scanned_at(fact)
        key = UUID(fact.id)
        self._hear(fact.source, fact.actor, site, (at,), (key,))
        who = self.name("source", fact.source)
        if recorded_at - at > _LAG_MIN:
            self._late.take(who, at, recorded_at, key)
        self._count(who, at // _HOUR, 1)
        if site is not None:
            self._cross(fact.source, fact.actor, site, at, at)

    def heard(self, alike: Scans) -> None:
        """Take applications as recorded."""
        self._hear(alike.source, alike.actor, alike.site, alike.times, alike.ids)
        who = self.name("source", alike.source)
        if alike.recorded_at - alike.first > _LAG_MIN:  # else none of them is late
            for at, *_, key, recorded_at in alike.each:
                if recorded_at - at > _LAG_MIN:
                    self._late.take(who, at, recorded_at, key)
        self._count(who, alike.hour, alike.count)
        self._cross(alike.source, alike.actor, alike.site, alike.first, alike.last)

    def _hear(
        self,
        source: str,
        actor: str | None,
        site: str | None,
        times: Sequence[int],
        ids: Sequence[UUID],
    ) -> None:
        """Take recorded events that are alike; `site` where they are scans."""
        who = self.name("source", source)
        where = NOWHERE if site is None else self.name("site", site)
        heard = self._moments.get(who)
        if heard is None:
            heard = self._moments[who] = [], []
        heard[0].extend(times)
        heard[1].extend(ids)
        after = _after_id(8, where, 8, who)
        keys = [key.int.to_bytes(16, "big") for key in ids]
        before = _before_time(5, 8, who, 8)
        self._packed += [
            _row(before, at, 16, key, after) for at, key in zip(times, keys, strict=True)
        ]
        if actor is not None and site is not None:
            before = _before_time(5, 8, self.name("person", actor), 8)
            self._packed += [
                _row(before, at, 16, key, after) for at, key in zip(times, keys, strict=True)
            ]

    def _count(self, who: int, hour: int, events: int) -> None:
        of = (who, hour // _HOURS_A_DAY)
        self._days[of] = self._days.get(of, 0) + events

    def _cross(self, source: str, actor: str | None, site: str, first: int, last: int) -> None:
        who, where = self.name("source", source), self.name("site", site)
        self._two_sites.scan(who, where, who, first, last)
        if actor is not None:
            self._two_sites.scan(self.name("person", actor), where, who, first, last)

    def scans(self, alike: Scans) -> None:
        """Applications that count, or no longer do."""
        hour = (self.name("source", alike.source), alike.hour)
        self._hours[hour] = (self._hours.get(hour, (0,))[0] + alike.seals,)
        if alike.sign < 0:
            for at, key in zip(alike.times, alike.ids, strict=True):
                self.undone(alike.source, alike.actor, at, key)

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Any other fact that no longer counts."""
        del position
        if sign < 0:
            self.undone(fact.source, fact.actor, at, UUID(fact.id))

    def bind(self, fact: Fact, sign: int) -> None:
        """A registry fact that begins (+1) or ceases (-1) to bind."""
        self._two_sites.register(fact, fact.at, sign)

    def undone(self, source: str, actor: str | None, at: int, event_id: UUID) -> None:
        """Take a recorded event that does not count."""
        who = self.name("source", source)
        self._reversed.append((who, at, event_id))
        self._two_sites.undone(who, at)
        if actor is not None:
            self._two_sites.undone(self.name("person", actor), at)

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        self._look_up_latest(rows)
        if self._packed:
            with rows.copy(
                "COPY heard (who, time, id, site, source) FROM STDIN (FORMAT binary)"
            ) as copy:
                copy.write(b"".join((_SIGNATURE, *self._packed, _TRAILER)))
        for who, moments in self._moments.items():
            self._latest[who] = self._met(who, *moments)
        self._repeats.flush(rows, (key for _, _, key in self._reversed))
        copy_rows(rows, "reversed (source, time, id)", ("int8", "int8", "uuid"), self._reversed)
        self._late.flush(rows, self._reversed)
        self._two_sites.flush(rows)
        for statement, counted in ((_HOURS, self._hours), (_MONTHS, self._months())):
            for_each(rows, statement, [(*key, *sums) for key, sums in sorted(counted.items())])
        self._clear()

    def _look_up_latest(self, rows: Rows) -> None:
        """Learn the latest time heard of each source of the batch, before it is written."""
        unknown = [who for who in self._moments if who not in self._latest]
        if len(self._latest) + len(unknown) > _latest_kept_max:
            self._latest.clear()
            unknown = [*self._moments]
        if unknown:
            self._latest.update(dict.fromkeys(unknown, -NEVER))
            self._latest.update(rows.execute(_LATEST, (unknown,), prepare=True).fetchall())

    def _met(self, who: int, times: list[int], ids: list[UUID]) -> int:
        """Take what may have been heard at the time of another; answers the latest time of all."""
        latest = self._latest[who]
        if min(times) > latest and len({*times}) == len(times):
            return max(times)  # later than all that was heard, each by itself: they meet nothing
        for at, key in sorted(zip(times, ids, strict=True), key=itemgetter(0)):
            if at > latest:
                latest = at
            else:
                self._repeats.take(who, at, key)
        return latest

    def _months(self) -> dict[tuple[int, str], tuple[int, int]]:
        """Events recorded and reversed of the batch, by source and month."""
        months: dict[tuple[int, str], tuple[int, int]] = {}
        reversed_ = [(source, at // MICROS_A_DAY) for source, at, _ in self._reversed]
        for (source, day), *change in (
            *((key, count, 0) for key, count in self._days.items()),
            *((key, 0, 1) for key in reversed_),
        ):
            key = source, date.fromordinal(_EPOCH + day).isoformat()[:_MONTH]
            events, undone = months.get(key, (0, 0))
            months[key] = events + change[0], undone + change[1]
        return months

    def forget(self) -> None:
        """Drop the batch, and what it made the latest: others may have written since."""
        self._clear()
        self._two_sites.forget()
        self._latest.clear()

    def _clear(self) -> None:
        self._packed.clear()
        self._moments.clear()
        self._repeats.forget()
        self._late.forget()
        self._hours.clear()
        self._days.clear()
        self._reversed.clear()


def heard_under(fact: Fact) -> Iterator[tuple[str, str]]:
    """The sources and persons whose activity a fact adds to."""
    yield "source", fact.source
    if fact.actor is not None:
        yield "person", fact.actor
