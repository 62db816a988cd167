"""What a file is, and its sheets."""

from typing import Final

from ledger.tables.columns import TEMPLATES
from ledger.tables.messages import Message
from ledger.tables.reading import Asked, Found
from ledger.tables.reading.archive import LOCKED
from ledger.tables.reading.delimited import read_text
from ledger.tables.reading.refusal import FileRefused
from ledger.tables.reading.workbook import read_workbook

_ZIP: Final = b"PK"
_FOREIGN: Final = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf", b"Obj\x01", b"\x1f\x8b", b"\x7fELF",
    b"SQLite", b"PAR1",
)  # fmt: skip


def found_in(asked: Asked) -> Found:
    """The sheets of a file, or why it is refused."""
    try:
        return _found(asked)
    except FileRefused as refused:
        return Found([], refused=refused.message)
    except MemoryError:
        return Found([], refused=Message("too-large/child"))


def _found(asked: Asked) -> Found:
    data = asked.data
    if not data:
        raise FileRefused("empty-file")
    if data.startswith((_ZIP, LOCKED)):
        sheets, notes = read_workbook(data, asked.mapping.sheets)
        return Found(sheets, notes)
    if data.startswith(_FOREIGN):
        raise FileRefused("undecodable/foreign")
    templates = [TEMPLATES[name] for name in asked.templates]
    sheets, notes = read_text(data, asked.mapping, templates)
    return Found(sheets, notes, of_text=True)
