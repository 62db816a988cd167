"""Technical criteria: what a party has shown its body of its sites, staff and rules."""

from datetime import date
from typing import ClassVar, Literal

from ledger.facts.identity import Fact, check_lines
from ledger.facts.scalars import FiscalYear, Id, Name


class CriterionShown(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A party meets items of its criteria, or does not; the paper is among the documents."""

    channels: ClassVar[frozenset[str]] = frozenset("OC")

    party: Id
    criteria: Literal["PLANT", "PROCESSED", "LIVESTOCK", "SUBDIVISION", "IMPORT", "OTHER"]
    subject: Literal[
        "FACILITY", "STAFFING", "DUTIES", "INTERNAL_RULES", "GRADING_RULES", "LABEL_RULES",
        "REVIEW", "BRIEFING", "YEARLY_PLAN", "OUTSIDE_WORK", "MARK_USE", "OTHER",
    ]  # fmt: skip
    items: tuple[Name, ...] = ()
    site: Id | None = None
    fiscal_year: FiscalYear | None = None
    contractor: Id | None = None
    sent_to: Id | None = None
    on: date
    until: date | None = None
    met: bool

    def __post_init__(self) -> None:
        """Limit the items."""
        check_lines("items", self.items)


__all__ = ["CriterionShown"]
