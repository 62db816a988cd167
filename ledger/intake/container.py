"""Avro container files: block by block, each record judged on its own.

Blocks are framed here rather than by fastavro, so that a length somebody made up is never
allocated and a block that expands beyond 8 MiB is let go before it is held.
"""

import bz2
import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final, NamedTuple

from fastavro.schema import SchemaParseException

from ledger.intake.codec import (
    DECODING_ERRORS,
    SINGLE_OBJECT,
    judge_record,
    not_ours,
    read_record,
)
from ledger.intake.differing import Conversion, conversions, converted, encoded
from ledger.intake.doors import Door
from ledger.intake.hearing import Heard, Readable, piece_bytes
from ledger.intake.schemas import Schema, Schemas, fingerprint_of, released
from ledger.intake.verdicts import (
    KIB,
    MESSAGE_BYTES_MAX,
    Problem,
    Swallowed,
    Verdict,
    refused,
    too_large,
)

MAGIC: Final = b"Obj\x01"
SYNC_BYTES: Final = 16
META_BYTES_MAX: Final = 1024 * KIB
META_ENTRIES_MAX: Final = 1_000
LONG_BYTES_MAX: Final = 10
_BROKEN: Final = (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError)
"""What codecs raise on bytes that are not theirs."""


def _inflate(data: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, MESSAGE_BYTES_MAX + 1)


def _bunzip(data: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, MESSAGE_BYTES_MAX + 1)


def _unxz(data: bytes) -> bytes:
    return lzma.LZMADecompressor().decompress(data, MESSAGE_BYTES_MAX + 1)


_EXPAND: Final[dict[str, Callable[[bytes], bytes]]] = {
    "null": bytes,
    "deflate": _inflate,
    "bzip2": _bunzip,
    "xz": _unxz,
}
"""The codecs of blocks, each giving a byte more than a block may have, and no more."""


class Branch(NamedTuple):
    """A schema that a record may have, and what makes it one of ours where theirs differs."""

    schema: Schema
    conversions: tuple[Conversion, ...]


class Header(NamedTuple):
    """What a container says of itself; `branches` are the schemas a record may have.

    `union` tells whether each record begins with the number of its branch.
    """

    codec: str
    branches: tuple[Branch, ...]
    union: bool
    sync: bytes


class Block(NamedTuple):
    """A block: how many records it claims to hold, and its bytes or the reason it has none."""

    claimed: int
    data: bytes | Swallowed
    problem: Problem | None


class Cut(Exception):  # noqa: N818  (the end of the bytes, told to the one caller that waits)
    """The container ends in the midst of something, or is not one from here on."""


def read_container(
    stream: Readable, door: Door, first_index: int = 0, schemas: Schemas | None = None
) -> Iterator[Verdict]:
    """The verdicts on a container's records, numbered from `first_index`.

    What cannot be read any further is one refusal at the end.
    """
    ours = schemas or released()
    index = first_index
    heard = Heard(stream)
    try:
        header = read_header(heard, ours)
    except Cut as cut:
        yield heard.rest().refused(index, _undecodable(f"no Avro container: {cut}"))
        return
    except Problem as other:
        yield heard.rest().refused(index, other)
        return
    heard.forget()
    try:
        while (block := next_block(heard, header)) is not None:
            heard.forget()
            if isinstance(block.data, Swallowed):
                yield block.data.refused(index, block.problem or too_large("the block"))
                index += 1
            elif block.problem is not None:
                yield refused(index, block.problem, block.data)
                index += 1
            else:
                for verdict in judge_block(block, header, ours, door, index):
                    yield verdict
                    index += 1
    except Cut as cut:
        sentence = f"the Avro container is broken from here: {cut}"
        yield heard.rest().refused(index, _undecodable(sentence))


def _undecodable(sentence: str) -> Problem:
    return Problem("undecodable", "", sentence)


def judge_block(
    block: Block, header: Header, ours: Schemas, door: Door, index: int
) -> Iterator[Verdict]:
    """The verdicts on the records of a block; where one cannot be decoded, the rest is one."""
    data = block.data if isinstance(block.data, bytes) else b""
    stream = BytesIO(data)
    for _ in range(block.claimed):
        start = stream.tell()
        try:
            schema, differing = header.branches[_branch(stream) if header.union else 0]
            body = stream.tell()
            record = read_record(stream, schema)
        except Problem as problem:
            yield refused(index, problem, data[start:])
            return
        except (Cut, IndexError):
            yield refused(index, _undecodable("the block ends within an event"), data[start:])
            return
        # Framed as a message, so that a refused event can be sent again as it is.
        own = data[body : stream.tell()]
        if differing:
            own = encoded(converted(record, differing), schema) or own
        raw = SINGLE_OBJECT + schema.fingerprint + own
        yield judge_record(index, raw, record, schema, schemas=ours, door=door)
        index += 1
    if stream.tell() < len(data):
        sentence = "bytes are left over behind the block's events"
        yield refused(index, _undecodable(sentence), data[stream.tell() :])


