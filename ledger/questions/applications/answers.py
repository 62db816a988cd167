"""Applications by lot, label, holder and contract, answered in bulk from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from ledger.custody.places import Kind
from ledger.facts import seals as s
from ledger.facts.record import Known
from ledger.facts.scalars import MICROS_A_DAY
from ledger.questions.applications import FirstApplied, Sealed
from ledger.questions.at_hand import Moment
from ledger.questions.dependencies import DependencyKey
from ledger.questions.record import CALENDARS_APART_DAYS, Source
from ledger.rules.moments import later
from ledger.views.places import place_id

_LOTS = """
SELECT p.key, p.mark, s.label, s.version, s.holder, s.units, s.seals, s.applications,
    s.first, s.first_id, s.last, s.earliest, s.lot
FROM unnest(%b::text[], %b::int8[]) AS wanted (lot, place) CROSS JOIN LATERAL (
    SELECT * FROM sealed WHERE lot = wanted.place OFFSET 0
) AS s JOIN places AS p ON p.id = s.lot
"""
_LOT_PLACES = f"SELECT id, key FROM places WHERE kind = {Kind.LOT:d} AND key = ANY(%b::text[])"
# Every sum is read: labels are seldom wrong.
_LABELLED = """
SELECT DISTINCT p.mark FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE (s.label, s.version) = (%b, %b)
"""
_ATTACHED = """
SELECT coalesce(sum(seals), 0) FROM sealed WHERE (label, version) = (%b, %b)
"""
_AT_TIME = "SELECT position FROM moves WHERE place = %b AND time = %b AND delta > 0"
_DAYS = """
SELECT day, first, first_id FROM applied_days WHERE holder = %b AND mark = %b AND contract = %b
    AND day BETWEEN %b AND %b AND applications > 0 ORDER BY day OFFSET %b LIMIT %b
"""
_OUT_OF_STOCK = f"""
SELECT m.position FROM places AS p JOIN moves AS m ON m.place = p.id
WHERE p.mark = %s AND p.kind = {Kind.STOCK:d} AND p.key = %s AND m.time BETWEEN %s AND %s
    AND m.delta < 0
"""
# One probe a contract, however many days it was applied under.
_CONTRACTS = """
WITH RECURSIVE named (contract) AS (
    SELECT min(contract) FROM applied_days
    WHERE holder = %(holder)s AND mark = %(mark)s AND applications > 0
    UNION ALL
    SELECT (
        SELECT min(contract) FROM applied_days WHERE holder = %(holder)s AND mark = %(mark)s
            AND applications > 0 AND contract > named.contract
    ) FROM named WHERE contract IS NOT NULL
) SELECT contract FROM named WHERE contract IS NOT NULL
"""


SEALED: Final = DependencyKey[str]("sealed", lambda fact: ((fact.lot,),), s.SealsApplied)
"""What was applied to a lot."""
LABELLED: Final = DependencyKey[str, int](
    "labelled", lambda fact: ((fact.label, fact.label_version),), s.SealsApplied
)
"""What was applied under a label's version."""
CONTRACTS: Final = DependencyKey[str, str](
    "contracts", lambda fact: ((fact.holder, fact.mark),), s.SealsApplied
)
"""The contracts under which a holder applied a mark."""
APPLIED: Final = DependencyKey[str, str, str | None](
    "applied", lambda fact: ((fact.holder, fact.mark, fact.contract),), s.SealsApplied
)
"""What a holder applied of a mark under a contract."""


class _Sum(Sealed):
    """A sum whose latest application is read where somebody asks."""

    read: Callable[[], Moment]

    @property
    def last(self) -> Moment:
        return self.read()


