"""Lists of numbers, ids, texts, bytes and truths as PostgreSQL's binary arrays, packed in one go.

Bulk statements hand over thousands of values at once; the driver packs them one by one, which took
an eighth of the audit's time. Any other list is packed by the driver.
"""

from collections.abc import Callable
from itertools import repeat
from struct import Struct
from struct import error as OutOfRange  # noqa: N812 -- the module's only exception, by its meaning
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import DataError
from psycopg.abc import DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format
from psycopg.types.array import ListBinaryDumper

# The format: array_recv in PostgreSQL's src/backend/utils/adt/arrayfuncs.c.
_head = Struct(">iiIii").pack  # dimensions, whether there are nulls, element type; length, from 1
_NULL: Final = Struct(">i").pack(-1)
_number = Struct(">iq").pack
_id = Struct(">i16s").pack
_length = Struct(">i").pack
_truth = Struct(">i?").pack


def _pack_number(value: int) -> bytes:
    return _number(8, value)


def _pack_id(value: UUID) -> bytes:
    return _id(16, value.int.to_bytes(16, "big"))


def _pack_text(value: str) -> bytes:
    data = value.encode()
    return _length(len(data)) + data


def _pack_bytes(value: bytes) -> bytes:
    return _length(len(value)) + value


def _pack_truth(value: bool) -> bytes:  # noqa: FBT001 -- an element, not an option
    return _truth(1, value)


_FLAT: Final[dict[type, tuple[int, int, Callable[[Any], bytes]]]] = {
    int: (20, 1016, _pack_number),
    UUID: (2950, 2951, _pack_id),
    str: (25, 1009, _pack_text),
    bytes: (17, 1001, _pack_bytes),
    bool: (16, 1000, _pack_truth),
}
"""Types of element: PostgreSQL's number of the type, of its array, and how one is packed."""


class FlatListDumper(ListBinaryDumper):
    """Packs lists; numbers are eight bytes, whatever the column."""

    flat: type | None = None
    """The type of the elements it packs; None: the driver packs."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002 -- the driver's
        """What lists have in common that one dumper packs."""
        flat = _element(obj)
        return super().get_key(obj, format) if flat is None else (self.cls, flat)

    def upgrade(self, obj: list[Any], format: PyFormat) -> ListBinaryDumper:  # noqa: A002 -- see above
        """The dumper for lists like this one."""
        flat = _element(obj)
        if flat is None:
            return super().upgrade(obj, format)  # type: ignore[return-value]  # one of its own kind
        dumper = type(self)(self.cls, self._tx)
        dumper.flat, dumper.oid = flat, _FLAT[flat][1]
        return dumper

    def dump(self, obj: list[Any]) -> Any:
        """The list as bytes; raises DataError for a number beyond eight bytes."""
        if self.flat is None:
            return super().dump(obj)
        kind, _, pack = _FLAT[self.flat]
        nulls = type(None) in set(map(type, obj))
        try:
            if nulls:
                packed = [_NULL if value is None else pack(value) for value in obj]
            else:
                packed = [*map(pack, obj)]
        except OutOfRange as error:
            raise DataError(f"a number is too large for the database: {error}") from error
        return _head(1, nulls, kind, len(obj), 1) + b"".join(packed)


def _element(values: list[Any]) -> type | None:
    """The type of all elements but nulls, where it is one that is packed here."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if kind in _FLAT else None


class PackedIds(NamedTuple):
    """Ids as they are packed, 16 bytes each: an array of uuid."""

    packed: list[bytes]


class PackedIdsDumper(Dumper):
    """Packs them behind each other; no object an id is made."""

    format = Format.BINARY
    oid = _FLAT[UUID][1]

    def dump(self, obj: PackedIds) -> bytes:
        """The array as bytes."""
        return _head(1, 0, _FLAT[UUID][0], len(obj.packed), 1) + b"".join(
            map(_id, repeat(16), obj.packed)
        )
