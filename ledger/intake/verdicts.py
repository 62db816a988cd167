"""What the door says about each event: accepted, or refused with one reason.

Every event offered gets exactly one verdict, and a refused one keeps its own bytes.
"""

import hashlib
from typing import Final, Literal, NamedTuple
from uuid import UUID

from ledger.facts.identity import Fact

KIB: Final = 1024
EVENT_BYTES_MAX: Final = 256 * KIB
"""One event in canonical form."""
MESSAGE_BYTES_MAX: Final = 8 * KIB * KIB
"""One message or body; one line or block of a file."""
MESSAGE_EVENTS_MAX: Final = 10_000
PAYLOAD_BYTES_MAX: Final = 256 * KIB
"""How much of refused bytes is kept; their digest and size tell of the whole."""
PATH_CHARACTERS_MAX: Final = 200
SENTENCE_CHARACTERS_MAX: Final = 500

Reason = Literal["too-large", "undecodable", "unknown-schema", "invalid", "not-permitted"]


class Accepted(NamedTuple):
    """A fact to record.

    `index` is its place in what was read: from 0 in a message, the line or the running number
    from 1 in a file. `topic` is the name of its type, `state` its canonical form, `at` its time
    in µs UTC.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index: a verdict is not searched
    id: UUID
    topic: str
    state: bytes
    at: int
    fact: Fact


class Refused(NamedTuple):
    """An event or a message that will not be recorded, and why.

    `path` names the field at fault (`lines[0].mark`), or is empty; `sentence` is for people.
    `payload` are the refused bytes, cut at PAYLOAD_BYTES_MAX; `size` and `sha256` tell of all of
    them. `id` is the event's own, where one could be read.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index: a verdict is not searched
    id: UUID | None
    reason: Reason
    path: str
    sentence: str
    payload: bytes
    size: int
    sha256: bytes


Verdict = Accepted | Refused


class Problem(Exception):  # noqa: N818  (a verdict in the making, never seen by a caller)
    """One reason to refuse an event, on its way to becoming a Refused."""

    def __init__(self, reason: Reason, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: Reason = reason
        self.path = path
        self.sentence = sentence


def refused(index: int, problem: Problem, payload: bytes, offered: UUID | None = None) -> Refused:
    """The refusal of `payload`, an event's or message's own bytes; `offered` is the event's id."""
    return Refused(
        index,
        offered,
        problem.reason,
        _showable(problem.path, PATH_CHARACTERS_MAX),
        _showable(problem.sentence, SENTENCE_CHARACTERS_MAX),
        payload[:PAYLOAD_BYTES_MAX],
        len(payload),
        hashlib.sha256(payload).digest(),
    )


class Swallowed:
    """Bytes let go because they are too many or broken: their beginning, number and digest."""

    def __init__(self) -> None:
        self.head = b""
        self.size = 0
        self._digest = hashlib.sha256()

    def feed(self, piece: bytes) -> None:
        """Let go of some more."""
        if len(self.head) < PAYLOAD_BYTES_MAX:
            self.head += piece[: PAYLOAD_BYTES_MAX - len(self.head)]
        self.size += len(piece)
        self._digest.update(piece)

    def refused(self, index: int, problem: Problem) -> Refused:
        """Their refusal."""
        whole = refused(index, problem, self.head)
        return whole._replace(size=self.size, sha256=self._digest.digest())


def _showable(text: str, characters_max: int) -> str:
    """Words that may hold what the sender wrote, fit to be stored and shown anywhere."""
    if len(text) > characters_max:
        text = text[: characters_max - 1] + "…"
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)


def too_large(what: str, bytes_max: int = MESSAGE_BYTES_MAX) -> Problem:
    """The problem of bytes beyond their limit."""
    return Problem("too-large", "", f"{what} is larger than {bytes_max // KIB} KiB")
