"""The codecs of container blocks, each giving a byte more than a block may have, and no more."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Final

from ledger.intake.verdicts import MESSAGE_BYTES_MAX

BROKEN: Final = (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError)
"""What they raise on bytes that are not theirs."""


def _inflate(data: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, MESSAGE_BYTES_MAX + 1)


def _bunzip(data: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, MESSAGE_BYTES_MAX + 1)


def _unxz(data: bytes) -> bytes:
    return lzma.LZMADecompressor().decompress(data, MESSAGE_BYTES_MAX + 1)


EXPAND: Final[dict[str, Callable[[bytes], bytes]]] = {
    "null": bytes,
    "deflate": _inflate,
    "bzip2": _bunzip,
    "xz": _unxz,
}
