"""What was attached to lots, which events share numbers, and which ids look alike."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from ledger.custody.places import Kind
from ledger.errors import Fatal
from ledger.facts import seals as s
from ledger.facts.identity import Fact
from ledger.facts.record import Known
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.books import FirstApplied, Moment, Sealed
from ledger.views.books.source import Source
from ledger.views.places import place_id

_LOTS = """
SELECT p.key, p.mark, s.label, s.version, s.holder, s.units, s.seals, s.applications,
    s.first, s.first_id, s.last, s.lot
FROM unnest(%b::text[], %b::int8[]) AS wanted (lot, place) CROSS JOIN LATERAL (
    SELECT * FROM sealed WHERE lot = wanted.place OFFSET 0
) AS s JOIN places AS p ON p.id = s.lot
"""
_LOT_PLACES = "SELECT id, key FROM places WHERE kind = 4 AND key = ANY(%b::text[])"
_INTO = (
    "SELECT position FROM moves WHERE place = %b AND delta > 0 ORDER BY {order} OFFSET %b LIMIT %b"
)
_EARLIEST = """
SELECT m.place, m.position FROM unnest(%b::int8[]) AS wanted (place) CROSS JOIN LATERAL (
    SELECT place, min(position) AS position FROM moves
    WHERE place = wanted.place AND delta > 0 GROUP BY place OFFSET 0
) AS m
"""
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
_BY_POSITION: Final = "position"
_BY_TIME: Final = "time DESC"
_attached_at_once: Final = 64
_LONG: Final = timedelta(days=1)
_NEVER: Final = 2**63 - 1


class _Tally(Sealed):
    """A tally whose latest and earliest recorded applications are read where somebody asks."""

    read: Callable[[str], Known]
    earliest: Known | None

    @property
    def last(self) -> Moment:
        known = self.read(_BY_TIME)
        return Moment(known.at, known.id)

    @property
    def rec(self) -> int:
        known = self.earliest
        return self.read(_BY_POSITION).rec if known is None else known.rec


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
        earliest = self._earliest([place for place, _ in places])
        for lot, mark, label, version, holder, units, seals, count, at, key, last, place in found:
            first = self._event(str(key))
            tally = _Tally(
                mark=mark, label=label, version=version, holder=holder, units=units,
                seals=seals, applications=count, first=Moment(at, str(key)),
                first_day=first.fact.day, first_rec=first.rec, last=Moment(last, ""), rec=0,
            )  # fmt: skip
            of = (place, label, version, holder)
            tally.read = partial(self._attached, of)
            tally.earliest = earliest.get(place) if self._is_of(earliest.get(place), of) else None
            self._sealed[lot].append(tally)
        for lot in missing:
            self._sealed[lot].sort()

    def _earliest(self, places: list[int]) -> dict[int, Known]:
        """What was recorded first of all that came to lots, mostly an application that counts."""
        found: dict[int, int] = dict(
            self.rows.execute(_EARLIEST, (places,), prepare=True).fetchall()
        )
        positions = sorted(set(found.values()))
        given = dict(zip(positions, self.at(positions), strict=True))
        return {place: given[position] for place, position in found.items()}

    def _is_of(self, known: Known | None, of: tuple[int, str, int, str]) -> bool:
        """Whether an event is an application of a tally that counts."""
        return (
            known is not None
            and isinstance(known.fact, s.SealsApplied)
            and (known.fact.label, known.fact.label_version, known.fact.holder) == of[1:]
            and place_id(known.fact.mark, Kind.LOT, known.fact.lot) == of[0]
            and self.record.counts(known.fact)
        )

    def _attached(self, of: tuple[int, str, int, str], order: str) -> Known:
        """The first application of a tally (lot's place, label, version, holder) in an order."""
        place = of[0]
        for start in range(0, _NEVER, _attached_at_once):
            asked = (place, start, _attached_at_once)
            found = self.rows.execute(_INTO.format(order=order), asked, prepare=True).fetchall()
            positions = [position for (position,) in found]
            if not positions:
                break
            fits = [known for known in self.at(positions) if self._is_of(known, of)]
            if fits:
                # The log answers by position, whatever order was asked for.
                return fits[0] if order == _BY_POSITION else max(fits)
        raise Fatal("a tally counts applications that the log does not hold")

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
                for known in self.at(positions)
                if isinstance(known.fact, s.SealsApplied)
                and (known.fact.holder, known.fact.mark) == (holder, mark)
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
            self._sharing[span] = self._counting(given[position] for position in each)

    def ranged(self, mark: str, first: int, last: int, *kinds: type[Fact]) -> Sequence[Known]:
        """Counting events of a mark whose range shares a number with first…last, by (time, id)."""
        span = (mark, first, last)
        shared = self._sharing.get(span)
        if shared is None:
            (positions,) = self.sharing([span], *kinds)
            shared = self._counting(self.at(positions))
            if not kinds:
                self._sharing[span] = shared
        return [known for known in shared if isinstance(known.fact, kinds)] if kinds else shared

    def _counting(self, found: Iterable[Known]) -> list[Known]:
        return sorted(known for known in found if self.record.counts(known.fact))

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

    def _event(self, event_id: str) -> Known:
        known = self.record.known(event_id)
        assert known is not None  # noqa: S101 -- a view names only what the log holds
        return known
