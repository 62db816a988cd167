"""One pass over a sheet's XML, for what the reader of values drops.

Error cells and formulas without a value come back as empty text there, formats of numbers and
hidden rows not at all.
"""

import re
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple
from xml.parsers import expat

from ledger.tables.cells import Area, number_of
from ledger.tables.reading.refusal import FileRefused

_piece_bytes: Final = 256 * 1024
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
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
        tag = tag.rpartition(":")[2]
        if tag == "sheet" and "name" in attributes:
            # Whatever its prefix is: no other attribute of a sheet is called so.
            ids = (value for name, value in attributes.items() if name.endswith(":id"))
            target = relations.get(next(ids, ""))
            if target is not None:
                parts[attributes["name"]] = target
        elif tag == "workbookPr":
            flags["1904"] = attributes.get("date1904", "0") in ("1", "true")

    _walk(archive, names["xl/workbook.xml"], start)
    return Book(parts, _formats(archive, names), flags["1904"])


def _relations(archive: zipfile.ZipFile, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship" and "Target" in attributes:
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
        tag = tag.rpartition(":")[2]
        if tag == "numFmt":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            within[0] = True
        elif tag == "xf" and within[0]:
            found.append(codes.get(int(attributes.get("numFmtId", 0)), ""))

    def end(tag: str) -> None:
        if tag.rpartition(":")[2] == "cellXfs":
            within[0] = False

    part = names.get("xl/styles.xml")
    if part is not None:
        _walk(archive, part, start, end)
    return found


def look(archive: zipfile.ZipFile, part: str, formats: list[str]) -> Looks:
    """What is remarkable in a sheet. Raises FileRefused where its XML cannot be read."""
    looking = _Looking(formats)
    _walk(archive, part, looking.start, looking.end, use=looking.use)
    return looking.looks


class _Looking:
    """The state of one pass: of plain cells nothing is asked but that they are plain."""

    def __init__(self, formats: list[str]) -> None:
        self.looks = Looks({}, set(), [], [])
        # What is neither plain nor text is noted; most cells are.
        self._styles = [
            "" if code in ("General", "@", "") else code.split(";")[0] for code in formats
        ]
        self._names: dict[str, str] = {}
        self._parser: expat.XMLParserType | None = None
        self._row = self._columns = 0
        self._cell: dict[str, str] = {}
        self._style = ""
        self._odd = self._formula = self._valued = False
        self._raw: list[str] = []

    def use(self, parser: expat.XMLParserType) -> None:
        """Be told which parser reads, to hear text only where it matters."""
        self._parser = parser

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: C901  (a table of tags)
        """Take the beginning of an element."""
        name = self._names.get(tag) or self._names.setdefault(tag, tag.rpartition(":")[2])
        if name == "c":
            self._columns += 1
            self._cell = attributes
            kind = attributes.get("t", "n")
            if kind == "e":
                self._listen()
            elif kind == "n" and (style := attributes.get("s")) is not None:
                number = int(style)
                self._style = self._styles[number] if number < len(self._styles) else ""
                if self._style:
                    self._listen()
        elif name == "v":
            self._valued = True
        elif name == "f":
            # The formula's own text is heard too, and forgotten where its value begins.
            self._formula = True
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._columns = 0
            if attributes.get("hidden") in ("1", "true"):
                self.looks.hidden_rows.add(self._row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.looks.hidden_columns.extend(range(first - 1, min(last, 512)))
        elif name == "mergeCell":
            self._merged(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        name = self._names[tag]
        if name == "f":
            self._raw.clear()
            self._listen()
        elif name == "c":
            if self._odd:
                self._note()
            self._style = ""
            self._formula = self._valued = False

    def _listen(self) -> None:
        """Hear the text of the cell from here on."""
        self._odd = True
        if self._parser is not None:
            self._parser.CharacterDataHandler = self._raw.append

    def _note(self) -> None:
        raw = "".join(self._raw).strip()
        error = self._cell.get("t") == "e"
        if self._formula or error or self._valued:
            found = _REFERENCE.fullmatch(self._cell.get("r", ""))
            column = number_of(found[1]) if found else None
            at = column if column is not None else self._columns - 1
            valued = self._valued and raw != ""
            self.looks.cells[self._row, at] = Seen(self._style, error, self._formula, valued, raw)
        self._odd = False
        self._raw.clear()
        if self._parser is not None:
            self._parser.CharacterDataHandler = None

    def _merged(self, reference: str) -> None:
        ends = [_REFERENCE.fullmatch(each) for each in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            (left, top), (right, bottom) = ends[0].groups(), ends[1].groups()
            area = Area(int(top), number_of(left) or 0, int(bottom), number_of(right) or 0)
            self.looks.merged.append(area)


def _walk(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: End | None = None,
    use: Callable[[expat.XMLParserType], None] = lambda _parser: None,
) -> None:
    """Read a part of XML with handlers of starts and ends."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    use(parser)
    try:
        with archive.open(part) as source:
            for piece in iter(partial(source.read, _piece_bytes), b""):
                parser.Parse(piece, False)  # noqa: FBT003  (expat has no names)
            parser.Parse(b"", True)  # noqa: FBT003  (as above)
    except (expat.ExpatError, KeyError, ValueError) as error:
        raise FileRefused("undecodable/broken") from error
