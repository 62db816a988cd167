"""Whoever still writes with an older version says what it always said."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.intake import OPERATOR, Accepted
from ledger.intake.codec import SINGLE_OBJECT, judge_single, to_record
from ledger.intake.schemas import Schema, released
from tests.strategies import facts

_FILE = Path(__file__).parents[2] / "fixtures" / "version-1.ndjson"
WRITTEN = [json.loads(line) for line in _FILE.read_text("utf-8").splitlines()]
"""Messages and stored forms as they were before there was any second version."""
OLDER = [
    schema
    for schema in released().by_fingerprint.values()
    if schema.version < released().newest[schema.name].version
]


def narrowed(value: Any, of: Any) -> Any:
    """A JSON value as somebody says it who knows an older schema alone."""
    match of:
        case list():
            return narrowed(value, next(branch for branch in of if branch != "null"))
        case {"type": "record", "fields": fields}:
            known = {field["name"]: field["type"] for field in fields}
            return {
                name: each if name in ("type", "time") else narrowed(each, known[name])
                for name, each in value.items()
                if name in known or name == "type"
            }
        case {"type": "array", "items": items}:
            return [narrowed(each, items) for each in value]
        case {"type": "enum", "symbols": symbols}:
            return value if value in symbols else "OTHER"
        case _:
            return value


@pytest.mark.parametrize("written", WRITTEN, ids=lambda each: json.loads(each["state"])["type"])
def test_what_was_written_before(written: dict[str, str]) -> None:
    """The bytes of version 1 are read as what they were, and stored as they were."""
    verdict = judge_single(0, bytes.fromhex(written["avro"]), OPERATOR)

    assert isinstance(verdict, Accepted)
    assert verdict.state.decode() == written["state"]
    assert canonical.encode(canonical.decode(written["state"].encode())) == verdict.state


def test_every_type_with_a_second_version_was_written_before() -> None:
    """The file above holds one event of each."""
    written = {json.loads(each["state"])["type"] for each in WRITTEN}

    assert written == {schema.name for schema in OLDER}


@pytest.mark.parametrize("schema", OLDER, ids=lambda schema: f"{schema.name}.v{schema.version}")
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_older_senders(schema: Schema, data: st.DataObject) -> None:
    """Anything that an older version can say has one canonical form, by Avro and as JSON."""
    said = narrowed(json.loads(canonical.encode(data.draw(facts(schema.name)))), schema.source)
    if schema.name == "ProcessRecorded":
        said.setdefault("lot", "L-1")
    fact = canonical.decode(json.dumps(said).encode())
    body = BytesIO()
    fastavro.schemaless_writer(body, schema.writer, to_record(fact))

    verdict = judge_single(0, SINGLE_OBJECT + schema.fingerprint + body.getvalue(), OPERATOR)

    assert isinstance(fact, TYPES[schema.name])
    assert isinstance(verdict, Accepted)
    assert verdict.state == canonical.encode(fact)
