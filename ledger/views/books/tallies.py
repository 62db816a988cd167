"""Tallies that only rules ask for: what came into stocks, what was spoiled, who applied on a day.

Rows of events are only ever added; whether one counts is asked of the corrections.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts import documents as d
from ledger.facts import lots
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, certificate_key
from ledger.rules.artefacts import fold
from ledger.rules.marks import marks_of
from ledger.rules.moments import fiscal_year
from ledger.views.access.policies import in_place
from ledger.views.folding import NEVER, Fold, Rows, Scans, Seen, copy_rows
from ledger.views.places import PlaceIds

_HOUR: Final = 3_600_000_000
_ORDERLY: Final = frozenset({"EXPIRED", "UNUSED"})
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
_NAMINGS = """
INSERT INTO namings AS n (mark, events, first) SELECT * FROM unnest(%b::text[], %b::int8[],
    %b::int8[])
ON CONFLICT (mark) DO UPDATE SET events = n.events + excluded.events,
    first = least(n.first, excluded.first)
"""
_KNOWN = """
INSERT INTO known_ids AS k (about, fold, key, facts) SELECT * FROM unnest(%b::int2[], %b::text[],
    %b::text[], %b::int8[])
ON CONFLICT (about, fold, key) DO UPDATE SET facts = k.facts + excluded.facts
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


