"""Events as they were answered and as they are recorded; what was refused, and how it is kept."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from ledger.cases.canonical import TOPICS as DECISIONS
from ledger.custody.moves import moves
from ledger.facts.canonical import decode
from ledger.facts.scalars import time_text
from ledger.intake.plausible import warning, warning_of
from ledger.intake.verdicts import Accepted, Refused, Verdict
from ledger.log import Columns, DeadLetter, Entry, Receipt, Recorded, Refusal
from ledger.log.copying import named
from ledger.web.desk import Looking

_UNKNOWN: Final = dict.fromkeys((
    "position", "recorded_at", "sha256", "reason", "path", "detail", "warning", "door", "by",
    "person",
))  # fmt: skip
_GIVEN: Final = dict.fromkeys((
    "outcome", "position", "recorded_at", "sha256", "warning", "door", "by", "person", "reason",
    "path", "dead_letter",
))  # fmt: skip
_CORRECTED: Final = "SELECT position, recorded_at FROM retracted WHERE target = %s"


class Offered:
    """Events at a door: what is recorded of them, kept of what is refused, and answered."""

    def __init__(
        self,
        verdicts: Sequence[Verdict],
        door: str,
        by: str,
        person: str | None,
        *,
        place: Callable[[Verdict], tuple[str, int]],
        taken: tuple[str, str],
    ) -> None:
        """`place` says where an event stood: in what, and as which of its events.

        `taken` says how this door calls an id that was recorded with other content: the field at
        fault, and in words.
        """
        self._verdicts, self._place, self._taken = verdicts, place, taken
        self._door, self._by, self._person = door, by, person
        self.accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]

    def entries(self) -> list[Entry]:
        """What goes into the log."""
        return [
            Entry(a.id, a.topic, a.state, 1, a.at, self._door, self._by, self._person)
            for a in self.accepted
        ]

    def columns(self) -> Columns:
        """The same, a list a column."""
        found = Columns()
        for each in self.accepted:
            name = named(each.topic, self._door, self._by, self._person)
            found.add(each.id.int.to_bytes(16, "big"), name, each.state, each.at)
        return found

    def refusals(self) -> list[Refusal]:
        """What goes to the dead letters, whatever the log answers."""
        return [
            self._refusal(one, one.reason, one.path, one.payload, one.sha256, one.size)
            for one in self._verdicts
            if isinstance(one, Refused)
        ]

    def letters(self) -> Iterator[Refusal]:
        """Every dead letter that they may leave, each of those accepted included."""
        yield from self.refusals()
        yield from map(self.conflict, range(len(self.accepted)))

    def conflict(self, number: int) -> Refusal:
        """What is kept of an accepted event, by its number, whose id is taken."""
        one = self.accepted[number]
        digest = sha256(one.state).digest()
        return self._refusal(one, "conflict", self._taken[0], one.state, digest, len(one.state))

    def _refusal(
        self, of: Verdict, reason: str, path: str, payload: bytes, digest: bytes, size: int
    ) -> Refusal:
        return Refusal(
            self._door, *self._place(of), reason, path, payload, digest, of.id, size,
            by=self._by, person=self._person,
        )  # fmt: skip

    def answers(self, receipts: Iterable[Receipt]) -> Iterator[dict[str, Any]]:
        """A line for each event, in order; `receipts` are the log's of those accepted."""
        now = time.time_ns() // 1_000
        settled = iter(receipts)
        for verdict in self._verdicts:
            line: dict[str, Any] = {
                "index": verdict.index, "id": str(verdict.id) if verdict.id else None,
                "outcome": "refused", **_UNKNOWN,
            }  # fmt: skip
            if isinstance(verdict, Refused):
                line |= {
                    "sha256": verdict.sha256.hex(), "reason": verdict.reason,
                    "path": verdict.path, "detail": verdict.sentence,
                }  # fmt: skip
            else:
                told = next(settled)
                line |= {"sha256": told.sha256.hex(), "warning": warning(verdict.at, now)}
                if told.outcome == "conflict":
                    path, detail = self._taken
                    line |= {"reason": "conflict", "path": path, "detail": detail}
                else:
                    line |= {
                        "outcome": told.outcome, "position": told.position,
                        "recorded_at": time_text(told.recorded_at, 0), "door": told.door,
                        "by": told.by, "person": told.person,
                    }  # fmt: skip
            yield line


class Corrected(NamedTuple):
    """When an event was corrected, µs UTC, and by which event where the viewer may see that."""

    at: int
    by: str | None


def corrected(looking: Looking, event_id: UUID) -> Corrected | None:
    """What took an event back, if anything did."""
    found = looking.rows.execute(_CORRECTED, (event_id,)).fetchone()
    if found is None:
        return None
    by = looking.log.at([found[0]])
    return Corrected(found[1], str(by[0].id) if by else None)


def shown(recorded: Recorded, letter: int | None = None) -> dict[str, Any]:
    """An event as recorded: its receipt, itself, its moves.

    `letter` is the dead letter in whose place it was recorded.
    """
    posted = () if recorded.topic in DECISIONS else moves(decode(recorded.state))
    return {
        "topic": recorded.topic,
        "version": recorded.version,
        **receipt(recorded, letter),
        "event": msgspec.json.decode(recorded.state),
        "moves": [
            {
                "mark": move.mark,
                "from": move.source.name(),
                "to": move.target.name(),
                "seals": move.seals,
            }
            for move in posted
        ],
    }


def receipt(of: Recorded | DeadLetter, letter: int | None = None) -> dict[str, Any]:
    """The receipt of an event that is recorded, or that was refused.

    `letter` is the dead letter in whose place it was recorded.
    """
    if isinstance(of, DeadLetter):
        who: Recorded | Refusal = of.refusal
        digest = of.refusal.sha256
        told: dict[str, Any] = {
            "outcome": "refused",
            "reason": of.refusal.reason,
            "path": of.refusal.path,
            "dead_letter": of.number,
        }
    else:
        who = of
        digest = sha256(of.state).digest()
        told = {
            "outcome": "recorded", "position": of.position, "warning": warning_of(of),
            "dead_letter": letter,
        }  # fmt: skip
    return {
        **_GIVEN, "recorded_at": time_text(of.recorded_at, 0), "sha256": digest.hex(),
        "door": who.door, "by": who.by, "person": who.person, **told,
    }  # fmt: skip
