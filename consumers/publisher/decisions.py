"""What happens to discrepancies as messages: for Kafka in Avro, for webhooks in JSON.

One message for each decision, in the order of the log; `CASE:VERSION` is its id for ever.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

import msgspec

from consumers.publisher.feed import Message, Page
from ledger.cases.canonical import decode_decision
from ledger.cases.discrepancy import Case, Event, EventName, Values, evolve
from ledger.cases.period import PeriodClosed, PeriodRestated
from ledger.errors import Fatal
from ledger.facts.scalars import time_text
from ledger.intake.decisions import decision_to_avro
from ledger.log import Log, Recorded
from ledger.rules.audit import RULES
from ledger.rules.texts import sentence
from ledger.rules.values import Shown

TOPICS: Final = frozenset(get_args(EventName))
"""The topics of the log that are told; a period's are not about a discrepancy."""
AVRO: Final = b"application/vnd.seals.avro"


def avro_page(log: Log, after: int, limit: int) -> Page:
    """The decisions behind a position, as Kafka messages. Raises Unavailable."""
    until, decisions = log.of_topics(TOPICS, after, limit)
    return Page(until, [avro_message(each) for each in decisions])


def avro_message(recorded: Recorded) -> Message:
    """One decision keyed by its case: those of one case stay in their order on any topic.

    It has no timestamp of its own, so that its stay on the topic begins when it is told.
    """
    headers = {
        "ledger.event-id": event_id(recorded),
        "ledger.position": str(recorded.position),
        "ledger.version": str(recorded.version),
        "ledger.recorded-at-micros": str(recorded.recorded_at),
    }
    return Message(
        id=event_id(recorded),
        position=recorded.position,
        key=str(recorded.id).encode(),
        value=decision_to_avro(recorded.topic, recorded.state),
        headers=[
            ("content-type", AVRO),
            *((name, text.encode()) for name, text in headers.items()),
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
    yield (
        "sentence",
        sentence(
            Shown(
                case.rule,
                case.subject_kind,
                case.subject,
                case.discriminator,
                values.expected,
                values.found,
            )
        ),
    )
