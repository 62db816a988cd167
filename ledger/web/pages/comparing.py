"""Claims side by side: which of them ought to agree, and by how much they do not."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ledger.web.problems import said


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
