"""Dead letters with what people did about them: listed, looked up, counted.

The letters stand in the log as they were refused, and a fold of decisions says what became of each;
one without a row here is new. Who sees a letter sees what was done about it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

import msgspec

from ledger.cases.canonical import AnyDecision
from ledger.cases.letter import Letter, LetterDecision, LetterEvent, LetterState, evolve_letter
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX
from ledger.log import DeadLetter, Recorded, Refusal
from ledger.views.folding import Fold, Rows, Seen, columns

_encode = msgspec.json.Encoder().encode
_letter = msgspec.json.Decoder(Letter).decode

_KNOWN: Final = "SELECT number, folded FROM letters WHERE number = ANY(%b::int8[])"
_REASONS: Final = "SELECT number, reason FROM dead_letter WHERE number = ANY(%b::int8[])"
_UPSERT: Final = """
INSERT INTO letters (id, number, state, reason, fact, folded, changed, changed_at)
SELECT * FROM unnest(%b::uuid[], %b::int8[], %b::text[], %b::text[], %b::uuid[], %b::bytea[],
    %b::int8[], %b::int8[])
ON CONFLICT (id) DO UPDATE SET state = excluded.state, fact = excluded.fact,
    folded = excluded.folded, changed = excluded.changed, changed_at = excluded.changed_at
"""


class Letters(Fold):
    """Folds what was done about dead letters."""

    TABLES: ClassVar[str] = """
-- id: the stream of what was done about the letter; folded: ledger.cases.letter.Letter as JSON.
-- reason: why it was refused. fact: the event that was recorded in its place.
CREATE TABLE letters (
    id uuid PRIMARY KEY, number int8 NOT NULL UNIQUE, state text NOT NULL, reason text NOT NULL,
    fact uuid, folded bytea NOT NULL, changed int8 NOT NULL, changed_at int8 NOT NULL
);
CREATE INDEX letters_by_fact ON letters (fact) WHERE fact IS NOT NULL;
"""
    SEEN: ClassVar[Seen] = {
        "letters": ("EXISTS (SELECT FROM dead_letter AS d WHERE d.number = letters.number)",)
    }
    BATCH = ("_decided",)

    def __init__(self) -> None:
        self._decided: list[tuple[Recorded, LetterDecision]] = []

    def decided(self, recorded: Recorded, event: AnyDecision) -> None:
        """Take a decision, if it is about a dead letter."""
        if isinstance(event, LetterEvent):
            self._decided.append((recorded, event))

    def flush(self, rows: Rows) -> None:
        """Write the letters decided about."""
        if self._decided:
            numbers = sorted({event.number for _, event in self._decided})
            rows.execute(_REASONS, (numbers,), prepare=True)
            reasons: dict[int, str] = dict(rows.fetchall())
            found = letters_of(rows, numbers)
            last: dict[int, Recorded] = {}
            for recorded, event in self._decided:
                found[event.number] = evolve_letter(found[event.number], event)
                last[event.number] = recorded
            values = [
                (
                    last[number].id, number, str(letter.state), reasons.get(number, ""),
                    None if letter.fact is None else UUID(letter.fact), _encode(letter),
                    last[number].position, last[number].recorded_at,
                )
                for number, letter in sorted(found.items())
            ]  # fmt: skip
            rows.execute(_UPSERT, columns(values), prepare=True)
        self.forget()


def letters_of(rows: Rows, numbers: Sequence[int]) -> dict[int, Letter]:
    """What became of dead letters, by number; of those nobody touched that they are new."""
    rows.execute(_KNOWN, (list(numbers),), prepare=True)
    known = {number: _letter(folded) for number, folded in rows.fetchall()}
    return {number: known.get(number) or Letter(number=number) for number in numbers}


class Asked(NamedTuple):
    """Which dead letters: those for which all of it holds that is given.

    `sender` is the party that the door vouched for or the source that reported, `since` µs UTC,
    `before` a number that all of them are below.
    """

    reasons: Sequence[str] = ()
    states: Sequence[LetterState] = (LetterState.NEW,)
    sender: str | None = None
    since: int | None = None
    before: int | None = None


class Kept(NamedTuple):
    """A dead letter and what became of it."""

    dead_letter: DeadLetter
    letter: Letter


_ASKED: Final = """
SELECT d.number, d.recorded_at, d.door, d.place, d.index, d.reason, d.path, d.payload, d.sha256,
    d.event_id, d.size, d.key, d.headers, d.timestamp, d.by, d.person
