"""The claims of a pair side by side: what must add up or agree, and by how much it does not."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.views.reconciliation import FIGURES
from ledger.web.problems import said


class Term(NamedTuple):
    """One number of an equation; `sign` stands before it, `name` is the figure that it opens."""

    sign: str
    name: str
    amount: int


class Equation(NamedTuple):
    """What should be equal to what; `apart` is 0 where it is, None where nothing is claimed yet."""

    title: str
    about: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    apart: int | None


class Compared(NamedTuple):
    """Some claims about one thing, and how far they lie apart.

    `difference` is 0 where they agree, None where one side has said nothing yet;
    `between` says in a sentence which two are compared.
    """

    title: str
    names: tuple[str, ...]
    difference: int | None
    between: str


_SUPPLY: Final = (("dispatched",), ("received", "in_transit"))
_REPORTS: Final = (("departed",), ("reported",))
_ARRIVAL: Final = (("departed",), ("arrived", "returned", "shipped"))
_PAPERS: Final = (("shipped_units",), ("certified_units",))
_COUNTS: Final = (("counted",), ("book",))
"""Figures, and those that should add up to the same."""
_EQUATIONS: Final = (
    (
        said("Supply"),
        said("What was sent has been received, or is on the way; the rest was lost on it."),
        _SUPPLY,
    ),
    (
        said("Reports"),
        said("The seals that left on goods are those that reports say were used."),
        _REPORTS,
    ),
    (
        said("Arrival"),
        said("What left has arrived, came back, or is still on the way with the goods."),
        _ARRIVAL,
    ),
    (
        said("Certificates"),
        said("The units that left are those on certificates that are valid."),
        _PAPERS,
    ),
    (
        said("Counts"),
        said("What was counted is what the book said, but for adjustments that are explained."),
        _COUNTS,
    ),
)
_COMPARED: Final = (
    (
        said("Supply"),
        ("dispatched", "received", "in_transit"),
        _SUPPLY,
        said("received and on the way, against sent"),
    ),
    (
        said("Goods"),
        ("departed", "reported", "arrived", "returned"),
        _REPORTS,
        said("reported, against left"),
    ),
    (
        said("Certificates"),
        ("shipped_units", "certified_units"),
        _PAPERS,
        said("units certified, against shipped"),
    ),
    (said("Counts"), ("counted", "book"), _COUNTS, said("not explained between counts and books")),
)


def equations(row: Mapping[str, Any]) -> list[Equation]:
    """The equations of a reconciliation row, or of a split row."""
    whole = "issued" if row["issued"] is not None else "supplied"
    identity = (
        said("Every seal is in exactly one place"),
        said("True by construction: what was issued is the sum of all places."),
        ((whole,), tuple(name for name in FIGURES[1:] if row[name])),
    )
    return [
        Equation(title, about, _terms(row, left), _terms(row, right), _apart(row, left, right))
        for title, about, (left, right) in (identity, *_EQUATIONS)
    ]


def compared(row: Mapping[str, Any]) -> list[Compared]:
    """The four comparisons of a reconciliation row."""
    return [
        Compared(title, names, _apart(row, *sides), between)
        for title, names, sides, between in _COMPARED
    ]


def _terms(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Term, ...]:
    return tuple(Term("+" if n else "", name, row[name]) for n, name in enumerate(names))


def _apart(row: Mapping[str, Any], left: Sequence[str], right: Sequence[str]) -> int | None:
    apart: int = sum(row[name] for name in right) - sum(row[name] for name in left)
    if (left, right) == _COUNTS:
        apart = row["unexplained"]
    # Goods that need no report or certificate have none: whether they do the rules ask.
    if (left, right) in (_REPORTS, _PAPERS) and not row[right[0]]:
        return None
    return apart
