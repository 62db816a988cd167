"""What a file says of itself: what it is, as of when, who looked, and what its columns mean."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Final

from msgspec import Struct

from ledger.listing.columns import LANGUAGES, Column, Table


class Notes(Struct, frozen=True, kw_only=True):
    """What is told of a list. Times are RFC 3339; None is now, or nothing of the kind.

    `filters` are what was asked for, by name; `role` and `party` who looked; `policy` the digest of
    the audit's policy.
    """

    filters: Mapping[str, str] = {}
    role: str
    party: str
    as_of: str | None = None
    known_at: str | None = None
    position: int
    recorded_at: str | None = None
    policy: str = ""
    simulation: bool = False


NAMES: Final = (
    "what", "filters", "role", "party", "as_of", "known_at", "position", "recorded_at", "rows",
    "sha256", "policy", "simulation",
)  # fmt: skip
HEADS: Final = ("heading", "code", "meaning", "unit")


def lines_of(
    notes: Notes, table: Table, headings: str, *, rows: int, sha256: str
) -> Iterator[list[Any]]:
    """The lines of the sheet `notes`; `sha256` is over the rows as canonical CSV."""
    now = word("now", headings)
    given = {
        "what": table.called(headings if headings in LANGUAGES else LANGUAGES[0]),
        "filters": "; ".join(f"{name}={text}" for name, text in notes.filters.items()),
        "role": notes.role, "party": notes.party, "as_of": notes.as_of or now,
        "known_at": notes.known_at or now, "position": notes.position,
        "recorded_at": notes.recorded_at, "rows": rows, "sha256": sha256, "policy": notes.policy,
        "simulation": notes.simulation,
    }  # fmt: skip
    for name in NAMES:
        yield [word(name, headings), given[name]]
    yield []
    yield [word(name, headings) for name in HEADS]
    for column in table:
        yield [
            column.called(headings), column.code, column.meant(headings), unit(column, headings),
        ]  # fmt: skip


def word(name: str, language: str) -> str:
    """A word of the notes, in a language; English for any other."""
    words: Mapping[str, list[str]] = _file()["words"]
    return words[name][LANGUAGES.index(language) if language in LANGUAGES else 0]


def unit(column: Column, language: str) -> str | None:
    """The unit of a column in words."""
    return None if column.unit is None else word(column.unit, language)


@cache
def _file() -> Mapping[str, Any]:
    return loads((files("ledger.listing") / "notes.toml").read_text(encoding="utf-8"))
