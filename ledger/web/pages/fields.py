"""What fields, their constants and countries are called, by the headings of tables people keep."""

from functools import lru_cache
from typing import Final

from ledger.rules.reading import TONGUES, Tongue
from ledger.tables.columns import TEMPLATES
from ledger.tables.headings import constants, countries, names_of

_ANY: Final = TEMPLATES["PartyRegistered"]
"""A template without headings of its own."""


@lru_cache(maxsize=4_000)
def heading_of(label: str, tongue: Tongue) -> str | None:
    """The heading of `Type.column`, or of a column of any type; None where there is no such one."""
    of, _, code = label.rpartition(".")
    template = TEMPLATES.get(of, _ANY)
    if " " in label or (of and of not in TEMPLATES):
        return None
    try:
        return names_of(code, template)[TONGUES.index(tongue)]
    except KeyError:
        return None


@lru_cache(maxsize=4_000)
def constant_of(of: str, value: str, tongue: Tongue) -> str:
    """The word of a constant of a field, `Type.column`; itself where there is none."""
    name, _, code = of.partition(".")
    template = TEMPLATES[name]
    known = constants(template.by_code[code], template)
    return known[value][TONGUES.index(tongue)] if value in known else value


def country_of(code: str, tongue: Tongue) -> str:
    """The name of a country; its code where it has none here."""
    known = countries().get(code)
    return known[TONGUES.index(tongue)] if known else code
