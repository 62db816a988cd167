"""The claims of a pair side by side: what must add up or agree, and by how much it does not."""

from collections.abc import Mapping
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


_IDENTITY: Final = said("Every seal is in exactly one place")
_IDENTITY_ABOUT: Final = said("True by construction: what was issued is the sum of all places.")


def equations(row: Mapping[str, Any]) -> list[Equation]:
    """The equations of a reconciliation row, or of a split row."""
    whole = "issued" if row["issued"] is not None else "supplied"
    places = [name for name in FIGURES[1:] if row[name]]
    right = tuple(Term("+" if n else "", name, row[name]) for n, name in enumerate(places))
    return [
        Equation(
            _IDENTITY,
            _IDENTITY_ABOUT,
            (Term("", whole, row[whole]),),
            right,
            row[whole] - sum(row[name] for name in FIGURES[1:]),
        ),
        Equation(
            said("Supply"),
            said("What was sent has been received, or is on the way; the rest was lost on it."),
            (Term("", "dispatched", row["dispatched"]),),
            (Term("", "received", row["received"]), Term("+", "in_transit", row["in_transit"])),
            row["received"] + row["in_transit"] - row["dispatched"],
        ),
        Equation(
            said("Reports"),
            said("The seals that left on goods are those that reports say were used."),
            (Term("", "departed", row["departed"]),),
            (Term("", "reported", row["reported"]),),
            row["reported"] - row["departed"] if row["reported"] else None,
        ),
        Equation(
            said("Arrival"),
            said("What left has arrived, came back, or is still on the way with the goods."),
            (Term("", "departed", row["departed"]),),
            (
                Term("", "arrived", row["arrived"]),
                Term("+", "returned", row["returned"]),
                Term("+", "shipped", row["shipped"]),
            ),
            row["arrived"] + row["returned"] + row["shipped"] - row["departed"],
        ),
        Equation(
            said("Certificates"),
            said("The units that left are those on certificates that are valid."),
            (Term("", "shipped_units", row["shipped_units"]),),
            (Term("", "certified_units", row["certified_units"]),),
            row["certified_units"] - row["shipped_units"] if row["certified_units"] else None,
        ),
        Equation(
            said("Counts"),
            said("What was counted is what the book said, but for adjustments that are explained."),
            (Term("", "counted", row["counted"]),),
            (Term("", "book", row["book"]),),
            row["unexplained"],
        ),
    ]


class Compared(NamedTuple):
    """Some claims about one thing, and how far they lie apart.

    `difference` is 0 where they agree, None where one side has said nothing yet;
    `between` says in a sentence which two are compared.
    """

    title: str
    names: tuple[str, ...]
    difference: int | None
    between: str


_SUPPLY: Final = said("Supply")
_GOODS: Final = said("Goods")
_PAPERS: Final = said("Certificates")
_COUNTS: Final = said("Counts")


def compared(row: Mapping[str, Any]) -> list[Compared]:
    """The four comparisons of a reconciliation row."""
    return [
        Compared(
            _SUPPLY,
            ("dispatched", "received", "in_transit"),
            row["received"] + row["in_transit"] - row["dispatched"],
            said("received and on the way, against sent"),
        ),
        Compared(
            _GOODS,
            ("departed", "reported", "arrived", "returned"),
            _apart(row["reported"], row["departed"]),
            said("reported, against left"),
        ),
        Compared(
            _PAPERS,
            ("shipped_units", "certified_units"),
            _apart(row["certified_units"], row["shipped_units"]),
            said("units certified, against shipped"),
        ),
        Compared(
            _COUNTS,
            ("counted", "book"),
            row["unexplained"],
            said("not explained between counts and books"),
        ),
    ]


def _apart(one: int, other: int) -> int | None:
    """Goods that need no report or certificate have none: whether they do the rules ask."""
    return one - other if one else None
