"""What whoever sends a table says about it: which column is what, and how its cells are read."""

import tomllib
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from ledger.errors import Misuse, no_such
from ledger.tables.columns import TEMPLATES, Template

Encoding = Literal["utf-8", "utf-16", "cp932", "euc-jp", "cp1252"]
Delimiter = Literal[",", ";", "\t", "|", "comma", "semicolon", "tab", "bar"]
Unit = Literal["kg", "g", "t", "lb", "oz"]
Hidden = Literal["read", "skip"]

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
mapping_bytes_max: Final = 256 * 1024
_Positive = Annotated[int, Meta(ge=1)]


class Told(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is said of a column: its heading, several to be joined, or a constant instead."""

    heading: str | list[str] | None = None
    value: str | int | bool | None = None
    join: str = " "
    unit: Unit | None = None
    pad: Annotated[int, Meta(ge=1, le=80)] | None = None
    round: Annotated[int, Meta(ge=0, le=3)] | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that it names."""
        if self.heading is None:
            return ()
        return (self.heading,) if isinstance(self.heading, str) else tuple(self.heading)

    @property
    def constant(self) -> str | None:
        """The text that stands for every row."""
        if self.value is None:
            return None
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


class Mapping(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is said of a table; what is left out is found in it, or asked for."""

    template: str | None = None
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    sheets: list[str] = []
    header_rows: Annotated[list[_Positive], Meta(max_length=20)] = []
    zone: str | None = None
    fold: Literal["first", "second"] | None = None
    day_order: Literal["mdy", "dmy"] | None = None
    year: Annotated[int, Meta(ge=1900, le=2200)] | None = None
    fiscal_year: Annotated[int, Meta(ge=1900, le=2200)] | None = None
    two_digit_years: Literal[1900, 2000] | None = None
    decimal: Literal["point", "comma"] | None = None
    source: str | None = None
    hidden: Hidden | None = None
    x_means: bool | None = None
    ids_like_numbers: bool = False
    columns: dict[str, str | Told] = {}
    values: dict[str, dict[str, str]] = {}

    def told(self, code: str) -> Told:
        """What is said of a column."""
        found = self.columns.get(code)
        return Told(heading=found) if isinstance(found, str) else found or NOTHING

    @property
    def digest(self) -> str:
        """SHA-256 of it, in hexadecimal, however it was written."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """It as JSON, keys in one order."""
        return msgspec.json.encode(self, order="deterministic").decode()


NOTHING: Final = Told()


def read_mapping(data: bytes, template: str | None = None) -> Mapping:
    """The mapping that a file of TOML or JSON holds, checked. Raises Misuse.

    `template` is that named elsewhere, and wins.
    """
    if len(data) > mapping_bytes_max:
        raise Misuse(f"A mapping has at most {mapping_bytes_max // 1024} KiB.")
    try:
        if data.lstrip()[:1] == b"{":
            found = msgspec.json.decode(data, type=Mapping)
        else:
            found = msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), Mapping)
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, UnicodeError) as error:
        raise Misuse(f"The mapping cannot be read: {error}.", field="mapping") from None
    return checked(msgspec.structs.replace(found, template=template or found.template))


def checked(mapping: Mapping) -> Mapping:
    """The same mapping, if what it names is there. Raises Misuse."""
    if mapping.template is not None:
        template_of(mapping.template)
    templates = [TEMPLATES[mapping.template]] if mapping.template else [*TEMPLATES.values()]
    if mapping.zone is not None:
        zone_of(mapping.zone)
    if mapping.year is not None and mapping.fiscal_year is not None:
        raise Misuse("The mapping says year and fiscal_year: one of them.", field="year")
    _columns("columns", mapping.columns, templates)
    _columns("values", mapping.values, templates)
    for code, words in mapping.values.items():
        allowed = {
            m for each in templates if code in each.by_code for m in each.by_code[code].members
        }
        if wrong := sorted(set(words.values()) - allowed) if allowed else []:
            raise Misuse(
                f"The mapping's values.{code} says {', '.join(wrong)}: expected"
                f" {', '.join(sorted(allowed))}.",
                field=f"values.{code}",
            )
    return mapping


def _columns(what: str, given: Iterable[str], templates: list[Template]) -> None:
    known = {code for each in templates for code in each.by_code}
    if unknown := sorted({*given} - known):
        of = templates[0].name if len(templates) == 1 else "any template"
        raise Misuse(
            f"The mapping's {what} names {', '.join(unknown)}: no column of {of}.",
            field=f"{what}.{unknown[0]}",
        )


def template_of(name: str) -> Template:
    """The template of that name. Raises Misuse."""
    found = TEMPLATES.get(name)
    if found is None:
        raise no_such("template", name, TEMPLATES, field="template")
    return found


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name. Raises Misuse."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misuse(f"There is no zone {name!r}, such as Asia/Tokyo.", field="zone") from None
