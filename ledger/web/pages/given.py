"""What an address or a form of a page brings: texts, both clocks, the page of a list."""

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple, TypeVar

from fastapi import Depends, Form, Query

from ledger.web.asking.given import TEXT_PATTERN, Clocks, moment

clock_characters_max: Final = 40
entries_shown_max: Final = 50
T = TypeVar("T")

Id = Annotated[str, Query(max_length=80, pattern=TEXT_PATTERN)]
Key = Annotated[str, Query(max_length=300, pattern=TEXT_PATTERN)]
"""Ids joined by spaces."""
Sought = Annotated[str, Query(max_length=2_000, pattern=TEXT_PATTERN)]
Typed = Annotated[str, Form(max_length=80, pattern=TEXT_PATTERN)]
PageNumber = Annotated[int, Query(ge=0, le=1_000_000)]


def clocks(
    as_of: Annotated[str, Query(max_length=clock_characters_max)] = "",
    known_at: Annotated[str, Query(max_length=clock_characters_max)] = "",
) -> Clocks:
    """Read both clocks off an address."""
    # A plus sign in an address that nobody encoded arrives as a space.
    then, known = (text.strip().replace(" ", "+") for text in (as_of, known_at))
    return Clocks(moment(then or None, "as_of"), moment(known or None, "known_at"), then, known)


AtClocks = Annotated[Clocks, Depends(clocks)]


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
