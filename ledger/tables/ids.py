"""The ids of what stands in rows: the same row is the same event, whoever saves the file again.

An id is `uuid5` of a name in a namespace that belongs to one ledger and is told to nobody, so that
nobody can take an id that others will need.
"""

import json
import unicodedata
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from ledger.facts import canonical
from ledger.facts.identity import Fact

NO_ID: Final = "00000000-0000-0000-0000-000000000000"
"""What stands for the id of an event that has none yet."""
Name = tuple[Any, ...]
"""What an id is made of: texts, numbers and lists of texts."""


def made(namespace: UUID, name: Name) -> str:
    """The id of a name."""
    text = json.dumps(name, ensure_ascii=False, separators=(",", ":"))
    return str(uuid5(namespace, unicodedata.normalize("NFC", text)))


def by_ref(source: str, kind: str, ref: str, revision: int) -> Name:
    """The name of an event that has a number of its own."""
    return "ref", source, kind, ref, revision


def by_key(source: str, kind: str, key: Sequence[str], revision: int) -> Name:
    """The name of an event that its fields tell from others; what is absent is empty."""
    return "key", source, kind, list(key), revision


def by_row(fact: Fact, nth: int) -> Name:
    """The name of an event that nothing tells from its like but its order among them, from 1."""
    return "row", fact.source, type(fact).__name__, content(canonical.encode(fact)), nth


def gone(target: str) -> Name:
    """The name of the retraction of an event that a newer file does not have any more."""
    return "gone", target


def content(state: bytes) -> str:
    """A canonical form without its id."""
    text = state.decode()
    at = text.index(',"id":"')
    return text[:at] + text[at + len(',"id":"') + len(NO_ID) + 1 :]
