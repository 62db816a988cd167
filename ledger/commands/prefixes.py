"""Ids as people type them: the whole of one, or as much of its beginning as tells it apart."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.views.folding import Rows

named_max: Final = 5
"""So many of the ids that begin alike are told."""
_digits: Final = 32
_HEX: Final = re.compile(rf"[0-9a-f]{{1,{_digits}}}")


def event_of(log: "Log", typed: str, *, refused: bool = False) -> UUID:
    """The one event that begins so, with `refused` also of those refused; a whole id is itself."""
    from ledger.log.finding import ids_between

    return _only(
        "event", typed, lambda first, last: ids_between(log, first, last, named_max + 1,
                                                        refused=refused),
    )  # fmt: skip


def case_of(rows: "Rows", typed: str) -> UUID:
    """The one case that begins so; a whole id is itself."""
    from ledger.views.cases import ids_between

    return _only("case", typed, lambda first, last: ids_between(rows, first, last, named_max + 1))


def one_of(what: str, typed: str, found: Sequence[str]) -> str:
    """The only one of those that begin so; Misuse names those there are, where there are several.

    What is told in full is itself, also where others go on from there.
    """
    if typed in found:
        return typed
    if not found:
        raise Misuse(f"There is no {what} {typed}.")
    if len(found) > 1:
        more = ", …" if len(found) > named_max else ""
        raise Misuse(
            f"{typed} is the beginning of several: {', '.join(found[:named_max])}{more}."
            " Give more of it."
        )
    return found[0]


def _only(what: str, typed: str, between: Callable[[UUID, UUID], Sequence[UUID]]) -> UUID:
    digits = typed.strip().lower().replace("-", "")
    if not _HEX.fullmatch(digits):
        raise Misuse(f"{typed!r} is no {what}: give its id, or how that begins.")
    if len(digits) == _digits:
        return UUID(digits)
    first, last = UUID(digits.ljust(_digits, "0")), UUID(digits.ljust(_digits, "f"))
    return UUID(one_of(what, typed.strip(), [str(each) for each in between(first, last)]))
