"""Ids, free text, yes and no, constants, countries, UUIDs, digests."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from ledger.facts.checks import CASE_VERSION, is_id, packed
from ledger.tables.cells import CELL_CHARACTERS_MAX, Cell
from ledger.tables.columns import Column, Template
from ledger.tables.dialects.outcome import How, Said, Unread, folded
from ledger.tables.headings import constants, countries
from ledger.tables.messages import listed

_SHORTENED: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+")
_ZEROS: Final = re.compile(r"0+")
_WHOLE: Final = re.compile(r"(?:General|@|[#0,]+|)(?:;.*)?")
_ID_DIGITS_MAX: Final = 15
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_BREAKS: Final = re.compile(r"[ \t]*(?:\r\n|[\r\n\u2028\u2029])[ \t]*")
_YES: Final = frozenset((
    "1", "true", "yes", "y", "はい", "有", "済", "適", "可", "○", "◯", "〇", "⭕",
    "✓", "✔", "レ", "☑",
))  # fmt: skip
_NO: Final = frozenset((
    "0", "false", "no", "n", "いいえ", "無", "未", "否", "不可", "×", "✕", "✗", "☐",
))  # fmt: skip


def read_id(cell: str | Cell, how: How, notes: list[Said]) -> str:
    """1 to 80 visible ASCII characters; digits of a number, zeros in front where it shows them."""
    if isinstance(cell, str):
        text = folded(cell, notes)
        if not how.ids_like_numbers and _SHORTENED.fullmatch(text):
            raise Unread("id-shortened", said=text)
    else:
        text = _digits(cell, notes)
    if how.pad is not None and text.isdigit() and len(text) < how.pad:
        notes.append(("padded", (("said", text), ("other", text.zfill(how.pad)))))
        text = text.zfill(how.pad)
    if not is_id(text):
        odd = next(c for c in text if not is_id(c))
        raise Unread("id-character", said=text, character=_named(odd))
    _short_enough(text, how.column.characters_max)
    return text


def _digits(cell: Cell, notes: list[Said]) -> str:
    if cell.kind == "date":
        raise Unread("id-is-date", said=cell.text)
    if cell.kind != "number":
        return cell.text
    whole = cell.text.lstrip("-").isdigit() and len(cell.text.lstrip("-")) <= _ID_DIGITS_MAX
    if not whole or not _WHOLE.fullmatch(cell.format):
        raise Unread("id-shortened", said=cell.text)
    text = cell.text.zfill(len(cell.format)) if _ZEROS.fullmatch(cell.format) else cell.text
    notes.append(("was-number", (("said", cell.text), ("other", text))))
    return text


def read_text(cell: str | Cell, how: How, notes: list[Said]) -> str:
    """Free text: NFC, line breaks as a space, no control characters, never cut."""
    text = unicodedata.normalize("NFC", cell if isinstance(cell, str) else cell.text)
    if isinstance(cell, Cell) and cell.kind == "number":
        notes.append(("was-number", (("said", text), ("other", text))))
    if _BREAKS.search(text):
        text = _BREAKS.sub(" ", text)
        notes.append(("line-break", ()))
    odd = next((c for c in text if unicodedata.category(c) == "Cc"), None)
    if odd is not None:
        raise Unread("text-control", character=_named(odd))
    _short_enough(text, how.column.characters_max)
    return text


def _short_enough(text: str, most: int) -> None:
    if len(text) > (most or CELL_CHARACTERS_MAX):
        raise Unread("too-long", count=len(text), all=most)


def _named(character: str) -> str:
    shown = character if character.isprintable() and not character.isspace() else ""
    return f"U+{ord(character):04X}{f' {shown}' if shown else ''}"


def read_bool(cell: str | Cell, how: How, _notes: list[Said]) -> bool:
    """Yes or no, in words or signs."""
    said = cell if isinstance(cell, str) else cell.text
    text = unicodedata.normalize("NFKC", said).casefold()
    if text in ("x", "o"):
        if how.x_means is None or (text == "o" and how.x_means):
            raise Unread("x-unclear", said=said)
        return how.x_means if text == "x" else True
    if text in _YES or said in _YES:
        return True
    if text in _NO or said in _NO:
        return False
    raise Unread("not-yes-no", said=said)


def read_enum(cell: str | Cell, how: How, _notes: list[Said]) -> str:
    """A constant by its code or by its word in English or Japanese."""
    said = cell if isinstance(cell, str) else cell.text
    found = _words(how.column, how.template).get(_plain(said))
    if found is None:
        raise Unread("unknown-word", said=said, allowed=listed(how.column.members))
    return found


def read_country(cell: str | Cell, _how: How, _notes: list[Said]) -> str:
    """A country by its code or its name in English or Japanese."""
    said = cell if isinstance(cell, str) else cell.text
    code = said.translate({ord(c): None for c in " \u3000"})
    code = unicodedata.normalize("NFKC", code).upper()
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code
    found = _countries().get(_plain(said))
    if found is None:
        raise Unread("unknown-word", said=said, allowed="")
    return found


def _plain(text: str) -> str:
    folded_text = unicodedata.normalize("NFKC", text).strip().casefold()
    return re.sub(r"[-\s]", "_", folded_text)


@cache
def _words(column: Column, template: Template) -> Mapping[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for member, words in constants(column, template).items():
        for word in map(_plain, words):
            if found.setdefault(word, member) != member:
                twice.add(word)
    for word in twice:
        del found[word]
    return found | {_plain(member): member for member in column.members}


@cache
def _countries() -> Mapping[str, str]:
    return {_plain(name): code for code, names in countries().items() for name in names}


def read_uuid(cell: str | Cell, _how: How, _notes: list[Said]) -> str:
    """The id of an event, in lower case."""
    said = cell if isinstance(cell, str) else cell.text
    text = said.lower() if said.isascii() else said
    if packed(text) is None or text[14] == CASE_VERSION:
        why = "expected the UUID of an event, in 36 characters"
        raise Unread("invalid", said=said, why=why)
    return text


def read_sha256(cell: str | Cell, _how: How, _notes: list[Said]) -> str:
    """64 hexadecimal digits, in lower case."""
    said = cell if isinstance(cell, str) else cell.text
    if not _SHA256.fullmatch(said):
        raise Unread("invalid", said=said, why="expected 64 hexadecimal digits")
    return said.lower()
