"""Who was heard when and where: every event under its source, every scan under its actor too.

Rows are only ever added; whether one counts is asked of the corrections.
"""

from collections.abc import Iterator
from struct import Struct
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts import seals as s
from ledger.facts.identity import Fact
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views.folding import Fold, Rows, Scan
from ledger.views.places import hashed

lag_micros_min: Final = 3_600_000_000
"""What was recorded sooner after its time than that is never late."""
NOWHERE: Final = 0
"""The site of what is no scan."""
_HOUR: Final = 3_600_000_000
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_row = Struct(">hiqiqi16siqiq").pack  # 5 fields: who, time, id, site, source
_SCANNED: Final = (
    s.SealsReceived, s.SealsSpoiled, s.SealsSampled, s.SealsRemoved, s.SealsCounted,
)  # fmt: skip
_HOURS = """
INSERT INTO busy AS b (source, hour, seals) SELECT * FROM unnest(%b::int8[], %b::int8[], %b::int8[])
ON CONFLICT (source, hour) DO UPDATE SET seals = b.seals + excluded.seals
"""
_DAYS = """
INSERT INTO heard_days AS h (source, day, events)
SELECT * FROM unnest(%b::int8[], %b::int4[], %b::int8[])
ON CONFLICT (source, day) DO UPDATE SET events = h.events + excluded.events
"""


_SITES = """
INSERT INTO heard_at (who, site, source) SELECT * FROM unnest(%b::int8[], %b::int8[], %b::int8[])
ON CONFLICT DO NOTHING
"""


class Hearings(Fold):
    """Keeps them."""

    TABLES: ClassVar[str] = """
-- who: hash of a source, or of the actor of a scan; site: hash of where it was taken, 0 for what is
-- no scan; time: µs UTC of the event.
CREATE TABLE heard (
    who int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, site int8 NOT NULL,
    source int8 NOT NULL
) WITH (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 100000);
CREATE INDEX heard_by_time ON heard (who, time);
-- Where whom was heard scanning, and through which source: one place for most.
CREATE TABLE heard_at (
    who int8 NOT NULL, site int8 NOT NULL, source int8 NOT NULL, PRIMARY KEY (who, site, source)
);
-- What was recorded at least an hour after its time; recorded_at µs UTC.
CREATE TABLE late (
    source int8 NOT NULL, recorded_at int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL
);
CREATE INDEX late_by_source ON late (source, (recorded_at - time));
-- hour: hours since 1970, UTC.
CREATE TABLE busy (
    source int8 NOT NULL, hour int8 NOT NULL, seals int8 NOT NULL, PRIMARY KEY (source, hour)
) WITH (fillfactor = 70);
CREATE INDEX busy_most ON busy (source, seals);
-- day: of the events' own time, days since 1970, UTC; everything recorded.
CREATE TABLE heard_days (
    source int8 NOT NULL, day int4 NOT NULL, events int8 NOT NULL, PRIMARY KEY (source, day)
) WITH (fillfactor = 70);
-- What was recorded and does not count, under its source.
CREATE TABLE reversed (source int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL);
CREATE INDEX reversed_by_source ON reversed (source);
"""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], int] = {}
        self._packed: list[bytes] = []
        self._late: list[tuple[int, int, int, UUID]] = []
        self._sites: set[tuple[int, int, int]] = set()
        self._hours: dict[tuple[int, int], int] = {}
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
        self.hear((UUID(fact.id), at, recorded_at), fact.source, fact.actor, scanned_at(fact))

    def hear(
        self, event: tuple[UUID, int, int], source: str, actor: str | None, site: str | None
    ) -> None:
        """Take a recorded event (id, time, when recorded); `site` where it is a scan."""
        key, at, recorded_at = event
        who = self.name("source", source)
        where = NOWHERE if site is None else self.name("site", site)
        self._packed.append(_row(5, 8, who, 8, at, 16, key.bytes, 8, where, 8, who))
        if actor is not None and site is not None:
            person = self.name("person", actor)
            self._packed.append(_row(5, 8, person, 8, at, 16, key.bytes, 8, where, 8, who))
        if where != NOWHERE:
            self._sites.add((who, where, who))
            if actor is not None:
                self._sites.add((self.name("person", actor), where, who))
        if recorded_at - at >= lag_micros_min:
            self._late.append((who, recorded_at, at, key))
        of = (who, at // MICROS_A_DAY)
        self._days[of] = self._days.get(of, 0) + 1

    def scan(self, scan: Scan, position: int, sign: int) -> None:
        """An application that counts, or no longer does."""
        del position
        source = self.name("source", scan.source)
        hour = (source, scan.at // _HOUR)
        self._hours[hour] = self._hours.get(hour, 0) + sign * scan.seals
        if sign < 0:
            self.undone(scan.source, scan.at, UUID(scan.id))

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Any other fact that no longer counts."""
        del position
        if sign < 0:
            self.undone(fact.source, at, UUID(fact.id))

    def undone(self, source: str, at: int, event_id: UUID) -> None:
        """Take a recorded event that does not count."""
        self._reversed.append((self.name("source", source), at, event_id))

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        if self._packed:
            with rows.copy(
                "COPY heard (who, time, id, site, source) FROM STDIN (FORMAT binary)"
            ) as copy:
                copy.write(b"".join((_SIGNATURE, *self._packed, _TRAILER)))
        for table, found in (("late", self._late), ("reversed", self._reversed)):
            if found:
                columns = "source, recorded_at, time, id" if table == "late" else "source, time, id"
                types = ["int8"] * (len(found[0]) - 1) + ["uuid"]
                with rows.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as copy:
                    copy.set_types(types)
                    for row in found:
                        copy.write_row(row)
        sites = sorted(self._sites)
        if sites:
            rows.execute(_SITES, [*map(list, zip(*sites, strict=True))], prepare=True)
        for statement, counted in ((_HOURS, self._hours), (_DAYS, self._days)):
            if counted:
                values = sorted((*key, count) for key, count in counted.items())
                rows.execute(statement, [*map(list, zip(*values, strict=True))], prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._packed.clear()
        self._late.clear()
        self._sites.clear()
        self._hours.clear()
        self._days.clear()
        self._reversed.clear()


def scanned_at(fact: Fact) -> str | None:
    """The site at which a scan of seals was taken; None for a fact that is no such scan."""
    if isinstance(fact, s.SealsDispatched):
        return fact.from_site
    return fact.site if isinstance(fact, _SCANNED) else None


def heard_under(fact: Fact) -> Iterator[tuple[str, str]]:
    """The sources and persons whose hearings a fact adds to."""
    yield "source", fact.source
    if fact.actor is not None:
        yield "person", fact.actor
