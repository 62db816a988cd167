"""A dead letter's bytes through the intake again, at the door at which they were refused.

What was refused is judged as it would be judged today: by the schemas, the map of a registry's ids
and the permissions that there are by now.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from ledger.errors import Misuse
from ledger.facts.standing import OPERATOR
from ledger.intake import doors
from ledger.intake.doors import CHANNEL_OF_ROLE, CHANNEL_OF_TOPIC, Door
from ledger.intake.messages import form_of, read
from ledger.intake.schemas import Schema
from ledger.intake.verdicts import Verdict
from ledger.log import DeadLetter, Refusal

_CONTENT_TYPE: Final = "content-type"
_SOURCE: Final = "source:"


class Intake(NamedTuple):
    """What the intake goes by: a registry's schema ids, and the parties that topics end in."""

    schema_ids: Mapping[int, Schema] | None = None
    parties: Mapping[str, str] = {}


class Way(NamedTuple):
    """How bytes came in: what may come that way, and the party that it vouches for."""

    door: Door
    by: str | None


def judged(letter: DeadLetter, way: Way, intake: Intake) -> list[Verdict]:
    """The verdicts on the bytes of a letter; raises Misuse where not all of them were kept."""
    refusal = letter.refusal
    size = refusal.size or len(refusal.payload)
    if size > len(refusal.payload):
        raise Misuse(
            f"Of dead letter {letter.number} the first {len(refusal.payload):,} of {size:,} bytes"
            " were kept: its sender has to send it again."
        )
    return read(refusal.payload, _content_type(refusal), way.door, intake.schema_ids)


def way_of(letter: DeadLetter, intake: Intake, roles: frozenset[str]) -> Way:
    """The way by which a letter came; `roles` are those of its party's tokens.

    Raises Misuse where there is no such way any more.
    """
    refusal = letter.refusal
    if refusal.door == "kafka":
        return _topic(letter, intake)
    if refusal.door == "http":
        if refusal.place.startswith(_SOURCE):
            source = refusal.place.split(" ", 1)[0].removeprefix(_SOURCE)
            return Way(doors.door("S", source), refusal.by)
        channels = {CHANNEL_OF_ROLE[role] for role in roles & CHANNEL_OF_ROLE.keys()} - {"S"}
        return Way(doors.door("".join(sorted(channels))), refusal.by)
    return Way(doors.OPERATOR, refusal.by or OPERATOR)


def _topic(letter: DeadLetter, intake: Intake) -> Way:
    topic = letter.refusal.place.rsplit("/", 2)[0]
    for name, channel in CHANNEL_OF_TOPIC.items():
        if topic == name:
            return Way(doors.door(channel), None)
        if topic.startswith(name + "."):
            party = topic.removeprefix(name + ".")
            return Way(doors.door(channel), intake.parties.get(party, party))
    raise Misuse(f"Dead letter {letter.number} came from topic {topic}, which is not read.")


def _content_type(refusal: Refusal) -> str | None:
    """What its headers say, where they say JSON: of a part of an Avro message that is not so."""
    try:
        named = msgspec.json.decode(refusal.headers or b"{}", type=dict[str, object])
    except msgspec.DecodeError:
        return None
    said = next((named[name] for name in named if name.lower() == _CONTENT_TYPE), None)
    return said if isinstance(said, str) and form_of(said) == "json" else None
