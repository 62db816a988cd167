"""A verdict: which reason codes apply, and whether they break a rule or leave it unproven.

The same facts give the same codes in the same order.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec import Struct

Level = Literal["F", "U"]


class Reason(NamedTuple):
    """A code and its level: F the facts break the rule, U the facts do not show it."""

    code: str
    level: Level


class Verdict(Struct, frozen=True, gc=False):
    """A sorted set of reasons; true where no fact breaks a rule."""

    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, reasons: Iterable[Reason]) -> "Verdict":
        """Each code once, sorted; F wins over U."""
        levels: dict[str, Level] = {}
        for code, level in reasons:
            if levels.get(code) != "F":
                levels[code] = level
        return cls(tuple(Reason(code, levels[code]) for code in sorted(levels)))

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, sorted."""
        return tuple(reason.code for reason in self.reasons)

    @property
    def broken(self) -> tuple[str, ...]:
        """The codes of level F, sorted."""
        return tuple(reason.code for reason in self.reasons if reason.level == "F")

    @property
    def unproven(self) -> tuple[str, ...]:
        """The codes of level U, sorted."""
        return tuple(reason.code for reason in self.reasons if reason.level == "U")

    @property
    def eligible(self) -> bool:
        """No fact breaks a rule."""
        return not self.broken

    @property
    def proven(self) -> bool:
        """No fact breaks a rule, and none is missing."""
        return not self.reasons

    def __bool__(self) -> bool:
        return self.eligible

    def only(self, codes: Iterable[str]) -> "Verdict":
        """The part of the verdict that has one of the codes."""
        wanted = frozenset(codes)
        return Verdict(tuple(reason for reason in self.reasons if reason.code in wanted))


def fails(*codes: str) -> list[Reason]:
    """Reasons of level F."""
    return [Reason(code, "F") for code in codes]


def unshown(*codes: str) -> list[Reason]:
    """Reasons of level U."""
    return [Reason(code, "U") for code in codes]
