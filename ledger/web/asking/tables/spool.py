"""Bytes on disk under no name: whatever ends this process, nothing of them is left."""

import gzip
import io
import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from ledger.web.asking.tables.receipts import ReceiptRow

_LEVEL: Final = 1
_length_bytes: Final = 4
_decoder: Final = msgspec.msgpack.Decoder(ReceiptRow)


class Spool:
    """A file without a name: written once, then read from any thread."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as made:
            self._fd = os.dup(made.fileno())
        self._end = weakref.finalize(self, os.close, self._fd)

    @classmethod
    def of(cls, data: bytes) -> "Spool":
        """A file with this content."""
        found = cls()
        with found._writer() as out:
            out.write(data)
        return found

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return os.fstat(self._fd).st_size

    def read(self) -> bytes:
        """All that it holds."""
        return os.pread(self._fd, self.size, 0)

    def reader(self) -> io.BufferedReader:
        """Its content from the beginning, for one reader."""
        return io.BufferedReader(_From(self))

    def _writer(self) -> io.BufferedWriter:
        return os.fdopen(os.dup(self._fd), "wb")

    def write_rows(self, rows: Iterable[ReceiptRow]) -> None:
        """Write rows, each packed behind its length."""
        encoder = msgspec.msgpack.Encoder(enc_hook=str)
        with (
            self._writer() as out,
            gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL) as to,
        ):
            for row in rows:
                packed = encoder.encode(row)
                to.write(len(packed).to_bytes(_length_bytes, "big"))
                to.write(packed)

    def rows(self) -> Iterator[ReceiptRow]:
        """The rows that were written."""
        with gzip.GzipFile(fileobj=self.reader()) as source:
            while head := source.read(_length_bytes):
                yield _decoder.decode(source.read(int.from_bytes(head, "big")))


class _From(io.RawIOBase):
    """Reads a spool from a place of its own."""

    def __init__(self, of: Spool) -> None:
        self._of, self._at = of, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # as RawIOBase calls it
        part = os.pread(self._of._fd, len(buffer), self._at)  # noqa: SLF001 -- one room
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
