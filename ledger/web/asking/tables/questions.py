"""What a file leaves open: each question with how many cells it is of, and what may be answered.

An answer goes into the mapping, so that whoever keeps that is asked once.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from ledger.errors import Misuse
from ledger.tables.columns import TEMPLATES
from ledger.tables.dialects.numbers import fits_decimal
from ledger.tables.layout import TITLES_BETWEEN
from ledger.tables.mapping import Mapping as TableMapping
from ledger.tables.mapping import checked
from ledger.tables.messages import Message

ENCODINGS: Final = ("utf-8", "utf-16", "cp932", "euc-jp", "cp1252")
DELIMITERS: Final = ("comma", "semicolon", "tab", "bar")
COLUMN: Final = "column:"
"""Before the code of a column of which is asked where it stands."""
_answers_max: Final = 100
_centuries: Final = ("2000", "1900")


class Answer(NamedTuple):
    """What may be said, and how many cells it fits; None where that is not told."""

    value: str
    fits: int | None = None


class Question(NamedTuple):
    """What is open: its key in the mapping, or `column:CODE`; of how many cells; the answers.

    Anything may be said where there are none. `said` is what the first cell of it says.
    """

    key: str
    cells: int
    answers: Sequence[Answer]
    said: str = ""


def questions(messages: Iterable[Message]) -> list[Question]:
    """What messages on a file ask, each once, in one order."""
    by_code: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_code[message.code].append(message)
    found = [each for code, ask in _ASK.items() if by_code[code] for each in ask(by_code[code])]
    return [*{each.key: each for each in reversed(found)}.values()][::-1]


def _value(message: Message, name: str) -> str:
    return str(dict(message.values).get(name, ""))


def _parts(message: Message, *names: str) -> list[str]:
    return [each for name in names for each in _value(message, name).split(", ") if each]


def _choice(
    key: str, names: Sequence[str], every: Iterable[str], messages: Sequence[Message]
) -> list[Question]:
    """One of those that fit, or of all there are."""
    listed = _parts(messages[0], *names) or [*every]
    return [Question(key, 0, [Answer(each) for each in listed[:_answers_max]])]


def _hidden(messages: Sequence[Message]) -> list[Question]:
    count = sum(int(_value(each, "count")) for each in messages)
    return [Question("hidden", count, [Answer("read", count), Answer("skip", count)])]


def _day_order(messages: Sequence[Message]) -> list[Question]:
    """Each message tells the counts of its column."""
    columns = {(each.sheet, each.column): each for each in messages}.values()
    cells, mdy, dmy = (
        sum(int(_value(each, name)) for each in columns) for name in ("all", "mdy", "dmy")
    )
    said = _value(messages[0], "said")
    return [Question("day_order", cells, [Answer("mdy", mdy), Answer("dmy", dmy)], said)]


def _decimal(messages: Sequence[Message]) -> list[Question]:
    said = [_value(each, "said") for each in messages]
    answers = [
        Answer(sign, sum(fits_decimal(text, sign) for text in said)) for sign in ("point", "comma")
    ]
    return [Question("decimal", len(said), answers, said[0])]


def _same(key: str, values: Sequence[str], messages: Sequence[Message]) -> list[Question]:
    """What every answer fits all cells of."""
    count = len(messages)
    said = _value(messages[0], "said")
    return [Question(key, count, [Answer(value, count) for value in values], said)]


def _year(messages: Sequence[Message]) -> list[Question]:
    """The year of days without one; the century of years of two digits."""
    short = [each for each in messages if _has_year(_value(each, "said"))]
    none = [each for each in messages if not _has_year(_value(each, "said"))]
    found: list[Question] = []
    if none:
        found += [
            Question(key, len(none), (), _value(none[0], "said")) for key in ("year", "fiscal_year")
        ]
    return found + (_same("two_digit_years", _centuries, short) if short else [])


def _has_year(said: str) -> bool:
    return len(re.findall(r"[0-9]+|[A-Za-z]{3,}", said)) > 2


def _unclear(messages: Sequence[Message]) -> list[Question]:
    """A heading that several columns may mean: each may be said to stand there."""
    found = []
    for message in messages:
        heading = _value(message, "heading")
        codes = _parts(message, "columns")
        found.append(Question(f"heading:{heading}", 0, [Answer(code) for code in codes], heading))
    return found


def _missing(messages: Sequence[Message]) -> list[Question]:
    """Which of the headings that are there each column that was not found is called."""
    titles = _value(messages[0], "titles").split(TITLES_BETWEEN)
    answers = [Answer(each) for each in titles if each][:_answers_max]
    codes = _parts(messages[0], "missing")
    return [Question(f"{COLUMN}{code}", 0, answers) for code in codes] if answers else []


def _twice(messages: Sequence[Message]) -> list[Question]:
    return [
        Question(
            f"{COLUMN}{_value(each, 'column')}", 0,
            [Answer(f"={_value(each, name)}") for name in ("first", "second")],
        )
        for each in messages
    ]  # fmt: skip


def _corrections(messages: Sequence[Message]) -> list[Question]:
    count = sum(each.way == "conflict/corrections" for each in messages)
    return [Question("corrections", count, [Answer("true", count)])] if count else []


Ask = Callable[[Sequence[Message]], list[Question]]
_ASK: Final[Mapping[str, Ask]] = {
    "encoding-unclear": partial(_choice, "encoding", ("fits",), ENCODINGS),
    "delimiter-unclear": partial(_choice, "delimiter", (), DELIMITERS),
    "template-unclear": partial(_choice, "template", ("fits",), TEMPLATES),
    "sheet-unclear": partial(_choice, "sheets", ("fits", "sheets"), ()),
    "hidden-rows": _hidden,
    "header-missing": _missing,
    "heading-unclear": _unclear,
    "heading-twice": _twice,
    "zone-missing": partial(_same, "zone", ()),
    "date-unclear": _day_order,
    "year-missing": _year,
    "clock-twice": partial(_same, "fold", ("first", "second")),
    "decimal-unclear": _decimal,
    "id-shortened": partial(_same, "ids_like_numbers", ("true",)),
    "x-unclear": partial(_same, "x_means", ("true", "false")),
    "conflict": _corrections,
}
"""By code, what is asked."""
KEYS: Final = (
    "encoding", "delimiter", "template", "sheets", "hidden", "zone", "day_order", "year",
    "fiscal_year", "two_digit_years", "fold", "decimal", "ids_like_numbers", "x_means", "source",
)  # fmt: skip
"""What may be answered besides where columns stand."""
_WHOLE: Final = frozenset({"year", "fiscal_year", "two_digit_years"})
_YES_OR_NO: Final = frozenset({"ids_like_numbers", "x_means"})
_HEADING: Final = "heading:"


def answered(mapping: TableMapping, answers: Mapping[str, str]) -> TableMapping:
    """A mapping with answers in it by their question's key; "" leaves open. Raises Misuse."""
    said: dict[str, Any] = msgspec.to_builtins(mapping)
    columns: dict[str, Any] = said.setdefault("columns", {})
    for key, text in answers.items():
        if key in KEYS:
            said[key] = _read(key, text)
        elif text and key.startswith(COLUMN):
            columns[key.removeprefix(COLUMN)] = text
        elif text and key.startswith(_HEADING):
            columns[text] = key.removeprefix(_HEADING)
    kept = {key: value for key, value in said.items() if value is not None}
    try:
        return checked(msgspec.convert(kept, TableMapping))
    except msgspec.ValidationError as error:
        raise Misuse(f"The mapping cannot be read: {error}.", field="mapping") from None


def _read(key: str, text: str) -> Any:
    if not text:
        return None
    if key == "sheets":
        return [text]
    if key in _YES_OR_NO:
        return text == "true"
    # What is no number is left as it is, to be refused by name.
    return int(text) if key in _WHOLE and text.isascii() and text.isdigit() else text
