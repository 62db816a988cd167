"""Dead letters and decisions as messages.

A dead letter goes out under the headers that Kafka Connect gives its own. Key, value and headers
are the refused message's, so tools that look into such topics, or send again from them, need not
know the ledger. What is ours stands in `ledger.` headers, the refused message's own timestamp too:
a dead letter under a time long ago would be removed at once.

A decision about a discrepancy, a period or a dead letter is told in Avro on Kafka, in JSON to
webhooks: one message for each, in the order of the log; `STREAM:VERSION` is its id for ever.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from consumers.ingest import refusals
from consumers.publisher.following import Message, Page
from ledger.cases.canonical import (
    TOPICS_OF_LETTERS,
    TOPICS_OF_PERIODS,
    TOPICS_TOLD,
    AnyDecision,
    decode_decision,
)
from ledger.cases.decision import Decision
from ledger.cases.discrepancy import Case, Values, evolve
from ledger.cases.letter import Letter, LetterEvent, evolve_letter
from ledger.cases.period import PERIOD_EVENTS, Signed, evolve_period
from ledger.errors import Fatal
from ledger.facts.scalars import time_text
from ledger.intake.decisions import decision_to_avro
from ledger.log import DeadLetter, Log, Recorded
from ledger.rules.audit import RULES
from ledger.rules.texts import sentence
from ledger.rules.values import Shown

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
    until, decisions = log.of_topics(TOPICS_TOLD, after, limit)
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
    """The decisions behind a position, as JSON with what they are about. Raises Unavailable."""
    until, decisions = log.of_topics(TOPICS_TOLD, after, limit)
    streams = log.get([each.id for each in decisions])
    return Page(until, [json_message(log, each, streams[each.id]) for each in decisions])


def json_message(log: Log, recorded: Recorded, stream: Sequence[Recorded]) -> Message:
    """One decision with its case or letter as it was right after it; `stream` is its, from 1."""
    told: Callable[[Log, Recorded, Sequence[Recorded]], Iterator[tuple[str, Any]]] = _case_told
    if recorded.topic in TOPICS_OF_LETTERS:
        told = _letter_told
    elif recorded.topic in TOPICS_OF_PERIODS:
        told = _period_told
    return Message(
        id=event_id(recorded),
        position=recorded.position,
        key=str(recorded.id).encode(),
        value=msgspec.json.encode(dict(told(log, recorded, stream))),
    )


def event_id(recorded: Recorded) -> str:
    """The id of a decision: its stream, and the how-many-eth of that it is."""
    return f"{recorded.id}:{recorded.version}"


def _decided(recorded: Recorded, stream: Sequence[Recorded]) -> list[AnyDecision]:
    """The decisions of a stream up to and with one."""
    decisions = [decode_decision(each.state) for each in stream[: recorded.version]]
    if len(decisions) < recorded.version:
        raise Fatal(f"Stream {recorded.id} has no version {recorded.version}.")
    return decisions


def _head(recorded: Recorded, event: AnyDecision) -> Iterator[tuple[str, Any]]:
    yield "id", event_id(recorded)
    yield from msgspec.to_builtins(event).items()
    yield "version", recorded.version
    yield "log_position", recorded.position
    yield "recorded_at", time_text(recorded.recorded_at, 0)


def _case_told(
    _log: Log, recorded: Recorded, stream: Sequence[Recorded]
) -> Iterator[tuple[str, Any]]:
    case: Case | None = None
    for event in _decided(recorded, stream):
        if not isinstance(event, Decision):
            raise Fatal(f"Stream {recorded.id} is of a case and of something else.")
        case = evolve(case, event)
    assert case is not None  # noqa: S101 -- narrows: there is one decision at least
    yield from _head(recorded, event)
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


def _letter_told(
    log: Log, recorded: Recorded, stream: Sequence[Recorded]
) -> Iterator[tuple[str, Any]]:
    letter: Letter | None = None
    for event in _decided(recorded, stream):
        if not isinstance(event, LetterEvent):
            raise Fatal(f"Stream {recorded.id} is of a dead letter and of something else.")
        letter = evolve_letter(letter or Letter(number=event.number), event)
    assert letter is not None  # noqa: S101 -- narrows: there is one decision at least
    yield from _head(recorded, event)
    yield "state", str(letter.state)
    for kept in log.dead_letters(letter.number - 1, 1):
        yield "refused_at", time_text(kept.recorded_at, 0)
        yield "refused_for", kept.refusal.reason
        yield "refused_path", kept.refusal.path
        yield "door", kept.refusal.door
        yield "by", kept.refusal.by


def _period_told(
    _log: Log, recorded: Recorded, stream: Sequence[Recorded]
) -> Iterator[tuple[str, Any]]:
    period: Signed | None = None
    for event in _decided(recorded, stream):
        if not isinstance(event, PERIOD_EVENTS):
            raise Fatal(f"Stream {recorded.id} is of a period and of something else.")
        period = evolve_period(period, event)
    assert period is not None  # noqa: S101 -- narrows: there is one decision at least
    yield from _head(recorded, event)
    yield "importer", period.period.importer
    yield "rcb", period.period.rcb
    yield "name", period.period.name
    yield "state", str(period.state)
