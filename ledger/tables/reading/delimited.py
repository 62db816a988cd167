"""Text in columns: its encoding and delimiter found where only one of each makes sense."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from ledger.tables.cells import COLUMNS_MAX, ROWS_MAX, Raw, Row, Sheet
from ledger.tables.columns import Template
from ledger.tables.headings import folded, naming
from ledger.tables.layout import fits_anywhere
from ledger.tables.mapping import DELIMITERS, Mapping
from ledger.tables.messages import Message, listed
from ledger.tables.reading.refusal import FileRefused, too_large

line_bytes_max: Final = 1024 * 1024
header_rows_max: Final = 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIED: Final = ("cp932", "euc-jp", "cp1252")
_head_characters: Final = 256 * 1024
_SEPARATOR: Final = "sep="


def read_text(
    data: bytes, mapping: Mapping, templates: list[Template]
) -> tuple[list[Sheet], list[Message]]:
    """The one sheet of a text, and what is to be noted. Raises FileRefused."""
    if not data.strip():
        raise FileRefused("empty-file")
    text, notes = _decoded(data, mapping, templates)
    if (at := text.find("\0")) >= 0:
        raise FileRefused("undecodable/nul", line=text.count("\n", 0, at) + 1)
    delimiter, text, before = _delimited(text, mapping, templates)
    return [Sheet("", list(_rows(text, delimiter, before)))], notes


def _decoded(data: bytes, mapping: Mapping, templates: list[Template]) -> tuple[str, list[Message]]:
    if mapping.encoding is not None:
        with_mark = {"utf-8": "utf-8-sig"}
        return _strictly(data, with_mark.get(mapping.encoding, mapping.encoding)), []
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding), []
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        whole = error.start >= len(data) - 3 and _is_start(data[error.start :])
        if whole:
            raise FileRefused(
                "encoding-unclear/byte", byte=error.start + 1, encoding="UTF-8"
            ) from None
    fitting: list[tuple[str, str]] = []
    for encoding in _TRIED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _fits_beyond_ascii(text, mapping, templates):
            fitting.append((encoding, text))
    if len(fitting) != 1:
        raise FileRefused("encoding-unclear", fits=listed([each for each, _ in fitting]))
    (encoding, text), *_ = fitting
    return text, [Message("encoding-taken", (("encoding", encoding.upper()),))]


def _is_start(tail: bytes) -> bool:
    """Whether bytes at the end of a text begin a character of UTF-8 that is cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(tail, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        byte = error.start + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise FileRefused("encoding-unclear/byte", byte=byte, encoding=encoding.upper()) from None


def _fits_beyond_ascii(text: str, mapping: Mapping, templates: list[Template]) -> bool:
    """Whether the headings fit, one of them at least by a name that is not ASCII."""
    head = text[:_head_characters]
    for delimiter in DELIMITERS.values():
        rows = _first(head, delimiter)
        for row, template in fits_anywhere(rows, mapping, templates):
            known = naming(template)
            if any(
                isinstance(cell, str) and not folded(cell).isascii() and known.of(cell)
                for cell in row.cells
            ):
                return True
    return False


def _delimited(text: str, mapping: Mapping, templates: list[Template]) -> tuple[str, str, int]:
    """The delimiter, the text behind what declares it, and how many lines that took."""
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"').casefold()
    if declared.startswith(_SEPARATOR) and len(declared) == len(_SEPARATOR) + 1:
        return declared[-1], rest, 1
    if declared == _SEPARATOR and first.rstrip("\r\n").endswith("\t"):
        return "\t", rest, 1
    if mapping.delimiter is not None:
        return DELIMITERS.get(mapping.delimiter, mapping.delimiter), text, 0
    head = text[:_head_characters]
    fitting = [
        (name, each)
        for name, each in DELIMITERS.items()
        if fits_anywhere(_first(head, each), mapping, templates)
    ]
    if len(fitting) == 1:
        return fitting[0][1], text, 0
    if not fitting:
        # Which headings are missing says more, where the line can only be split in one way.
        present = [each for each in DELIMITERS.values() if each in first]
        if len(present) <= 1:
            return present[0] if present else ",", text, 0
    raise FileRefused("delimiter-unclear", fits=listed([name for name, _ in fitting]))


def _first(head: str, delimiter: str) -> list[Row]:
    """The rows in which headings may stand, as far as they can be read."""
    found: list[Row] = []
    try:
        for row in _rows(head, delimiter, 0):
            found.append(row)
            if len(found) >= header_rows_max:
                break
    except FileRefused:
        pass
    return found


def _rows(text: str, delimiter: str, before: int) -> Iterator[Row]:
    """Rows with something in them; each at the line at which it begins."""
    lines = _Lines(text, before)
    csv.field_size_limit(line_bytes_max)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    count = 0
    while True:
        began = lines.taken + 1
        try:
            found = next(reader, None)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise FileRefused("undecodable/quote", line=began) from None
            if "field limit" in str(error):
                raise too_large("bytes in a line", line_bytes_max) from None
            raise FileRefused("undecodable/quote", line=began) from None
        if found is None:
            return
        cells: list[Raw] = [each or None for each in found]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        if len(cells) > COLUMNS_MAX:
            raise too_large("columns", COLUMNS_MAX)
        count += 1
        if count > ROWS_MAX + header_rows_max:
            raise too_large("rows", ROWS_MAX)
        yield Row(began, cells)


class _Lines:
    """The lines of a text one by one, counted, none longer than may be."""

    def __init__(self, text: str, before: int) -> None:
        self._lines = io.StringIO(text, newline="")
        self.taken = before

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if len(line) > line_bytes_max:
            raise too_large("bytes in a line", line_bytes_max)
        self.taken += 1
        return line
