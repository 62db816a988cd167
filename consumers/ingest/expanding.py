"""Compressed batches, expanded up to a limit: 9 MiB on the wire could be gigabytes in memory.

The codecs are those that Kafka's format knows, each read as producers of any language write it.
"""

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

import lz4.frame
import snappy
import zstandard

expanded_bytes_max: Final = 64 * 1024 * 1024
"""What the records of one batch may come to; a producer's own limit is far below."""

_XERIAL: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_VARINT_BYTES_MAX: Final = 5
_GZIP: Final = 16 + zlib.MAX_WBITS
_PIECE_BYTES: Final = 1024 * 1024


class TooLargeError(ValueError):
    """A batch that expands beyond the limit."""

    def __init__(self) -> None:
        super().__init__(f"it expands beyond {expanded_bytes_max // 1024 // 1024} MiB")


def expanded(codec: int, data: bytes) -> bytes:
    """The records of a batch; `codec` is the number in its attributes, 1 gzip to 4 zstd.

    Raises TooLargeError, ValueError for a codec that is none, or what a codec says of broken data.
    """
    expand = _CODECS.get(codec)
    if expand is None:
        raise ValueError(f"there is no compression codec {codec}")
    return expand(data)


def _gzip(data: bytes) -> bytes:
    found = bytearray()
    while data:
        stream = zlib.decompressobj(_GZIP)
        found += stream.decompress(data, expanded_bytes_max + 1 - len(found))
        if len(found) > expanded_bytes_max:
            raise TooLargeError
        if not stream.eof:
            raise ValueError("the gzip stream ends early")
        data = stream.unused_data
    return bytes(found)


def _snappy(data: bytes) -> bytes:
    if not data.startswith(_XERIAL):
        return _snappy_block(data, expanded_bytes_max)
    found = bytearray()
    at = _XERIAL_HEADER_BYTES
    while at < len(data):
        size = int.from_bytes(data[at : at + _LENGTH_BYTES], "big", signed=True)
        at += _LENGTH_BYTES
        if not 0 <= size <= len(data) - at:
            raise ValueError("the snappy stream ends early")
        found += _snappy_block(data[at : at + size], expanded_bytes_max - len(found))
        at += size
    return bytes(found)


def _snappy_block(data: bytes, bytes_max: int) -> bytes:
    # A block begins with its length once expanded: asked before anything is allocated.
    length = 0
    for place, byte in enumerate(data[:_VARINT_BYTES_MAX]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    if length > bytes_max:
        raise TooLargeError
    return bytes(snappy.decompress(data))


def _lz4(data: bytes) -> bytes:
    stream = lz4.frame.LZ4FrameDecompressor()
    found: bytes = stream.decompress(data, max_length=expanded_bytes_max + 1)
    if len(found) > expanded_bytes_max:
        raise TooLargeError
    if not stream.eof:
        raise ValueError("the lz4 frame ends early")
    return found


def _zstd(data: bytes) -> bytes:
    found = bytearray()
    with zstandard.ZstdDecompressor(max_window_size=expanded_bytes_max).stream_reader(
        BytesIO(data), read_across_frames=True
    ) as stream:
        while piece := stream.read(_PIECE_BYTES):
            found += piece
            if len(found) > expanded_bytes_max:
                raise TooLargeError
    return bytes(found)


_CODECS: Final[dict[int, Callable[[bytes], bytes]]] = {1: _gzip, 2: _snappy, 3: _lz4, 4: _zstd}
