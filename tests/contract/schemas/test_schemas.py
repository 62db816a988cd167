"""The schemas: what the types say, pinned, and readable for whoever wrote with an older one."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import make_avsc_object

from ledger.facts.catalogue import TYPES
from ledger.intake.deriving import as_text, derive
from ledger.intake.linting import faults
from ledger.intake.schemas import folder, load, released, version_of

FOLDER = Path(__file__).parents[3] / "schemas"
PINS: dict[str, str] = {
    line.split()[1]: line.split()[0]
    for line in (FOLDER / "released.sha256").read_text().splitlines()
}


def versions(name: str) -> list[Path]:
    """The files of a type, oldest first."""
    return sorted(FOLDER.glob(f"{name}.v*.avsc"), key=version_of)


def compatible(reader: Any, writer: Any) -> bool:
    """Whether the avro package says that `reader` reads what `writer` wrote."""
    checker: Any = ReaderWriterCompatibilityChecker
    result = checker().get_compatibility(make_avsc_object(reader), make_avsc_object(writer))
    return bool(result.compatibility is SchemaCompatibilityType.compatible)


@pytest.mark.parametrize("name", TYPES)
def test_derived(name: str) -> None:
    """The newest file of a type says what the type says."""
    assert as_text(derive(TYPES[name])) == versions(name)[-1].read_text(encoding="utf-8")


def test_every_file_belongs_to_a_type() -> None:
    """There is a file for every type and no other, versions without gaps, each pinned."""
    files = {path.name for path in FOLDER.glob("*.avsc")}

    assert set(TYPES) == {name.split(".")[0] for name in files}
    assert set(PINS) == files
    for name in TYPES:
        assert list(range(1, len(versions(name)) + 1)) == [version_of(p) for p in versions(name)]
    assert folder() == FOLDER


@pytest.mark.parametrize("file", PINS)
def test_released_files_never_change(file: str) -> None:
    """A released file has the digest it was released with."""
    assert PINS[file] == hashlib.sha256((FOLDER / file).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", TYPES)
def test_compatible_with_every_older_version(name: str) -> None:
    """The newest schema reads what any released one wrote, by Avro's rules and by ours."""
    *_, newest = (json.loads(path.read_text()) for path in versions(name))
    for path in versions(name):
        older = json.loads(path.read_text())
        assert compatible(newest, older)
        assert faults(older, newest) == []


def test_fingerprints_differ() -> None:
    """Every released schema has a fingerprint of its own, so a message names one."""
    assert len(PINS) == len(load(FOLDER).by_fingerprint) == len(released().by_fingerprint)


def test_names_stand_beside_each_other() -> None:
    """No two schemas define a name twice: all of them make one union."""
    names: list[str] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") in ("record", "enum"):
                names.append(node["name"])
            for value in node.values():
                visit(value)
        elif isinstance(node, list):
            for value in node:
                visit(value)

    for schema in released().newest.values():
        visit(schema.source)

    assert len(names) == len(set(names))


def record(*fields: dict[str, Any]) -> dict[str, Any]:
    """A schema of these fields."""
    return {"type": "record", "name": "Seen", "fields": list(fields)}


MICROS = {"name": "t", "type": {"type": "long", "logicalType": "timestamp-micros"}}
MILLIS = {"name": "t", "type": {"type": "long", "logicalType": "timestamp-millis"}}
OPEN = {"type": "enum", "name": "E", "symbols": ["A", "OTHER"], "default": "OTHER"}
LINT: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    # older, newer, what is wrong
    (record(MICROS), record(MICROS), []),
    (record(MICROS), record(MILLIS), ["Seen.t: logicalType never changes"]),
    (record(), record(MICROS), ["Seen.t: a new field needs a default"]),
    (record(), record({"name": "n", "type": ["null", "int"], "default": None}), []),
    (record(MICROS), record(), ["Seen.t: a field never goes away"]),
    (
        record({"name": "n", "type": ["null", "int"], "default": None}),
        record({"name": "n", "type": "int"}),
        ["Seen.n: an optional field never becomes required"],
    ),
    (
        record({"name": "w", "type": {"type": "bytes", "logicalType": "decimal", "scale": 3}}),
        record({"name": "w", "type": {"type": "bytes", "logicalType": "decimal", "scale": 2}}),
        ["Seen.w: scale never changes"],
    ),
    (
        record({"name": "e", "type": OPEN}),
        record({"name": "e", "type": {**OPEN, "symbols": ["B", "OTHER"]}}),
        ["Seen.e: the symbol A never goes away"],
    ),
    (
        record({"name": "e", "type": OPEN}),
        record({"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "OTHER"]}}),
        ["Seen.e: an enumeration stays open or closed"],
    ),
    (
        record({"name": "l", "type": {"type": "array", "items": record(MICROS)}}),
        record({"name": "l", "type": {"type": "array", "items": record(MILLIS)}}),
        ["Seen.l[].t: logicalType never changes"],
    ),
]


@pytest.mark.parametrize(("older", "newer", "wrong"), LINT)
def test_lint(older: dict[str, Any], newer: dict[str, Any], wrong: list[str]) -> None:
    """The lint finds what Avro's own rules let pass."""
    assert wrong == faults(older, newer)
