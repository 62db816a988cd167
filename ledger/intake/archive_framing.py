"""An exported log as a file: its header, its blocks and where they stand, its digest."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple

from fastavro.schema import to_parsing_canonical_form

from ledger.errors import Malformed
from ledger.intake.archive import (
    READING_ERRORS,
    SIMULATION_KEY,
    V1,
    V2,
    WRITTEN,
    Records,
    unpacked,
)
from ledger.intake.container import Cut, Header, next_block, read_meta

_CODEC: Final = "deflate"
_VERSIONS: Final = {to_parsing_canonical_form(WRITTEN[version]): version for version in (V1, V2)}
"""By the schema, whatever its words and white space."""


class Heard:
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
    """What a file says of itself: version, whether times are made up, where its blocks begin."""

    version: str
    simulation: bool
    header: Header
    first: int


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


def open_archive(heard: Heard) -> Opened:
    """The header of an exported log; Malformed where a file is none."""
    try:
        meta, sync = read_meta(heard)
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
    heard.taken()
    return Opened(version, simulation, Header(_CODEC, (), union=True, sync=sync), heard.at)


def frame(heard: Heard, opened: Opened) -> Frame:
    """Walk a file to its last block, unpacking none; Malformed where it cannot be walked."""
    packed = opened.header._replace(codec="null")
    found = Frame(heard.at, b"", heard.sha256.digest(), 0, 0)
    blocks = records = 0
    while True:
        start, before = heard.at, heard.sha256.copy()
        try:
            block = next_block(heard, packed)
        except Cut as cut:
            raise Malformed(f"The export is broken from byte {start:,} on: {cut}.") from None
        if block is None:
            return found
        if not isinstance(block.data, bytes):
            raise Malformed(f"The export is broken from byte {start:,} on: a block is too large.")
        found = Frame(start, heard.taken(), before.digest(), blocks, records)
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
