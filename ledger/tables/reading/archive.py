"""A workbook as the archive it is: what may be in it, and how much.

Everything is unpacked once and counted while it is: what an archive says of itself is not believed.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from ledger.tables.reading.refusal import FileRefused, too_large

MIB: Final = 1024 * 1024
parts_max: Final = 2_000
inflated_bytes_max: Final = 200 * MIB
ratio_max: Final = 200
ratio_bytes_min: Final = MIB
"""A part smaller than this may be packed as well as it likes."""
_piece_bytes: Final = 256 * 1024
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
_XML: Final = (".xml", ".rels", ".vml")
_MACROS: Final = "vbaProject.bin"
LOCKED: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")


def checked(data: bytes) -> tuple[zipfile.ZipFile, bool]:
    """The archive of a workbook, and whether it holds macros. Raises FileRefused."""
    if data.startswith(LOCKED):
        locked = _LOCKED_STREAM in data
        raise FileRefused("undecodable/locked" if locked else "undecodable/legacy")
    if data.count(_ENTRY) > parts_max:
        raise too_large("parts in the workbook", parts_max)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _named(archive)
        left = inflated_bytes_max
        for part in archive.infolist():
            left -= _unpacked(archive, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FileRefused("undecodable/broken") from error
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        legacy = "xl/workbook.bin" in names or "mimetype" in names or "Index/Document.iwa" in names
        raise FileRefused("undecodable/legacy" if legacy else "undecodable/foreign")
    return archive, any(name.endswith(_MACROS) for name in names)


def _named(archive: zipfile.ZipFile) -> None:
    seen: set[str] = set()
    for part in archive.infolist():
        name = part.filename
        away = name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/")
        if away or name in seen:
            raise FileRefused("undecodable/parts", part=name[:80])
        if part.flag_bits & _ENCRYPTED:
            raise FileRefused("undecodable/locked")
        seen.add(name)
    if len(seen) > parts_max:
        raise too_large("parts in the workbook", parts_max)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """How many bytes a part has; what is XML is read for what it declares."""
    size = 0
    most = max(ratio_bytes_min, ratio_max * max(1, part.compress_size))
    reader = _declarations(part.filename) if part.filename.endswith(_XML) else None
    broken: expat.ExpatError | None = None
    for piece in _pieces(archive, part):
        size += len(piece)
        if size > left:
            raise too_large("MiB when unpacked", inflated_bytes_max // MIB)
        if size > most:
            raise FileRefused("too-large", what="times as large when unpacked", most=ratio_max)
        if reader is not None and broken is None:
            broken = _parsed(reader, piece, final=False)
    if reader is not None and broken is None:
        broken = _parsed(reader, b"", final=True)
    if broken is not None:
        raise FileRefused("undecodable/broken") from broken
    return size


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as source:
        while piece := source.read(_piece_bytes):
            yield piece


def _declarations(name: str) -> expat.XMLParserType:
    """A parser that finds nothing but declarations, which are refused before they mean anything."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise FileRefused("undecodable/dtd", part=name[:80])

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    return parser


def _parsed(parser: expat.XMLParserType, piece: bytes, *, final: bool) -> expat.ExpatError | None:
    """What is wrong with the XML so far; a part that is too large is told as that."""
    try:
        parser.Parse(piece, final)
    except expat.ExpatError as error:
        return error
    return None
