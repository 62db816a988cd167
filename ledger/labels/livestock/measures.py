"""What a check on animals found: a reason, and what was compared."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.labels.verdict import Level, Reason, Verdict

_PLACES = 3
"""Weights are told in grams at least."""


class Measure(NamedTuple):
    """A reason; `limit` = what is allowed, `figure` = what was found, as a case keeps them."""

    code: str
    level: Level
    limit: tuple[str, ...] = ()
    figure: tuple[str, ...] = ()


def breaks(code: str, limit: Iterable[object] = (), figure: Iterable[object] = ()) -> Measure:
    """A reason of level F, with what was compared; None is told as `none`."""
    return Measure(code, "F", tuple(map(_told, limit)), tuple(map(_told, figure)))


def lacks(code: str) -> Measure:
    """A reason of level U."""
    return Measure(code, "U")


def judged(measures: Iterable[Measure]) -> Verdict:
    """The reasons alone."""
    return Verdict.of(Reason(each.code, each.level) for each in measures)


def broken(measures: Iterable[Measure]) -> dict[str, Measure]:
    """By code, the first measure of each that the facts break; sorted."""
    found: dict[str, Measure] = {}
    for each in measures:
        if each.level == "F":
            found.setdefault(each.code, each)
    return dict(sorted(found.items()))


def _told(value: object) -> str:
    match value:
        case None:
            return "none"
        case date():
            return value.isoformat()
        case Decimal():
            return exact(value)
        case _:
            return str(value)


def exact(figure: Decimal) -> str:
    """A figure with all its places, three at least."""
    plain = figure.normalize()
    exponent = plain.as_tuple().exponent
    places = max(_PLACES, -exponent) if isinstance(exponent, int) else _PLACES
    return f"{plain:.{places}f}"
