"""Transitions: what the standards let pass for a time beside their own rules.

A day in the year of publication is counted from the publication (this ledger's own reading).
"""

from datetime import date
from typing import Final

from ledger.labels.rows import Row, Table


class TransitionRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may pass from a day until a day, on which condition, and the code that it lifts."""

    id: str
    en: str
    ja: str
    condition_en: str = ""
    condition_ja: str = ""
    effect: str
    lifts: str = ""


TRANSITIONS: Final = Table("transitions", TransitionRow, "id", "what passes for a time")


def transition(name: str, on: date) -> TransitionRow | None:
    """A transition by its id, where it is open on a day."""
    return TRANSITIONS.topmost(name, on)
