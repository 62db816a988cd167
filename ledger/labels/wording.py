"""The wording of a label: words it must have, words it must not, and percentages it states.

Judged only where the wording is known; otherwise it rests on the agent who approved the label.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from ledger.labels.claims import ClaimRow
from ledger.labels.ingredients import before_list
from ledger.labels.recipe import Recipe, at_least, shares, spaced
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.scheme import SCHEMES, Operator, Wording
from ledger.labels.verdict import Reason, fails, unshown


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
    when: Literal["", "to_japan", "below_95"] = ""
    says: str


class GmoFreeRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a language says that goods are free of gene modification, and which schemes forbid it.

    `pattern` over words in lower case without hyphens; `parted` = words stand apart in it.
    """

    language: str
    pattern: str
    parted: Literal["yes", "no"]
    schemes: frozenset[str]


WORDS: Final = Table("words", WordRow, "claim kind mode pattern", "words beside a claim")
GMO_FREE: Final = Table("gmo_free", GmoFreeRow, "language", "words for free of gene modification")
_NUMBER: Final = r"([0-9]+(?:[.,][0-9]+)?) ?%"
_STATED: Final = (
    re.compile(rf"{_NUMBER} (?:of (?:the )?)?(?:agricultural ingredients|organic|bio\b)"),
    re.compile(rf"{_NUMBER} ?(?:有機|オーガニック)"),
    re.compile(rf"\borganic(?: ingredients| materials| content| share)? ?:? ?{_NUMBER}"),
    re.compile(rf"(?:有機|オーガニック) ?:? ?{_NUMBER}"),
)


def wording(said: Wording) -> Iterator[Reason]:
    """COMPANION, FORBIDDEN_WORD, PERCENT_OVERSTATED and more of the words of a label.

    Names of parties are asked as registered, case ignored.
    """
    yield from _words(said)
    yield from _gmo_free(said)
    written = spaced(said.text).casefold()
    for name in said.names:
        if spaced(name).casefold() not in written:
            yield from fails("COMPANION", detail=name)
    if said.operator is not None:
        yield from _operator(said.text, said.operator)
    if said.recipe is not None:
        yield from _percentages(written, said.row, said.recipe)
    yield from SCHEMES[said.row.scheme].words(said)


def _words(said: Wording) -> Iterator[Reason]:
    words = [
        word
        for word in WORDS.in_force(said.on)
        if word.claim == said.row.claim and _asked(word, said.recipe, to_japan=said.to_japan)
    ]
    rest = said.text
    for word in words:
        if word.kind == "allowed":
            rest = re.sub(_pattern(word), "", spaced(rest), flags=re.IGNORECASE)
    for word in words:
        if word.kind == "companion" and not _found(word, said.text):
            yield from fails("COMPANION", detail=word.says)
        if word.kind == "forbidden" and _found(word, rest):
            yield from fails("FORBIDDEN_WORD", detail=word.says)


def _gmo_free(said: Wording) -> Iterator[Reason]:
    """Schemes under which nothing is gene-modified let nobody say so of single goods."""
    written = spaced(said.text).casefold()
    for row in GMO_FREE.in_force(said.on):
        if said.row.scheme not in row.schemes:
            continue
        pattern = f"(?:{row.pattern})"
        if row.parted == "yes":
            pattern = rf"(?<!\w){pattern}(?!\w)"
        if (found := re.search(pattern, written)) is not None:
            yield from fails("FORBIDDEN_WORD", detail=found[0])


def _operator(text: str, operator: Operator) -> Iterator[Reason]:
    """Name and address of the operator, without regard to case, spaces and punctuation."""
    written = _letters(text)
    if operator.address is None:
        yield from unshown("ADDRESS_MISSING")
    for what, wanted in (("name", operator.name), ("address", operator.address)):
        if wanted is not None and _letters(wanted) not in written:
            yield from fails("COMPANION", detail=f"{what} of the operator: {wanted}")


def _letters(text: str) -> str:
    """Compatibility forms joined, case, spaces and punctuation left out."""
    joined = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in joined if unicodedata.category(one)[0] not in "CPZ")


def _asked(word: WordRow, recipe: Recipe | None, *, to_japan: bool) -> bool:
    if word.when == "to_japan":
        return to_japan
    if word.when == "":
        return True
    if recipe is None:
        return False
    ag = shares(recipe, "AG")
    return not at_least(ag.organic, ag.total, Decimal(95))


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
    if word.mode == "before_list":
        written = spaced(before_list(text) or "")
    return re.search(pattern, written.casefold()) is not None


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
                yield from fails("PERCENT_OVERSTATED", detail=f"{stated} %")