class Tallies(Fold):
    """Keeps them."""

    TABLES: ClassVar[str] = """
-- What came into a stock, by event.
CREATE TABLE inflows (
    place int8 NOT NULL, time int8 NOT NULL, id uuid NOT NULL, seals int8 NOT NULL
);
CREATE INDEX inflows_by_place ON inflows (place, time DESC);
-- Spoilage that is no orderly disposal.
CREATE TABLE spoilage (place int8 NOT NULL, day date NOT NULL, id uuid NOT NULL);
CREATE INDEX spoilage_by_place ON spoilage (place, day);
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
-- year: as below.
CREATE TABLE removals (mark text NOT NULL, year int4 NOT NULL, position int8 NOT NULL);
CREATE INDEX removals_by_mark ON removals (mark, year);
-- Units applied; year: the fiscal year N from 1 April N to 31 March N + 1, Japan's time.
CREATE TABLE worked (
    mark text NOT NULL, year int4 NOT NULL, lot text NOT NULL, label text NOT NULL,
    version int4 NOT NULL, units int8 NOT NULL, PRIMARY KEY (mark, year, lot, label, version)
) WITH (fillfactor = 70);
-- events: that count and name the mark. first: position of the first that ever did.
CREATE TABLE namings (mark text PRIMARY KEY, events int8 NOT NULL, first int8 NOT NULL)
    WITH (fillfactor = 70);
-- Events but applications that name a mark.
CREATE TABLE named_marks (mark text NOT NULL, position int8 NOT NULL);
CREATE INDEX named_marks_by_mark ON named_marks (mark, position);
-- fold: what the id looks like. facts: how many that count make it known.
CREATE TABLE known_ids (
    about int2 NOT NULL, fold text NOT NULL, key text NOT NULL, facts int8 NOT NULL,
    PRIMARY KEY (about, fold, key)
);
"""
    SEEN: ClassVar[Seen] = {
        "inflows": (in_place("inflows.place"),),
        "spoilage": (in_place("spoilage.place"),),
    }

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._inflows: list[tuple[int, int, UUID, int]] = []
        self._spoilage: list[tuple[int, date, UUID]] = []
        self._removals: list[tuple[str, int, int]] = []
        self._named: list[tuple[str, int]] = []
        self._days: dict[_DayKey, list[Any]] = {}
        self._namings: dict[str, list[int]] = {}
        self._known: dict[tuple[int, str, str], int] = {}
        self._worked: dict[tuple[str, int, str, str, int], int] = {}
        self._sealers: dict[tuple[str, str], int] = {}

    def scans(self, alike: Scans) -> None:
        """Applications: their day, their mark."""
        key = (alike.holder, alike.mark, alike.contract or "", alike.day)
        day = self._days.get(key)
        if day is None:
            day = self._days[key] = [0, NEVER, ""]
        day[0] += alike.count
        if alike.first_id and (alike.first, alike.first_id) < (day[1], day[2] or _LAST_ID):
            day[1], day[2] = alike.first, alike.first_id
        self._name(alike.mark, alike.earliest, alike.count)
        if alike.actor is not None:
            sealer = (alike.lot_key, alike.actor)
            self._sealers[sealer] = self._sealers.get(sealer, 0) + alike.count
        # Japan's day begins on an hour of UTC: all of an hour are of one fiscal year.
        year = fiscal_year(alike.hour * _HOUR)
        work = (alike.mark, year, alike.lot_key, alike.label, alike.version)
        self._worked[work] = self._worked.get(work, 0) + alike.units

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Whatever else comes in, is spoiled, is named or made known."""
        if sign > 0:
            if isinstance(fact, s.SealsRemoved):
                self._removals.append((fact.mark, fiscal_year(at), position))
            for move in moves(fact):
                if move.target.kind is Kind.STOCK:
                    place = self._places.find(move.mark, *move.target)
                    self._inflows.append((place, at, UUID(fact.id), move.seals))
            if isinstance(fact, s.SealsSpoiled) and fact.reason not in _ORDERLY:
                place = self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)
                self._spoilage.append((place, fact.day, UUID(fact.id)))
        for mark in marks_of(fact):
            self._name(mark, position, sign)
            if sign > 0:
                self._named.append((mark, position))
        for about, key in known_ids(fact):
            known = (int(about), folded(about, key), key)
            self._known[known] = self._known.get(known, 0) + sign

    def _name(self, mark: str, position: int, count: int) -> None:
        naming = self._namings.get(mark)
        if naming is None:
            self._namings[mark] = [count, position if count > 0 else NEVER]
        else:
            naming[0] += count
            if count > 0 and position < naming[1]:
                naming[1] = position

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        copy_rows(
            rows, "inflows (place, time, id, seals)", ("int8", "int8", "uuid", "int8"),
            self._inflows,
        )  # fmt: skip
        copy_rows(rows, "removals (mark, year, position)", ("text", "int4", "int8"), self._removals)
        copy_rows(rows, "named_marks (mark, position)", ("text", "int8"), self._named)
        copy_rows(rows, "spoilage (place, day, id)", ("int8", "date", "uuid"), self._spoilage)
        days = [
            (*key, count, first, UUID(text) if text else _NO_ID)
            for key, (count, first, text) in sorted(self._days.items())
        ]
        namings = [(mark, *values) for mark, values in sorted(self._namings.items())]
        known = [(*key, facts) for key, facts in sorted(self._known.items())]
        sealers = [(*key, count) for key, count in sorted(self._sealers.items())]
        worked = [(*key, units) for key, units in sorted(self._worked.items())]
        for statement, values in (
            (_DAYS, days), (_NAMINGS, namings), (_KNOWN, known), (_WORKED, worked),
            (_SEALERS, sealers),
        ):  # fmt: skip
            if values:
                rows.execute(statement, [*map(list, zip(*values, strict=True))], prepare=True)
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._inflows.clear()
        self._spoilage.clear()
        self._removals.clear()
        self._named.clear()
        self._days.clear()
        self._namings.clear()
        self._known.clear()
        self._worked.clear()
        self._sealers.clear()


_MAKES_KNOWN: Final[dict[type[Fact], tuple[About, str]]] = {
    r.MarkRegistered: (About.MARK, "mark"),
    r.ConsignmentContractSigned: (About.CONTRACT, "contract"),
    r.LabelApproved: (About.LABEL, "label"),
    lots.LotRecorded: (About.LOT, "lot"),
    s.SealsDispatched: (About.DISPATCH, "dispatch"),
    g.ShipmentDeparted: (About.SHIPMENT, "shipment"),
}


MAKE_KNOWN: Final[tuple[type[Fact], ...]] = (
    *_MAKES_KNOWN,
    lots.LotSubdivided,
    d.ExportCertificateIssued,
)
"""The types of fact that make an id known."""


def known_ids(fact: Fact) -> Iterator[tuple[About, str]]:
    """The ids a fact makes known."""
    if isinstance(fact, lots.LotSubdivided):
        for lot in sorted({child.lot for child in fact.children}):
            yield About.LOT, lot
    elif isinstance(fact, d.ExportCertificateIssued):
        yield About.CERTIFICATE, certificate_key(fact.issuer, fact.number)
    else:
        known = _MAKES_KNOWN.get(type(fact))
        if known is not None:
            yield known[0], getattr(fact, known[1])


def folded(about: About, key: str) -> str:
    """What an id looks like; a certificate's number only among those of its issuer."""
    if about is not About.CERTIFICATE:
        return fold(key)
    issuer, _, number = key.partition(" ")
    return f"{issuer} {fold(number.replace('%20', ' '))}"