def _branch(stream: Readable) -> int:
    branch = read_long(stream)
    if branch is None or branch < 0:
        raise Cut("no such branch")
    return branch


def read_meta(stream: Readable) -> tuple[dict[bytes, bytes], bytes]:
    """The header's entries, and the marker behind each block; Cut where there is no header."""
    if stream.read(len(MAGIC)) != MAGIC:
        raise Cut("it begins otherwise")
    meta: dict[bytes, bytes] = {}
    while count := _long(stream):
        if count < 0:
            count = -count
            _long(stream)  # the size of the block of entries, of no use here
        for _ in range(count):
            key = _bytes(stream)
            meta[key] = _bytes(stream)
            if len(meta) > META_ENTRIES_MAX:
                raise Cut("its header does not end")
    return meta, _exactly(stream, SYNC_BYTES)


def read_header(stream: Readable, ours: Schemas) -> Header:
    """The header; Cut where there is none, Problem where its schema or codec is not ours."""
    meta, sync = read_meta(stream)
    codec = meta.get(b"avro.codec", b"null").decode("latin-1")
    if codec not in _EXPAND:
        raise _undecodable(f"the codec {codec[:40]!r} is not read here")
    branches, union = _branches(meta.get(b"avro.schema", b""), ours)
    return Header(codec, branches, union, sync)


def _branches(text: bytes, ours: Schemas) -> tuple[tuple[Branch, ...], bool]:
    try:
        source = json.loads(text)
        sources: list[Any] = source if isinstance(source, list) else [source]
        prints = [fingerprint_of(each) for each in sources]
    except (*DECODING_ERRORS, SchemaParseException) as error:
        raise _undecodable(f"its schema is none: {type(error).__name__} {error}") from None
    unknown = [each for each in prints if each not in ours.by_fingerprint]
    if unknown or not prints:
        raise not_ours(unknown[0] if unknown else b"")
    known = [ours.by_fingerprint[each] for each in prints]
    branches = (
        Branch(schema, conversions(said, schema.source))
        for said, schema in zip(sources, known, strict=True)
    )
    return tuple(branches), isinstance(source, list)


def next_block(stream: Readable, header: Header) -> Block | None:
    """The next block, None at the end; Cut where there is half of one."""
    count = read_long(stream)
    if count is None:
        return None
    size = _long(stream)
    if count < 0 or size < 0:
        raise Cut("a block of a negative size")
    if size > MESSAGE_BYTES_MAX:
        swallowed = Swallowed()
        while size > 0:
            piece = _exactly(stream, min(size, piece_bytes))
            swallowed.feed(piece)
            size -= len(piece)
            if isinstance(stream, Heard):
                stream.forget()
        _synced(stream, header)
        return Block(count, swallowed, None)
    data = _exactly(stream, size)
    _synced(stream, header)
    try:
        expanded = _EXPAND[header.codec](data)
    except _BROKEN as error:
        return Block(count, data, _undecodable(f"the block is broken: {error}"))
    if len(expanded) > MESSAGE_BYTES_MAX:
        return Block(count, data, too_large("the block, expanded,"))
    return Block(count, expanded, None)


def _synced(stream: Readable, header: Header) -> None:
    if _exactly(stream, SYNC_BYTES) != header.sync:
        raise Cut("a block does not end with its marker")


def read_long(stream: Readable) -> int | None:
    """The next Avro long; None at the end of the bytes, Cut within one."""
    value = 0
    for place in range(LONG_BYTES_MAX):
        byte = stream.read(1)
        if not byte:
            if place == 0:
                return None
            break
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
    raise Cut("a number has no end")


def _long(stream: Readable) -> int:
    value = read_long(stream)
    if value is None:
        raise Cut("it ends early")
    return value


def _bytes(stream: Readable) -> bytes:
    size = _long(stream)
    if not 0 <= size <= META_BYTES_MAX:
        raise Cut("its header has an entry of an impossible size")
    return _exactly(stream, size)


def _exactly(stream: Readable, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Cut("it ends early")
    return data
