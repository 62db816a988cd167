"""Dead letters and decisions as messages.

A dead letter goes out under the headers that Kafka Connect gives its own. Key, value and headers
are the refused message's, so tools that look into such topics, or send again from them, need not
know the ledger. What is ours stands in `ledger.` headers, the refused message's own timestamp too:
a dead letter under a time long ago would be removed at once.

A decision about a discrepancy is told in Avro on Kafka, in JSON to webhooks: one message for each,
in the order of the log; `CASE:VERSION` is its id for ever.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

import msgspec

from consumers.ingest import refusals
from consumers.publisher.following import Message, Page
from ledger.cases.canonical import decode_decision
from ledger.cases.discrepancy import Case, Event, EventName, Values, evolve
from ledger.cases.period import PeriodClosed, PeriodRestated
from ledger.errors import Fatal
from ledger.facts.scalars import time_text
from ledger.intake.decisions import decision_to_avro
from ledger.log import DeadLetter, Log, Recorded
from ledger.rules.audit import RULES
from ledger.rules.texts import sentence
from ledger.rules.values import Shown

TOPICS: Final = frozenset(get_args(EventName))
"""The topics of the log that are told; a period's are not about a discrepancy."""
AVRO: Final = b"application/vnd.seals.avro"
CONNECT = "__connect.errors."
"""Kafka Connect, org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter."""
OURS = "ledger."
STAGE = "VALUE_CONVERTER"
EXCEPTION = "ledger.intake.Refused"
CONNECTOR = "seal-ledger"


def dead_letter_page(log: Log, after: int, limit: int) -> Page:
    """The dead letters behind a number, as messages. Raises Unavailable."""
    letters = log.dead_letters(after, limit)
    last = letters[-1].number if letters else after
    return Page(last, [dead_letter_message(letter) for letter in letters])


def dead_letter_message(letter: DeadLetter) -> Message:
    """One dead letter: keyed as the refused message was, by its number where that had no key."""
    refusal = letter.refusal
    number = str(letter.number)
    ours = list(_headers(letter))
    taken = {name for name, _ in ours}
    theirs = [pair for pair in refusals.unpack(refusal.headers) if pair[0] not in taken]
    return Message(
        id=number,
        position=letter.number,
        key=number.encode() if refusal.key is None else refusal.key,
        value=refusal.payload,
        headers=[*theirs, *((name, value.encode()) for name, value in ours)],
        # The time of sending, which the producer gives.
        timestamp=None,
    )


def _headers(letter: DeadLetter) -> Iterator[tuple[str, str]]:
    refusal = letter.refusal
    if refusal.door == refusals.DOOR:
        topic, partition, offset = refusal.place.rsplit("/", 2)
        yield CONNECT + "topic", topic
        yield CONNECT + "partition", partition
        yield CONNECT + "offset", offset
    yield CONNECT + "connector.name", CONNECTOR
    yield CONNECT + "task.id", "0"
    yield CONNECT + "stage", STAGE
    yield CONNECT + "class.name", EXCEPTION.rpartition(".")[0]
    yield CONNECT + "exception.class.name", EXCEPTION
    where = f" at {refusal.path}" if refusal.path else ""
    yield CONNECT + "exception.message", f"{refusal.reason}{where}"
    ours = {
        "number": letter.number, "recorded-at-micros": letter.recorded_at, "door": refusal.door,
        "place": refusal.place, "index": refusal.index, "reason": refusal.reason,
        "path": refusal.path, "sha256": refusal.sha256.hex(), "size": refusal.size,
        "event-id": refusal.id, "timestamp-millis": refusal.timestamp, "by": refusal.by,
    }  # fmt: skip
    yield from ((OURS + name, str(value)) for name, value in ours.items() if value is not None)


def avro_page(log: Log, after: int, limit: int) -> Page:
    """The decisions behind a position, as Kafka messages. Raises Unavailable."""
    until, decisions = log.of_topics(TOPICS, after, limit)
    return Page(until, [avro_message(each) for each in decisions])


def avro_message(recorded: Recorded) -> Message:
    """One decision keyed by its case: those of one case stay in their order on any topic.

    It has no timestamp of its own, so that its stay on the topic begins when it is told.
    """
    ours = {
        "event-id": event_id(recorded), "position": recorded.position, "version": recorded.version,
        "recorded-at-micros": recorded.recorded_at,
    }  # fmt: skip
    return Message(
        id=event_id(recorded),
        position=recorded.position,
        key=str(recorded.id).encode(),
        value=decision_to_avro(recorded.topic, recorded.state),
        headers=[
            ("content-type", AVRO),
            *((OURS + name, str(value).encode()) for name, value in ours.items()),
        ],
    )


def json_page(log: Log, after: int, limit: int) -> Page:
    """The decisions behind a position, as JSON with what their cases were. Raises Unavailable."""
    until, decisions = log.of_topics(TOPICS, after, limit)
    streams = log.get([each.id for each in decisions])
    return Page(until, [json_message(each, streams[each.id]) for each in decisions])


def json_message(recorded: Recorded, stream: Sequence[Recorded]) -> Message:
    """One decision with its case as it was right after it; `stream` is the case's, from 1."""
    event, case = _after(recorded, stream)
    return Message(
        id=event_id(recorded),
        position=recorded.position,
        key=str(recorded.id).encode(),
        value=msgspec.json.encode(dict(_told(recorded, event, case))),
    )


def event_id(recorded: Recorded) -> str:
    """The id of a decision: its case, and the how-many-eth of the case it is."""
    return f"{recorded.id}:{recorded.version}"


def _after(recorded: Recorded, stream: Sequence[Recorded]) -> tuple[Event, Case]:
    case: Case | None = None
    last: Event | None = None
    for each in stream[: recorded.version]:
        event = decode_decision(each.state)
        if isinstance(event, PeriodClosed | PeriodRestated):
            raise Fatal(f"Stream {recorded.id} is of a period and of a case.")
        case, last = evolve(case, event), event
    if case is None or last is None:
        raise Fatal(f"Stream {recorded.id} has no version {recorded.version}.")
    return last, case


def _told(recorded: Recorded, event: Event, case: Case) -> Iterator[tuple[str, Any]]:
    yield "id", event_id(recorded)
    yield from msgspec.to_builtins(event).items()
    yield "version", recorded.version
    yield "log_position", recorded.position
    yield "recorded_at", time_text(recorded.recorded_at, 0)
    yield "rule", case.rule
    yield "slug", RULES[case.rule].slug if case.rule in RULES else ""
    yield "subject_kind", str(case.subject_kind)
    yield "subject", case.subject
    yield "discriminator", case.discriminator
    yield "family", case.family
    yield "state", str(case.state)
    # A person decides about what was shown to them, which may be newer than the opening.
    values: Values = getattr(event, "values", case.shows.values)
    yield "severity", values.severity
    yield "expected", values.expected
    yield "found", values.found
    yield "suspected_scanner_artifact", case.shows.artefact
    named = (case.rule, case.subject_kind, case.subject, case.discriminator)
    yield "sentence", sentence(Shown(*named, values.expected, values.found))
