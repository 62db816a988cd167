"""One pass over a sheet's XML, for what the reader of values drops.

Error cells and formulas without a value come back as empty text there, formats of numbers and
hidden rows not at all.
"""

import re
import zipfile
from functools import partial
from typing import Final, NamedTuple
from xml.parsers import expat

from ledger.tables.cells import Area, number_of
from ledger.tables.reading.refusal import FileRefused

_piece_bytes: Final = 256 * 1024
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_BUILT_IN: Final = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats that are numbered and not written out; of dates the reader of values tells."""


class Seen(NamedTuple):
    """What is remarkable of a cell: `type` as written, `raw` its value where a format matters."""

    format: str
    error: bool
    formula: bool
    valued: bool
    raw: str


class Looks(NamedTuple):
    """What a sheet's XML says besides its values; rows from 1, columns from 0."""

    cells: dict[tuple[int, int], Seen]
    hidden_rows: set[int]
    hidden_columns: list[int]
    merged: list[Area]
    first_row: int


class Book(NamedTuple):
    """What a workbook says of its sheets: each one's part by name, formats by style."""

    parts: dict[str, str]
    formats: list[str]
    of_1904: bool


def book(archive: zipfile.ZipFile) -> Book:
    """The parts of a workbook. Raises FileRefused where they do not fit together."""
    names = {name.lower(): name for name in archive.namelist()}
    relations = _relations(archive, names)
    parts: dict[str, str] = {}
    flags = {"1904": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "sheet" and "name" in attributes:
            target = relations.get(attributes.get(_RELATION, ""))
            if target is not None:
                parts[attributes["name"]] = target
        elif tag == "workbookPr":
            flags["1904"] = attributes.get("date1904", "0") in ("1", "true")

    _walk(archive, names["xl/workbook.xml"], start)
    return Book(parts, _formats(archive, names), flags["1904"])


def _relations(archive: zipfile.ZipFile, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" Relationship") and "Target" in attributes:
            target = attributes["Target"]
            path = target[1:] if target.startswith("/") else f"xl/{target.removeprefix('./')}"
            if (name := names.get(path.lower())) is not None:
                found[attributes.get("Id", "")] = name

    part = names.get("xl/_rels/workbook.xml.rels")
    if part is not None:
        _walk(archive, part, start)
    return found


def _formats(archive: zipfile.ZipFile, names: dict[str, str]) -> list[str]:
    codes = dict(_BUILT_IN)
    found: list[str] = []
    within = [False]

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "numFmt":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            within[0] = True
        elif tag == "xf" and within[0]:
            found.append(codes.get(int(attributes.get("numFmtId", 0)), ""))

    def end(tag: str) -> None:
        if tag.endswith(" cellXfs"):
            within[0] = False

    part = names.get("xl/styles.xml")
    if part is not None:
        _walk(archive, part, start, end)
    return found


def look(archive: zipfile.ZipFile, part: str, formats: list[str]) -> Looks:
    """What is remarkable in a sheet. Raises FileRefused where its XML cannot be read."""
    looking = _Looking(formats)
    _walk(archive, part, looking.start, looking.end, looking.text)
    return looking.looks


class _Looking:
    """The state of one pass."""

    def __init__(self, formats: list[str]) -> None:
        self.looks = Looks({}, set(), [], [], 0)
        # What is neither plain nor text is noted; most cells are.
        self._styles = [
            "" if code in ("General", "@", "") else code.split(";")[0] for code in formats
        ]
        self._row = self._column = 0
        self._style = ""
        self._error = self._formula = self._valued = self._reading = False
        self._raw: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "v":
            self._valued = self._reading = True
            self._raw.clear()
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.looks.hidden_rows.add(self._row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.looks.hidden_columns.extend(range(first - 1, min(last, 512)))
        elif name == "mergeCell":
            self._merged(attributes.get("ref", ""))

    def _cell(self, attributes: dict[str, str]) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = (number_of(found[1]) or 0) if found else self._column + 1
        style = int(attributes.get("s", 0))
        self._style = self._styles[style] if style < len(self._styles) else ""
        kind = attributes.get("t", "n")
        self._error = kind == "e"
        if kind in ("s", "str", "inlineStr", "b"):
            self._style = ""
        self._formula = self._valued = False
        self._raw.clear()

    def _merged(self, reference: str) -> None:
        ends = [_REFERENCE.fullmatch(each) for each in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            (left, top), (right, bottom) = ends[0].groups(), ends[1].groups()
            area = Area(int(top), number_of(left) or 0, int(bottom), number_of(right) or 0)
            self.looks.merged.append(area)

    def text(self, data: str) -> None:
        """Take text."""
        if self._reading:
            self._raw.append(data)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        name = tag.rpartition(" ")[2]
        if name == "v":
            self._reading = False
        elif name == "c" and (self._formula or self._error or (self._style and self._valued)):
            raw = "".join(self._raw).strip()
            valued = self._valued and raw != ""
            seen = Seen(self._style, self._error, self._formula, valued, raw)
            self.looks.cells[self._row, self._column] = seen


def _walk(archive: zipfile.ZipFile, part: str, *handlers: object) -> None:
    """Read a part of XML with handlers of starts, ends and text."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names = ("StartElementHandler", "EndElementHandler", "CharacterDataHandler")
    for name, handler in zip(names, handlers, strict=False):
        setattr(parser, name, handler)
    try:
        with archive.open(part) as source:
            for piece in iter(partial(source.read, _piece_bytes), b""):
                parser.Parse(piece, False)  # noqa: FBT003  (expat has no names)
            parser.Parse(b"", True)  # noqa: FBT003  (as above)
    except (expat.ExpatError, KeyError, ValueError) as error:
        raise FileRefused("undecodable/broken") from error
