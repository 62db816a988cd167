"""An exported log as a file: an Avro container of its rows, each block with its digest.

Version 2 ends with a record that holds the digest of every byte before it, so that no file is taken
for a whole one that is not, and no altered one for the log that was exported. Version 1 had counts.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Any, BinaryIO, Final, NamedTuple, TypeGuard

import fastavro
import msgspec
from fastavro.schema import SchemaParseException, to_parsing_canonical_form

from ledger.errors import Fatal, Malformed
from ledger.intake.codec import DECODING_ERRORS
from ledger.intake.container import SYNC_BYTES, Cut, Header, next_block, read_meta
from ledger.log import Archived, DeadLetter
from ledger.log.record_bytes import dead_letter_bytes, event_bytes

V1: Final = "seals.archive.v1"
V2: Final = "seals.archive.v2"
SIMULATION_KEY: Final = "ledger.simulation"
"""The header's entry that says, by `true`, that recorded times are made up."""
NAMESPACE_KEY: Final = "ledger.tables"
"""The header's entry with what the ids of rows of tables are made with, a UUID."""
block_rows_max: Final = 1_000
block_bytes_max: Final = 1024 * 1024
"""Where a block has so many rows, or so many bytes of states and payloads, it ends."""
_stored_bytes_max: Final = 65_535

READING_ERRORS: Final = (*DECODING_ERRORS, SchemaParseException, msgspec.MsgspecError, zlib.error)
"""What comes of bytes that are no record of ours."""
Records = list[tuple[str, dict[str, Any]]]
"""Records, each with the full name of its kind."""
Rows = list[Archived] | list[DeadLetter]
"""What one block holds besides its digest."""


class End(NamedTuple):
    """The last record: how many rows stand before it, and the digest of all bytes before its block.

    `checkpoints` and `keys` belong to a sealed log; there are none yet.
    """

    events: int
    dead_letters: int
    sha256: bytes
    checkpoints: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def _schema(version: str) -> list[dict[str, Any]]:
    file = resources.files("ledger.intake").joinpath(f"{version.removeprefix('seals.')}.avsc")
    union: list[dict[str, Any]] = msgspec.json.decode(file.read_bytes())
    return union


def _bare(schema: Any) -> Any:
    """A schema without logical types: numbers and texts stay what they are."""
    if isinstance(schema, list):
        return [_bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "logicalType" in schema:
        return schema["type"]
    return {key: _bare(part) for key, part in schema.items()}


WRITTEN: Final = {version: _schema(version) for version in (V1, V2)}
"""The schema in a file's header, by version."""
BARE: Final[dict[str, Any]] = {
    version: fastavro.parse_schema(_bare(schema)) for version, schema in WRITTEN.items()
}
"""The records of a version as they are read and written here."""

_ARRAYS: Final = {
    version: fastavro.parse_schema({"type": "array", "items": BARE[version]})
    for version in (V1, V2)
}
"""The records of a block as one array, which goes several times faster than one by one."""


def packed(records: Records) -> bytes:
    """The records of a block of version 2 in Avro."""
    whole = _avro(_ARRAYS[V2], records)
    return whole[len(_avro("long", len(records))) : -1]


def unpacked(count: int, data: bytes, version: str) -> Records:
    """The records of a block; one of READING_ERRORS where it holds others, fewer or more."""
    body = BytesIO(_avro("long", count) + data + b"\0")
    found: Any = fastavro.schemaless_reader(body, _ARRAYS[version], None, return_record_name=True)
    if len(found) != count or body.read(1):
        raise ValueError("more or less is in the block than it says")
    return list(found)


def of_events(rows: Rows) -> TypeGuard[list[Archived]]:
    """Whether a block's rows are events, not dead letters."""
    return bool(rows) and isinstance(rows[0], Archived)


def digest(rows: Rows, *, simulation: bool) -> tuple[int, int, bytes]:
    """The first and the last number of a block's rows, and the SHA-256 of their bytes."""
    if of_events(rows):
        numbers = rows[0].recorded.position, rows[-1].recorded.position
        return *numbers, _sha256(
            event_bytes(recorded, commit=commit, simulation=simulation) for recorded, commit in rows
        )
    letters = [row for row in rows if isinstance(row, DeadLetter)]
    return letters[0].number, letters[-1].number, _sha256(map(dead_letter_bytes, letters))


def _sha256(pieces: Iterable[bytes]) -> bytes:
    return sha256(b"".join(pieces)).digest()


def end_block(end: End, sync: bytes) -> bytes:
    """The last block of a file: its bytes depend on nothing but the record and the marker.

    Stored, not compressed: compressors differ from release to release.
    """
    record = _avro(BARE[V2], (f"{V2}.End", end._asdict()))
    size = len(record)
    if size > _stored_bytes_max:
        raise Fatal(f"The end of an export has {size:,} bytes, at most {_stored_bytes_max:,}.")
    stored = b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + record
    return _avro("long", 1) + _avro("long", len(stored)) + stored + sync


def end_of(block: bytes) -> End:
    """The record of a file's last block; Malformed where the block is not as `end_block` makes it.

    `block` is the whole of it, marker included.
    """
    sync = block[-SYNC_BYTES:]
    try:
        found = BytesIO(block)
        fastavro.schemaless_reader(found, "long", None)
        fastavro.schemaless_reader(found, "long", None)
        record = zlib.decompressobj(-zlib.MAX_WBITS).decompress(found.read(), _stored_bytes_max + 1)
        end = End(**_end_record(record))
        same = end_block(end, sync) == block
    except READING_ERRORS as error:
        raise Malformed(f"its end is broken: {error}") from None
    if not same:
        raise Malformed("its end is broken")
    return end


def _end_record(data: bytes) -> dict[str, Any]:
    read: Any = fastavro.schemaless_reader(BytesIO(data), BARE[V2], None, return_record_name=True)
    name, record = read
    if name != f"{V2}.End":
        raise ValueError("another record stands there")
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in record.items()
    }


