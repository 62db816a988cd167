"""Sums of applications by day, person, lot and fiscal year; and where removals stand.

Rows of events are only ever added; whether one counts is asked of the corrections.
"""

from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.seals import SealsRemoved
from ledger.rules.moments import fiscal_year
from ledger.views.access.policies import OF_MY_MARKS, held_by_me
from ledger.views.folding import NEVER, Fold, Rows, Scans, Seen, copy_rows, for_each

_HOUR: Final = 3_600_000_000
_DAYS = """
INSERT INTO applied_days AS d (holder, mark, contract, day, applications, first, first_id)
SELECT holder, mark, contract, day::date, applications, first, first_id FROM unnest(%b::text[],
    %b::text[], %b::text[], %b::text[], %b::int8[], %b::int8[], %b::uuid[])
    AS new (holder, mark, contract, day, applications, first, first_id)
ON CONFLICT (holder, mark, contract, day) DO UPDATE SET
    applications = d.applications + excluded.applications,
    first = least(d.first, excluded.first),
    first_id = CASE WHEN (excluded.first, excluded.first_id) < (d.first, d.first_id)
        THEN excluded.first_id ELSE d.first_id END
"""
_SEALERS = """
INSERT INTO sealers AS s (lot, actor, applications) SELECT * FROM unnest(%b::text[], %b::text[],
    %b::int8[])
ON CONFLICT (lot, actor) DO UPDATE SET applications = s.applications + excluded.applications
"""
_WORKED = """
INSERT INTO worked AS w (mark, year, lot, label, version, units) SELECT * FROM unnest(%b::text[],
    %b::int4[], %b::text[], %b::text[], %b::int4[], %b::int8[])
ON CONFLICT (mark, year, lot, label, version) DO UPDATE SET units = w.units + excluded.units
"""
_LAST_ID: Final = "~"
"""Behind every id."""
_NO_ID = UUID(int=2**128 - 1)
"""Above every other id, so that it never becomes the first."""
_DayKey = tuple[str, str, str, str]
"""Holder, mark, contract ('' where none is named), local day."""


class AppliedSums(Fold):
    """Keeps the sums of applications."""

    TABLES: ClassVar[str] = """
-- contract: '' where the application names none. first, first_id: the application with the
-- smallest (time, id) that ever counted; where it no longer does, the day is read again.
CREATE TABLE applied_days (
    holder text NOT NULL, mark text NOT NULL, contract text NOT NULL, day date NOT NULL,
    applications int8 NOT NULL, first int8 NOT NULL, first_id uuid NOT NULL,
    PRIMARY KEY (holder, mark, contract, day)
) WITH (fillfactor = 70);
CREATE INDEX applied_days_by_mark ON applied_days (mark, day);
-- Who attached seals to a lot.
CREATE TABLE sealers (
    lot text NOT NULL, actor text NOT NULL, applications int8 NOT NULL, PRIMARY KEY (lot, actor)
) WITH (fillfactor = 70);
-- year: as in worked.
CREATE TABLE removals (mark text NOT NULL, year int4 NOT NULL, position int8 NOT NULL);
CREATE INDEX removals_by_mark ON removals (mark, year);
-- Units applied; year: the fiscal year N from 1 April N to 31 March N + 1, Japan's time.
CREATE TABLE worked (
    mark text NOT NULL, year int4 NOT NULL, lot text NOT NULL, label text NOT NULL,
    version int4 NOT NULL, units int8 NOT NULL, PRIMARY KEY (mark, year, lot, label, version)
) WITH (fillfactor = 70);
"""

    SEEN: ClassVar[Seen] = {
        "applied_days": (OF_MY_MARKS, held_by_me("mark", "holder")),
    }

    def __init__(self) -> None:
        self._removals: list[tuple[str, int, int]] = []
        self._days: dict[_DayKey, list[Any]] = {}
        self._worked: dict[tuple[str, int, str, str, int], int] = {}
        self._sealers: dict[tuple[str, str], int] = {}

    def scans(self, alike: Scans) -> None:
        """Applications that begin, or cease, to count."""
        key = (alike.holder, alike.mark, alike.contract or "", alike.day)
        day = self._days.get(key)
        if day is None:
            day = self._days[key] = [0, NEVER, ""]
        day[0] += alike.count
        if alike.first_id and (alike.first, alike.first_id) < (day[1], day[2] or _LAST_ID):
            day[1], day[2] = alike.first, alike.first_id
        if alike.actor is not None:
            sealer = (alike.lot_key, alike.actor)
            self._sealers[sealer] = self._sealers.get(sealer, 0) + alike.count
        # Japan's day begins on an hour of UTC: all of an hour are of one fiscal year.
        year = fiscal_year(alike.hour * _HOUR)
        work = (alike.mark, year, alike.lot_key, alike.label, alike.version)
        self._worked[work] = self._worked.get(work, 0) + alike.units

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """What is removed from goods."""
        if sign > 0 and isinstance(fact, SealsRemoved):
            self._removals.append((fact.mark, fiscal_year(at), position))

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        copy_rows(rows, "removals (mark, year, position)", ("text", "int4", "int8"), self._removals)
        days = [
            (*key, count, first, UUID(text) if text else _NO_ID)
            for key, (count, first, text) in sorted(self._days.items())
        ]
        for_each(rows, _DAYS, days)
        for_each(rows, _WORKED, [(*key, units) for key, units in sorted(self._worked.items())])
        for_each(rows, _SEALERS, [(*key, count) for key, count in sorted(self._sealers.items())])
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._removals.clear()
        self._days.clear()
        self._worked.clear()
        self._sealers.clear()
