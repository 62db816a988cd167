"""What was attached to lots, which events share numbers, and which ids look alike."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from ledger.custody.places import Kind, Place
from ledger.facts import seals as s
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.books import FirstApplied, Moment, Naming, Sealed
from ledger.views.books.source import Source
from ledger.views.books.tallies import folded
from ledger.views.places import place_id

_LOTS = """
SELECT p.key, p.mark, s.label, s.version, s.holder, s.units, s.seals, s.applications,
    s.first, s.first_id, s.last, s.lot
FROM unnest(%b::text[], %b::int8[]) AS wanted (lot, place) CROSS JOIN LATERAL (
    SELECT * FROM sealed WHERE lot = wanted.place OFFSET 0
) AS s JOIN places AS p ON p.id = s.lot
"""
_LOT_PLACES = "SELECT id, key FROM places WHERE kind = 4 AND key = ANY(%b::text[])"
_INTO = "SELECT position FROM moves WHERE place = %b AND delta > 0 AND time BETWEEN %b AND %b"
_DAYS = """
SELECT day, first, first_id FROM applied_days WHERE holder = %b AND mark = %b AND contract = %b
    AND day BETWEEN %b AND %b AND applications > 0 ORDER BY day
"""
_CLASSES = "SELECT DISTINCT class FROM ranges WHERE mark = %b"
_SHARING = """
SELECT wanted.n::int4, r.position FROM unnest(%b::text[], %b::int8[], %b::int8[], %b::int2[])
    WITH ORDINALITY AS wanted (mark, first, last, class, n)
