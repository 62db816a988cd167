"""Pages of a list that is at hand: which entries one shows, and where the others are."""

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple, TypeVar

from fastapi import Query

entries_shown_max: Final = 50
T = TypeVar("T")
PageNumber = Annotated[int, Query(ge=0, le=1_000_000)]


class More(NamedTuple):
    """Where in a list a page stands; `before` and `after` are numbers of pages, from 0."""

    first: int
    last: int
    total: int
    before: int | None
    after: int | None


def shown(entries: Sequence[T], page: int, most: int = entries_shown_max) -> tuple[list[T], More]:
    """The entries of a page."""
    start = page * most
    cut = list(entries[start : start + most])
    more = start + len(cut) < len(entries)
    first = start + 1 if cut else 0
    return cut, More(
        first,
        start + len(cut),
        len(entries),
        page - 1 if page else None,
        page + 1 if more else None,
    )
