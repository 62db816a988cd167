"""Dead letters as somebody sees them, and what people did about each."""

import base64
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ledger.cases.canonical import decode_decision
from ledger.cases.identity import letter_id
from ledger.facts.scalars import time_text
from ledger.log import DeadLetter
from ledger.log.reading import Reader
from ledger.views.letters import Kept, letters_of, source_of, told
from ledger.web.desk import Looking
from ledger.web.problems import not_found


class Done(NamedTuple):
    """One thing that somebody did about a letter; what does not belong to it is None."""

    decision: str
    position: int
    recorded_at: str
    party: str | None
    person: str | None
    outcome: str | None
    fact: str | None
    reason: str | None
    text: str | None


_FIELDS: Final = Done._fields[3:]


def one_letter(looking: Looking, number: int) -> Kept:
    """The letter of that number as the viewer sees it; 404 where there is none."""
    found = [one for one in looking.log.dead_letters(number - 1, 1) if one.number == number]
    if not found:
        raise not_found("such refusal")
    return Kept(found[0], letters_of(looking.rows, [number])[number])


def history(log: Reader, number: int) -> Sequence[Done]:
    """What people did about a letter, first to last."""
    stream = letter_id(number)
    found = []
    for recorded in log.get([stream]).get(stream, ()):
        decision = decode_decision(recorded.state)
        said: dict[str, Any] = {name: getattr(decision, name, None) for name in _FIELDS}
        at = time_text(recorded.recorded_at, 0)
        found.append(Done(recorded.topic, recorded.position, at, **said))
    return found


def refused(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as people read it; the bytes in base64, as far as they were kept."""
    refusal = letter.refusal
    return {
        "number": letter.number,
        "recorded_at": time_text(letter.recorded_at, 0),
        "door": refusal.door,
        "place": refusal.place,
        "index": refusal.index,
        "reason": refusal.reason,
        "path": refusal.path,
        "id": None if refusal.id is None else str(refusal.id),
        "size": refusal.size,
        "sha256": refusal.sha256.hex(),
        "payload": base64.b64encode(refusal.payload).decode(),
    }


def kept_row(one: Kept) -> dict[str, Any]:
    """A letter with what became of it, as programs read it."""
    refusal = one.dead_letter.refusal
    return {
        **refused(one.dead_letter), "by": refusal.by, "source": source_of(refusal),
        **told(one.letter),
    }  # fmt: skip
