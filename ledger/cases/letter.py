"""A dead letter: what people do about it, and what it is after that.

The letter itself stays as it was refused. What is done about it stands in a stream of its own:
mended by hand, replayed through the intake, or dismissed with a reason. Once it is settled nothing
more is done about it; a replay that is refused again settles nothing.
"""

from enum import StrEnum
from typing import Any, ClassVar, Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from ledger.cases.identity import letter_id
from ledger.errors import Fatal, Misuse
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX, time_text

DismissalReason = Literal["DUPLICATE_ELSEWHERE", "TEST", "NOT_OURS", "UNREADABLE", "OTHER"]
ReplayOutcome = Literal["recorded", "duplicate", "refused"]
text_letters_max: Final = 500
DISMISSALS: Final[tuple[DismissalReason, ...]] = get_args(DismissalReason)


class LetterState(StrEnum):
    """Where a dead letter stands; `new` is the one in which somebody has to look at it."""

    NEW = "new"
    MENDED = "mended"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"


class LetterEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False
):
    """What every event of a dead letter has.

    `number` is the letter's, `time` the canonical time by the clock it was decided by, `position`
    the last position of the log that was read for it; `party` and `person` are who did it, the
    party being OPERATOR for whoever runs the ledger.
    """

    makes: ClassVar[str]
    """What was done, as a word for people."""

    number: int
    time: str
    position: int
    party: str
    person: str


class DeadLetterMended(LetterEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """Somebody put right what it said, and that was recorded as a fact."""

    makes: ClassVar[str] = "mended"

    fact: str
    text: str | None = None


class DeadLetterReplayed(LetterEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """The same bytes went through the intake again."""

    makes: ClassVar[str] = "replayed"

    outcome: ReplayOutcome
    fact: str | None = None


class DeadLetterDismissed(LetterEvent, tag=True, frozen=True, kw_only=True, gc=False):
    """Nothing is to be recorded of it."""

    makes: ClassVar[str] = "dismissed"

    reason: DismissalReason
    text: str | None = None


LetterDecision = DeadLetterMended | DeadLetterReplayed | DeadLetterDismissed


class Letter(Struct, frozen=True, kw_only=True, gc=False):
    """A dead letter as its events left it; `fact` is the event that was recorded in its place.

    One about which nobody has done anything has version 0 and is new.
    """

    number: int
    version: int = 0
    state: LetterState = LetterState.NEW
    fact: str | None = None
    party: str | None = None
    person: str | None = None
    time: str | None = None

    @property
    def id(self) -> str:
        """The id of its stream."""
        return str(letter_id(self.number))


class Act(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody wants to do something about letters.

    `now` is µs UTC, `position` the last position of the log that was read for it.
    """

    party: str
    person: str
    text: str | None = None
    now: int
    position: int


def check_open(letter: Letter) -> None:
    """Raise Misuse where a letter is settled."""
    if letter.state is not LetterState.NEW:
        raise Misuse(
            f"Dead letter {letter.number} was {letter.state} by {letter.person} on"
            f" {(letter.time or '')[:10]}: nothing more is done about it."
        )


def check_act(act: Act) -> None:
    """Raise Misuse where nobody says who it is, or says too much."""
    person = act.person.strip()
    if not (is_id(person) and 0 < len(person) <= ID_CHARACTERS_MAX):
        raise Misuse(
            f"Say which person does it: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.",
            field="person",
        )
    if len(act.text or "") > text_letters_max:
        raise Misuse(f"A text has at most {text_letters_max} letters.", field="text")


def mend(letter: Letter, act: Act, fact: str) -> DeadLetterMended:
    """Say that `fact` stands in the log in place of the letter; Misuse where it is settled."""
    return DeadLetterMended(**_taken(letter, act), fact=fact, text=_text(act))


def replay(
    letter: Letter, act: Act, outcome: ReplayOutcome, fact: str | None = None
) -> DeadLetterReplayed:
    """Say what became of its bytes at the intake; Misuse where it is settled."""
    return DeadLetterReplayed(**_taken(letter, act), outcome=outcome, fact=fact)


def dismiss(letter: Letter, act: Act, reason: str) -> DeadLetterDismissed:
    """Say why nothing is to be recorded of it; Misuse where it is settled, or no reason is one."""
    return DeadLetterDismissed(
        **_taken(letter, act), reason=dismissal(reason, act), text=_text(act)
    )


def dismissal(code: str, act: Act) -> DismissalReason:
    """A reason as given; Misuse where there is no such, or it needs words."""
    for reason in DISMISSALS:
        if code == reason:
            if reason == "OTHER" and _text(act) is None:
                raise Misuse("The reason OTHER needs a text.", field="text")
            return reason
    raise Misuse(
        f"{code!r} is no reason to dismiss a dead letter: {', '.join(DISMISSALS)}.", field="reason"
    )


def _taken(letter: Letter, act: Act) -> dict[str, Any]:
    check_act(act)
    check_open(letter)
    return {
        "number": letter.number, "time": time_text(act.now, 0), "position": act.position,
        "party": act.party, "person": act.person.strip(),
    }  # fmt: skip


def _text(act: Act) -> str | None:
    return (act.text or "").strip() or None


def evolve_letter(letter: Letter, event: LetterDecision) -> Letter:
    """The letter after its next event; raises Fatal where the event cannot follow."""
    if letter.number != event.number:
        raise Fatal(f"Dead letter {letter.number} was {event.makes} under number {event.number}.")
    if letter.state is not LetterState.NEW:
        raise Fatal(f"Dead letter {letter.number} was {event.makes} after it was {letter.state}.")
    fact = None if isinstance(event, DeadLetterDismissed) else event.fact
    return replace(
        letter, version=letter.version + 1, state=_state(event), fact=fact, party=event.party,
        person=event.person, time=event.time,
    )  # fmt: skip


def _state(event: LetterDecision) -> LetterState:
    match event:
        case DeadLetterMended():
            return LetterState.MENDED
        case DeadLetterReplayed(outcome="refused"):
            return LetterState.NEW
        case DeadLetterReplayed():
            return LetterState.REPLAYED
        case DeadLetterDismissed():
            return LetterState.DISMISSED
