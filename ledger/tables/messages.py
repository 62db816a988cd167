"""What is said of a table, a row or a cell: a closed set of codes, with sentences in each language.

The sentences stand in `texts.en.toml` and `texts.ja.toml`, written as those of rules are.
A code may be said in several ways, each with its own blanks: `undecodable/locked`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

from ledger.rules.reading import TONGUES, Tongue
from ledger.rules.templates import Slot, Text, Unfit, misfits, parsed, written
from ledger.rules.texts import texts_of
from ledger.tables.cells import address
from ledger.tables.columns import Template
from ledger.tables.headings import names_of

Level = Literal["file", "event", "cell", "note"]
Values = tuple[tuple[str, str | int], ...]
"""What fills the blanks of a sentence, by name."""

messages_max: Final = 1_000
"""So many are kept of a file."""
_said_characters_max: Final = 60
_COUNTED: Final = frozenset({"count", "all", "mdy", "dmy", "known", "revision"})
_LISTS: Final = frozenset({"near", "fits", "allowed", "headings", "instead"})
"""Blanks that may be empty."""
_COLUMNS: Final = frozenset({"column", "missing", "columns"})
"""Blanks that hold codes of columns, and are read as their headings."""
_DAYS: Final = frozenset({"dayfirst", "monthfirst"})
"""Blanks that hold a day of the year, as it is written in English."""
MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_EVENT: Final = "event"
"""The blank that holds a type of event, and is read as its name."""

CODES: Final[Mapping[Level, Mapping[str, str]]] = {
    "file": {
        "encoding-unclear": "fits",
        "encoding-unclear/byte": "byte encoding",
        "delimiter-unclear": "fits",
        "undecodable/legacy": "", "undecodable/locked": "", "undecodable/foreign": "",
        "undecodable/broken": "", "undecodable/quote": "line", "undecodable/nul": "line",
        "undecodable/dtd": "part", "undecodable/parts": "part",
        "header-missing": "missing near",
        "heading-twice": "column first second",
        "heading-unclear": "heading columns",
        "sheet-unclear": "fits",
        "sheet-unclear/none": "said sheets",
        "hidden-rows": "count first", "hidden-rows/columns": "count first",
        "template-unclear": "fits",
        "too-large": "what most", "too-large/child": "",
        "empty-file": "",
        "replaced-already": "import",
    },
    "event": {
        "header-differs": "column said first other",
        "column-missing": "column",
        "column-missing/object": "column said",
        "older-revision": "row revision known",
        "raise-version": "",
        "conflict": "", "conflict/corrections": "",
        "not-permitted/type": "event", "not-permitted/source": "said",
        "not-permitted/bound": "said", "not-permitted/office": "event said",
        "too-many-lines": "count",
    },
    "cell": {
        "id-character": "said character", "id-shortened": "said", "id-is-date": "said",
        "not-whole": "said", "negative": "said", "number-shortened": "said",
        "decimal-unclear": "said", "too-fine": "said", "unit-differs": "said unit other",
        "date-unclear": "said dayfirst monthfirst all mdy dmy",
        "date-unclear/one": "said all mdy dmy",
        "date-is-number": "said", "date-has-time": "said", "no-such-date": "said",
        "era-over": "said era day instead", "era-over/before": "said era day instead",
        "year-missing": "said", "zone-missing": "said",
        "no-such-clock": "said zone", "clock-twice": "said zone",
        "x-unclear": "said", "not-yes-no": "said", "unknown-word": "said allowed",
        "text-control": "character", "too-long": "count all", "cell-error": "said",
        "formula-no-value": "", "merged-cell": "said", "required": "column",
        "invalid": "said why", "invalid/more": "", "invalid/range": "said least most",
        "invalid/positive": "said", "invalid/digits": "said count", "invalid/table": "said",
    },
    "note": {
        "folded": "said other", "was-number": "said other", "padded": "said other",
        "converted": "said unit other", "net-from-packs": "said other", "formula-value": "said",
        "merged-value": "said", "line-break": "", "rounded": "said other", "total-row": "said",
        "repeated-header": "", "not-read": "headings", "encoding-taken": "encoding",
        "macros-ignored": "", "no-number-of-its-own": "", "unknown-id": "said",
        "unknown-id/near": "said other",
    },
}  # fmt: skip
"""Every way of saying every code, with the names of its blanks, by what it is about."""
LEVELS: Final[Mapping[str, Level]] = {
    way.partition("/")[0]: level for level, ways in CODES.items() for way in ways
}
"""What a code is about."""
_SLOTS: Final = {way: slots.split() for ways in CODES.values() for way, slots in ways.items()}


class Message(NamedTuple):
    """Something to say: how, of which sheet, row (from 1) and column (from 0), and its values.

    `row` is None where it is about all of a file, `column` where it is about all of a row.
    """

    way: str
    values: Values = ()
    sheet: str = ""
    row: int | None = None
    column: int | None = None

    @property
    def code(self) -> str:
        """One of the closed set."""
        return self.way.partition("/")[0]

    @property
    def cell(self) -> str | None:
        """`C7`, or the row alone, without the sheet."""
        return None if self.row is None else address(self.row, self.column)

    @property
    def place(self) -> str | None:
        """The same with its sheet, where that has a name."""
        return self.cell if self.cell is None or not self.sheet else f"{self.sheet}!{self.cell}"


class _Value(NamedTuple):
    """A value of a message, as texts see it."""

    value: str | int

    @property
    def there(self) -> bool:
        return self.value != ""

    @property
    def times(self) -> int:
        return int(self.value)

    def read(self, form: str) -> str:
        del form
        return f"{self.value:,}" if isinstance(self.value, int) else self.value


def sentence(message: Message, tongue: Tongue, template: Template | None = None) -> str:
    """A message in words, its place first; columns by their headings where those are known."""
    values = {name: _Value(_shown(name, value, tongue, template)) for name, value in message.values}
    text = written(_texts(tongue)[message.way], values)
    place = _place(message, tongue)
    if not place:
        return text
    return f"{place}: {text}" if tongue == "en" else f"{place}：{text}"


def _place(message: Message, tongue: Tongue) -> str:
    """`出荷!C7`, a row in words, or the sheet alone."""
    if message.row is None:
        return message.sheet
    if message.column is not None:
        return message.place or ""
    if tongue == "en":
        return f"{message.sheet}, row {message.row}" if message.sheet else f"row {message.row}"
    return f"{message.sheet}の{message.row}行目" if message.sheet else f"{message.row}行目"


def _shown(name: str, value: str | int, tongue: Tongue, template: Template | None) -> str | int:
    if isinstance(value, int):
        return value
    if name in _DAYS and tongue == "ja":
        day, _, month = value.partition(" ")
        return f"{MONTH_NAMES.index(month) + 1}月{day}日"
    if name == _EVENT:
        return texts_of(tongue).words.tables["event"].get(value, value)
    if name in _COLUMNS and template is not None:
        titles = [
            names_of(code, template)[TONGUES.index(tongue)] if code in template.by_code else code
            for code in value.split(", ")
            if code
        ]
        return (", " if tongue == "en" else "、").join(titles)
    long = name == "said" and len(value) > _said_characters_max
    return f"{value[: _said_characters_max - 1]}…" if long else value


def listed(values: Sequence[str]) -> str:
    """Several values in one blank."""
    return ", ".join(values)


@cache
def _texts(tongue: Tongue) -> Mapping[str, Text]:
    """The sentences of a language by way, checked. Raises Unfit."""
    path = files("ledger.tables") / f"texts.{tongue}.toml"
    return checked(tomllib.loads(path.read_text(encoding="utf-8")))


def checked(given: Mapping[str, Mapping[str, str]]) -> Mapping[str, Text]:
    """The tables of a file as sentences by way. Raises Unfit: all that is wrong."""
    found: dict[str, Text] = {}
    wrong: list[str] = []
    for level, ways in CODES.items():
        of = given.get(level, {})
        wrong += [f"{level}: no words for {way}" for way in sorted(ways.keys() - of.keys())]
        wrong += [f"{level}: {way} is unknown" for way in sorted(of.keys() - ways.keys())]
        for way in ways.keys() & of.keys():
            try:
                found[way] = parsed(of[way])
            except Unfit as error:
                wrong.append(f"{way}: {error}")
                continue
            slots = {name: _slot(name) for name in _SLOTS[way]}
            wrong += [f"{way}: {each}" for each in misfits(found[way], slots)]
    if wrong:
        raise Unfit("\n".join(wrong))
    return found


def _slot(name: str) -> Slot:
    return Slot(frozenset({""}), name in _COUNTED, name in _LISTS)
