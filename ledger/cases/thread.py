"""What is said and arranged about a case beside its states: owner, due day, words, who decides.

None of it changes a state; owner, due day and words are allowed in every one.
"""

from datetime import date
from typing import ClassVar, Literal

from ledger.cases.decision import Decision
from ledger.facts.identity import Document

Audience = Literal["ALL", "OWN"]
"""Who reads a comment: all who see the case, or the party of who wrote it alone."""


class DiscrepancyAssigned(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A party says which of its persons has the case; none takes it back."""

    makes: ClassVar[str] = "assigned"

    party: str
    person: str
    owner: str | None = None
    owner_party: str


class DiscrepancyDueSet(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier gives it another due day."""

    makes: ClassVar[str] = "due set"

    party: str
    person: str
    due: date
    text: str


class DiscrepancyCommented(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """Somebody who sees it says something."""

    makes: ClassVar[str] = "commented"

    party: str
    person: str
    text: str
    documents: tuple[Document, ...] = ()
    audience: Audience


class DiscrepancyRouted(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The operator gives a case that nobody may decide to a certifier."""

    makes: ClassVar[str] = "routed"

    party: str
    person: str
    to: str
    text: str


class DiscrepancyOverdue(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The due day has passed and it still asks for attention."""

    makes: ClassVar[str] = "overdue"

    due: date
    waits_for: str


Arrangement = (
    DiscrepancyAssigned
    | DiscrepancyDueSet
    | DiscrepancyCommented
    | DiscrepancyRouted
    | DiscrepancyOverdue
)
