"""The bytes of a file as they come: in pieces, gzip undone, never more than a piece at once.

A file cut off or damaged gives what it still holds, and then says so.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from ledger.errors import Misuse
from ledger.intake.verdicts import KIB

CHUNK_BYTES: Final = 1024 * KIB
GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS

Progress = Callable[[int], None]
"""Told how many bytes of the file itself have been consumed so far."""


class Stream:
    """A file being read. After the last chunk, `fault` says what was wrong with it, if anything."""

    def __init__(self, source: BinaryIO, name: str, progress: Progress | None = None) -> None:
        self.fault: str | None = None
        self._source = source
        self.name = name
        self._progress = progress
        self._consumed = 0

    def chunks(self) -> Iterator[bytes]:
        """The pieces, each at most CHUNK_BYTES, none empty."""
        first = self._take()
        if first.startswith(GZIP_MAGIC):
            yield from self._expanded(first)
            return
        while first:
            yield first
            first = self._take()

    def _take(self) -> bytes:
        try:
            piece = self._source.read(CHUNK_BYTES)
        except OSError as error:
            raise Misuse(f"cannot read {self.name}: {error.strerror or error}") from None
        self._consumed += len(piece)
        if self._progress is not None:
            self._progress(self._consumed)
        return piece

    def _expanded(self, data: bytes) -> Iterator[bytes]:
        inflater = zlib.decompressobj(_GZIP_BITS)
        while data or not inflater.eof:
            if not data:
                data = self._take()
                if not data:
                    self.fault = "the gzip file ends early"
                    return
            if inflater.eof:
                # Several gzip files in one are one; zeros behind the last are padding.
                data = data.lstrip(b"\0")
                inflater = zlib.decompressobj(_GZIP_BITS) if data else inflater
                if not data:
                    data = self._take()
                    continue
            try:
                piece = inflater.decompress(data, CHUNK_BYTES)
            except zlib.error as error:
                self.fault = f"the gzip file is damaged: {error}"
                return
            if piece:
                yield piece
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if inflater.eof and not data:
                data = self._take()


class Reader:
    """Chunks as a stream: `read(n)` gives n bytes, fewer only at the end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._data = b""
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end <= len(self._data):
            piece = self._data[self._at : end]
            self._at = end
            return piece
        pieces = [self._data[self._at :]]
        missing = size - len(pieces[0])
        self._data, self._at = b"", 0
        while missing > 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            pieces.append(chunk[:missing])
            if len(chunk) > missing:
                self._data, self._at = chunk, missing
            missing -= len(pieces[-1])
        return b"".join(pieces)
