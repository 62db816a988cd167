"""What people do about dead letters: mend one, send its bytes through the intake again, dismiss it.

The fact that comes of it and the decision are one transaction, so either both are recorded or
neither. Whoever is second of two at once is told by whom the letter was settled.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from ledger.cases.canonical import decode_decision, encode_decision
from ledger.cases.identity import letter_id
from ledger.cases.letter import (
    Act,
    Letter,
    LetterDecision,
    LetterEvent,
    ReplayOutcome,
    check_act,
    check_open,
    dismiss,
    dismissal,
    evolve_letter,
    mend,
    replay,
)
from ledger.errors import Conflict, Fatal, Misuse
from ledger.facts.scalars import time_text
from ledger.intake import OPERATOR, Accepted, Refused, read
from ledger.intake.again import Intake, judged, way_of
from ledger.intake.json_event import parse
from ledger.intake.judging import offered_id
from ledger.intake.plausible import warning
from ledger.intake.verdicts import Problem
from ledger.log import DeadLetter, Entry, Log, Receipt
from ledger.views import schema

acts_max: Final = 500
"""Letters that one request may act upon."""
_attempts_max: Final = 5
_ROLES: Final = "SELECT DISTINCT role FROM tokens WHERE party = %s AND source IS NULL"
_FOREIGN: Final = "SELECT FROM speakers WHERE source = ANY(%s) AND party <> %s LIMIT 1"

T = TypeVar("T")


class Who(NamedTuple):
    """Who acts: the party, OPERATOR for whoever runs the ledger, and the person; in what words."""

    party: str
    person: str
    text: str | None = None

    def act(self, now: int, position: int = 0) -> Act:
        """The same as it is decided upon; `now` is µs UTC."""
        return Act(party=self.party, person=self.person, text=self.text, now=now, position=position)


class Outcome(NamedTuple):
    """What an act came to: `outcome` is mended, dismissed, or what a replay's bytes came to.

    `fact` is the event recorded in its place, `receipt` what was answered for it, `why` the
    sentence of a refusal.
    """

    number: int
    outcome: str
    fact: str | None = None
    why: str | None = None
    receipt: dict[str, Any] | None = None


def letter(log: Log, number: int) -> tuple[DeadLetter, Letter]:
    """A dead letter and what became of it, as the log says; raises Misuse where there is none."""
    found = [one for one in log.dead_letters(number - 1, 1) if one.number == number]
    if not found:
        raise Misuse(f"There is no dead letter {number}.", field="number")
    return found[0], became(log, number)


def became(log: Log, number: int) -> Letter:
    """What people did about the dead letter of that number, as the log says."""
    state = Letter(number=number)
    stream = letter_id(number)
    for recorded in log.get([stream]).get(stream, ()):
        event = decode_decision(recorded.state)
        if not isinstance(event, LetterEvent):
            raise Fatal(f"Stream {stream} is of a dead letter and of something else.")
        state = evolve_letter(state, event)
    return state


def mend_letter(log: Log, number: int, body: bytes, who: Who, *, by: str, now: int) -> Outcome:
    """Record the event in `body` (JSON) in place of a letter.

    `by` is the party for which it is taken. It keeps the letter's id, unless that was recorded
    meanwhile or the body gives another one. Raises Misuse where the letter is settled or the event
    would be refused.
    """
    check_act(who.act(now))

    def attempt() -> Outcome:
        kept, state = letter(log, number)
        check_open(state)
        accepted = _accepted(_identified(log, kept, body, now))
        if log.get([accepted.id]):
            raise Misuse(
                f"Event {accepted.id} is recorded already: leave the id out, or dismiss the letter"
                " as DUPLICATE_ELSEWHERE."
            )
        event = mend(state, who.act(now, log.position()), str(accepted.id))
        receipt = _decide(log, state, event, [_entry(accepted, "file", by, who.person.strip())])
        return Outcome(number, "mended", str(accepted.id), receipt=_told(receipt, accepted, number))

    return _again(attempt)


def _accepted(body: bytes) -> Accepted:
    verdicts = read(body, "application/json", OPERATOR)
    if len(verdicts) != 1:
        raise Misuse("Give one event: a letter is mended by one.")
    verdict = verdicts[0]
    if isinstance(verdict, Refused):
        at = f" at {verdict.path}" if verdict.path else ""
        raise Misuse(f"{verdict.reason}{at}: {verdict.sentence}", field=verdict.path)
    return verdict


def _identified(log: Log, kept: DeadLetter, body: bytes, now: int) -> bytes:
    """The event with an id: its own, or else that of the letter while nothing is recorded there."""
    text = body.strip()
    try:
        record = parse(text)
    except Problem as problem:
        raise Misuse(f"{problem.reason}: {problem.sentence}") from None
    if not isinstance(record, dict):
        return text
    given, before = offered_id(record), kept.refusal.id
    free = before if before is not None and not log.get([before]) else fresh_id(now)
    if "id" not in record:
        return b'{"id":"%s",' % str(free).encode() + text.removeprefix(b"{")
    if given is None or given != before or given == free:
        return text
    named = json.dumps(record["id"]).encode()
    if text.count(named) != 1:
        raise Misuse(f"Event {given} is recorded already: leave the id out for a new one.")
    return text.replace(named, b'"%s"' % str(free).encode())


def fresh_id(now: int) -> UUID:
    """A UUID of version 7 at that time, µs UTC."""
    chance = secrets.randbits(74)
    number = now // 1_000 << 80 | 0x7 << 76 | chance >> 62 << 64 | 0x2 << 62
    return UUID(int=number | chance & (1 << 62) - 1)


def replay_letter(
    log: Log, number: int, who: Who, intake: Intake, *, now: int, dry_run: bool = False
) -> Outcome:
    """Send the bytes of a letter through the intake again, at the door at which they were refused.

    All that they carry is recorded, or nothing. What is refused again leaves the letter new, and
    that it was tried is noted. With `dry_run` nothing is written. Raises Misuse where the letter is
    settled or its bytes were not kept.
    """
    check_act(who.act(now))

    def attempt() -> Outcome:
        kept, state = letter(log, number)
        check_open(state)
        found = _offered(log, kept, intake)
        if dry_run:
            return found.outcome
        outcome: ReplayOutcome = found.kind
        event = replay(state, who.act(now, log.position()), outcome, found.outcome.fact)
        receipt = _decide(log, state, event, found.entries)
        told = _told(receipt, found.first, number) if receipt and found.first else None
        return found.outcome._replace(receipt=told)

    return _again(attempt)


class _Offered(NamedTuple):
    """What the bytes of a letter come to: the new entries, and what is to be said of them."""

    kind: ReplayOutcome
    outcome: Outcome
    entries: Sequence[Entry] = ()
    first: Accepted | None = None


def _offered(log: Log, kept: DeadLetter, intake: Intake) -> _Offered:
    number, refusal = kept.number, kept.refusal
    way = way_of(kept, intake, _roles(log, refusal.by))
    verdicts = judged(kept, way, intake)

    def no(why: str) -> _Offered:
        return _Offered("refused", Outcome(number, "refused", why=why))

    accepted: dict[UUID, Accepted] = {}
    for verdict in verdicts:
        if isinstance(verdict, Refused):
            at = f" at {verdict.path}" if verdict.path else ""
            return no(f"{verdict.reason}{at}: {verdict.sentence}")
        if accepted.setdefault(verdict.id, verdict).state != verdict.state:
            return no(f"conflict at id: {verdict.id} stands in it twice, with other content")
    if not accepted:
        return no("undecodable: there is no event in it")
    if refusal.door == "http" and way.door.source is None and way.by is not None:
        sources = sorted({one.fact.source for one in accepted.values()})
        if _foreign(log, sources, way.by):
            return no(f"not-permitted at source: source: not a source of {way.by}")
    known = log.get(list(accepted))
    for event_id, stream in known.items():
        if stream[0].state != accepted[event_id].state:
            return no(f"conflict at id: {event_id} was recorded with other content")
    entries = [
        _entry(one, refusal.door, way.by, refusal.person)
        for event_id, one in accepted.items()
        if event_id not in known
    ]
    kind: ReplayOutcome = "recorded" if entries else "duplicate"
    (first, *others) = accepted.values()
    fact = None if others else str(first.id)
    return _Offered(kind, Outcome(number, kind, fact), entries, None if others else first)


def dismiss_letter(
    log: Log, number: int, reason: str, who: Who, *, now: int, dry_run: bool = False
) -> Outcome:
    """Say that nothing is to be recorded of a letter; raises Misuse where it is settled.

    With `dry_run` nothing is written.
    """
    check_act(who.act(now))
    dismissal(reason, who.act(now))

    def attempt() -> Outcome:
        _, state = letter(log, number)
        event = dismiss(state, who.act(now, log.position()), reason)
        if not dry_run:
            _decide(log, state, event, [])
        return Outcome(number, "dismissed")

    return _again(attempt)


def _again(attempt: Callable[[], T]) -> T:
    """Decide; where somebody else was first, look again what that left to decide."""
    for _ in range(_attempts_max - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()


def _decide(
    log: Log, state: Letter, event: LetterDecision, facts: Sequence[Entry]
) -> Receipt | None:
    """Record a decision with the facts it makes; the receipt of the first fact."""
    taken = encode_decision(event)
    entry = Entry(UUID(state.id), type(event).__name__, taken, state.version + 1)
    receipts = log.decide([*facts, entry])
    return receipts[0] if facts else None


def _entry(one: Accepted, door: str, by: str | None, person: str | None) -> Entry:
    return Entry(one.id, one.topic, one.state, 1, one.at, door, by, person)


def _told(receipt: Receipt | None, of: Accepted, number: int) -> dict[str, Any] | None:
    """The receipt of a fact, which names the letter in whose place it stands."""
    if receipt is None:
        return None
    return {
        "id": str(receipt.id), "outcome": "recorded", "position": receipt.position,
        "recorded_at": time_text(receipt.recorded_at, 0), "sha256": receipt.sha256.hex(),
        "warning": warning(of.at, receipt.recorded_at), "door": receipt.door, "by": receipt.by,
        "person": receipt.person, "dead_letter": number,
    }  # fmt: skip


def _roles(log: Log, party: str | None) -> frozenset[str]:
    with log.transaction() as rows:
        rows.execute(_ROLES, (party,))
        return frozenset(role for (role,) in rows.fetchall())


def _foreign(log: Log, sources: list[str], party: str) -> bool:
    """Whether one of these sources is another party's, as the views know it."""
    with log.transaction(snapshot=True) as rows:
        schema.use(rows)
        schema.position(rows)
        return rows.execute(_FOREIGN, (sources, party)).fetchone() is not None
