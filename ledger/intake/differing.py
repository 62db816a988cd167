"""A container's own schema beside ours: the same bytes may mean other times and other weights.

A fingerprint tells the shape of a record alone. What its numbers mean, a header says: where that
differs from what we would take them for, values are converted if that is exact, and else refused.
"""

from io import BytesIO
from typing import Any, Final, NamedTuple

import fastavro

from ledger.intake.schemas import Json, Record, Schema
from ledger.intake.verdicts import Problem

DECIMAL_BYTES_MAX: Final = 16
"""Longer ones are refused as they are: no decimal of ours has so many digits."""

_TIMES: Final = {"timestamp-millis": 1_000}
"""Times that are exact in microseconds, and how many of those one is."""
_ANYWAY: Final = frozenset({None, "uuid"})
"""Of these a text stays the text it is."""


class Conversion(NamedTuple):
    """A field whose value is to be multiplied by `factor`, or the ones within it.

    `many` where it is an array.
    """

    name: str
    factor: int
    inner: tuple["Conversion", ...]
    many: bool


def conversions(theirs: Json, ours: Json) -> tuple[Conversion, ...]:
    """What makes a record of their schema one of ours; both of the same fingerprint.

    Raises Problem `unknown-schema`, naming the field, where a value means something else.
    """
    try:
        return _of_record(theirs, ours, "")
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        sentence = f"its schema cannot be compared with ours: {type(error).__name__} {error}"
        raise Problem("unknown-schema", "", sentence) from None


def converted(record: Record, by: tuple[Conversion, ...]) -> Record:
    """A decoded record of their schema, changed in place to one of ours."""
    for each in by:
        value = record.get(each.name)
        if value is None:
            continue
        if each.many:
            record[each.name] = [_value(one, each) for one in value]
        else:
            record[each.name] = _value(value, each)
    return record


def encoded(record: Record, schema: Schema) -> bytes | None:
    """A converted record in our schema, None where it does not fit."""
    out = BytesIO()
    try:
        fastavro.schemaless_writer(out, schema.reader, record)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return out.getvalue()


def _value(value: Any, how: Conversion) -> Any:
    if how.inner:
        return converted(value, how.inner)
    if isinstance(value, int):
        return value * how.factor
    if len(value) > DECIMAL_BYTES_MAX:
        return value
    number = int.from_bytes(value, "big", signed=True) * how.factor
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def _of_record(theirs: Json, ours: Json, path: str) -> tuple[Conversion, ...]:
    found = (
        _of_field(their["name"], their["type"], our["type"], path + our["name"])
        for their, our in zip(theirs["fields"], ours["fields"], strict=True)
    )
    return tuple(each for each in found if each is not None)


def _of_field(name: str, theirs: Json, ours: Json, path: str) -> Conversion | None:
    if isinstance(ours, list):
        for their, our in zip(theirs, ours, strict=True):
            if our != "null":
                return _of_field(name, their, our, path)
    if not isinstance(theirs, dict) and not isinstance(ours, dict):
        return None
    while isinstance(theirs, dict) and isinstance(theirs["type"], dict):
        theirs = theirs["type"]  # written with a pair of braces too many
    their = theirs if isinstance(theirs, dict) else {"type": theirs}
    our = ours if isinstance(ours, dict) else {"type": ours}
    if our["type"] == "array":
        inner = _of_field(name, their["items"], our["items"], f"{path}[]")
        return None if inner is None else inner._replace(many=True)
    if our["type"] == "record":
        within = _of_record(their, our, f"{path}.")
        return Conversion(name, 1, within, many=False) if within else None
    factor = _factor(their, our, path)
    return None if factor == 1 else Conversion(name, factor, (), many=False)


def _factor(their: dict[str, Any], our: dict[str, Any], path: str) -> int:
    said, meant = their.get("logicalType"), our.get("logicalType")
    if said == meant == "decimal":
        # Precision is a limit, not a meaning: a value beyond ours is refused by itself.
        scale = their.get("scale", 0)
        if isinstance(scale, int) and 0 <= scale <= our.get("scale", 0):
            return int(10 ** (our.get("scale", 0) - scale))
        said, meant = f"decimal of {scale} places", f"decimal of {our.get('scale', 0)}"
    elif said == meant or (said in _ANYWAY and meant in _ANYWAY):
        return 1
    elif meant == "timestamp-micros" and said in _TIMES:
        return _TIMES[said]
    sentence = f"{path}: the schema says {said or 'nothing of its meaning'}, ours {meant}"
    raise Problem("unknown-schema", "", sentence)
