"""A dead letter: what may be done about it, by whom, and what it is after that."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.cases.canonical import decode_decision, encode_decision
from ledger.cases.identity import letter_id, period_id
from ledger.cases.letter import (
    DISMISSALS,
    Act,
    Letter,
    LetterDecision,
    LetterState,
    dismiss,
    evolve_letter,
    mend,
    replay,
    text_letters_max,
)
from ledger.errors import Fatal, Misuse
from ledger.facts.scalars import micros

NOON = micros("2026-04-02T12:00:00.000000+00:00")
FACT = "0197f000-0000-7000-8000-000000000001"
NEW = Letter(number=7)


def act(**given: Any) -> Act:
    """Somebody acts upon a letter."""
    asked: dict[str, Any] = {"party": "OPERATOR", "person": "P-1", "now": NOON, "position": 50}
    return Act(**asked | given)


MENDED = mend(NEW, act(text=" 12.5 "), FACT)
RECORDED = replay(NEW, act(), "recorded", FACT)
DUPLICATE = replay(NEW, act(), "duplicate", FACT)
AGAIN = replay(NEW, act(person="P-2"), "refused")
DISMISSED = dismiss(NEW, act(), "TEST")

LIVES = [  # what was done about it         state                   fact   by
    ((), LetterState.NEW, None, None),
    ((MENDED,), LetterState.MENDED, FACT, "P-1"),
    ((RECORDED,), LetterState.REPLAYED, FACT, "P-1"),
    ((DUPLICATE,), LetterState.REPLAYED, FACT, "P-1"),
    ((AGAIN,), LetterState.NEW, None, "P-2"),
    ((AGAIN, AGAIN, DISMISSED), LetterState.DISMISSED, None, "P-1"),
    ((AGAIN, MENDED), LetterState.MENDED, FACT, "P-1"),
]


def after(*events: LetterDecision) -> Letter:
    """The letter once these happened."""
    letter = NEW
    for event in events:
        letter = evolve_letter(letter, event)
    return letter


@pytest.mark.parametrize(("events", "state", "fact", "person"), LIVES)
def test_what_a_letter_is_after_what_was_done(
    events: tuple[LetterDecision, ...], state: LetterState, fact: str | None, person: str | None
) -> None:
    """It is the fold of its decisions, each of which reads back as it was taken."""
    read_back = [decode_decision(encode_decision(event)) for event in events]
    letter = after(*events)

    assert read_back == list(events)
    assert (letter.state, letter.fact, letter.person) == (state, fact, person)
    assert letter.version == len(events)


ACTS: list[Callable[[Letter, Act], LetterDecision]] = [
    lambda letter, by: mend(letter, by, FACT),
    lambda letter, by: replay(letter, by, "refused"),
    lambda letter, by: dismiss(letter, by, "NOT_OURS"),
]


@pytest.mark.parametrize("settled", [MENDED, RECORDED, DUPLICATE, DISMISSED])
@pytest.mark.parametrize("doing", ACTS)
def test_a_settled_letter_stays_settled(
    settled: LetterDecision, doing: Callable[[Letter, Act], LetterDecision]
) -> None:
    """Whoever comes second is told by whom it was settled, and when."""
    with pytest.raises(Misuse, match=r"^Dead letter 7 was \w+ by P-1 on 2026-04-02: nothing more"):
        doing(after(settled), act(person="P-2"))
    with pytest.raises(Fatal, match="after it was"):
        evolve_letter(after(settled), doing(NEW, act()))


@pytest.mark.parametrize("doing", ACTS)
@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"person": " "}, "person", "which person"),
        ({"person": "P 1"}, "person", "visible ASCII"),
        ({"person": "P" * 81}, "person", "1 to 80"),
        ({"text": "x" * (text_letters_max + 1)}, "text", "at most 500 letters"),
    ],
)
def test_who_acts_says_who_in_few_words(
    doing: Callable[[Letter, Act], LetterDecision], given: dict[str, Any], field: str, sentence: str
) -> None:
    """A reference to a person is an id; words have a limit."""
    with pytest.raises(Misuse, match=sentence) as refused:
        doing(NEW, act(**given))
    assert field == refused.value.field


@pytest.mark.parametrize("reason", DISMISSALS)
def test_every_reason_dismisses(reason: str) -> None:
    """OTHER alone needs words."""
    assert dismiss(NEW, act(text="seen"), reason).reason == reason
    if reason == "OTHER":
        with pytest.raises(Misuse, match="needs a text"):
            dismiss(NEW, act(text="  "), reason)
    else:
        assert dismiss(NEW, act(), reason).text is None


def test_a_reason_that_there_is_not() -> None:
    """The sentence lists those there are."""
    with pytest.raises(Misuse, match="DUPLICATE_ELSEWHERE, TEST, NOT_OURS, UNREADABLE, OTHER"):
        dismiss(NEW, act(), "BORED")


def test_a_letter_has_a_stream_of_its_own() -> None:
    """The id of its number, of a version that no fact may have; words are kept without blanks."""
    assert NEW.id == str(letter_id(7))
    assert len({letter_id(7), letter_id(8), period_id("7", "", "")}) == 3
    assert letter_id(7).version == 8
    assert MENDED.text == "12.5"
    with pytest.raises(Fatal, match="under number 7"):
        evolve_letter(Letter(number=8), MENDED)
