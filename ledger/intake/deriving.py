"""Avro schemas derived from the fact types; `python -m ledger.intake.deriving` writes new ones.

The types are the source; the files in `schemas/` are what was promised to senders. A released
file is never rewritten: a type that changed needs a new version beside it.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args, get_origin, get_type_hints

from msgspec import Struct, inspect

from ledger.facts.catalogue import TYPES
from ledger.facts.scalars import Figure

NAMESPACE: Final = "seals.v1"
OPEN_SYMBOL: Final = "OTHER"
"""An enumeration that ends in it is open: readers fall back to it."""
_INT_MAX = 2**31 - 1

_COMMON_DOCS: Final = {
    "id": "Given by the sender, UUIDv7 advised: sent again with the same content it is a duplicate",
    "time": "When it happened, microseconds since 1970, UTC",
    "offset": "Minutes east of UTC where it happened",
    "source": "The registered device or system that reports",
    "actor": "Reference to a person, never a name",
    "corrects": "The event that this one replaces",
    "documents": "Evidence kept elsewhere",
    "note": "At most 500 characters",
    "first": "First serial number of the range; both ends or neither",
    "last": "Last serial number of the range; last - first + 1 = count",
}

Json = dict[str, Any]


def derive(kind: type[Struct]) -> Json:
    """The Avro schema of a fact type, as the newest file in `schemas/` holds it."""
    info = cast("inspect.StructType", inspect.type_info(kind))
    fields: list[Json] = []
    for field in info.fields:
        if field.encode_name == "time":
            fields.append(_documented("time", {"type": "long", "logicalType": "timestamp-micros"}))
            fields.append(_documented("offset", "int"))
        else:
            fields.append(_field(field, info.cls.__name__, documented=True))
    return {
        "type": "record",
        "name": kind.__name__,
        "namespace": NAMESPACE,
        "doc": _first_sentence(kind),
        "fields": fields,
    }


def _documented(name: str, type_: Any) -> Json:
    return {"name": name, "type": type_, "doc": _COMMON_DOCS[name]}


def _field(field: inspect.Field, holder: str, *, documented: bool = False) -> Json:
    name = field.encode_name
    nested = holder + "".join(part.capitalize() for part in name.split("_"))
    made: Json = {"name": name, "type": _type(field.type, nested)}
    if documented and name in _COMMON_DOCS:
        made["doc"] = _COMMON_DOCS[name]
    if not field.required:
        number = field.default if isinstance(field.default, int) else None
        made["default"] = [] if isinstance(field.type, inspect.VarTupleType) else number
    return made


def _type(of: inspect.Type, name: str) -> Any:
    """The Avro type; `name` is for the enumeration or record that it may be."""
    match of:
        case inspect.UnionType(types=types):
            (held,) = [each for each in types if not isinstance(each, inspect.NoneType)]
            return ["null", _type(held, name)]
        case inspect.VarTupleType(item_type=item):
            return {"type": "array", "items": _type(item, name)}
        case inspect.Metadata(type=held, extra=extra):
            if (extra or {}).get("form") == "uuid":
                return {"type": "string", "logicalType": "uuid"}
            return _type(held, name)
        case inspect.StructType(cls=cls, fields=fields):
            return {
                "type": "record",
                "name": name,
                "doc": _first_sentence(cls),
                "fields": [_field(field, name) for field in fields],
            }
    return _enum(of, name) if isinstance(of, inspect.LiteralType) else _simple(of)


def _simple(of: inspect.Type) -> Any:
    match of:
        case inspect.CustomType(cls=cls) if issubclass(cls, Figure):
            digits, places = cls.digits, cls.places
            return {
                "type": "bytes", "logicalType": "decimal", "precision": digits, "scale": places,
            }  # fmt: skip
        case inspect.DictType(value_type=value):
            return {"type": "map", "values": _simple(value)}
        case inspect.StrType() | inspect.EnumType():
            return "string"
        case inspect.BoolType():
            return "boolean"
        case inspect.DateType():
            return {"type": "int", "logicalType": "date"}
        case inspect.IntType(le=most):
            return "int" if most is not None and most <= _INT_MAX else "long"
    raise TypeError(f"no Avro type for {of}")


def _enum(of: inspect.LiteralType, name: str) -> Json:
    # Literals that only decisions have stand in the order that msgspec gives: sorted.
    symbols = list(_written_order().get(frozenset(of.values), of.values))
    if OPEN_SYMBOL not in symbols:
        return {"type": "enum", "name": name, "symbols": symbols}
    symbols.remove(OPEN_SYMBOL)
    return {
        "type": "enum",
        "name": name,
        "symbols": [*symbols, OPEN_SYMBOL],
        "default": OPEN_SYMBOL,
    }


@cache
def _written_order() -> dict[frozenset[Any], tuple[str, ...]]:
    """The symbols of every enumeration as the types write them; msgspec sorts them."""
    orders: dict[frozenset[Any], tuple[str, ...]] = {}
    waiting: list[Any] = list(TYPES.values())
    seen: set[type] = set()
    while waiting:
        hint = waiting.pop()
        if get_origin(hint) is Literal:
            orders.setdefault(frozenset(get_args(hint)), get_args(hint))
        elif isinstance(hint, type) and issubclass(hint, Struct) and hint not in seen:
            seen.add(hint)
            waiting.extend(get_type_hints(hint).values())
        else:
            waiting.extend(get_args(hint))
    return orders


def _first_sentence(of: type) -> str:
    return (of.__doc__ or "").strip().splitlines()[0]


def as_text(schema: Json) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write what is missing in the folder, or the next version of a type; say what differs."""
    folder = Path("schemas")
    if arguments[:1] == ["--next"]:
        for name in arguments[1:]:
            version = len(list(folder.glob(f"{name}.v*.avsc"))) + 1
            path = folder / f"{name}.v{version}.avsc"
            path.write_text(as_text(derive(TYPES[name])), encoding="utf-8")
        return 0
    return write_missing(folder, {name: derive(kind) for name, kind in TYPES.items()})


def write_missing(folder: Path, schemas: Mapping[str, Json]) -> int:
    """Write the schemas of which the folder has no version; say which differ from their newest."""
    differing = []
    for name, schema in schemas.items():
        text = as_text(schema)
        versions = len(list(folder.glob(f"{name}.v*.avsc")))
        newest = folder / f"{name}.v{versions}.avsc"
        if not versions:
            (folder / f"{name}.v1.avsc").write_text(text, encoding="utf-8")
        elif newest.read_text(encoding="utf-8") != text:
            differing.append(newest.name)
    for name in differing:
        sys.stderr.write(f"{name} differs from its type: write the next version beside it\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
