"""What a new version of a schema may not do, beyond what Avro's own rules say.

Avro lets a reader take microseconds for milliseconds and a required field for a new one that old
records lack; senders and readers of ours may rely on neither happening.
"""

from collections.abc import Iterator
from typing import Any

Json = Any


def faults(older: Json, newer: Json) -> list[str]:
    """What is wrong with `newer` as a later version of the schema `older`, one sentence each."""
    return list(_record(older, newer, older["name"]))


def _record(older: Json, newer: Json, path: str) -> Iterator[str]:
    before = {field["name"]: field for field in older["fields"]}
    after = {field["name"]: field for field in newer["fields"]}
    for name, field in after.items():
        here = f"{path}.{name}"
        if name not in before:
            if "default" not in field:
                yield f"{here}: a new field needs a default"
            continue
        yield from _type(before[name]["type"], field["type"], here)
    for name in before.keys() - after.keys():
        yield f"{path}.{name}: a field never goes away"


def _type(older: Json, newer: Json, path: str) -> Iterator[str]:
    old, new = _held(older), _held(newer)
    if isinstance(newer, list) < isinstance(older, list):
        yield f"{path}: an optional field never becomes required"
    for key in ("logicalType", "precision", "scale"):
        if _of(old, key) != _of(new, key):
            yield f"{path}: {key} never changes"
    kind = _of(old, "type")
    if kind == "record" and _of(new, "type") == "record":
        yield from _record(old, new, path)
    elif kind == "array" and _of(new, "type") == "array":
        yield from _type(old["items"], new["items"], f"{path}[]")
    elif kind == "enum" and _of(new, "type") == "enum":
        if _of(old, "default") != _of(new, "default"):
            yield f"{path}: an enumeration stays open or closed"
        for symbol in old["symbols"]:
            if symbol not in new["symbols"]:
                yield f"{path}: the symbol {symbol} never goes away"


def _held(of: Json) -> Json:
    """A type without its null."""
    if isinstance(of, list):
        return next(branch for branch in of if branch != "null")
    return of


def _of(of: Json, key: str) -> Json:
    return of.get(key) if isinstance(of, dict) else None
