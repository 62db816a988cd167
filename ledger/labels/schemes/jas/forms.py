"""JAS on the label: the form of the name, and the words beside it and the ingredients.

The first name form that matches, in the order of the tables, is the form; it must be one of the
class.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, Literal

from msgspec import Struct

from ledger.labels.ingredients import before_list, joined
from ledger.labels.recipe import (
    Recipe,
    in_base,
    is_in_conversion,
    is_organic,
    kind_name,
    spaced,
)
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, Verdict, fails, unshown

_CONVERSION_WORDS: Final = "転換期間中"
GENERAL: Final = ("有機", "オーガニック")
"""Phrases of every family's general forms."""
_MARKERS: Final = (*GENERAL, "organic")
_CONVERSION_MARKERS: Final = (_CONVERSION_WORDS, "in conversion")
_DISCLAIMED: Final = "有機農産物加工食品"
_BRACKETS: Final = (("(", ")"), ("「", "」"), ("【", "】"), ("[", "]"), ("〈", "〉"), ("<", ">"))
_BRACKET: Final = f"[{re.escape(''.join(sign for pair in _BRACKETS for sign in pair))}]"


class FormRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form: a phrase alone, or beside the general name (before it, or behind in brackets).

    `names` = family: the phrase says of which family the goods are, so no general form of another
    family reads it.
    """

    code: str
    family: str
    phrase: str
    place: Literal["alone", "beside"]
    names: Literal["family", ""] = ""
    classes: frozenset[str]


FORMS: Final = Table("forms", FormRow, "family phrase place", "JAS name forms")


class NameForm(Struct, frozen=True, kw_only=True, gc=False):
    """The form of a name: its code, the general name in it, and whether it says in conversion.

    `in_conversion` is None where only the code of a form was given, not the name itself.
    """

    text: str
    code: str | None
    subject: str | None
    in_conversion: bool | None
    verdict: Verdict


def folded(text: str) -> str:
    """Compatibility forms joined, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def name_form(text: str, class_: str, on: date | None = None) -> NameForm:
    """The form of a name for a class: NAME_FORM_CLASS where it is none, or another class's.

    A name that another family's own phrase reads is no general form of this one. The code of a form
    (`PL6`) may stand instead of the name. Without a day all rows hold.
    """
    family = _families().get(class_)
    rows = [row for row in FORMS.in_force(on) if row.family == family]
    whole = folded(text)
    code = next((row.code for row in FORMS.rows() if row.code == whole.upper()), None)
    subject, in_conversion = None, None
    if code is None:
        name, in_conversion = without_conversion(whole)
        foreign = any(
            row.names
            and row.family != family
            and (name == row.phrase or _subject(name, row) is not None)
            for row in FORMS.in_force(on)
        )
        matching = [
            (row, found)
            for row in rows
            if (found := _subject(name, row)) is not None
            and not (foreign and row.phrase in GENERAL)
        ]
        rows = [row for row, _ in matching]
        if matching:
            code, subject = matching[0][0].code, matching[0][1]
    # One code may stand in several rows, for classes that got it at different times.
    fits = any(row.code == code and class_ in row.classes for row in rows)
    return NameForm(
        text=text,
        code=code,
        subject=subject,
        in_conversion=in_conversion,
        verdict=Verdict() if fits else Verdict.of(fails("NAME_FORM_CLASS")),
    )


@cache
def _families() -> dict[str, str]:
    """The family of forms that each class of goods reads."""
    return {class_: row.family for row in FORMS.rows() for class_ in row.classes}


def without_conversion(name: str) -> tuple[str, bool]:
    """A folded name without the words for in conversion at either end, and whether it had them."""
    for left, right in (("", ""), *_BRACKETS):
        words = f"{left}{_CONVERSION_WORDS}{right}"
        if name.endswith(words):
            return name.removesuffix(words), True
        if name.startswith(words):
            return name.removeprefix(words), True
    return name, False


def _subject(name: str, row: FormRow) -> str | None:
    if row.place == "alone":
        return "" if name == row.phrase else None
    if name.startswith(row.phrase) and name != row.phrase:
        return name.removeprefix(row.phrase)
    for left, right in _BRACKETS:
        words = f"{left}{row.phrase}{right}"
        if name.endswith(words) and name != words:
            return name.removesuffix(words)
    return None


