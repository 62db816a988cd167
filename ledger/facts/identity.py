"""What every fact has: who reports it, when it happened, and what it replaces.

A fact is frozen, complete and checked when it is made: one that exists can be recorded.
"""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from ledger.facts.scalars import (
    COUNT_MAX,
    LINES_MAX,
    EventId,
    FieldError,
    Id,
    Name,
    Serial,
    Sha256,
    Text,
    local_day,
    micros,
    offset_minutes,
)


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Evidence kept elsewhere: its name and the SHA-256 of its bytes."""

    name: Name
    sha256: Sha256


class Fact(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="type",
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """The fields common to every event.

    `time` is canonical RFC 3339 text, `id` and `corrects` lower-case UUID text.
    """

    channels: ClassVar[frozenset[str]] = frozenset()
    """Which of S (scans), O (operators), C (certifiers) may report this type."""

    id: EventId
    time: str
    source: Id
    actor: Id | None = None
    corrects: EventId | None = None
    documents: tuple[Document, ...] = ()
    note: Text | None = None

    @property
    def at(self) -> int:
        """When it happened, in microseconds since 1970, UTC."""
        return micros(self.time)

    @property
    def offset(self) -> int:
        """Minutes east of UTC where it happened."""
        return offset_minutes(self.time)

    @property
    def day(self) -> date:
        """The calendar date where it happened."""
        return local_day(self.time)


class Ranged(Fact, frozen=True, kw_only=True, gc=False):
    """A fact that may name the serial numbers of its seals: both `first` and `last`, or neither."""

    def __post_init__(self) -> None:
        """Refuse half a range and one that does not hold `count` numbers."""
        check_range(
            getattr(self, "first", None), getattr(self, "last", None), getattr(self, "count", 0)
        )


def check_range(first: Serial | None, last: Serial | None, count: int) -> None:
    """Raise FieldError unless both ends are given and hold `count` numbers, or neither is."""
    if first is None and last is None:
        return
    if first is None:
        raise FieldError("first", "a range needs both first and last")
    if last is None:
        raise FieldError("last", "a range needs both first and last")
    if last - first + 1 != count:
        raise FieldError(
            "last", f"first to last holds {last - first + 1} numbers, count is {count}"
        )


def check_lines(field: str, lines: tuple[object, ...], most: int = LINES_MAX) -> None:
    """Raise FieldError where a list is longer than an event may be."""
    if len(lines) > most:
        raise FieldError(field, f"at most {most} entries")


__all__ = ["COUNT_MAX", "Document", "Fact", "Ranged", "check_lines", "check_range"]
