"""What people decide about a case: explain, escalate, close; and when they may not.

A refusal is one sentence that says what would have to be different.
"""

from typing import Final, get_args

from msgspec import Struct

from ledger.cases.discrepancy import (
    Case,
    DiscrepancyClosed,
    DiscrepancyEscalated,
    DiscrepancyExplained,
    State,
    Values,
)
from ledger.errors import Misuse
from ledger.facts.scalars import ReasonCode, time_text

REASONS: Final[tuple[ReasonCode, ...]] = get_args(ReasonCode)
_NEEDS_TEXT: Final = frozenset({"OTHER", "UNEXPLAINED"})
text_letters_max: Final = 500


class Command(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody wants to decide: for which party, as which person, in what words."""

    party: str
    person: str
    text: str | None = None


class Explain(Command, frozen=True, kw_only=True, gc=False):
    """A party concerned says how it came; `reason` is a reason code."""

    reason: str


class Escalate(Command, frozen=True, kw_only=True, gc=False):
    """A certifier wants more than an explanation."""


class Close(Command, frozen=True, kw_only=True, gc=False):
    """A certifier settles the case; `reason` is a reason code."""

    reason: str


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """Who has a say in a case.

    `concerned` = parties that the events of its subject name as holder, exporter, importer,
    operator or party; `certifiers` = bodies of its pairs and agents of the exporters.
    """

    concerned: frozenset[str]
    certifiers: frozenset[str]


Settlement = DiscrepancyExplained | DiscrepancyEscalated | DiscrepancyClosed

_FROM: Final[dict[type[Command], frozenset[State]]] = {
    Explain: frozenset({State.OPEN, State.ESCALATED}),
    Escalate: frozenset({State.OPEN, State.EXPLAINED}),
    Close: frozenset({State.OPEN, State.EXPLAINED, State.ESCALATED}),
}
_DONE: Final[dict[type[Command], str]] = {
    Explain: "explained",
    Escalate: "escalated",
    Close: "closed",
}


def decide(
    command: Explain | Escalate | Close,
    case: Case,
    *,
    standing: Standing,
    shown: Values,
    now: int,
    position: int,
) -> Settlement:
    """The event that the command makes of the case; raises Misuse with a sentence.

    `shown` are the values of the latest evaluation: what the person saw and decides about; `now`
    is µs UTC, `position` the last position of the log that was read for it.
    """
    kind = type(command)
    if case.state not in _FROM[kind]:
        raise Misuse(f"Case {case.id} is {case.state}: it cannot be {_DONE[kind]}.")
    _may(command, case, standing)
    person = command.person.strip()
    if not person:
        raise Misuse(f"Say which person has the case {_DONE[kind]}.", field="person")
    if isinstance(command, Close) and person == case.explainer:
        raise Misuse(
            f"Case {case.id} was last explained by {person}: another person has to close it.",
            field="person",
        )
    text = _text(command, shown)
    time = time_text(now, 0)
    if isinstance(command, Escalate):
        if text is None:
            raise Misuse("An escalation needs a text that says what is asked for.", field="text")
        return DiscrepancyEscalated(
            case=case.id, time=time, position=position, party=command.party, person=person,
            text=text,
        )  # fmt: skip
    made = DiscrepancyExplained if isinstance(command, Explain) else DiscrepancyClosed
    return made(
        case=case.id, time=time, position=position, party=command.party, person=person,
        reason=reason_of(command.reason), text=text, values=shown,
    )  # fmt: skip


def reason_of(code: str) -> ReasonCode:
    """A reason code as given; raises Misuse that lists those there are."""
    for reason in REASONS:
        if code == reason:
            return reason
    raise Misuse(f"{code!r} is no reason code: {', '.join(REASONS)}.", field="reason")


def _may(command: Explain | Escalate | Close, case: Case, standing: Standing) -> None:
    if isinstance(command, Explain):
        if command.party not in standing.concerned:
            raise Misuse(
                f"{command.party} is not concerned by case {case.id}: no event of"
                f" {case.subject_kind} {case.subject} names it as a party to it."
            )
    elif command.party not in standing.certifiers:
        raise Misuse(
            f"{command.party} is no certifier of case {case.id}: only the body of its importer"
            f" or the agent of its exporter has it {_DONE[type(command)]}."
        )


def _text(command: Explain | Escalate | Close, shown: Values) -> str | None:
    text = (command.text or "").strip() or None
    if text is not None and len(text) > text_letters_max:
        raise Misuse(
            f"A text has at most {text_letters_max} letters, not {len(text)}.", field="text"
        )
    if text is None and not isinstance(command, Escalate):
        if command.reason in _NEEDS_TEXT:
            raise Misuse(f"The reason {command.reason} needs a text.", field="text")
        if shown.severity == "C":
            raise Misuse("A critical case needs a text.", field="text")
    return text
