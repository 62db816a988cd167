"""The settings as they are set: read, told with where they come from, and all that there are."""

import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.errors import Misuse
from ledger.settings.fields import DEFAULTS, FIELDS, HINTS, SECRETS, Settings, masked
from ledger.settings.kinds import converted, kind_of
from ledger.settings.sources import CONFIG, ENVIRONMENT, FILE, PREFIX, Given, given

TEST_NAMES = {
    "LEDGER_FAULT_ROUNDS": "how often the kill tests kill",
    "LEDGER_FAULT_SEED": "seed of the kill tests, as an earlier run printed it",
    "LEDGER_REQUIRE_ALL": "1: a test whose tools are missing fails instead of being skipped",
    "LEDGER_TEST_CHROMIUM": "path of the browser that tests of the pages start",
}
"""Names that only the tests read; known here so that they are not taken for slips."""

DEFAULT: Final = "default"
"""Where a value comes from that nobody has set."""
CONFIG_NAME: Final = PREFIX + CONFIG.upper()
value_characters_max: Final = 80
"""Shown of a value that cannot be used."""


class Setting(NamedTuple):
    """What there is to know of a setting: `kind` in words what it may be."""

    name: str
    description: str
    default: object
    kind: str
    secret: bool


def load() -> Settings:
    """Read the settings. Raises Misuse, which names the setting and what to do about it.

    Where it is a name that is none of ours the sentence says which one is nearest.
    """
    return told()[0]


def shown() -> list[tuple[str, Any, str]]:
    """Every setting as name, value and origin; secrets are masked. Raises as `load`."""
    settings, origins = told()
    rows = [
        (PREFIX + one.upper(), masked(one, getattr(settings, one)), origins[one]) for one in FIELDS
    ]
    config = os.environ.get(CONFIG_NAME)
    return sorted([*rows, (CONFIG_NAME, config or None, ENVIRONMENT if config else DEFAULT)])


def told() -> tuple[Settings, dict[str, str]]:
    """Read the settings; answers them, and by field where each comes from. Raises as `load`."""
    found = given([_short(one.name) for one in catalogue()], SECRETS, map(_short, TEST_NAMES))
    values = {name: _read(name, found[name]) for name in FIELDS if name in found}
    origins = {name: found[name].origin if name in found else DEFAULT for name in FIELDS}
    return Settings(**values), origins


def catalogue() -> list[Setting]:
    """Every setting there is, by name, with the files that may hold secrets."""
    found = [
        Setting(
            CONFIG_NAME,
            "TOML file with settings: each key is a name of these without LEDGER_, in lower case; "
            "what the environment sets as well comes from there; not set: none",
            None, "a path", secret=False,
        )
    ]  # fmt: skip
    for field in FIELDS:
        about = next(one for one in reversed(HINTS[field].__metadata__) if one.description)
        name, secret = PREFIX + field.upper(), field in SECRETS
        found.append(
            Setting(name, about.description, DEFAULTS[field], kind_of(HINTS[field]), secret)
        )
        if secret:
            text = f"file that holds {name}, instead of it; a line end at its end does not count"
            found.append(Setting(name + FILE.upper(), text, None, "a path", secret=False))
    return sorted(found)


def names() -> dict[str, str]:
    """Every known name with its description, the tests' own included."""
    return {one.name: one.description for one in catalogue()} | TEST_NAMES


def _short(name: str) -> str:
    """A name without its prefix, in lower case."""
    return name.removeprefix(PREFIX).lower()


def _read(field: str, one: Given) -> Any:
    """The value of a field as its type; raises Misuse."""
    value, hint = one.value, HINTS[field]
    try:
        found = converted(value, hint)
    except ValueError:
        name = PREFIX + field.upper()
        said = "" if field in SECRETS else f"={str(value)[:value_characters_max]!r}"
        raise Misuse(
            f"{name}{said}, from {one.where}, cannot be used: set it to {kind_of(hint)}."
        ) from None
    if isinstance(found, Path) and one.folder is not None:
        return one.folder / found
    return found