CROSS JOIN LATERAL (
    SELECT position, last, topic FROM ranges WHERE ranges.mark = wanted.mark
        AND ranges.class = wanted.class AND ranges.first > wanted.first - (1::int8 << wanted.class)
        AND ranges.first <= wanted.last OFFSET 0
) AS r WHERE r.last >= wanted.first AND (%b::text[] IS NULL OR r.topic = ANY(%b::text[]))
"""
_SCANS_NEAR = """
SELECT position FROM moves WHERE place = %b AND time BETWEEN %b AND %b AND abs(delta) = %b
"""
_evidence_max: Final = 100
_LONG: Final = timedelta(days=1)
_NEVER: Final = 2**63 - 1


class Shot(NamedTuple):
    """What makes two shots of one scanner look like one shot taken twice."""

    kind: type[Fact]
    source: str
    mark: str
    place: Place
    lot: str | None
    seals: int


_Shot = (
    s.SealsIssued
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsDestroyed
    | s.SealsRemoved
    | s.SealsLost
)


def shot_of(fact: Fact) -> Shot | None:
    """What a twin of the event shares with it; None for types without a count."""
    if isinstance(fact, s.SealsDispatched):
        place = Place(Kind.STOCK, fact.from_holder, fact.from_site)
        return Shot(type(fact), fact.source, fact.mark, place, None, fact.count)
    if isinstance(fact, _Shot):
        spoiled = isinstance(fact, s.SealsDestroyed | s.SealsRemoved)
        place = Place(Kind.SPOILED if spoiled else Kind.STOCK, fact.holder, fact.site)
        lot = getattr(fact, "lot", None)
        return Shot(type(fact), fact.source, fact.mark, place, lot, fact.count)
    return None


class _Tally(Sealed):
    """A tally whose latest and earliest recorded applications are read where somebody asks."""

    read: Callable[[], list[Known]]

    @property
    def last(self) -> Moment:
        return max(Moment(known.at, known.id) for known in self.read())

    @property
    def rec(self) -> int:
        return min(known.rec for known in self.read())


class Goods(Source):
    """The part of the books about goods, numbers and look-alikes."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._sealed: dict[str, list[_Tally]] = {}
        self._classes: dict[str, list[int]] = {}
        self._sharing: dict[tuple[str, int, int], list[Known]] = {}

    # -- what was attached

    def want_sealed(self, lots: Iterable[str]) -> None:
        """Read what was attached to lots in bulk, with the first application of each tally."""
        missing = sorted(set(lots) - self._sealed.keys())
        if not missing:
            return
        self._sealed.update({lot: [] for lot in missing})
        places = self.rows.execute(_LOT_PLACES, (missing,), prepare=True).fetchall()
        found = self.rows.execute(
            _LOTS, ([lot for _, lot in places], [place for place, _ in places]), prepare=True
        ).fetchall()
        self.record.give_ids(str(row[9]) for row in found)
        for lot, mark, label, version, holder, units, seals, count, at, key, last, place in found:
            first = self._event(str(key))
            tally = _Tally(
                mark=mark, label=label, version=version, holder=holder, units=units,
                seals=seals, applications=count, first=Moment(at, str(key)),
                first_day=first.fact.day, first_rec=first.rec, last=Moment(last, ""), rec=0,
            )  # fmt: skip
            tally.read = partial(self._attached, place, label, version, holder)
            self._sealed[lot].append(tally)
        for lot in missing:
            self._sealed[lot].sort()

    def _attached(self, place: int, label: str, version: int, holder: str) -> list[Known]:
        positions = self.rows.execute(_INTO, (place, -_NEVER, _NEVER), prepare=True).fetchall()
        return [
            known
            for known in self.record.give(self.log.at([position for (position,) in positions]))
            if isinstance(known.fact, s.SealsApplied)
            and (known.fact.label, known.fact.label_version, known.fact.holder)
            == (label, version, holder)
            and self.record.counts(known.fact)
        ]

    def sealed(self, lot: str) -> Sequence[Sealed]:
        """What was applied to a lot, ordered."""
        self.reads.note("sealed", lot)
        self.want_sealed([lot])
        return self._sealed[lot]

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        """The first application by a holder of a mark on local days from `first` to `last`."""
        self.reads.note("applied", holder, mark, contract)
        days = self.rows.execute(
            _DAYS, (holder, mark, contract or "", first, last), prepare=True
        ).fetchall()
        best: Known | None = None
        for day, at, key in days:
            # Offsets differ by a day at most: a later day's first cannot come before that.
            if best is not None and day > best.fact.day + _LONG:
                break
            known = self._first_of((holder, mark, contract), day, at, str(key))
            if known is not None and (best is None or known < best):
                best = known
        return best and FirstApplied(best.at, best.id, best.fact.day, best.rec)

    def _first_of(
        self, of: tuple[str, str, str | None], day: date, at: int, key: str
    ) -> Known | None:
        holder, mark, contract = of
        first = self._event(key)
        if self.record.counts(first.fact):
            return first
        # The first of that day was taken back: the day's moves tell who comes next.
        sites = self.rows.execute(
            "SELECT id FROM places WHERE mark = %s AND kind = 2 AND key = %s", (mark, holder)
        ).fetchall()
        positions = [
            position
            for (place,) in sites
            for (position,) in self.rows.execute(
                "SELECT position FROM moves WHERE place = %s AND time BETWEEN %s AND %s"
                " AND delta < 0",
                (place, at - 2 * MICROS_A_DAY, at + 2 * MICROS_A_DAY),
            ).fetchall()
        ]
        return min(
            (
                known
                for known in self.record.give(self.log.at(positions))
                if isinstance(known.fact, s.SealsApplied)
                and known.fact.contract == contract
                and known.fact.day == day
                and self.record.counts(known.fact)
            ),
            default=None,
        )

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        """What a holder's applications of a mark name as their contract, None for none."""
        self.reads.note("contracts", holder, mark)
        found = self.rows.execute(
            "SELECT DISTINCT contract FROM applied_days WHERE holder = %s AND mark = %s"
            " AND applications > 0",
            (holder, mark),
            prepare=True,
        )
        return sorted((name or None for (name,) in found.fetchall()), key=lambda name: name or "")

    # -- serial numbers

    def want_ranged(self, spans: Iterable[tuple[str, int, int]]) -> None:
        """Read in bulk which events share numbers with each (mark, first, last)."""
        missing = sorted(set(spans) - self._sharing.keys())
        if not missing:
            return
        found = self.sharing(missing)
        positions = sorted({position for each in found for position in each})
        events = self.log.at(positions)
        given = dict(zip(positions, self.record.give(events), strict=True))
        for span, each in zip(missing, found, strict=True):
            self._sharing[span] = [given[position] for position in each]

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        """Counting events of a mark whose range shares a number with first…last, by (time, id)."""
        shared = self._sharing.get((mark, first, last))
        if shared is None:
            (positions,) = self.sharing([(mark, first, last)], *kinds)
            shared = self.record.give(self.log.at(positions))
        return sorted(
            known
            for known in shared
            if (not kinds or isinstance(known.fact, kinds)) and self.record.counts(known.fact)
        )

    def sharing(self, spans: Sequence[tuple[str, int, int]], *kinds: type[Fact]) -> list[list[int]]:
        """Positions of events, also of those that do not count, sharing numbers with each span."""
        found: list[list[int]] = [[] for _ in spans]
        of = []
        for index, (mark, first, last) in enumerate(spans):
            of += [(index, mark, first, last, size) for size in self._sizes(mark)]
        if of:
            topics = [kind.__name__ for kind in kinds] or None
            columns = [[row[column] for row in of] for column in range(1, 5)]
            for number, position in self.rows.execute(
                _SHARING, (*columns, topics, topics), prepare=True
            ).fetchall():
                found[of[number - 1][0]].append(position)
        return [sorted(set(positions)) for positions in found]

    def _sizes(self, mark: str) -> list[int]:
        sizes = self._classes.get(mark)
        if sizes is None:
            found = self.rows.execute(_CLASSES, (mark,), prepare=True).fetchall()
            sizes = self._classes[mark] = [size for (size,) in found]
        return sizes

    # -- look-alikes

    def alike(self, about: About, key: str) -> bool:
        """S3: whether a known id of a kind, other than this one, has the same fold."""
        looks = folded(about, key)
        self.reads.note("fold", int(about), looks)
        row = self.rows.execute(
            "SELECT EXISTS (SELECT FROM known_ids WHERE about = %s AND fold = %s AND key <> %s"
            " AND facts > 0)",
            (int(about), looks, key),
            prepare=True,
        ).fetchone()
        return row is not None and bool(row[0])

    def double_shot(self, event_id: str, within: int) -> bool:
        """S4: whether a twin of the event lies within so many microseconds of it."""
        known = self.record.known(event_id)
        shot = None if known is None else shot_of(known.fact)
        if known is None or shot is None:
            return False
        place = place_id(shot.mark, *shot.place)
        near = (place, known.at - within, known.at + within, shot.seals)
        found = self.rows.execute(_SCANS_NEAR, near, prepare=True).fetchall()
        return any(
            other.id != event_id
            and self.record.counts(other.fact)
            and shot_of(other.fact) == shot
            and abs(other.at - known.at) <= within
            for other in self.record.give(self.log.at([position for (position,) in found]))
        )

    def naming(self, mark: str) -> Naming | None:
        """The counting events that name a mark."""
        self.reads.note("naming", mark)
        row = self.rows.execute(
            "SELECT events, first FROM namings WHERE mark = %s AND events > 0", (mark,)
        ).fetchone()
        if row is None:
            return None
        (first,) = self.log.at([row[1]])
        return Naming(row[0], first.recorded_at, (str(first.id),))

    def _event(self, event_id: str) -> Known:
        known = self.record.known(event_id)
        assert known is not None  # noqa: S101 -- a view names only what the log holds
        return known
