"""How a second version is added, as its README tells: nobody has to change their scanners."""

import copy
import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest

from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.intake import OPERATOR, Accepted, to_avro
from ledger.intake.codec import judge_single, read_record
from ledger.intake.deriving import as_text, derive
from ledger.intake.linting import faults
from ledger.intake.schemas import Record, Schemas, load

FOLDER = Path(__file__).parents[3] / "schemas"
FACT = canonical.decode(
    b'{"type":"SealsApplied","id":"0197f000-0000-7000-8000-000000000001",'
    b'"time":"2026-04-02T09:30:00.000000+09:00","source":"S-1","mark":"JAS-A","holder":"I-1",'
    b'"site":"W-1","lot":"L-7","label":"B-1","label_version":1,"units":20,"count":20}'
)


def second() -> dict[str, Any]:
    """Version 2 of SealsApplied: it tells the shift of the line besides."""
    schema = copy.deepcopy(derive(TYPES["SealsApplied"]))
    shift = {"name": "operator_shift", "type": ["null", "string"], "default": None}
    schema["fields"].append(shift)
    return schema


def upcast(record: Record) -> Record:
    """A record of version 1: its line stands for its shift."""
    return {**record, "operator_shift": record["line"] or "unknown"}


@pytest.fixture
def schemas(tmp_path: Path) -> Schemas:
    """The released schemas with a second version of SealsApplied beside them."""
    for path in FOLDER.glob("*.avsc"):
        shutil.copy(path, tmp_path)
    (tmp_path / "SealsApplied.v2.avsc").write_text(as_text(second()))
    return load(tmp_path, {("SealsApplied", 1): upcast})


def test_the_second_version_is_allowed(schemas: Schemas) -> None:
    """It passes the lint against the first and has a fingerprint of its own."""
    first = json.loads((FOLDER / "SealsApplied.v1.avsc").read_text())

    assert faults(first, second()) == []
    assert schemas.newest["SealsApplied"].version == 2
    assert len(list(FOLDER.glob("*.avsc"))) + 1 == len(schemas.by_fingerprint)


def test_old_bytes_are_read_and_raised(schemas: Schemas) -> None:
    """Bytes of version 1 are decoded as written, then made a record of version 2."""
    old = to_avro(FACT)
    schema = schemas.by_fingerprint[old[2:10]]

    raised = schemas.raised(schema, read_record(BytesIO(old[10:]), schema))

    assert schema.version == 1
    assert raised["operator_shift"] == "unknown"
    assert raised["mark"] == "JAS-A"


def test_new_bytes_are_read_as_they_are(schemas: Schemas) -> None:
    """A record of version 2 is not raised any further."""
    newest = schemas.newest["SealsApplied"]
    body = BytesIO()
    schema = schemas.by_fingerprint[to_avro(FACT)[2:10]]
    record = schemas.raised(schema, read_record(BytesIO(to_avro(FACT)[10:]), schema))
    fastavro.schemaless_writer(body, newest.writer, {**record, "operator_shift": "night"})

    body.seek(0)
    assert schemas.raised(newest, read_record(body, newest))["operator_shift"] == "night"


def test_old_bytes_still_come_in_where_nothing_needs_raising() -> None:
    """An upcast of nothing: a version 1 message gives the same fact as ever."""
    verdict = judge_single(0, to_avro(FACT), OPERATOR, load(FOLDER))

    assert isinstance(verdict, Accepted)
    assert verdict.fact == FACT
