"""What an address or a form of a page brings: texts, clocks, the page of a list."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, NamedTuple, TypeVar

from fastapi import Depends, Form, Query

from ledger.cases.period import period_of
from ledger.errors import Misuse
from ledger.web.asking.given import TEXT_PATTERN, Clocks, moment
from ledger.web.problems import invalid

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
    period: Annotated[str, Query(max_length=clock_characters_max)] = "",
) -> Clocks:
    """Read both clocks off an address; a period stands for its end, unless a moment is given."""
    # A plus sign in an address that nobody encoded arrives as a space.
    then, known_then = (text.strip().replace(" ", "+") for text in (as_of, known_at))
    happened = moment(then or None, "as_of")
    if period:
        try:
            end = period_of("-", "-", period).end
        except Misuse as error:
            raise invalid("period", str(error)) from None
        happened = end if happened is None else min(happened, end)
    known_by = moment(known_then or None, "known_at")
    return Clocks(happened, known_by, then, known_then, period)


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


def known(text: str, words: Iterable[str], field: str) -> tuple[str, ...]:
    """The word alone, or nothing for an empty one; the problem lists those there are."""
    names = [*words]
    if text and text not in names:
        raise invalid(field, f"one of {', '.join(names)}")
    return (text,) if text else ()
