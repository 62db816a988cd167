"""What people do about a correction: ask for it, report it, accept it or send it back."""

from datetime import date
from typing import Final

from ledger.cases.correction import (
    ACTIONS,
    Correction,
    CorrectionEvent,
    CorrectionState,
    CorrectiveAction,
    DiscrepancyCorrectionAccepted,
    DiscrepancyCorrectionAsked,
    DiscrepancyCorrectionRefused,
    DiscrepancyCorrectionReported,
)
from ledger.cases.decision import Refusal, documents_of, needed, text_of
from ledger.cases.discrepancy import LIVE
from ledger.cases.ground import LIVE_OR_WITHDRAWN, Command, Ground
from ledger.errors import template
from ledger.facts.identity import Document


class AskCorrection(Command, frozen=True, kw_only=True, gc=False):
    """A certifier asks a party concerned to put something right by a day."""

    from_party: str
    actions: tuple[str, ...]
    due: date


class ReportCorrection(Command, frozen=True, kw_only=True, gc=False):
    """The party asked says what it did."""

    cause: str
    action: str
    prevention: str
    done_on: date
    documents: tuple[Document, ...] = ()


class AcceptCorrection(Command, frozen=True, kw_only=True, gc=False):
    """The body that asked has what it asked for."""


class RefuseCorrection(Command, frozen=True, kw_only=True, gc=False):
    """The body that asked sends back what was reported, until another day."""

    due: date


def corrected(
    command: AskCorrection | ReportCorrection | AcceptCorrection | RefuseCorrection, ground: Ground
) -> CorrectionEvent:
    """The event that the command makes of the case; raises Refusal with a sentence."""
    match command:
        case AskCorrection():
            return _asked(command, ground)
        case ReportCorrection():
            return _reported(command, ground)
        case AcceptCorrection():
            ground.check_state(LIVE_OR_WITHDRAWN, "accepted")
            _judged_by(command, ground)
            return DiscrepancyCorrectionAccepted(
                **ground.head(command, "accepted"), text=text_of(command.text)
            )
        case RefuseCorrection():
            ground.check_state(LIVE_OR_WITHDRAWN, "refused")
            _judged_by(command, ground)
            return DiscrepancyCorrectionRefused(
                **ground.head(command, "refused"),
                text=needed(
                    command.text, "text", "Say what is missing: the party has to mend that."
                ),
                due=ground.check_day(command.due),
            )


def _asked(command: AskCorrection, ground: Ground) -> DiscrepancyCorrectionAsked:
    ground.check_state(LIVE, "asked")
    ground.check_certifier(command, "asked")
    if command.from_party not in ground.standing.concerned:
        raise Refusal(
            "%(party)s is not concerned by the case: a correction is asked of a party"
            " concerned.",
            field="from_party", party=command.from_party,
        )  # fmt: skip
    return DiscrepancyCorrectionAsked(
        **ground.head(command, "asked"),
        from_party=command.from_party,
        actions=_actions(command.actions),
        text=needed(command.text, "text", "A correction needs a text that says what is asked for."),
        due=ground.check_day(command.due),
    )


def _actions(given: tuple[str, ...]) -> tuple[CorrectiveAction, ...]:
    """The actions asked, in the order of their list, each once."""
    for code in given:
        if code not in ACTIONS:
            raise Refusal(
                "%(code)s is no action: %(known)s.",
                field="actions", code=repr(code), known=", ".join(ACTIONS),
            )  # fmt: skip
    found = tuple(action for action in ACTIONS if action in given)
    if not found:
        raise Refusal("Say which actions are asked for: at least one.", field="actions")
    return found


def _reported(command: ReportCorrection, ground: Ground) -> DiscrepancyCorrectionReported:
    ground.check_state(LIVE_OR_WITHDRAWN, "reported")
    owes = _owed(ground, "ASKED")
    if command.party != owes.of:
        raise Refusal(
            "The correction is asked of %(asked)s, not of %(party)s.",
            party=command.party, asked=owes.of,
        )  # fmt: skip
    if command.done_on > ground.today:
        raise Refusal("%(day)s is still to come.", field="done_on", day=command.done_on)
    return DiscrepancyCorrectionReported(
        **ground.head(command, "reported"),
        cause=needed(command.cause, "cause", "Say what the cause was."),
        action=needed(command.action, "action", "Say what was done."),
        prevention=needed(command.prevention, "prevention", "Say what keeps it from coming again."),
        done_on=command.done_on,
        documents=documents_of(command.documents),
    )


def _judged_by(command: Command, ground: Ground) -> None:
    """Refuse where nothing is to be judged, or by somebody else than who asked."""
    owes = _owed(ground, "REPORTED")
    if command.party != owes.by:
        raise Refusal(
            "The correction was asked by %(asked)s, not by %(party)s.",
            party=command.party, asked=owes.by,
        )  # fmt: skip


def _owed(ground: Ground, state: CorrectionState) -> Correction:
    owes = ground.case.owes
    if owes is None:
        raise Refusal("No correction is asked in the case.")
    if owes.state != state:
        raise Refusal(_NOT_YET[state])
    return owes


_NOT_YET: Final[dict[CorrectionState, str]] = {
    "ASKED": template("The correction of the case is reported: the body that asked judges it now."),
    "REPORTED": template("The correction of the case is not reported yet."),
}
