"""What people decide about a case, and when they may not.

A decision is taken on a state and refused with a sentence that says what would have to be
different.
"""

from datetime import date
from typing import Final, get_args

from ledger.cases.arranging import Assign, Comment, Route, SetDue, arranged
from ledger.cases.correcting import (
    AcceptCorrection,
    AskCorrection,
    RefuseCorrection,
    ReportCorrection,
    corrected,
)
from ledger.cases.decision import ReasonName, Refusal, documents_of, needed, text_of
from ledger.cases.discrepancy import (
    LIVE,
    Case,
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
    Event,
    State,
    Values,
)
from ledger.cases.ground import Command, Ground, Standing
from ledger.facts.identity import Document
from ledger.facts.scalars import ReasonCode

REASONS: Final[tuple[ReasonCode, ...]] = get_args(ReasonCode)
_NEEDS_TEXT: Final = frozenset({"OTHER", "UNEXPLAINED"})


class Explain(Command, frozen=True, kw_only=True, gc=False):
    """A party concerned says how it came; `reason` is a reason code."""

    reason: str
    documents: tuple[Document, ...] = ()


class Escalate(Command, frozen=True, kw_only=True, gc=False):
    """A certifier wants more than an explanation."""

    documents: tuple[Document, ...] = ()


class Close(Command, frozen=True, kw_only=True, gc=False):
    """A certifier settles the case; `reason` is a reason code.

    `waive` says why a correction that was asked is not owed any more.
    """

    reason: str
    documents: tuple[Document, ...] = ()
    waive: str | None = None


Settling = Explain | Escalate | Close
Correcting = AskCorrection | ReportCorrection | AcceptCorrection | RefuseCorrection
Arranging = Assign | SetDue | Comment | Route
Deciding = Settling | Correcting | Arranging

STATES: Final[dict[type[Settling], frozenset[State]]] = {
    Explain: frozenset({State.OPEN, State.ESCALATED}),
    Escalate: frozenset({State.OPEN, State.EXPLAINED}),
    Close: LIVE,
}
"""In which states of a case each may be."""


def decide(
    command: Deciding,
    case: Case,
    *,
    standing: Standing,
    shown: Values,
    now: int,
    position: int,
    policy_due: date | None = None,
) -> Event:
    """The event that the command makes of the case; raises Refusal with a sentence.

    What the arguments are stands with `Ground`.
    """
    ground = Ground(case, standing, shown, now, position, policy_due)
    if isinstance(command, Settling):
        return _settled(command, ground)
    if isinstance(command, Correcting):
        return corrected(command, ground)
    return arranged(command, ground)


def _settled(command: Settling, ground: Ground) -> Event:
    match command:
        case Explain():
            return _explained(command, ground)
        case Escalate():
            return _escalated(command, ground)
        case Close():
            return _closed(command, ground)


def _explained(command: Explain, ground: Ground) -> DiscrepancyExplained:
    ground.check_state(STATES[Explain], "explained")
    if command.party not in ground.standing.concerned:
        raise Refusal(
            "%(party)s is not concerned by the case: no event of %(kind)s %(key)s names"
            " it as a party to it.",
            party=command.party, kind=ground.case.subject_kind,
            key=ground.case.subject,
        )  # fmt: skip
    return DiscrepancyExplained(
        **ground.head(command, "explained"),
        text=_reasoned(command, ground),
        reason=reason_of(command.reason),
        values=ground.shown,
        documents=documents_of(command.documents),
    )


def _escalated(command: Escalate, ground: Ground) -> DiscrepancyEscalated:
    ground.check_state(STATES[Escalate], "escalated")
    ground.check_certifier(command, "escalated")
    return DiscrepancyEscalated(
        **ground.head(command, "escalated"),
        text=needed(
            command.text, "text", "An escalation needs a text that says what is asked for."
        ),
        documents=documents_of(command.documents),
    )


def _closed(command: Close, ground: Ground) -> DiscrepancyClosed:
    case = ground.case
    ground.check_state(STATES[Close], "closed")
    ground.check_certifier(command, "closed")
    head = ground.head(command, "closed")
    if head["person"] == case.explainer:
        raise Refusal(
            "The case was last explained by %(person)s: another person has to close it.",
            field="person", person=head["person"],
        )  # fmt: skip
    if head["person"] == case.reporter:
        raise Refusal(
            "The correction of the case was last reported by %(person)s: another person has"
            " to close it.",
            field="person", person=head["person"],
        )  # fmt: skip
    waive = text_of(command.waive, "waive")
    if waive is None and case.owes is not None:
        raise Refusal(
            "A correction is asked of %(party)s and not accepted: accept it first, or say why it"
            " is waived.",
            field="waive", party=case.owes.of,
        )  # fmt: skip
    if waive is not None and case.owes is None:
        raise Refusal("No correction is owed: there is nothing to waive.", field="waive")
    return DiscrepancyClosed(
        **head,
        text=_reasoned(command, ground),
        reason=reason_of(command.reason),
        values=ground.shown,
        documents=documents_of(command.documents),
        waive=waive,
    )


def reason_of(code: str) -> ReasonCode:
    """A reason code as given; raises Refusal that lists those there are."""
    for reason in REASONS:
        if code == reason:
            return reason
    raise Refusal(
        "%(code)s is no reason code: %(known)s.",
        field="reason", code=repr(code), known=", ".join(REASONS),
    )  # fmt: skip


def _reasoned(command: Explain | Close, ground: Ground) -> str | None:
    text = text_of(command.text)
    if text is None:
        if command.reason in _NEEDS_TEXT:
            raise Refusal("The reason %(reason)s needs a text.", field="text",
                          reason=ReasonName(command.reason))  # fmt: skip
        if ground.shown.severity == "C":
            raise Refusal("A critical case needs a text.", field="text")
    return text
