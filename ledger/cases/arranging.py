"""What people arrange about a case: who has it, by when, what is said of it, who decides it."""

from datetime import date
from typing import Final, get_args

from ledger.cases.decision import Refusal, documents_of, needed
from ledger.cases.discrepancy import LIVE
from ledger.cases.ground import Command, Ground
from ledger.cases.thread import (
    Arrangement,
    Audience,
    DiscrepancyAssigned,
    DiscrepancyCommented,
    DiscrepancyDueSet,
    DiscrepancyRouted,
)
from ledger.facts.checks import is_id
from ledger.facts.identity import Document
from ledger.facts.scalars import ID_CHARACTERS_MAX
from ledger.facts.standing import OPERATOR
from ledger.rules.moments import later

due_days_past_policy_max: Final = 90
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)


class Assign(Command, frozen=True, kw_only=True, gc=False):
    """A party concerned or certifying says which of its persons has the case; None: nobody."""

    owner: str | None
    owner_party: str | None = None


class SetDue(Command, frozen=True, kw_only=True, gc=False):
    """A certifier gives the case another due day."""

    due: date


class Comment(Command, frozen=True, kw_only=True, gc=False):
    """Somebody who sees the case says something; doors ask whether it does."""

    audience: str = "ALL"
    documents: tuple[Document, ...] = ()


class Route(Command, frozen=True, kw_only=True, gc=False):
    """The operator gives a case that nobody may decide to a certifier."""

    to: str


def arranged(command: Assign | SetDue | Comment | Route, ground: Ground) -> Arrangement:
    """The event that the command makes of the case; raises Refusal with a sentence."""
    match command:
        case Assign():
            return _assigned(command, ground)
        case SetDue():
            return _due_set(command, ground)
        case Comment():
            return _commented(command, ground)
        case Route():
            return _routed(command, ground)


def _assigned(command: Assign, ground: Ground) -> DiscrepancyAssigned:
    standing = ground.standing
    if command.party not in standing.concerned | standing.certifiers:
        raise Refusal(
            "%(party)s has no say in the case: parties concerned and certifiers assign it.",
            party=command.party,
        )  # fmt: skip
    if command.owner_party not in (None, command.party):
        raise Refusal(
            "%(party)s assigns a case to persons of its own, not to those of %(other)s.",
            field="owner_party", party=command.party, other=command.owner_party,
        )  # fmt: skip
    owner = (command.owner or "").strip() or None
    if owner is not None and not (is_id(owner) and len(owner) <= ID_CHARACTERS_MAX):
        raise Refusal("A person is 1 to 80 visible ASCII characters without spaces.", field="owner")
    return DiscrepancyAssigned(
        **ground.head(command, "assigned"), owner=owner, owner_party=command.party
    )


def _due_set(command: SetDue, ground: Ground) -> DiscrepancyDueSet:
    ground.check_certifier(command, "due")
    ground.check_day(command.due)
    if ground.policy_due is not None:
        last = later(ground.policy_due, due_days_past_policy_max)
        if command.due > last:
            raise Refusal(
                "%(due)s is too late: at most %(days)s days behind the day that the policy gives,"
                " %(last)s.",
                field="due", due=command.due, days=due_days_past_policy_max, last=last,
            )  # fmt: skip
    return DiscrepancyDueSet(
        **ground.head(command, "due"),
        due=command.due,
        text=needed(command.text, "text", "Another due day needs a text that says why."),
    )


def _commented(command: Comment, ground: Ground) -> DiscrepancyCommented:
    for audience in AUDIENCES:
        if command.audience == audience:
            return DiscrepancyCommented(
                **ground.head(command, "commented"),
                text=needed(command.text, "text", "A comment needs a text."),
                documents=documents_of(command.documents),
                audience=audience,
            )
    raise Refusal(
        "%(audience)s is no audience: %(known)s.",
        field="audience", audience=repr(command.audience), known=", ".join(AUDIENCES),
    )  # fmt: skip


def _routed(command: Route, ground: Ground) -> DiscrepancyRouted:
    ground.check_state(LIVE, "routed")
    if command.party != OPERATOR:
        raise Refusal("Only the operator gives a case to a certifier.", field="party")
    if not ground.standing.nobodys:
        raise Refusal(
            "The case has certifiers of its own: %(certifiers)s.",
            certifiers=", ".join(sorted(ground.standing.certifiers)),
        )
    return DiscrepancyRouted(
        **ground.head(command, "routed"),
        to=command.to,
        text=needed(command.text, "text", "To give a case away needs a text that says why."),
    )
