"""What would show something, and what is unproven of it, in words instead of names of fields.

`LotRecorded.field.barrier` is the record of a lot and a column of its table; `PROCESSED STAFFING
GRADERS` is a criterion by its list, topic and item. Whatever is neither stays as it is.
"""

import re
from collections.abc import Mapping
from typing import Final

from ledger.rules.reading import TONGUES
from ledger.tables.columns import TEMPLATES
from ledger.tables.headings import names_of
from ledger.web.pages.language import Language
from ledger.web.problems import said

PARTS: Final[Mapping[str, str]] = {
    "documents": said("documents"),
    "field": said("the field"),
    "inputs": said("inputs"),
    "inputs.label_verified": said("inputs: label verified"),
    "run": said("run between other goods"),
    "ingredients.origin": said("ingredients: origin"),
    "ingredients.scheme": said("ingredients: scheme"),
}
"""Parts of events that take several columns, or that no column names."""
_EVENT: Final = re.compile(r"([A-Z][A-Za-z]+)(?:\.([a-z0-9_.]+))?")
_CRITERION: Final = re.compile(r"([A-Z_]+) ([A-Z_]+) ([A-Z_]+)")
_TABLES: Final = ("criteria", "topic", "item")


def told(texts: str, say: Language) -> list[str]:
    """Each of several texts, joined by commas, in words."""
    return [_told(text, say) for text in texts.split(", ")]


def _told(text: str, say: Language) -> str:
    event = _EVENT.fullmatch(text)
    if event and event[1] in TEMPLATES:
        name = say.event(event[1])
        if event[2] is None:
            return name
        part = _part(event[1], event[2], say)
        return f"{name}（{part}）" if say.code == "ja" else f"{name} ({part})"
    criterion = _CRITERION.fullmatch(text)
    if criterion:
        return " · ".join(map(say.word, criterion.groups(), _TABLES))
    return text


def _part(event: str, field: str, say: Language) -> str:
    if field in PARTS:
        return say.say(PARTS[field])
    try:
        return names_of(field.replace(".", "_"), TEMPLATES[event])[TONGUES.index(say.code)]
    except KeyError:
        return field
