"""Avro on the wire: one event, framed by its schema's fingerprint or by a registry's id.

Decoded once at the door with the schema it was written with, and never again as Avro.
"""

import re
import struct
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import fastavro
import msgspec

from ledger.errors import Malformed
from ledger.facts import canonical
from ledger.facts.identity import Fact
from ledger.facts.scalars import FieldError, micros, offset_minutes, time_text
from ledger.intake.doors import OPERATOR, Door
from ledger.intake.judging import (
    Canonical,
    Record,
    Verified,
    cleaned,
    convert,
    finish,
    lower_ids,
    permitted,
    refuse,
    verified,
)
from ledger.intake.schemas import Repair, Schema, Schemas, released, released_decisions
from ledger.intake.verdicts import Problem, Refused, Verdict, refused

SINGLE_OBJECT: Final = b"\xc3\x01"
CONFLUENT: Final = b"\x00"
HEADER_BYTES: Final = 10
"""Two marker bytes and the fingerprint."""
CONFLUENT_HEADER_BYTES: Final = 5
DECIMAL_BYTES_MAX: Final = 16
"""More bytes than any decimal of ours has; longer ones are not computed."""
_EPOCH_DAYS: Final = date(1970, 1, 1).toordinal()

_OBJECT: Final = re.compile(r"(?: from)? <[\w.]+ object at 0x[0-9a-f]+>")

DECODING_ERRORS: Final = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    RecursionError, StopIteration, TypeError, ValueError, struct.error,
)  # fmt: skip
"""What fastavro raises on bytes that are not of the schema."""


def judge_single(index: int, raw: bytes, door: Door, schemas: Schemas | None = None) -> Verdict:
    """The verdict on one single-object message: C3 01, fingerprint, body."""
    ours = schemas or released()
    schema = ours.by_fingerprint.get(raw[2:HEADER_BYTES])
    if len(raw) < HEADER_BYTES:
        problem = Problem("undecodable", "", "the message ends within its header")
        return refused(index, problem, raw)
    if schema is None:
        return refused(index, not_ours(raw[2:HEADER_BYTES]), raw)
    return judge_body(index, raw, HEADER_BYTES, schema, schemas=ours, door=door)


def not_ours(fingerprint: bytes) -> Problem:
    """Why a fingerprint that no schema of a fact has is refused."""
    decision = released_decisions().by_fingerprint.get(fingerprint)
    if decision is not None:
        return Problem("not-permitted", "type", f"{decision.name} is the ledger's own to decide")
    sentence = f"no released schema has the fingerprint {fingerprint.hex()}"
    return Problem("unknown-schema", "", sentence)


def judge_confluent(index: int, raw: bytes, door: Door, ids: Mapping[int, Schema]) -> Verdict:
    """The verdict on one message in a schema registry's framing: 00, 4-byte id, body."""
    if len(raw) < CONFLUENT_HEADER_BYTES:
        problem = Problem("undecodable", "", "the message ends within its header")
        return refused(index, problem, raw)
    number = int.from_bytes(raw[1:CONFLUENT_HEADER_BYTES], "big")
    schema = ids.get(number)
    if schema is None:
        sentence = f"the registry's schema id {number} is mapped to no schema of ours"
        return refused(index, Problem("unknown-schema", "", sentence), raw)
    return judge_body(index, raw, CONFLUENT_HEADER_BYTES, schema, schemas=released(), door=door)


def judge_body(
    index: int, raw: bytes, start: int, schema: Schema, *, schemas: Schemas, door: Door
) -> Verdict:
    """The verdict on `raw`, whose bytes from `start` are one record of `schema`."""
    stream = BytesIO(raw)
    stream.seek(start)
    try:
        record = read_record(stream, schema)
    except Problem as other:
        return refused(index, other, raw)
    if stream.tell() != len(raw):
        problem = Problem("undecodable", "", "bytes are left over behind the event")
        return refused(index, problem, raw)
    return judge_record(index, raw, record, schema, schemas=schemas, door=door)


def read_record(stream: BytesIO, schema: Schema) -> Record:
    """The next record of the stream, bare of logical types; Problem `undecodable`."""
    try:
        record: Any = fastavro.schemaless_reader(stream, schema.reader, None)
    except DECODING_ERRORS as error:
        # Which object in memory was read is nobody's business, and another one each time.
        said = _OBJECT.sub("", f"{type(error).__name__} {error}").rstrip()
        sentence = f"not a {schema.name} in Avro: {said}"
        raise Problem("undecodable", "", sentence) from None
    if not isinstance(record, dict):
        raise Problem("undecodable", "", f"not a {schema.name} in Avro")
    return record


