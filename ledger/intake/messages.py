"""One message or body: the verdicts on the one event or the many it carries.

The same function for a Kafka message and an HTTP body; any bytes at all get an answer.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Final, Literal

from ledger.intake.codec import CONFLUENT, SINGLE_OBJECT, judge_confluent, judge_single
from ledger.intake.container import MAGIC, read_container
from ledger.intake.doors import Door
from ledger.intake.json_event import judge_json
from ledger.intake.schemas import Schema
from ledger.intake.splitting import BLANK, split_array, split_message
from ledger.intake.verdicts import (
    MESSAGE_BYTES_MAX,
    MESSAGE_EVENTS_MAX,
    Accepted,
    Problem,
    Verdict,
    refused,
    too_large,
)

EXPANDED_BYTES_MAX: Final = 8 * MESSAGE_BYTES_MAX
"""What a compressed container in one message may come to."""
BOM: Final = b"\xef\xbb\xbf"
Form = Literal["json", "avro", "any"]

FORM_OF_CONTENT_TYPE: Final[Mapping[str, Form]] = {
    "application/json": "json",
    "application/x-ndjson": "json",
    "application/ndjson": "json",
    "application/jsonl": "json",
    "application/x-jsonlines": "json",
    "application/vnd.seals.avro": "avro",
    "application/vnd.apache.avro": "avro",
    "application/avro": "avro",
    "avro/binary": "avro",
}
"""Any other content type says nothing: the first bytes do."""


def read(
    body: bytes,
    content_type: str | None,
    door: Door,
    confluent_ids: Mapping[int, Schema] | None = None,
) -> list[Verdict]:
    """The verdicts on a message, in order, `index` from 0; an empty array has none.

    `content_type` is the header as sent. `confluent_ids` maps a schema registry's ids to our
    schemas, where its framing is accepted. Raises nothing on any bytes.
    """
    if len(body) > MESSAGE_BYTES_MAX:
        return [refused(0, too_large("the message"), body)]
    form = form_of(content_type or "")
    if form != "json":
        if body.startswith(SINGLE_OBJECT):
            return [judge_single(0, body, door)]
        if body.startswith(MAGIC):
            return _container(body, door)
        if body.startswith(CONFLUENT) and confluent_ids is not None:
            return [judge_confluent(0, body, door, confluent_ids)]
        if form == "avro":
            problem = Problem("undecodable", "", "neither an Avro message nor an Avro container")
            return [refused(0, problem, body)]
    return _json(body, door)


def form_of(content_type: str) -> Form:
    """What a content type, as sent, says of the bytes."""
    return FORM_OF_CONTENT_TYPE.get(content_type.split(";", maxsplit=1)[0].strip().lower(), "any")


def _json(body: bytes, door: Door) -> list[Verdict]:
    text = body.removeprefix(BOM).strip(BLANK)
    try:
        if text.startswith(b"["):
            events = split_array(text)
        else:
            events = [line for _, line in split_message(text)]
    except Problem as problem:
        return [refused(0, problem, body)]
    if len(events) > MESSAGE_EVENTS_MAX:
        return [refused(0, _too_many(), body)]
    if not text:
        return [refused(0, Problem("undecodable", "", "the message is empty"), body)]
    return [judge_json(index, event, door) for index, event in enumerate(events)]


def _container(body: bytes, door: Door) -> list[Verdict]:
    found: list[Verdict] = []
    held_bytes = 0
    for verdict in read_container(BytesIO(body), door):
        found.append(verdict)
        held = verdict.state if isinstance(verdict, Accepted) else verdict.payload
        held_bytes += len(held)
        if len(found) > MESSAGE_EVENTS_MAX:
            return [refused(0, _too_many(), body)]
        if held_bytes > EXPANDED_BYTES_MAX:
            return [refused(0, too_large("the message, expanded,", EXPANDED_BYTES_MAX), body)]
    return found


def _too_many() -> Problem:
    return Problem("too-large", "", f"the message carries more than {MESSAGE_EVENTS_MAX} events")