class ApplicationAnswers(Source):
    """What is asked about applications by lot, label, holder and contract."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._sealed: dict[str, list[_Sum]] = {}

    # -- what was attached

    def want_sealed(self, lots: Iterable[str]) -> None:
        """Read what was attached to lots in bulk, with the first application of each sum."""
        missing = sorted({lot for lot in lots if lot not in self._sealed})
        if not missing:
            return
        self._sealed.update({lot: [] for lot in missing})
        places = self.rows.execute(_LOT_PLACES, (missing,), prepare=True).fetchall()
        found = self.rows.execute(
            _LOTS, ([lot for _, lot in places], [place for place, _ in places]), prepare=True
        ).fetchall()
        self.record.give_ids(str(row[9]) for row in found)
        positions = sorted({row[11] for row in found})
        recs = {at: known.rec for at, known in zip(positions, self.at(positions), strict=True)}
        for row in found:
            self._sealed[row[0]].append(self._sum(row[1:], recs))
        for lot in missing:
            self._sealed[lot].sort()

    def sealed_places(self, lots: Iterable[str]) -> list[int]:
        """The places of lots whose seals were read in bulk: one for each mark on them."""
        marks = {(each.mark, lot) for lot in lots for each in self._sealed[lot]}
        return [place_id(mark, Kind.LOT, lot) for mark, lot in sorted(marks)]

    def _sum(self, row: tuple[Any, ...], recs: Mapping[int, int]) -> _Sum:
        mark, label, version, holder, units, seals, count, at, key, last, earliest, place = row
        first = self._event(str(key))
        made = _Sum(
            mark=mark, label=label, version=version, holder=holder, units=units, seals=seals,
            applications=count, first=Moment(at, first.id), first_day=first.fact.day,
            first_rec=first.rec, last=Moment(last, ""), rec=recs[earliest],
        )  # fmt: skip
        if count == 1:
            made.read = partial(Moment, at, first.id)
        else:
            made.read = partial(self._latest, last, (place, label, version, holder))
        return made

    def _latest(self, at: int, of: tuple[int, str, int, str]) -> Moment:
        """The last application of a sum (lot's place, label, version, holder), at that time."""
        found = self.rows.execute(_AT_TIME, (of[0], at), prepare=True).fetchall()
        there = self.at(position for (position,) in found)
        return Moment(
            at, max(known.id for known in there if known.at == at and self._is_of(known, of))
        )

    def _is_of(self, known: Known, of: tuple[int, str, int, str]) -> bool:
        """Whether an event is an application of a sum that counts."""
        return (
            isinstance(known.fact, s.SealsApplied)
            and (known.fact.label, known.fact.label_version, known.fact.holder) == of[1:]
            and place_id(known.fact.mark, Kind.LOT, known.fact.lot) == of[0]
            and self.record.counts(known.fact)
        )

    def sealed(self, lot: str) -> Sequence[Sealed]:
        self.dependencies.note(SEALED, lot)
        if lot not in self._sealed:
            self.want_sealed([lot])
        return self._sealed[lot]

    def labelled(self, label: str, version: int) -> Sequence[str]:
        self.dependencies.note(LABELLED, label, version)
        found = self.rows.execute(_LABELLED, (label, version), prepare=True).fetchall()
        return sorted(mark for (mark,) in found)

    def attached_under(self, label: str, version: int) -> int:
        self.dependencies.note(LABELLED, label, version)
        found = self.rows.execute(_ATTACHED, (label, version), prepare=True).fetchone()
        return 0 if found is None else int(found[0])

    def first_application(
        self, holder: str, mark: str, contract: str | None, first: date, last: date
    ) -> FirstApplied | None:
        self.dependencies.note(APPLIED, holder, mark, contract)
        best: Known | None = None
        for day, at, key in self.paged(_DAYS, (holder, mark, contract or "", first, last)):
            if best is not None and day > later(best.fact.day, CALENDARS_APART_DAYS):
                break
            known = self._first_of((holder, mark, contract), day, at, str(key))
            if known is not None and (best is None or known < best):
                best = known
        return best and FirstApplied(best.at, best.id, best.fact.day, best.rec)

    def _first_of(
        self, of: tuple[str, str, str | None], day: date, at: int, key: str
    ) -> Known | None:
        first = self._event(key)
        if self.record.counts(first.fact):
            return first
        return next(iter(self._of_day(of, day, at)), None)

    def _of_day(self, of: tuple[str, str, str | None], day: date, at: int) -> list[Known]:
        """A day's applications of a holder, mark and contract that count; the first was at `at`.

        Asked where the first was taken back: the moves of the day tell who comes next.
        """
        holder, mark, _ = of
        around = at - 2 * MICROS_A_DAY, at + 2 * MICROS_A_DAY
        found = self.rows.execute(_OUT_OF_STOCK, (mark, holder, *around)).fetchall()
        return [
            known
            for known in self.counting(self.at(position for (position,) in found))
            if isinstance(known.fact, s.SealsApplied)
            and (known.fact.holder, known.fact.mark, known.fact.contract) == of
            and known.fact.day == day
        ]

    def counting(self, given: Iterable[Known]) -> list[Known]:
        """The applications among events that count, by (time, id)."""
        return sorted(
            known
            for known in given
            if isinstance(known.fact, s.SealsApplied) and self.record.counts(known.fact)
        )

    def contracts_named(self, holder: str, mark: str) -> Collection[str | None]:
        self.dependencies.note(CONTRACTS, holder, mark)
        found = self.rows.execute(_CONTRACTS, {"holder": holder, "mark": mark}, prepare=True)
        return [name or None for (name,) in found.fetchall()]

    def _event(self, event_id: str) -> Known:
        known = self.record.known(event_id)
        assert known is not None  # noqa: S101 -- a view names only what the log holds
        return known