def ingredient_words(text: str, recipe: Recipe) -> Iterator[Reason]:
    """Ingredients named in a label's text carry the word of their status, and no other."""
    whole = spaced(text).casefold()
    for entry in in_base(recipe, "AG"):
        name = kind_name(entry.name)
        pattern = re.escape(name)
        if name.isascii():
            pattern = rf"(?<![0-9a-z]){pattern}(?![0-9a-z])"
        places = [found.span() for found in re.finditer(pattern, whole)]
        if not places or _longer_name(name, recipe):
            continue
        organic = any(_beside(whole, place, _MARKERS) for place in places)
        in_conversion = any(_beside(whole, place, _CONVERSION_MARKERS) for place in places)
        if is_organic(entry):
            fits = organic
        elif is_in_conversion(entry):
            fits = in_conversion
        else:
            fits = not organic and not in_conversion
        if not fits:
            yield from fails("COMPANION")


def mention_words(text: str, recipe: Recipe) -> Iterator[Reason]:
    """FORBIDDEN_WORD where a label that only mentions an ingredient calls the product organic."""
    name = folded(kind_name(recipe.name))
    whole = folded(spaced(text).casefold())
    forms = [f"{word}{name}" for word in _MARKERS] + [f"{name}({word})" for word in _MARKERS]
    if any(form in whole for form in forms):
        yield from fails("FORBIDDEN_WORD")


def _longer_name(name: str, recipe: Recipe) -> bool:
    """Whether the name is part of the product's or another ingredient's: then it shows nothing."""
    others = [recipe.name, *(entry.name for entry in recipe.ingredients)]
    return any(name != (other := kind_name(one)) and name in other for one in others)


def _beside(whole: str, place: tuple[int, int], words: tuple[str, ...]) -> bool:
    before = whole[: place[0]].rstrip(" (")
    after = whole[place[1] :].lstrip(" (")
    return before.endswith(words) or after.startswith(words)


def conversion_words(text: str, name: str | None, commodity: str | None) -> Iterator[Reason]:
    """What is against the words for in conversion: COMPANION where a label has none.

    COMPANION_PLACE, unproven, where they stand elsewhere than beside the name as approved (`name`),
    or the commodity's. A text without either name shows no more than that they are there.
    """
    whole = folded(text).casefold()
    if _CONVERSION_WORDS not in whole:
        yield from fails("COMPANION", detail=_CONVERSION_WORDS)
        return
    names = _written(whole, name, commodity)
    if names and not any(_touches(whole, one) for one in names):
        yield from unshown("COMPANION_PLACE", detail=_CONVERSION_WORDS)


def _written(whole: str, name: str | None, commodity: str | None) -> list[str]:
    """The names of a product that stand in a text, both folded; a form's code is none."""
    names: set[str] = set()
    if name is not None and all(row.code != folded(name).upper() for row in FORMS.rows()):
        names.add(without_conversion(folded(name))[0])
    if commodity is not None:
        plain = folded(kind_name(commodity))
        names |= {plain, *(f"{word}{plain}" for word in GENERAL)}
        names |= {f"{plain}({word})" for word in GENERAL}
    return sorted(one for one in map(str.casefold, names) if one and one in whole)


def _touches(whole: str, name: str) -> bool:
    """Whether the words for in conversion stand beside a name, at most a bracket between."""
    one, words = re.escape(name), _CONVERSION_WORDS
    return re.search(f"{one}{_BRACKET}?{words}|{words}{_BRACKET}?{one}", whole) is not None


def disclaims_plant_product(text: str, name: str | None, commodity: str) -> bool:
    """Whether a label says that a mixed product is no organic processed food of plant origin.

    Before the list, on the line of the name or on the next; where no line has the name, on any.
    """
    before = before_list(text)
    whole = joined(text) if before is None else before
    lines = [folded(line).casefold() for line in whole.split("\n")]
    naming = [
        index for index, line in enumerate(lines) if _written(line, name, commodity)
    ] or range(len(lines))
    return any(_disclaims("".join(lines[index : index + 2])) for index in naming)


def _disclaims(line: str) -> bool:
    return _DISCLAIMED in line and ("ではない" in line or "以外" in line)
