"""What routes are asked with: clocks, ids, pages; each refused by its own name where it cannot be.

A parameter that a route does not know is refused too.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Path, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from ledger.web.access.viewers import Asking
from ledger.web.asking.forms import OF_PROGRAMS, Form, Format, Headings, chosen
from ledger.web.asking.given import ID_PATTERN, Clocks, moment
from ledger.web.asking.listing import Part
from ledger.web.problems import Problem, invalid

T = TypeVar("T")
limit_max: Final = 1_000
cursor_characters_max: Final = 2_000

IdQuery = Annotated[str | None, Query(pattern=ID_PATTERN, max_length=80)]
IdPath = Annotated[str, Path(pattern=ID_PATTERN, max_length=80)]
NumberPath = Annotated[str, Path(pattern=r"^[ -~]{1,80}$", max_length=80)]


_MOMENT: Final = "RFC 3339, or a date = the end of that day in Japan"


def clocks(
    as_of: Annotated[
        str | None, Query(description=f"What happened up to then: {_MOMENT}", max_length=64)
    ] = None,
    known_at: Annotated[
        str | None, Query(description=f"What was recorded up to then: {_MOMENT}", max_length=64)
    ] = None,
) -> Clocks:
    """The clocks of a request."""
    return Clocks(moment(as_of, "as_of"), moment(known_at, "known_at"))


class Page(NamedTuple):
    """How much of a list, and after which entry; without a limit all of it."""

    after: list[Any]
    limit: int | None

    @property
    def part(self) -> Part:
        """The same as a list is written by."""
        return Part(self.limit)


Cursor = Annotated[
    str | None, Query(description="`next` of the page before", max_length=cursor_characters_max)
]
Limit = Annotated[
    int | None,
    Query(ge=1, le=limit_max, description="At most so many rows; without it all of them"),
]


def page(cursor: Cursor = None, limit: Limit = None) -> Page:
    """The page of a request."""
    return Page([] if cursor is None else _read(cursor), limit)


def form(
    request: Request,
    format: Annotated[  # noqa: A002 -- the word in the address
        Format | None, Query(description="The form of the list; wins over `Accept`")
    ] = None,
    headings: Annotated[
        Headings, Query(description="What columns are called in CSV and workbooks")
    ] = "code",
    bom: Annotated[  # noqa: FBT002 -- as FastAPI reads parameters
        bool, Query(description="Mark a CSV as UTF-8 for spreadsheets, with their line ends")
    ] = False,
) -> Form:
    """The form that a list is asked for in."""
    accept = request.headers.get("accept", "")
    return chosen(accept, OF_PROGRAMS, given=format, headings=headings, bom=bom)


def _read(cursor: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[str | int])
    except (msgspec.DecodeError, binascii.Error, UnicodeError, ValueError):
        raise invalid("cursor", "not one that a page of ours gave") from None
    if any(isinstance(part, str) and "\0" in part for part in found) or not found:
        raise invalid("cursor", "not one that a page of ours gave")
    return found


def key_of(wanted: Page, *kinds: type) -> tuple[Any, ...] | None:
    """The key that a page goes on after, its parts of these kinds; None at the beginning."""
    if not wanted.after:
        return None
    if len(wanted.after) != len(kinds) or any(
        type(part) is not kind for part, kind in zip(wanted.after, kinds, strict=True)
    ):
        raise invalid("cursor", "belongs to another list")
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in wanted.after):
        raise invalid("cursor", "not one that a page of ours gave")
    return tuple(wanted.after)


def behind(
    rows: Iterable[T], wanted: Page, key: Callable[[T], Sequence[str | int]], *kinds: type
) -> list[T]:
    """The rows behind the entry that a page goes on after, out of all by their keys."""
    after = key_of(wanted, *kinds)
    return [row for row in rows if after is None or tuple(key(row)) > after]


AtClocks = Annotated[Clocks, Depends(clocks)]
AtPage = Annotated[Page, Depends(page)]
AtForm = Annotated[Form, Depends(form)]


_not_asked = "not asked here"
_names: dict[str, frozenset[str]] = {}
"""By route; there are as many as the application has."""


async def known_parameters(request: Request, viewer: Asking) -> None:
    """Refuse parameters that the route does not have; who asks is asked first.

    Ignored, a list as of a time that it does not have would be answered as if nobody had asked.
    """
    del viewer
    route = request.scope["route"]
    assert isinstance(route, APIRoute)  # noqa: S101 -- a dependency of such routes alone
    unknown = [name for name in request.query_params if name not in _parameters(route)]
    if unknown:
        known = ", ".join(sorted(_parameters(route))) or "none"
        raise Problem(
            422,
            f"{unknown[0]}: {_not_asked}; known are {known}.",
            fields=[(name, _not_asked) for name in unknown],
        )


def _parameters(route: APIRoute) -> frozenset[str]:
    found = _names.get(route.unique_id)
    if found is None:
        found = _names[route.unique_id] = frozenset(
            field.alias
            for field in get_flat_params(route.dependant)
            if isinstance(field.field_info, params.Query)
        )
    return found
