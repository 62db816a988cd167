"""What columns and constants are called: in codes, in English, in Japanese, and otherwise."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from ledger.rules.constants import ENUMS
from ledger.rules.reading import TONGUES, Tongue
from ledger.rules.texts import texts_of
from ledger.tables.columns import Column, Template

_BRACKET: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")
_LEFT_OUT: Final = re.compile(r"[\s_\-.:*]+")


def folded(text: str) -> str:
    """A heading as headings are compared: width, case, spaces and a bracket at its end aside."""
    plain = _BRACKET.sub("", unicodedata.normalize("NFKC", text))
    return _LEFT_OUT.sub("", plain).casefold()


def bracketed(text: str) -> str:
    """What stands in the bracket at the end of a heading, or nothing."""
    found = _BRACKET.search(unicodedata.normalize("NFKC", text))
    return found.group(1).strip() if found else ""


class Naming(NamedTuple):
    """How the columns of a template may be called, folded; a further name may be several's."""

    first: Mapping[str, str]
    further: Mapping[str, tuple[str, ...]]

    def of(self, heading: str) -> tuple[str, ...]:
        """The codes of the columns that a heading may mean."""
        name = folded(heading)
        code = self.first.get(name)
        return (code,) if code is not None else self.further.get(name, ())


def names_of(column: Column | str, template: Template) -> Sequence[str]:
    """English, Japanese and further names of a column."""
    code = column if isinstance(column, str) else column.code
    found: Sequence[str] = _own(template.name).get(code) or _file("headings.toml")["headings"][code]
    return found


def heading(column: Column, template: Template, tongue: Tongue | None) -> str:
    """A column's heading in a language; its code where none is named."""
    return names_of(column, template)[TONGUES.index(tongue)] if tongue else column.code


@cache
def naming(template: Template) -> Naming:
    """The names of a template's columns."""
    first: dict[str, str] = {}
    for column in template.columns:
        names = column.code, *names_of(column, template)[:2]
        for name in names:
            first.setdefault(folded(name), column.code)
    further: dict[str, list[str]] = defaultdict(list)
    for column in template.columns:
        for name in map(folded, names_of(column, template)[2:]):
            if name not in first and column.code not in further[name]:
                further[name].append(column.code)
    return Naming(first, {name: tuple(codes) for name, codes in further.items()})


def nearest(missing: str, headings: Iterable[str], template: Template) -> str | None:
    """The heading that looks most like one of a column's names; None where none does."""
    wanted = [folded(name) for name in (missing, *names_of(missing, template))]
    best: tuple[float, str] | None = None
    for each in headings:
        name = folded(each)
        alike = max((_alike(name, one) for one in wanted), default=0.0)
        if alike >= _alike_min and (best is None or alike > best[0]):
            best = alike, each
    return best[1] if best else None


_alike_min: Final = 0.5


def _alike(one: str, other: str) -> float:
    """The share of pairs of letters that two names have in common."""
    pairs = [{name[at : at + 2] for at in range(max(1, len(name) - 1))} for name in (one, other)]
    both = len(pairs[0] & pairs[1])
    return 2 * both / (len(pairs[0]) + len(pairs[1])) if both else 0.0


# -- constants


def constants(column: Column, template: Template) -> Mapping[str, Sequence[str]]:
    """The words of a column's constants, by constant: English, Japanese, further."""
    own: Mapping[str, Mapping[str, Sequence[str]]] = _file("headings.toml")["words"].get(
        column.code, {}
    )
    if template.name in own:
        return own[template.name]
    table = _table_of(frozenset(column.members))
    words = [texts_of(tongue).words.tables[table] for tongue in TONGUES]
    return {member: [each[member] for each in words] for member in column.members}


@cache
def _table_of(members: frozenset[str]) -> str:
    """The table of rules' words that names just these constants; KeyError where none does."""
    for name, of in ENUMS.items():
        if frozenset(of) == members:
            return name
    raise KeyError(f"no words for {', '.join(sorted(members))}")


def countries() -> Mapping[str, Sequence[str]]:
    """The names of countries by their code: English, Japanese, further."""
    found: Mapping[str, Sequence[str]] = _file("countries.toml")
    return found


def meaning(column: Column, tongue: Tongue) -> str | None:
    """What a column means, where its heading does not say it."""
    found = _file("headings.toml")["meanings"].get(column.code)
    return None if found is None else str(found[TONGUES.index(tongue)])


@cache
def _own(template: str) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = _file("headings.toml")["of"].get(template, {})
    return found


@cache
def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files("ledger.tables") / name).read_text(encoding="utf-8"))
