"""A correction: what a body asks a party to put right, what that reports, and what the body says.

It outlives the case that it was asked in: facts may withdraw the case, not what is owed.
"""

from datetime import date
from typing import ClassVar, Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from ledger.cases.decision import Decision
from ledger.facts.identity import Document

CorrectiveAction = Literal[
    "CORRECT_RECORDS", "STOP_SHIPMENT", "STOP_ADVERTISING", "REMOVE_LABELS", "IMPROVE_PRACTICE"
]
"""What a body may ask for under the enforcement rules."""
ACTIONS: Final[tuple[CorrectiveAction, ...]] = get_args(CorrectiveAction)
CorrectionState = Literal["ASKED", "REPORTED", "ACCEPTED"]


class DiscrepancyCorrectionAsked(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """A certifier asks a party to put something right by a day."""

    makes: ClassVar[str] = "correction asked"

    party: str
    person: str
    from_party: str
    actions: tuple[CorrectiveAction, ...]
    text: str
    due: date


class DiscrepancyCorrectionReported(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The party asked says what the cause was, what it did, and what keeps it from coming again."""

    makes: ClassVar[str] = "correction reported"

    party: str
    person: str
    cause: str
    action: str
    prevention: str
    done_on: date
    documents: tuple[Document, ...] = ()


class DiscrepancyCorrectionAccepted(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """The body that asked has what it asked for."""

    makes: ClassVar[str] = "correction accepted"

    party: str
    person: str
    text: str | None = None


class DiscrepancyCorrectionRefused(Decision, tag=True, frozen=True, kw_only=True, gc=False):
    """What was reported is not what the body asked for: once more, by another day."""

    makes: ClassVar[str] = "correction refused"

    party: str
    person: str
    text: str
    due: date


CorrectionEvent = (
    DiscrepancyCorrectionAsked
    | DiscrepancyCorrectionReported
    | DiscrepancyCorrectionAccepted
    | DiscrepancyCorrectionRefused
)


class Correction(Struct, frozen=True, kw_only=True, gc=False):
    """A correction as its events left it: asked by a body of a party, by a day.

    `reported_at` is the canonical time at which it was last reported.
    """

    by: str
    of: str
    actions: tuple[CorrectiveAction, ...]
    text: str
    due: date
    state: CorrectionState = "ASKED"
    reported_at: str | None = None

    @property
    def owed(self) -> bool:
        """Whether it is not accepted yet."""
        return self.state != "ACCEPTED"


def evolve_correction(known: Correction | None, event: CorrectionEvent) -> Correction | None:
    """The correction after its next event; what nobody asked stays None."""
    if isinstance(event, DiscrepancyCorrectionAsked):
        return Correction(
            by=event.party, of=event.from_party, actions=event.actions, text=event.text,
            due=event.due,
        )  # fmt: skip
    if known is None:
        return None
    match event:
        case DiscrepancyCorrectionReported():
            return replace(known, state="REPORTED", reported_at=event.time)
        case DiscrepancyCorrectionAccepted():
            return replace(known, state="ACCEPTED")
        case DiscrepancyCorrectionRefused():
            return replace(known, state="ASKED", due=event.due)
