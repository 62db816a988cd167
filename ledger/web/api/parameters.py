"""What routes are asked with: clocks, ids, pages; each refused by its own name where it cannot be.

A parameter that a route does not know is refused too.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Path, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from ledger.web.access.viewers import Asking
from ledger.web.asking.given import ID_PATTERN, Clocks, moment
from ledger.web.problems import Problem, invalid

T = TypeVar("T")
limit_default: Final = 100
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
    """How much of a list, and after which entry."""

    after: list[Any]
    limit: int


Cursor = Annotated[
    str | None, Query(description="`next` of the page before", max_length=cursor_characters_max)
]
Limit = Annotated[int, Query(ge=1, le=limit_max)]


def page(cursor: Cursor = None, limit: Limit = limit_default) -> Page:
    """The page of a request."""
    return Page([] if cursor is None else _read(cursor), limit)


def long_page(cursor: Cursor = None, limit: Limit = limit_max) -> Page:
    """The page of a request for a list that is mostly wanted whole."""
    return page(cursor, limit)


def next_cursor(key: list[Any]) -> str:
    """What leads to the page behind an entry with that key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


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


def cut(
    rows: Sequence[T], wanted: Page, key: Callable[[T], tuple[Any, ...]], *kinds: type
) -> tuple[list[T], str | None]:
    """The rows of a page out of all in the order of their keys, and what leads to the next one."""
    after = key_of(wanted, *kinds)
    behind = [row for row in rows if after is None or key(row) > after]
    shown = behind[: wanted.limit]
    return shown, next_cursor([*key(shown[-1])]) if len(behind) > len(shown) else None


AtClocks = Annotated[Clocks, Depends(clocks)]
AtPage = Annotated[Page, Depends(page)]
AtLongPage = Annotated[Page, Depends(long_page)]


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
