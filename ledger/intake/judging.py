"""From a decoded event to its verdict: permitted, valid, within limits.

One judgement for every encoding: what JSON and Avro decode to is judged here and nowhere else.
"""

import re
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from msgspec import Struct, inspect

from ledger.cases.canonical import TOPICS as DECISIONS
from ledger.facts import canonical, checks
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.scalars import FieldError, moment
from ledger.intake.doors import Door
from ledger.intake.verdicts import (
    EVENT_BYTES_MAX,
    KIB,
    Accepted,
    Problem,
    Refused,
    refused,
    too_large,
)

SIZE_CHECK_BYTES_MIN: Final = 8 * KIB
"""Refused events of fewer bytes are not measured: no encoding of theirs shrinks to 1 in 32."""

_UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_AT = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_MISSING = re.compile(r"Object (?:missing required|contains unknown) field `(.*?)`", re.DOTALL)

Record = dict[str, Any]
"""A decoded event or a part of one: JSON's own kinds, with dates and decimals besides."""


Canonical = tuple[Fact, bytes, int]
"""A fact that may come in, its canonical form, and its time in µs UTC."""

Verified = tuple[Fact, bytes, int, bytes]
"""The same with the 16 bytes of its id."""


def verified(fact: Fact, state: bytes) -> bytes:
    """The 16 bytes of a fact's id; Problem where it is too large, or a character not allowed."""
    if len(state) > EVENT_BYTES_MAX:
        raise too_large("the event", EVENT_BYTES_MAX)
    try:
        return checks.check(fact, state)
    except FieldError as error:
        raise Problem("invalid", error.field, str(error)) from None


def finish(index: int, fact: Fact, state: bytes, at: int) -> Accepted:
    """The verdict on a fact that is permitted, its time canonical; Problem where it cannot be."""
    return accepted(index, fact, state, at, verified(fact, state))


def accepted(index: int, fact: Fact, state: bytes, at: int, number: bytes) -> Accepted:
    """The verdict on a fact that was found to be right; `number` is its id."""
    return Accepted(index, UUID(bytes=number), kind_name(fact), state, at, fact)


def kind_name(fact: Fact) -> str:
    """The name of a fact's type."""
    return type(fact).__name__


def judge(index: int, kind: type[Fact], record: Record) -> Accepted:
    """The verdict on a decoded event of a permitted type; Problem `invalid` or `too-large`."""
    known = cleaned(kind, record)
    at = 0
    time = known.get("time")
    if isinstance(time, str):
        try:
            known["time"], at = moment(time)
        except ValueError as error:
            raise Problem("invalid", "time", f"time: {error}") from None
    lower_ids(kind, known)
    fact = convert(kind, known)
    return finish(index, fact, canonical.encode(fact), at)


def refuse(index: int, problem: Problem, name: object, record: Record, raw: bytes) -> Refused:
    """The refusal of a decoded event; `raw` are its own bytes.

    It is too-large, whatever else is wrong, where its canonical form would be over the limit.
    """
    offered = offered_id(record)
    if problem.reason != "too-large" and len(raw) >= SIZE_CHECK_BYTES_MIN:
        kind = TYPES.get(name) if isinstance(name, str) else None
        known = cleaned(kind, record) if kind else record
        if len(_encoder.encode({"type": name, **known})) > EVENT_BYTES_MAX:
            problem = too_large("the event", EVENT_BYTES_MAX)
    return refused(index, problem, raw, offered)


_encoder = msgspec.json.Encoder(enc_hook=str)


def permitted(name: object, record: Record, door: Door) -> type[Fact]:
    """The type of that name, where this door lets it in from this source."""
    if not isinstance(name, str):
        raise Problem("invalid", "type", "type: expected the name of an event")
    if name in DECISIONS:
        raise Problem("not-permitted", "type", f"{name} is the ledger's own to decide")
    kind = TYPES.get(name)
    if kind is None:
        raise Problem("unknown-schema", "type", f"no event is called {name[:80]!r}")
    if kind not in door.permitted:
        raise Problem("not-permitted", "type", f"{name} may not be reported on this channel")
    source = record.get("source")
    if door.source is not None and isinstance(source, str) and source != door.source:
        raise Problem("not-permitted", "source", f"source: only {door.source} may report here")
    return kind


def lower_ids(kind: type[Fact], record: Record) -> None:
    """Write the UUIDs of a record in lower case."""
    for _, name in checks.plan_of(kind).uuids:
        value = record.get(name)
        # Some letters beyond ASCII have ASCII ones as their lower case.
        if isinstance(value, str) and value.isascii():
            record[name] = value.lower()


def convert(kind: type[Fact], record: Record) -> Fact:
    """The fact of a record whose ids and time are canonical; Problem `invalid` otherwise."""
    try:
        return msgspec.convert(record, kind, dec_hook=canonical.read_figure)
    except msgspec.ValidationError as error:
        raise invalid(error) from None


def invalid(error: msgspec.ValidationError) -> Problem:
    """The problem msgspec found, with the path of the field."""
    cause = error.__cause__
    if isinstance(cause, FieldError):
        return Problem("invalid", cause.field, str(cause))
    text = str(error)
    path, sentence = "", text
    if at := _AT.search(text):
        path, sentence = at[1], text[: at.start()]
    if missing := _MISSING.match(sentence):
        path = f"{path}.{missing[1]}" if path else missing[1]
    return Problem("invalid", path, f"{path}: {sentence}" if path else sentence)


def cleaned(kind: type[Struct], record: Record) -> Record:
    """A copy without the optional fields that are null, "" or []: absent, all of them."""
    optional, nested = _shape(kind)
    kept: Record = {}
    for name, value in record.items():
        if name in optional and (value is None or value in ("", [])):
            continue
        inner = nested.get(name)
        if inner is not None and isinstance(value, dict):
            kept[name] = cleaned(inner, value)
        elif inner is not None and isinstance(value, list):
            kept[name] = [cleaned(inner, v) if isinstance(v, dict) else v for v in value]
        else:
            kept[name] = value
    return kept


@cache
def _shape(kind: type[Struct]) -> tuple[frozenset[str], dict[str, type[Struct]]]:
    """The names of the optional fields of a type, and the types of the objects in it."""
    info = cast("inspect.StructType", inspect.type_info(kind))
    optional = frozenset(field.encode_name for field in info.fields if not field.required)
    return optional, {nested.name: nested.kind for nested in checks.plan_of(kind).nested}


def offered_id(record: Record) -> UUID | None:
    """The id an event was offered under, where it is one."""
    value = record.get("id")
    return UUID(value) if isinstance(value, str) and _UUID_TEXT(value) else None
