"""The wording of a label: words it must have, words it must not, and percentages it states.

Judged only where the wording is known; otherwise it rests on the agent who approved the label.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from ledger.labels.claims import ClaimRow
from ledger.labels.recipe import Recipe, at_least, is_organic, shares, spaced
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.scheme import SCHEMES
from ledger.labels.verdict import Reason, fails


class WordRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words a claim needs beside it, forbids or allows, as a pattern over whole words.

    What is allowed is left out before forbidden words are looked for.
    `mode`: folded = case and hyphens ignored; exact = hyphens ignored; raw = as written;
    before_list = folded, in the part before the list of ingredients.
    """

    claim: str
    kind: Literal["companion", "forbidden", "allowed"]
    mode: Literal["folded", "exact", "raw", "before_list"]
    pattern: str
    when: Literal["", "to_japan", "mixed", "below_95"] = ""
    says: str


WORDS: Final = Table("words", WordRow, "claim kind mode pattern", "words beside a claim")
_LIST_STARTS: Final = re.compile(r"ingredients|ingredienser|原材料")
_NUMBER: Final = r"([0-9]+(?:[.,][0-9]+)?) ?%"
_STATED: Final = (
    re.compile(rf"{_NUMBER} (?:of (?:the )?)?(?:agricultural ingredients|organic|bio\b)"),
    re.compile(rf"{_NUMBER} ?(?:有機|オーガニック)"),
    re.compile(rf"\borganic(?: ingredients| materials| content| share)? ?:? ?{_NUMBER}"),
    re.compile(rf"(?:有機|オーガニック) ?:? ?{_NUMBER}"),
)


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
    words = [
        word
        for word in WORDS.in_force(on)
        if word.claim == row.claim and _asked(word, recipe, to_japan=to_japan)
    ]
    rest = text
    for word in words:
        if word.kind == "allowed":
            rest = re.sub(_pattern(word), "", spaced(rest), flags=re.IGNORECASE)
    for word in words:
        if word.kind == "companion" and not _found(word, text):
            yield from fails("COMPANION")
        if word.kind == "forbidden" and _found(word, rest):
            yield from fails("FORBIDDEN_WORD")
    written = spaced(text).casefold()
    if any(spaced(name).casefold() not in written for name in names):
        yield from fails("COMPANION")
    if recipe is not None:
        yield from _percentages(written, row, recipe)
        yield from SCHEMES[row.scheme].words(text, row, recipe)


def _asked(word: WordRow, recipe: Recipe | None, *, to_japan: bool) -> bool:
    if word.when == "to_japan":
        return to_japan
    if word.when == "":
        return True
    if recipe is None:
        return False
    if word.when == "below_95":
        ag = shares(recipe, "AG")
        return not at_least(ag.organic, ag.total, Decimal(95))
    organic = {entry.scheme for entry in recipe.ingredients if is_organic(entry)}
    return len(organic) > 1


def _pattern(word: WordRow) -> str:
    if word.pattern.isascii() and word.mode != "raw":
        return rf"(?<![0-9A-Za-z])(?:{word.pattern})(?![0-9A-Za-z])"
    return word.pattern


def _found(word: WordRow, text: str) -> bool:
    pattern = _pattern(word)
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
    count = shares(recipe, row.base)
    part = count.organic + (count.conversion if row.kind == "conversion" else 0)
    if count.total == 0:
        return
    limit = 100 * part // count.total
    for pattern in _STATED:
        for stated in pattern.findall(written):
            if Decimal(stated.replace(",", ".")) > limit:
                yield from fails("PERCENT_OVERSTATED")