def judge_record(
    index: int, raw: bytes, record: Record, schema: Schema, *, schemas: Schemas, door: Door
) -> Verdict:
    """The verdict on a decoded record; `raw` are its own bytes."""
    try:
        record = schemas.raised(schema, record)
        kind = permitted(schema.name, record, door)
        return finish(index, *fact_of(record, kind, schemas.newest[schema.name].repairs))
    except Problem as problem:
        return refuse(index, problem, schema.name, record, raw)


def fact_of(record: Record, kind: type[Fact], repairs: tuple[Repair, ...]) -> Canonical:
    """The fact of a record of the newest schema of `kind`; Problem where it is none."""
    at = restore(record, repairs)
    lower_ids(kind, record)
    try:
        fact = convert(kind, record)
    except Problem:
        # Null, "" and [] are absent; few records need that said.
        fact = convert(kind, cleaned(kind, record))
    return fact, canonical.encode(fact), at


def ordinary(raw: bytes, schema: Schema, kind: type[Fact]) -> Verified | None:
    """The fact of a single-object message in which nothing is odd; None: see `judge_single`.

    `schema`, the newest of `kind`, is the one that its fingerprint names.
    """
    stream = BytesIO(raw)
    stream.seek(HEADER_BYTES)
    try:
        record: Any = fastavro.schemaless_reader(stream, schema.reader, None)
        # Only the exact end proves that nothing is left over.
        if stream.tell() == len(raw):
            at = record["time"]
            record["time"] = time_text(at, record.pop("offset"))
            if schema.repairs:
                _repair(record, schema.repairs, "")
            fact = msgspec.convert(record, kind, dec_hook=canonical.read_figure)
            state = canonical.encode(fact)
            return fact, state, at, verified(fact, state)
    except (Problem, *DECODING_ERRORS):
        pass
    return None


def restore(record: Record, repairs: tuple[Repair, ...]) -> int:
    """Put canonical time, dates and decimals where Avro has numbers and bytes; the time in µs.

    Raises Problem `invalid` with the path of a value that is none.
    """
    at, offset = record.get("time"), record.pop("offset", None)
    if not isinstance(at, int) or not isinstance(offset, int):
        raise Problem("invalid", "time", "time: expected microseconds and an offset in minutes")
    try:
        record["time"] = time_text(at, offset)
        if repairs:
            _repair(record, repairs, "")
    except FieldError as error:
        raise Problem("invalid", error.field, str(error)) from None
    except ValueError as error:
        raise Problem("invalid", "time", f"time: {error}") from None
    return at


def _repair(record: Record, repairs: tuple[Repair, ...], path: str) -> None:
    for each in repairs:
        value = record.get(each.name)
        if value is None:
            continue
        here = path + each.name
        if each.many:
            record[each.name] = [
                _repaired(one, each, f"{here}[{index}]") for index, one in enumerate(value)
            ]
        else:
            record[each.name] = _repaired(value, each, here)


def _repaired(value: Any, how: Repair, path: str) -> Any:
    if how.kind == "record":
        _repair(value, how.inner, f"{path}.")
        return value
    if how.kind == "date":
        try:
            return date.fromordinal(_EPOCH_DAYS + value)
        except (ValueError, OverflowError):
            raise FieldError(path, "no such day in the calendar") from None
    if len(value) > DECIMAL_BYTES_MAX:
        raise FieldError(path, "more digits than the field holds")
    return Decimal(int.from_bytes(value, "big", signed=True)).scaleb(-how.scale)


def to_avro(fact: Fact) -> bytes:
    """A fact as a single-object message with the newest schema of its type."""
    schema = released().newest[type(fact).__name__]
    stream = BytesIO()
    stream.write(SINGLE_OBJECT + schema.fingerprint)
    fastavro.schemaless_writer(stream, schema.writer, to_record(fact))
    return stream.getvalue()


def to_record(fact: Fact) -> Record:
    """A fact as fastavro writes it: `time` in µs with `offset`, dates and decimals as they are."""
    record: Record = msgspec.to_builtins(fact, builtin_types=(date, Decimal), enc_hook=Decimal)
    record["offset"] = offset_minutes(record["time"])
    record["time"] = micros(record["time"])
    return record


def from_avro(raw: bytes) -> Fact:
    """The fact of a single-object message; Malformed where it is none."""
    verdict = judge_single(0, raw, OPERATOR)
    if isinstance(verdict, Refused):
        raise Malformed(verdict.sentence)
    return verdict.fact
