"""The Avro schemas senders write with: every version ever released, found by fingerprint.

A record of an old version is decoded with the schema it was written with and then raised to the
newest version, so nobody has to change their scanners on the day a field is added.
"""

import json
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from ledger.errors import Misuse

Json = Any
Record = dict[str, Any]
Upcast = Callable[[Record], Record]

UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {}
"""By type and version: what makes a record of that version one of the next.

A version that only adds fields with defaults needs none.
"""


class Repair(NamedTuple):
    """A field whose decoded value is not yet what the type wants.

    `kind` is date (days since 1970), decimal (unscaled big-endian bytes, `scale` places) or
    record; `many` where it is an array of them.
    """

    name: str
    kind: str
    scale: int
    inner: tuple["Repair", ...]
    many: bool


class Schema(NamedTuple):
    """One version of one event on the wire.

    `fingerprint` are the 8 bytes of its CRC-64-AVRO, little-endian, as messages carry it.
    `writer` is for encoding, `reader` for decoding: the same without logical types, whose values
    are repaired after decoding so that a wrong one can be told with the path of its field.
    """

    name: str
    version: int
    fingerprint: bytes
    source: Json
    writer: Json
    reader: Json
    repairs: tuple[Repair, ...]


class Schemas(NamedTuple):
    """All released schemas: by fingerprint, and the newest of each type by its name."""

    by_fingerprint: dict[bytes, Schema]
    newest: dict[str, Schema]
    upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS

    def raised(self, schema: Schema, record: Record) -> Record:
        """A record of that schema's version as one of the newest version."""
        for version in range(schema.version, self.newest[schema.name].version):
            step = self.upcasts.get((schema.name, version))
            if step is not None:
                record = step(record)
        return record


def parse(name: str, version: int, source: Json) -> Schema:
    """A schema ready for use from its JSON."""
    return Schema(
        name,
        version,
        bytes.fromhex(fingerprint(to_parsing_canonical_form(source), "CRC-64-AVRO")),
        source,
        fastavro.parse_schema(source),
        fastavro.parse_schema(_bare(source)),
        _repairs(source),
    )


def load(folder: Path, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS) -> Schemas:
    """The schemas of a folder of files named `SealsApplied.v1.avsc`."""
    found = [
        parse(path.name.split(".")[0], version_of(path), json.loads(path.read_bytes()))
        for path in sorted(folder.glob("*.v*.avsc"))
    ]
    newest: dict[str, Schema] = {}
    for schema in sorted(found, key=lambda each: each.version):
        newest[schema.name] = schema
    return Schemas({schema.fingerprint: schema for schema in found}, newest, upcasts)


def version_of(path: Path) -> int:
    """The version a schema file's name tells."""
    return int(path.name.split(".")[1].removeprefix("v"))


@cache
def released() -> Schemas:
    """The schemas of this ledger."""
    return load(folder())


@cache
def released_decisions() -> Schemas:
    """The schemas of the ledger's own decisions, apart: nobody may send them to us."""
    return load(folder() / "decisions")


def folder() -> Path:
    """Where the schemas lie: beside the packages in a checkout, else below the environment."""
    for place in (
        Path(__file__).resolve().parents[2] / "schemas",
        Path(sys.prefix) / "share" / "seal-ledger" / "schemas",
    ):
        if any(place.glob("*.v*.avsc")):
            return place
    raise Misuse("the Avro schemas are missing from this installation: install it again")


def fingerprint_of(source: Json) -> bytes:
    """The fingerprint of any schema; ValueError and its kin where it is none."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(source), "CRC-64-AVRO"))


def confluent_ids(text: str) -> dict[int, Schema]:
    """A registry's ids for our schemas, from JSON such as `{"17": "SealsApplied.v1"}`.

    Raises Misuse where it is not of that form or names a schema that is not released.
    """
    by_name = {f"{s.name}.v{s.version}": s for s in released().by_fingerprint.values()}
    try:
        return {int(number): by_name[name] for number, name in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise Misuse(f'schema ids: expected {{"17": "SealsApplied.v1", …}}: {error}') from None
    except KeyError as error:
        raise Misuse(f"schema ids: no released schema is called {error}") from None


def _bare(node: Json) -> Json:
    """A schema without its logical types."""
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in _LOGICAL}
    if isinstance(node, list):
        return [_bare(each) for each in node]
    return node


_LOGICAL: Final = frozenset({"logicalType", "precision", "scale"})


def _repairs(record: Json) -> tuple[Repair, ...]:
    found = (_repair(field["name"], field["type"], many=False) for field in record["fields"])
    return tuple(each for each in found if each is not None)


def _repair(name: str, of: Json, *, many: bool) -> Repair | None:
    if isinstance(of, list):
        (of,) = [branch for branch in of if branch != "null"]
    if not isinstance(of, dict):
        return None
    if of["type"] == "array":
        return _repair(name, of["items"], many=True)
    if of["type"] == "record":
        inner = _repairs(of)
        return Repair(name, "record", 0, inner, many) if inner else None
    if of.get("logicalType") in ("date", "decimal"):
        return Repair(name, of["logicalType"], of.get("scale", 0), (), many)
    return None
