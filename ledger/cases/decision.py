"""What every decision about a case has, and the forms of what people say with one.

A refusal is one sentence that says what would have to be different, in any language.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct

from ledger.errors import Misuse, Sentence
from ledger.facts.identity import Document

text_letters_max: Final = 2_000
documents_max: Final = 20
name_letters_max: Final = 200
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ReasonName(str):
    """A reason code in a sentence: read as its reader says it."""

    __slots__ = ()


class Refusal(Misuse):
    """A decision that may not be: a sentence with `%(name)s` for each value, as in `Sentence`.

    `field` is what was wrong with what was given.
    """

    def __init__(self, sentence: str, /, *, field: str = "", **values: object) -> None:
        super().__init__(Sentence(sentence, **values), field=field)


class Decision(
    Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False
):
    """What every event of a case has.

    `case` is the id of its stream, `time` the canonical time by the clock it was decided by,
    `position` the last position of the log that the decision rests on.
    """

    makes: ClassVar[str]
    """What was done, as a word for people."""

    case: str
    time: str
    position: int


def text_of(given: str | None, field: str = "text") -> str | None:
    """What somebody says, without the space around it; None for nothing. Refuses what is long."""
    text = (given or "").strip() or None
    if text is not None and len(text) > text_letters_max:
        raise Refusal(
            "A text has at most %(most)s letters, not %(letters)s.",
            field=field, most=text_letters_max, letters=len(text),
        )  # fmt: skip
    return text


def needed(given: str | None, field: str, template: str) -> str:
    """The same where something has to be said; `template` is the sentence where it is not."""
    text = text_of(given, field)
    if text is None:
        raise Refusal(template, field=field)
    return text


def documents_of(given: Sequence[Document]) -> tuple[Document, ...]:
    """The evidence that somebody names: at most 20, each with a name and the SHA-256 of a file."""
    if len(given) > documents_max:
        raise Refusal(
            "At most %(most)s documents are attached, not %(count)s.",
            field="documents", most=documents_max, count=len(given),
        )  # fmt: skip
    for one in given:
        if not 1 <= len(one.name) <= name_letters_max:
            raise Refusal(
                "The name of a document has 1 to %(most)s letters.",
                field="documents", most=name_letters_max,
            )  # fmt: skip
        if _SHA256.fullmatch(one.sha256) is None:
            raise Refusal(
                "The SHA-256 of document %(name)s is no 64 hex digits.",
                field="documents", name=one.name,
            )  # fmt: skip
    return tuple(given)
