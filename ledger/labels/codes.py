"""Reason codes: their level, the rule that carries each, and a sentence for people.

Every code the checks give stands here, in English and Japanese.
"""

from functools import cache
from typing import Final, Literal

from ledger.errors import Misuse
from ledger.labels.rows import Row, Table

Language = Literal["en", "ja"]


class CodeRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code: the level it has unless a check says otherwise, and its carrier among the rules."""

    code: str
    level: Literal["F", "U"]
    rule: str
    en: str
    ja: str


CODES: Final = Table("codes", CodeRow, lambda row: row.code, "reason codes and their sentences")


def _row(code: str) -> CodeRow:
    row = CODES.topmost(code, None)
    if row is None:
        raise Misuse(f"no reason code {code!r}")
    return row


def sentence(code: str, language: Language = "en") -> str:
    """What a code means, for people; raises Misuse for an unknown code."""
    row = _row(code)
    return row.ja if language == "ja" else row.en


def carrier(code: str) -> str:
    """The rule under which a discrepancy shows the code; raises Misuse for an unknown code."""
    return _row(code).rule


@cache
def carried_by(rule: str) -> frozenset[str]:
    """The codes that a rule carries."""
    return frozenset(row.code for row in CODES.rows() if row.rule == rule)
