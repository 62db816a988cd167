"""A verdict: which reason codes apply, and whether they break a rule or leave it unproven.

The same facts give the same codes in the same order. Every code stands in a table, with its level,
the rule that carries it, and a sentence in English and Japanese.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from ledger.errors import Misuse
from ledger.labels.rows import Row, Table

Level = Literal["F", "U"]


class Reason(NamedTuple):
    """A code and its level: F the facts break the rule, U the facts do not show it.

    `detail` = which row, word or item it is about; empty where the code says it all.
    """

    code: str
    level: Level
    detail: str = ""


class Verdict(Struct, frozen=True, gc=False):
    """A sorted set of reasons; true where no fact breaks a rule."""

    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, reasons: Iterable[Reason]) -> "Verdict":
        """Each code once, sorted; F wins over U. Details of one code are joined, sorted."""
        levels: dict[str, Level] = {}
        details: dict[tuple[str, Level], set[str]] = {}
        for code, level, detail in reasons:
            if levels.get(code) != "F":
                levels[code] = level
            if detail:
                details.setdefault((code, level), set()).add(detail)
        return cls(
            tuple(
                Reason(code, level, "; ".join(sorted(details.get((code, level), ()))))
                for code, level in sorted(levels.items())
            )
        )

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


def fails(*codes: str, detail: str = "") -> list[Reason]:
    """Reasons of level F."""
    return [Reason(code, "F", detail) for code in codes]


def unshown(*codes: str, detail: str = "") -> list[Reason]:
    """Reasons of level U."""
    return [Reason(code, "U", detail) for code in codes]


class CodeRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code: the level it has unless a check says otherwise, and its carrier among the rules."""

    code: str
    level: Level
    rule: str
    en: str
    ja: str


CODES: Final = Table("codes", CodeRow, "code", "reason codes and their sentences")


def code_row(code: str) -> CodeRow:
    """What a code means to people, and its carrier; raises Misuse for an unknown code."""
    row = CODES.topmost(code, None)
    if row is None:
        raise Misuse(f"no reason code {code!r}")
    return row


@cache
def carried_by(rule: str) -> frozenset[str]:
    """The codes that a rule carries."""
    return frozenset(row.code for row in CODES.rows() if row.rule == rule)
