"""The list of ingredients on a label: where it stands, its items, and what its marks mean.

It runs from its heading to the end or to a blank line. A mark as `*` says what its legend says.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from ledger.labels.recipe import kind_name, spaced

HEADINGS: Final = "ingredients|ingredienser|ส่วนประกอบ|原材料"
_HEADED: Final = tuple(
    re.compile(pattern, re.IGNORECASE) for pattern in (rf"(?:{HEADINGS})名?\s*:", HEADINGS)
)
"""A heading with a colon is taken before one without."""
_BLANK: Final = re.compile(r"\n[^\S\n]*\n")
_BETWEEN: Final = re.compile(r"[;、]|(?<!\d),|,(?!\d)")
"""What stands between two items; within a figure it is the decimal comma."""
_PERCENT: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?%")
_MARK: Final = re.compile(r"[*†‡#°]+")
_LEGEND: Final = re.compile(
    r"(?P<mark>[*†‡#°]+) ?[=:]? ?(?P<says>(?:[^\W\d_]+[ -]){0,8}?"
    r"(?:krav|organic|ekologisk[at]?|eu[ -]eko)\b(?:[ -][^\W\d_]+){0,8})"
    r"(?=\s*(?:[,;.、\n)*†‡#°]|$))",
    re.IGNORECASE,
)


class Item(Struct, frozen=True, gc=False):
    """One item: its words, the first percentage in it (None where it has none), its marks."""

    text: str
    percent: Decimal | None
    marks: frozenset[str]

    @property
    def folded(self) -> str:
        """Its words, case ignored."""
        return self.text.casefold()


class IngredientList(Struct, frozen=True, gc=False):
    """The items in order, and what each mark says."""

    items: tuple[Item, ...]
    legends: Mapping[str, str]

    def says(self, item: Item, pattern: re.Pattern[str]) -> bool:
        """Whether an item, or the legend of a mark on it, has words of a pattern."""
        told = [item.text, *(self.legends.get(mark, "") for mark in item.marks)]
        return any(pattern.search(text) for text in told)

    def naming(self, name: str, among: Iterable[str]) -> tuple[Item, ...]:
        """The items about an ingredient: those in which no longer name of `among` stands."""
        wanted = kind_name(name)
        longer = [other for one in among if len(other := kind_name(one)) > len(wanted)]
        return tuple(
            item
            for item in self.items
            if _stands(wanted, item.folded)
            and not any(wanted in other and _stands(other, item.folded) for other in longer)
        )


def ingredient_list(text: str) -> IngredientList | None:
    """The list in a label's text; None where none stands."""
    whole = joined(text)
    start = _heading(whole)
    if start is None:
        return None
    legends = {found["mark"]: found["says"] for found in _LEGEND.finditer(whole)}
    listed = _BLANK.split(whole[start.end() :], maxsplit=1)[0].lstrip("名: \n")
    items = [spaced(part).strip(" .。") for part in _BETWEEN.split(_LEGEND.sub(" ", listed))]
    return IngredientList(tuple(_item(text) for text in items if text), legends)


def before_list(text: str) -> str | None:
    """The text up to the heading of the list; None where no list stands."""
    whole = joined(text)
    start = _heading(whole)
    return None if start is None else whole[: start.start()]


def _heading(whole: str) -> re.Match[str] | None:
    return next((found for one in _HEADED if (found := one.search(whole))), None)


def joined(text: str) -> str:
    """Compatibility forms joined, lines kept."""
    return "\n".join(unicodedata.normalize("NFKC", text).splitlines())


def _item(text: str) -> Item:
    stated = _PERCENT.search(text)
    percent = None if stated is None else Decimal(stated[1].replace(",", "."))
    return Item(text, percent, frozenset(_MARK.findall(text)))


def _stands(name: str, text: str) -> bool:
    """Whether a folded name stands in a folded text; in Latin letters as whole words."""
    if not name.isascii():
        return name in text
    return re.search(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])", text) is not None
