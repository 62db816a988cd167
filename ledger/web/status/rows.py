"""Rows of the reconciliation with what each of their columns says.

What the decision table needs beside the numbers is asked for all rows at once, and what only
differences need is asked where there is one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.custody.places import Kind
from ledger.facts.scalars import MICROS_A_DAY, local_day, time_text
from ledger.log import Log
from ledger.rules.moments import JAPAN
from ledger.rules.violation import Severity
from ledger.views import schema
from ledger.views.auditing import progress
from ledger.views.discrepancies import SEVERITIES, Tally, by_pair, closed, tallies
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.folding import Rows
from ledger.views.reconciliation import BESIDE, PARTIES, Question, reconcile
from ledger.views.reconciliation.claims import SEALED
from ledger.views.reconciliation.on_the_way import oldest_on_the_way
from ledger.web.sentences import in_english
from ledger.web.status.columns import Column, column_of, difference
from ledger.web.status.deciding import Known, Live, Told, decide, unaudited_counted_max

Pair = tuple[str, str]
awaited_days_max: Final = 7
"""What a rule will not speak of for longer than this, no difference waits for: others do that."""
_UNAUDITED: Final = "SELECT facts_behind(%s, %s)"
_AWAITED: Final = "SELECT mark, kind, at FROM awaited_on(%s, %s)"
_AWAITED_KINDS: Final[Mapping[Column, frozenset[str]]] = {
    Column.SUPPLY: frozenset({"dispatch"}),
    Column.STOCK: frozenset({"account"}),
    Column.GOODS: frozenset({"shipment", "report", "lot"}),
    Column.CERTIFICATES: frozenset({"shipment", "certificate"}),
}
"""The kinds of subject of which a rule that tells a column's difference may still speak."""
_WAYS: Final[Mapping[Column, Kind]] = {
    Column.SUPPLY: Kind.TRANSIT,
    Column.GOODS: Kind.SHIPPED,
}


class Answered(NamedTuple):
    """A reconciliation row, what its columns say, its live cases by severity.

    `beside` = numbers that pages show beside the row's own. `oldest` = when the first case was
    opened, µs UTC; None where there is none.
    """

    row: dict[str, Any]
    beside: Mapping[str, int]
    columns: Mapping[Column, Told]
    live: Mapping[Severity, int]
    oldest: int | None


def answered(
    rows: Rows, log: Log, asked: Question, *, now: int, cases_of_parties: Sequence[Tally] = ()
) -> list[Answered]:
    """The rows that answer a question, each with its status; `now` is µs UTC.

    `cases_of_parties` are given by whoever asks for parts of many pairs, one by one.
    """
    pairs = pairs_of_marks(rows, log)
    found = cases_of_parties or tallies(rows, pairs, asked.known_at, parted=asked.by is not None)
    cases = by_pair(found) if asked.by is None else None
    told = reconcile(rows, log, asked, now=now, cases=cases)
    if not told:
        return []
    of_pair: dict[Pair, list[Tally]] = {}
    for tally in found:
        of_pair.setdefault(tally.pair, []).append(tally)
    moved = asked.as_of is not None or asked.known_at is not None
    beside = _Beside(rows, pairs, now, told, moved=moved)
    return [_answered(row, of_pair, beside) for row in told]


def _answered(
    row: dict[str, Any], of_pair: Mapping[Pair, Sequence[Tally]], beside: "_Beside"
) -> Answered:
    pair = row["importer"], row["rcb"]
    parts = row.get(PARTIES)
    here = [one for one in of_pair.get(pair, ()) if parts is None or _names(one, parts)]
    columns = {}
    for column in Column:
        own = [one for one in here if _column(one) is column]
        columns[column] = decide(column, row, beside.known(column, row, own))
    oldest = min((one.oldest for one in here), default=None)
    told_row = {name: value for name, value in row.items() if name not in BESIDE}
    told_row["status"] = {
        str(column): {
            "tone": str(told.tone),
            "word": in_english(told.words),
            "cases": told.cases,
            "late": told.late,
        }
        for column, told in columns.items()
    }
    live: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for one in here:
        live[one.severity] += one.cases
    beside_row = {name: row[name] for name in SEALED}
    return Answered(told_row, beside_row, columns, live, oldest)