def _avro(schema: Any, value: Any) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


_CODEC: Final = "deflate"
_VERSIONS: Final = {to_parsing_canonical_form(WRITTEN[version]): version for version in (V1, V2)}
"""By the schema, whatever its words and white space."""


class Hashed:
    """A file being read that knows how far, and the SHA-256 of all that came out of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._pieces: list[bytes] = []
        self.at = 0
        self.sha256 = sha256()

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        data = self._source.read(size)
        self.at += len(data)
        self.sha256.update(data)
        self._pieces.append(data)
        return data

    def taken(self) -> bytes:
        """What was read since this was last asked."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


class Opened(NamedTuple):
    """What a file says of itself: version, made-up times, its first block, namespace of rows."""

    version: str
    simulation: bool
    header: Header
    first: int
    namespace: bytes | None = None


class Frame(NamedTuple):
    """What stands in a file, as its blocks say.

    `last` is where the last block begins, `end` the bytes of that block, `sha256` the digest of all
    before it; `blocks` and `records` are how many there are, that block left out.
    """

    last: int
    end: bytes
    sha256: bytes
    blocks: int
    records: int


class Part(NamedTuple):
    """A block as read: from which byte to which, and what it holds."""

    start: int
    stop: int
    records: Records


def open_archive(hashed: Hashed) -> Opened:
    """The header of an exported log; Malformed where a file is none."""
    try:
        meta, sync = read_meta(hashed)
    except Cut as cut:
        raise Malformed(f"This is not an export of a log: {cut}.") from None
    try:
        version = _VERSIONS[to_parsing_canonical_form(json.loads(meta[b"avro.schema"]))]
    except READING_ERRORS:
        raise Malformed(
            "This is not an export of a log: its records are of another kind."
        ) from None
    if meta.get(b"avro.codec") != _CODEC.encode():
        raise Malformed("This is not an export of a log: it is packed in another way.")
    simulation = meta.get(SIMULATION_KEY.encode()) == b"true"
    namespace = meta.get(NAMESPACE_KEY.encode())
    hashed.taken()
    header = Header(_CODEC, (), union=True, sync=sync)
    return Opened(version, simulation, header, hashed.at, namespace)


def frame(hashed: Hashed, opened: Opened) -> Frame:
    """Walk a file to its last block, unpacking none; Malformed where it cannot be walked."""
    packed = opened.header._replace(codec="null")
    found = Frame(hashed.at, b"", hashed.sha256.digest(), 0, 0)
    blocks = records = 0
    while True:
        start, before = hashed.at, hashed.sha256.copy()
        try:
            block = next_block(hashed, packed)
        except Cut as cut:
            raise Malformed(f"The export is broken from byte {start:,} on: {cut}.") from None
        if block is None:
            return found
        if not isinstance(block.data, bytes):
            raise Malformed(f"The export is broken from byte {start:,} on: a block is too large.")
        found = Frame(start, hashed.taken(), before.digest(), blocks, records)
        blocks, records = blocks + 1, records + block.claimed


def parts(source: BinaryIO, opened: Opened, stop: int | None = None) -> Iterator[Part]:
    """The blocks of a file up to a byte or its end, unpacked; Malformed where one cannot be."""
    source.seek(opened.first)
    start = opened.first
    while stop is None or start < stop:
        try:
            block = next_block(source, opened.header)
        except Cut as cut:
            raise Malformed(f"The export is broken from byte {start:,} on: {cut}.") from None
        if block is None:
            return
        here = source.tell()
        if block.problem is not None or not isinstance(block.data, bytes):
            raise not_as_exported(start, here)
        try:
            yield Part(start, here, unpacked(block.claimed, block.data, opened.version))
        except READING_ERRORS:
            raise not_as_exported(start, here) from None
        start = here


def not_as_exported(start: int, stop: int, more: str = "") -> Malformed:
    """What to say of a block that holds no rows of ours."""
    place = f"bytes {start:,} to {stop:,}"
    return Malformed(f"The export is broken: {place} are not as exported{more}.")
