"""The decision table: what a column of a pair says, and in which tone; the first line that fits.

Lines are numbered as they are tried. A tone is never told by colour alone: each has a shape.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ledger.rules.violation import Severity
from ledger.web.sentences import Days, Signed, Words, ngettext, said
from ledger.web.status.columns import CLAIMED, Column, difference


class Tone(StrEnum):
    """How grave something looks; the values are their names in answers."""

    BAD = "bad"
    LOOK = "look"
    WAIT = "wait"
    FINE = "fine"
    NONE = "none"


SHAPES: Final[Mapping[Tone, str]] = {
    Tone.BAD: "●", Tone.LOOK: "▲", Tone.WAIT: "◆", Tone.FINE: "✓", Tone.NONE: "–",
}  # fmt: skip
_near_days: Final = 183
"""A day so near to today needs no year."""
UNEXPLAINED: Final = 8
"""The line of a difference that no case explains."""


class Live(NamedTuple):
    """The live cases of a severity: how many, the state that all of them have, what is at stake.

    `state` is empty where they differ. `impact` is of the gravest: an amount and its unit.
    """

    cases: int
    state: str = ""
    impact: tuple[str, str] | None = None


class Known(NamedTuple):
    """What is known of a column beside its numbers.

    `closed` = its closed cases. `awaited` = the day by which a rule may still speak. `oldest` = the
    day since which something is on the way. `unaudited` = events behind the audit. `then` = the
    numbers are not of now. `today` in Japan.
    """

    live: Mapping[Severity, Live]
    today: date
    closed: int = 0
    awaited: date | None = None
    oldest: date | None = None
    unaudited: int = 0
    then: bool = False
    late: int = 0


class Told(NamedTuple):
    """What a column says: the line of the table that fits, its tone, its words, its cases."""

    line: int
    tone: Tone
    words: Words
    cases: int
    late: int
    grave: Severity | None = None


unaudited_counted_max: Final = 1_000
"""Events that the audit has yet to look at are counted up to so many."""
_OF_SEVERITY: Final[Mapping[Severity, tuple[int, Tone, str]]] = {
    "C": (2, Tone.BAD, said("%(count)s critical")),
    "H": (3, Tone.BAD, said("%(count)s high")),
    "M": (4, Tone.LOOK, said("%(count)s medium")),
    "L": (5, Tone.LOOK, said("%(count)s low")),
}
_STATES: Final[Mapping[str, str]] = {
    "EXPLAINED": said("%(cases)s, explained, to be decided"),
    "ESCALATED": said("%(cases)s, correction asked"),
}
_NOTHING: Final[Mapping[Column, str]] = {
    Column.SUPPLY: said("no seals sent yet"),
    Column.STOCK: said("not counted yet"),
    Column.GOODS: said("no goods left yet"),
    Column.CERTIFICATES: said("no goods left yet"),
}
_UNITS: Final[Mapping[str, str]] = {
    "seals": said("%(amount)s seals"),
    "units": said("%(amount)s units"),
    "kg": said("%(amount)s kg"),
}


def decide(column: Column, row: Mapping[str, Any], known: Known) -> Told:
    """What a column of a reconciliation row says."""
    line, tone, words, *grave = next(_lines(column, row, known))
    cases = sum(live.cases for live in known.live.values())
    return Told(line, tone, words, cases, known.late, *grave)


_Line = tuple[Any, ...]


def _lines(column: Column, row: Mapping[str, Any], known: Known) -> Iterator[_Line]:
    if known.then:
        yield 1, Tone.NONE, Words(said("as of then"))
    for severity, (line, tone, text) in _OF_SEVERITY.items():
        live = known.live.get(severity)
        if live is not None and live.cases:
            yield line, tone, _cases(text, live), severity
    delta = difference(column, row)
    if delta:
        yield from _differs(Signed(delta), known)
    if known.unaudited:
        yield 9, Tone.NONE, _unaudited(known.unaudited)
    if column in CLAIMED:
        yield from _agrees(column, row, known)
    else:
        yield 15, Tone.FINE, Words(said("no case"))


def _cases(text: str, live: Live) -> Words:
    words = Words(text, {"count": live.cases})
    if live.impact is not None and live.impact[1] in _UNITS:
        amount, unit = live.impact
        number: int | str = int(amount) if unit != "kg" else amount
        impact = Words(_UNITS[unit], {"amount": number})
        if number == 1 and unit == "seals":
            impact = Words(said("1 seal"))
        words = Words(said("%(cases)s: %(impact)s"), {"cases": words, "impact": impact})
    if live.state in _STATES:
        words = Words(_STATES[live.state], {"cases": words})
    return words


def _unaudited(count: int) -> Words:
    if count > unaudited_counted_max:
        return Words(
            said("agrees so far, more than %(count)s events not audited yet"),
            {"count": unaudited_counted_max},
        )
    return ngettext(
        "agrees so far, %(count)s event not audited yet",
        "agrees so far, %(count)s events not audited yet",
        count,
    )


def _differs(delta: Signed, known: Known) -> Iterator[_Line]:
    if known.awaited is not None:
        until = _day(known.awaited, known.today)
        text = said("%(difference)s: may still come in until %(day)s")
        yield 6, Tone.WAIT, Words(text, {"difference": delta, "day": until})
    if known.closed:
        yield (
            7,
            Tone.NONE,
            ngettext(
                "%(difference)s: settled in %(count)s closed case",
                "%(difference)s: settled in %(count)s closed cases",
                known.closed,
                difference=delta,
            ),
        )
    text = said("%(difference)s: no case says why")
    yield UNEXPLAINED, Tone.LOOK, Words(text, {"difference": delta})


def _agrees(column: Column, row: Mapping[str, Any], known: Known) -> Iterator[_Line]:
    """What a column says whose two sides do not differ."""
    nothing = _nothing(column, row)
    if nothing is not None:
        yield 10, Tone.NONE, Words(nothing)
    by_volume = row["volume_units"] if column is Column.CERTIFICATES else 0
    if by_volume and by_volume == row["shipped_units"]:
        yield (
            11,
            Tone.NONE,
            ngettext("%(count)s unit by volume", "%(count)s units by volume", by_volume),
        )
    on_the_way = {Column.SUPPLY: row["in_transit"], Column.GOODS: row["shipped"]}.get(column, 0)
    if on_the_way > 0:
        yield 12, Tone.NONE, _on_the_way(on_the_way, known)
    adjusted = row["adjusted_for_counts"] if column is Column.STOCK else 0
    if adjusted:
        text = said("agrees after %(adjusted)s adjusted")
        yield 13, Tone.FINE, Words(text, {"adjusted": Signed(adjusted)})
    if by_volume:
        yield 14, Tone.FINE, Words(said("agrees · %(count)s by volume"), {"count": by_volume})
    yield 15, Tone.FINE, Words(said("agrees"))


def _nothing(column: Column, row: Mapping[str, Any]) -> str | None:
    """Why there is nothing on either side, where there is nothing."""
    match column:
        case Column.SUPPLY:
            names: tuple[str, ...] = ("dispatched", "received", "in_transit", "lost_in_transit")
        case Column.STOCK:
            names = ("counted_stocks",)
        case Column.GOODS:
            names = ("report_asked", "reported")
        case _:
            names = ("asked_units", "certified_units", "volume_units")
    if any(row[name] for name in names):
        return None
    if column is Column.GOODS and row["departed"]:
        return said("no report asked")
    if column is Column.CERTIFICATES and row["shipped_units"]:
        return said("no certificate asked")
    return _NOTHING[column]


def _on_the_way(seals: int, known: Known) -> Words:
    if known.oldest is None:
        return Words(said("%(count)s on the way"), {"count": seals})
    since = _day(known.oldest, known.today)
    text = said("%(count)s on the way, the oldest since %(day)s")
    return Words(text, {"count": seals, "day": since})


def _day(day: date, today: date) -> Days:
    return Days(day, abs((day - today).days) > _near_days)


_FINE: Final = (14, 13, 15)
"""Of what agrees, that comes first which says more than that."""


def row_told(columns: Mapping[Column, Told]) -> Told:
    """What the whole row says: its gravest column, with the cases of all.

    Where nothing asks for a look, the row agrees as soon as one of its claims does.
    """
    told = [columns[column] for column in Column]
    of_claims = [columns[column] for column in CLAIMED]
    gravest = min(told, key=lambda one: one.line)
    if gravest.line > _agreeing_from:
        fine = [one for line in _FINE for one in of_claims if one.line == line]
        gravest = fine[0] if fine else min(of_claims, key=lambda one: one.line)
    cases, late = sum(one.cases for one in told), sum(one.late for one in told)
    return gravest._replace(cases=cases, late=late)


_agreeing_from: Final = 9


def unexplained(columns: Mapping[Column, Told]) -> Sequence[Column]:
    """The columns whose difference no case explains."""
    return [column for column, one in columns.items() if one.line == UNEXPLAINED]