FROM dead_letter AS d LEFT JOIN letters AS l ON l.number = d.number
WHERE d.number < %(before)s AND d.recorded_at >= %(since)s
    AND (%(reasons)s::text[] = '{}' OR d.reason = ANY(%(reasons)s::text[]))
    AND coalesce(l.state, 'new') = ANY(%(states)s::text[])
    AND (%(sender)s::text IS NULL OR d.by = %(sender)s
        OR split_part(d.place, ' ', 1) IN ('party:' || %(sender)s, 'source:' || %(sender)s)
        OR position(convert_to(%(sender)s, 'UTF8') IN d.payload) > 0)
ORDER BY d.number DESC LIMIT %(limit)s
"""
_ALL: Final = 2**63 - 1


def kept(rows: Rows, asked: Asked, limit: int) -> list[Kept]:
    """At most `limit` of the dead letters asked for, the latest first."""
    found: list[DeadLetter] = []
    before = _ALL if asked.before is None else asked.before
    while len(found) < limit:
        rows.execute(
            _ASKED,
            {
                "before": before, "since": asked.since or 0, "reasons": list(asked.reasons),
                "states": [str(state) for state in asked.states], "sender": asked.sender,
                "limit": limit,
            },
        )  # fmt: skip
        read = [DeadLetter(row[0], row[1], Refusal(*row[2:])) for row in rows.fetchall()]
        found += [one for one in read if asked.sender is None or _sent_by(one, asked.sender)]
        if len(read) < limit:
            break
        before = read[-1].number
    del found[limit:]
    became = letters_of(rows, [one.number for one in found])
    return [Kept(one, became[one.number]) for one in found]


def _sent_by(letter: DeadLetter, sender: str) -> bool:
    return sender in (letter.refusal.by, source_of(letter.refusal), _http_sender(letter.refusal))


class _Said(msgspec.Struct):
    source: str


_said = msgspec.json.Decoder(_Said).decode
_SOURCE: Final = "source:"


def source_of(refusal: Refusal) -> str | None:
    """The source that reported what was refused, as its bytes or its token say; None: unknown."""
    if refusal.place.startswith(_SOURCE):
        return _http_sender(refusal)
    try:
        source = _said(refusal.payload).source
    except (msgspec.DecodeError, RecursionError):
        return None
    return source if is_id(source) and 0 < len(source) <= ID_CHARACTERS_MAX else None


def _http_sender(refusal: Refusal) -> str | None:
    """Whom the place of what came over HTTP names: a source or a party."""
    return refusal.place.split(" ", 1)[0].partition(":")[2] if refusal.door == "http" else None


_BY_FACT: Final = "SELECT number, fact FROM letters WHERE fact = ANY(%b::uuid[]) ORDER BY number"


def letters_behind(rows: Rows, facts: Sequence[UUID]) -> dict[UUID, int]:
    """The dead letter in whose place an event was recorded, of each that was."""
    rows.execute(_BY_FACT, (list(facts),), prepare=True)
    return {fact: number for number, fact in rows.fetchall()}


class Tally(NamedTuple):
    """How many letters were ever refused, by reason, up to and with a number."""

    last: int = 0
    reasons: Mapping[str, int] = {}


_REFUSED: Final = """
SELECT reason, count(*)::int8, max(number) FROM dead_letter WHERE number > %s GROUP BY reason
"""
_SETTLED: Final = """
SELECT reason, count(*)::int8 FROM letters WHERE state <> 'new' GROUP BY reason
"""


NONE_YET: Final = Tally()


def tallied(rows: Rows, known: Tally = NONE_YET) -> Tally:
    """Count on from what is known; from the beginning it reads an index of all letters."""
    counts: dict[str, int] = dict(known.reasons)
    last = known.last
    for reason, count, until in rows.execute(_REFUSED, (known.last,), prepare=True).fetchall():
        counts[reason] = counts.get(reason, 0) + count
        last = max(last, until)
    return Tally(last, counts)


def unsettled(rows: Rows, ever: Tally | None = None) -> dict[str, int]:
    """How many letters nobody has settled, by reason; `ever` are all, where they are counted."""
    counts: dict[str, int] = dict((tallied(rows) if ever is None else ever).reasons)
    for reason, count in rows.execute(_SETTLED, prepare=True).fetchall():
        counts[reason] = counts.get(reason, 0) - count
    return counts


def told(letter: Letter) -> dict[str, Any]:
    """What became of a letter, as programs read it."""
    return {
        "state": str(letter.state), "fact": letter.fact, "settled_at": letter.time,
        "party": letter.party, "person": letter.person,
    }  # fmt: skip
