"""The wording of a label: words it must have, words it must not, and percentages it states.

Judged only where the wording is known; otherwise it rests on the agent who approved the label.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from ledger.labels.claims import ClaimRow
from ledger.labels.forms import folded
from ledger.labels.recipe import (
    Recipe,
    at_least,
    in_base,
    is_in_conversion,
    is_organic,
    kind_name,
    shares,
    spaced,
)
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, fails


class WordRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words a claim needs beside it or forbids, as a pattern over whole words.

    `mode`: folded = case and hyphens ignored; exact = hyphens ignored; raw = as written;
    before_list = folded, in the part before the list of ingredients.
    """

    claim: str
    kind: Literal["companion", "forbidden"]
    mode: Literal["folded", "exact", "raw", "before_list"]
    pattern: str
    when: Literal["", "to_japan", "mixed", "below_95"] = ""
    says: str


WORDS: Final = Table(
    "words",
    WordRow,
    lambda row: (row.claim, row.kind, row.mode, row.pattern),
    "words beside a claim",
)
_LIST_STARTS: Final = re.compile(r"ingredients|ingredienser|原材料")
_NUMBER: Final = r"([0-9]+(?:[.,][0-9]+)?) ?%"
_STATED: Final = (
    re.compile(rf"{_NUMBER} (?:of (?:the )?)?(?:agricultural ingredients|organic|bio\b)"),
    re.compile(rf"{_NUMBER} ?(?:有機|オーガニック)"),
    re.compile(rf"\borganic(?: ingredients| materials| content| share)? ?:? ?{_NUMBER}"),
    re.compile(rf"(?:有機|オーガニック) ?:? ?{_NUMBER}"),
)
_MARKERS: Final = ("有機", "オーガニック", "organic")
_CONVERSION_MARKERS: Final = ("転換期間中", "in conversion")
_DISCLAIMED: Final = "有機農産物加工食品"


def wording(  # noqa: PLR0917 - what a label's words are compared with
    text: str,
    row: ClaimRow,
    recipe: Recipe | None,
    on: date,
    to_japan: bool = False,  # noqa: FBT001, FBT002 - a fact about the goods, not a switch
    names: tuple[str, ...] = (),
) -> Iterator[Reason]:
    """COMPANION, FORBIDDEN_WORD and PERCENT_OVERSTATED of a label's text; `names` must stand in it.

    Names of parties are asked as registered, case ignored.
    """
    for word in WORDS.in_force(on):
        if word.claim != row.claim or not _asked(word, recipe, to_japan=to_japan):
            continue
        found = _found(word, text)
        if word.kind == "companion" and not found:
            yield from fails("COMPANION")
        if word.kind == "forbidden" and found:
            yield from fails("FORBIDDEN_WORD")
    written = spaced(text).casefold()
    if any(spaced(name).casefold() not in written for name in names):
        yield from fails("COMPANION")
    if recipe is not None:
        yield from _percentages(written, row, recipe)
        if row.scheme == "JAS":
            yield from _jas_list(text, row, recipe)


def _asked(word: WordRow, recipe: Recipe | None, *, to_japan: bool) -> bool:
    if word.when == "to_japan":
        return to_japan
    if word.when == "":
        return True
    if recipe is None:
        return False
    if word.when == "below_95":
        ag = shares(recipe).ag
        return not at_least(ag.organic, ag.total, Decimal(95))
    organic = {entry.scheme for entry in recipe.ingredients if is_organic(entry)}
    return len(organic) > 1


def _found(word: WordRow, text: str) -> bool:
    pattern = word.pattern
    if pattern.isascii() and word.mode != "raw":
        pattern = rf"(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])"
    if word.mode == "raw":
        return re.search(pattern, text) is not None
    written = spaced(text)
    if word.mode == "exact":
        return re.search(pattern, written) is not None
    written = written.casefold()
    if word.mode == "before_list":
        start = _LIST_STARTS.search(written)
        if start is None:
            return False
        written = written[: start.start()]
    return re.search(pattern, written) is not None


def _percentages(written: str, row: ClaimRow, recipe: Recipe) -> Iterator[Reason]:
    """A stated organic percentage is at most the whole per cent below the share."""
    count = shares(recipe).base(row.base)
    part = count.organic + (count.conversion if row.kind == "conversion" else 0)
    if count.total == 0:
        return
    limit = 100 * part // count.total
    for pattern in _STATED:
        for stated in pattern.findall(written):
            if Decimal(stated.replace(",", ".")) > limit:
                yield from fails("PERCENT_OVERSTATED")


def _jas_list(text: str, row: ClaimRow, recipe: Recipe) -> Iterator[Reason]:
    """Ingredients named in a JAS label's text carry the word of their status, and no other."""
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
        turning = any(_beside(whole, place, _CONVERSION_MARKERS) for place in places)
        fits = (
            organic
            if is_organic(entry)
            else turning
            if is_in_conversion(entry)
            else not organic and not turning
        )
        if not fits:
            yield from fails("COMPANION")
    if row.claim == "JAS_INGREDIENT_MENTION":
        name = folded(kind_name(recipe.name))
        whole = folded(whole)
        forms = [f"有機{name}", f"オーガニック{name}", f"organic{name}"]
        forms += [f"{name}({word})" for word in ("有機", "オーガニック", "organic")]
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


def disclaims_plant_product(text: str) -> bool:
    """Whether the words say that a mixed product is no organic processed food of plant origin."""
    whole = folded(text)
    return _DISCLAIMED in whole and ("ではない" in whole or "以外" in whole)
