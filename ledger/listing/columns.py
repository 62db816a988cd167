"""Every table that is listed anywhere: its columns in order, each with type, unit and words.

A page, a CSV, a workbook and JSON of one table are made of the same list, so they cannot differ.
The tables stand in `tables.toml`, the columns they are put together from in `columns.toml`.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from msgspec import Struct, convert
from msgspec.structs import replace

Language = Literal["en", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
Kind = Literal[
    "id", "text", "enum", "country", "uuid", "sha256", "count", "number", "weight", "share",
    "date", "moment", "bool", "list", "nested",
]  # fmt: skip
"""What a value is. `count` counts things and `number` names or orders them; `weight` is kg and
`share` parts of a hundred, both decimals to three places; `moment` is RFC 3339 with its offset;
`list` is a list of texts, `nested` anything else that JSON can say."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
TEXTS: Final = frozenset({"id", "text", "enum", "country", "uuid", "sha256"})
"""Kinds whose values are text."""
_HIDDEN: Final = "*"


class Column(Struct, frozen=True, kw_only=True):
    """A column: `code` names it in files and programs; words are in English and Japanese.

    `path` is where its value stands in a row. `noun` is the kind of thing that an id names, where
    it has a page. `shown` = a column that pages show; the others are ids that a page links with.
    """

    code: str
    kind: Kind
    heading: tuple[str, str]
    meaning: tuple[str, str]
    unit: str | None = None
    path: tuple[str, ...]
    noun: str | None = None
    shown: bool = True

    def called(self, headings: str) -> str:
        """Its heading in a language (`en`, `ja`), or its code for anything else."""
        return _in(self.heading, headings, self.code)

    def meant(self, language: str) -> str:
        """What it means, in a language; English for any other."""
        return _in(self.meaning, language, self.meaning[0])

    def of(self, row: Mapping[str, Any]) -> Any:
        """Its value in a row; None where there is none."""
        found: Any = row
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


class Table(Struct, frozen=True):
    """A table: its code, its title in English and Japanese, its columns in their order."""

    code: str
    title: tuple[str, str]
    columns: tuple[Column, ...]

    def called(self, language: str) -> str:
        """Its title in a language; its code for any other."""
        return _in(self.title, language, self.code)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column(self, code: str) -> Column:
        """A column by its code; raises KeyError where there is none."""
        return {column.code: column for column in self.columns}[code]

    def only(self, *codes: str) -> "Table":
        """The same with these columns, in this order."""
        return replace(self, columns=tuple(map(self.column, codes)))

    def without(self, *codes: str) -> "Table":
        """The same without some columns."""
        left = tuple(column for column in self.columns if column.code not in codes)
        return replace(self, columns=left)


def table(code: str) -> Table:
    """The table of that code; raises KeyError where there is none."""
    told = tables_file()[code]
    own = told.get("own", {})
    columns = tuple(
        _column(name, own.get(name.removesuffix(_HIDDEN), {})) for name in told["columns"]
    )
    return Table(code, (told["title"][0], told["title"][1]), columns)


def tables() -> dict[str, Table]:
    """Every table, by its code."""
    return {code: table(code) for code in tables_file()}


def column_of(code: str, values: Iterable[Any]) -> Column:
    """A column of rows that no table describes: its kind by its values, its words where known."""
    known = _columns_file().get(code, {})
    words = known.get("heading") or _heading(code) or [code.replace("_", " ")] * len(LANGUAGES)
    given: dict[str, Any] = {"code": code, "path": [code], "heading": words, "meaning": words}
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and (kind := _KIND_OF.get(kinds.pop())) is not None:
        return convert(given | {"kind": kind}, Column)
    return convert(given | {"kind": "nested"}, Column)


_KIND_OF: Final[Mapping[type, Kind]] = {
    str: "text", bool: "bool", int: "number", list: "nested", tuple: "nested", dict: "nested",
}  # fmt: skip


def _column(name: str, own: Mapping[str, Any]) -> Column:
    """A column by its code, in parts its own; a star behind the name hides it from pages."""
    code = name.removesuffix(_HIDDEN)
    known = _columns_file().get(code, {})
    given: dict[str, Any] = {"path": [code], "heading": _heading(code), **known, **own}
    if name != code:
        given["shown"] = False
    return convert({"code": code} | given, Column)


def _heading(code: str) -> Any:
    """What a field of events is called, where its column has no words of its own."""
    names = _headings_file().get(code)
    return None if names is None else names[: len(LANGUAGES)]


def _in(words: tuple[str, str], language: str, otherwise: str) -> str:
    return words[LANGUAGES.index(language)] if language in LANGUAGES else otherwise


@cache
def tables_file() -> Mapping[str, Mapping[str, Any]]:
    """The tables as they are written down."""
    return _read("ledger.listing", "tables.toml")


@cache
def _columns_file() -> Mapping[str, Mapping[str, Any]]:
    return _read("ledger.listing", "columns.toml")


@cache
def _headings_file() -> Mapping[str, Any]:
    found: Mapping[str, Any] = _read("ledger.tables", "headings.toml")["headings"]
    return found


def _read(package: str, name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(package) / name).read_text(encoding="utf-8"))
