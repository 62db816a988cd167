"""What a file is, told by its first bytes: events of ours, or something else by its name.

Whoever names the wrong file is told so at once; recorded as refused events, line by line, it
would only hide what was really refused.
"""

import re
from typing import Final

from ledger.intake.codec import SINGLE_OBJECT
from ledger.intake.container import MAGIC
from ledger.intake.verdicts import KIB

BEGINNING_BYTES: Final = 64 * KIB
"""As many are looked at."""
EXPECTED: Final = "expected NDJSON, a JSON array or an Avro container, each perhaps gzipped"
_EXPORT: Final = "tables are read by `ledger import-table`"

_OURS: Final = re.compile(
    rb"""\s*(?: \{ \s* (?: ["}] | \Z) | \[ \s* (?: [][{"0-9-] | true | false | null | \Z) )""",
    re.VERBOSE,
)
"""A JSON object or array begins so; a section of settings or a rich text does not."""
_SPREADSHEET: Final = re.compile(
    rb"""\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 | \x09\x08\x10\x00\x00\x06\x05\x00
    | PK\x03\x04 .* (?: xl/ | spreadsheet)""",
    re.VERBOSE | re.DOTALL,
)
"""Of an Office older than 2007, and since: a zip archive that names its parts."""
_KINDS: Final = (
    (b"PK", "a zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a recording or a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x1f\x8b", "gzip within gzip"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet table"),
    (b"{\\rtf", "rich text"),
)
_UTF16: Final = re.compile(rb"\xff\xfe|\xfe\xff|(?:[\x09-\x7e]\x00){2}|(?:\x00[\x09-\x7e]){2}")
_MARKUP: Final = re.compile(rb"\s*<[!?a-zA-Z]")
_COLUMNS: Final = re.compile(rb"[^\r\n]*(?:,[^\r\n,]*,|;[^\r\n;]*;|\t[^\r\n\t]*\t)")


def foreign(beginning: bytes) -> str | None:
    """What a file is by its first bytes, where it is none that holds events; None where it may.

    `beginning` are the bytes after any gzip, byte order mark of UTF-8 and blank lines.
    """
    head = beginning[:BEGINNING_BYTES]
    if head.startswith((MAGIC, SINGLE_OBJECT)) or _OURS.match(head):
        return None
    named = _named(head)
    return named if named.endswith(_EXPORT) else f"{named}; {EXPECTED}"


def _named(head: bytes) -> str:
    if _SPREADSHEET.match(head):
        return f"a spreadsheet; {_EXPORT}"
    if _UTF16.match(head):
        return "UTF-16 text, not UTF-8"
    for start, name in _KINDS:
        if head.startswith(start):
            return name
    return "no text" if b"\0" in head else _text(head)


def _text(head: bytes) -> str:
    if _MARKUP.match(head):
        return "a page or document in XML or HTML"
    return f"text in columns; {_EXPORT}" if _COLUMNS.match(head) else "text that is no JSON"
