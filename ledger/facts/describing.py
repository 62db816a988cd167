"""What the fields of events mean, in words."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

_ANY: Final = "any"


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("ledger.facts") / "fields.toml").read_text("utf-8"))


def meaning(kind: str, name: str) -> str:
    """What a field of an event, or of an object in one, means. Raises KeyError without words."""
    words = _words()
    own = words.get(kind, {})
    return own[name] if name in own else words[_ANY][name]


def described() -> Iterator[tuple[str, str]]:
    """Every field with words, as (event or object, name); those of any of them as ("any", name)."""
    for kind, names in _words().items():
        yield from ((kind, name) for name in names)