def _names(tally: Tally, parties: Sequence[str]) -> bool:
    return not set(parties).isdisjoint(tally.parties)


def _column(tally: Tally) -> Column:
    return column_of(tally.rule, tally.kind, on_the_way=tally.on_the_way)


def _live(own: Sequence[Tally]) -> dict[Severity, Live]:
    """The live cases of a column, by severity."""
    live: dict[Severity, Live] = {}
    for one in own:
        known = live.get(one.severity)
        state = one.state if known is None or known.state == one.state else ""
        live[one.severity] = Live(one.cases + (known.cases if known else 0), state)
    return live


class _Beside:
    """What the decision table asks beside numbers and live cases, of all rows."""

    def __init__(
        self,
        rows: Rows,
        pairs: Mapping[str, Pair],
        now: int,
        told: Sequence[Mapping[str, Any]],
        *,
        moved: bool,
    ) -> None:
        self._moved, self._today = moved, _day(now)
        self._unaudited = 0
        self._closed: dict[tuple[Pair, Column], int] = {}
        self._awaited: dict[tuple[Pair, str], int] = {}
        self._oldest: dict[tuple[Pair, Kind], int] = {}
        if moved:
            return
        self._unaudited = _behind(rows)
        asked = {(row["importer"], row["rcb"]) for row in told}
        apart = {(row["importer"], row["rcb"]) for row in told
                 if any(difference(column, row) for column in Column)}  # fmt: skip
        if apart:
            self._differs(rows, {mark: pair for mark, pair in pairs.items() if pair in apart})
        if any(row["in_transit"] > 0 or row["shipped"] > 0 for row in told):
            of = {mark: pair for mark, pair in pairs.items() if pair in asked}
            self._oldest = oldest_on_the_way(rows, of)

    def _differs(self, rows: Rows, pairs: Mapping[str, Pair]) -> None:
        for pair, rule, kind in closed(rows, pairs):
            key = pair, column_of(rule, kind)
            self._closed[key] = self._closed.get(key, 0) + 1
        within = awaited_days_max * MICROS_A_DAY
        for mark, kind, at in rows.execute(_AWAITED, (list(pairs), within)).fetchall():
            of = pairs[mark], kind
            self._awaited[of] = min(at, self._awaited.get(of, at))

    def known(self, column: Column, row: Mapping[str, Any], own: Sequence[Tally]) -> Known:
        """What is known of a column of a row."""
        pair = row["importer"], row["rcb"]
        kinds = _AWAITED_KINDS.get(column, ())
        awaited = min((at for kind in kinds if (at := self._awaited.get((pair, kind)))), default=0)
        way = _WAYS.get(column)
        oldest = self._oldest.get((pair, way)) if way is not None else None
        return Known(
            live=_live(own),
            late=0 if self._moved else sum(one.late for one in own),
            today=self._today,
            closed=self._closed.get((pair, column), 0),
            awaited=_day(awaited) if awaited else None,
            oldest=_day(oldest) if oldest is not None else None,
            unaudited=self._unaudited,
            then=self._moved,
        )


def _day(at: int) -> date:
    return local_day(time_text(at, JAPAN))


def _behind(rows: Rows) -> int:
    """How many facts of the views the audit has yet to look at; one over what is counted: more."""
    projected, audited = schema.position(rows), progress(rows).position
    if audited >= projected:
        return 0
    until = min(projected, audited + unaudited_counted_max)
    if until < projected:
        return unaudited_counted_max + 1
    ((count,),) = rows.execute(_UNAUDITED, (audited, until)).fetchall()
    return int(count)
