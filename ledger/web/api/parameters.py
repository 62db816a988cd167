"""What routes are asked with: clocks, ids, pages; each refused by its own name where it cannot be.

A date means the end of that day in Japan.
"""

import base64
import binascii
import re
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import Depends, Path, Query

from ledger.facts.scalars import canonical_time, micros
from ledger.web.desk import Looking
from ledger.web.problems import invalid

ID_PATTERN: Final = r"^[!-~]{1,80}$"
KEY_PATTERN: Final = r"^[ -~]{1,300}$"
"""A subject: ids joined by spaces."""
TEXT_PATTERN: Final = r"^[^\x00]*$"
limit_default: Final = 100
limit_max: Final = 1_000
cursor_characters_max: Final = 2_000
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

IdQuery = Annotated[str | None, Query(pattern=ID_PATTERN, max_length=80)]
IdPath = Annotated[str, Path(pattern=ID_PATTERN, max_length=80)]
NumberPath = Annotated[str, Path(pattern=r"^[ -~]{1,80}$", max_length=80)]


class Clocks(NamedTuple):
    """Both clocks, µs UTC; None is now."""

    as_of: int | None
    known_at: int | None

    def until(self, looking: Looking) -> int | None:
        """The position known then, where a clock was given; None asks for now."""
        if self.as_of is None and self.known_at is None:
            return None
        position = looking.standing.position
        if self.known_at is None:
            return position
        return min(position, looking.log.known_at(self.known_at))


_MOMENT: Final = "RFC 3339, or a date = the end of that day in Japan"


def moment(text: str | None, name: str) -> int | None:
    """Microseconds UTC of a time given under a name."""
    if text is None:
        return None
    whole = f"{text}T23:59:59.999999+09:00" if _DATE.fullmatch(text) else text
    try:
        return micros(canonical_time(whole))
    except ValueError as error:
        raise invalid(name, str(error)) from None


def day(text: str | None, name: str) -> date | None:
    """A date given under a name."""
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, str(error)) from None
    raise invalid(name, "expected a date, as 2026-04-01")


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


def page(
    cursor: Annotated[
        str | None,
        Query(description="`next` of the page before", max_length=cursor_characters_max),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=limit_max)] = limit_default,
) -> Page:
    """The page of a request."""
    return Page([] if cursor is None else _read(cursor), limit)


def long_page(
    cursor: Annotated[
        str | None,
        Query(description="`next` of the page before", max_length=cursor_characters_max),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=limit_max)] = limit_max,
) -> Page:
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


AtClocks = Annotated[Clocks, Depends(clocks)]
AtPage = Annotated[Page, Depends(page)]
AtLongPage = Annotated[Page, Depends(long_page)]
