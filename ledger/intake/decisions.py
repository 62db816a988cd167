"""The ledger's own decisions in Avro: one single-object message each, as others are told them.

Written and never read here: what comes in under one of these schemas is refused at every door.
"""

import json
from datetime import date
from io import BytesIO
from typing import Final

import fastavro

from ledger.errors import Fatal
from ledger.facts.scalars import micros, offset_minutes
from ledger.intake.codec import SINGLE_OBJECT
from ledger.intake.judging import Record
from ledger.intake.schemas import Schema, released_decisions

_DAYS: Final = frozenset({"due", "done_on"})
"""The fields of decisions that are days."""


def decision_to_avro(name: str, state: bytes) -> bytes:
    """A decision as a single-object message with the newest schema of its type.

    `name` is its topic in the log and `state` its canonical form there. Raises Fatal where there
    is no schema for it.
    """
    schema = _newest(name)
    stream = BytesIO()
    stream.write(SINGLE_OBJECT + schema.fingerprint)
    fastavro.schemaless_writer(stream, schema.writer, _record(state))
    return stream.getvalue()


def _newest(name: str) -> Schema:
    found = released_decisions().newest.get(name)
    if found is None:
        raise Fatal(f"No schema is released for the decision {name}.")
    return found


def _record(state: bytes) -> Record:
    record: Record = json.loads(state)
    record["offset"] = offset_minutes(record["time"])
    record["time"] = micros(record["time"])
    for name in _DAYS & record.keys():
        record[name] = date.fromisoformat(record[name])
    return record
