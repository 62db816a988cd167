"""Texts with blanks: what a text may hold, whether it fits its values, and how it reads.

    text   = (letters | field | choice | plural)*       field = "{" name [":" form] "}"
    choice = "{?" name ":" text ["|" text] "}"          the first where the value is there
    plural = "{#" name ":" one "|" other "}"            by the count of the value

A text that names what there is not, or reads a value as what it is not, is refused when it is
loaded, so that no case can meet it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

_NAME: Final = re.compile(r"[a-z][a-z_]*[0-9]?")
_MARKS: Final = re.compile(r"[{}|]")


class Unfit(ValueError):  # noqa: N818 -- what is wrong, not that something is
    """A text that cannot be read, or does not fit what a rule hands over."""


class Field(NamedTuple):
    """The place of a value, read in a form of its type; the empty form is the usual one."""

    name: str
    form: str


class Choice(NamedTuple):
    """What is said where a value is there, and where it is missing."""

    name: str
    there: "Text"
    missing: "Text"


class Plural(NamedTuple):
    """What is said of one and of any other number."""

    name: str
    one: "Text"
    other: "Text"


Node = str | Field | Choice | Plural
Text = tuple[Node, ...]


class Value(Protocol):
    """A value as a text sees it."""

    @property
    def there(self) -> bool:
        """Whether there is one."""

    @property
    def times(self) -> int:
        """How many that are."""

    def read(self, form: str) -> str:
        """The value in words."""


class Slot(NamedTuple):
    """What is known of a value before any case: its forms, and what may be asked of it."""

    forms: frozenset[str]
    countable: bool
    may_miss: bool


def parsed(text: str) -> Text:
    """The parts of a text. Raises Unfit."""
    nodes, end = _text(text, 0, inside=False)
    if end != len(text):
        raise Unfit(f"a bracket too many at {text[end:]!r}")
    return nodes


def _text(text: str, at: int, *, inside: bool) -> tuple[Text, int]:
    """The nodes from a place on, up to the end or, inside a bracket, up to its `|` or `}`."""
    nodes: list[Node] = []
    while found := _MARKS.search(text, at):
        if found.start() > at:
            nodes.append(text[at : found.start()])
        at = found.start()
        if text[at] != "{":
            if inside:
                return tuple(nodes), at
            raise Unfit(f"{text[at]!r} outside of brackets")
        node, at = _bracket(text, at + 1)
        nodes.append(node)
    if inside:
        raise Unfit(f"no end of a bracket in {text!r}")
    if at < len(text):
        nodes.append(text[at:])
    return tuple(nodes), len(text)


def _bracket(text: str, at: int) -> tuple[Node, int]:
    kind = text[at] if text[at : at + 1] in ("?", "#") else ""
    found = _NAME.match(text, at + len(kind))
    if found is None:
        raise Unfit(f"no name at {text[at:]!r}")
    name, at = found.group(), found.end()
    if not kind:
        form = re.compile(r"(?::([a-z]+))?\}").match(text, at)
        if form is None:
            raise Unfit(f"no end of {name!r}")
        return Field(name, form.group(1) or ""), form.end()
    if text[at : at + 1] != ":":
        raise Unfit(f"no text for {name!r}")
    first, at = _text(text, at + 1, inside=True)
    second: Text = ()
    if text[at] == "|":
        second, at = _text(text, at + 1, inside=True)
    if text[at] != "}":
        raise Unfit(f"more than two texts for {name!r}")
    return (Choice if kind == "?" else Plural)(name, first, second), at + 1


def misfits(text: Text, slots: Mapping[str, Slot]) -> Iterator[str]:
    """Why a text cannot be said of such values, as sentences; none where it can."""
    yield from _misfits(text, slots, frozenset())


def _misfits(text: Text, slots: Mapping[str, Slot], sure: frozenset[str]) -> Iterator[str]:
    """The same where some values are known to be there."""
    for node in text:
        if isinstance(node, str):
            continue
        name, slot = node.name, slots.get(node.name)
        if slot is None:
            yield f"{name} is no value of this kind"
        elif isinstance(node, Choice):
            if not slot.may_miss:
                yield f"{name} is never missing"
            yield from _misfits(node.there, slots, sure | {name})
            yield from _misfits(node.missing, slots, sure - {name})
        else:
            if slot.may_miss and name not in sure:
                yield f"{name} may be missing, and nothing is said for that"
            yield from _unread(node, slot)
            if isinstance(node, Plural):
                yield from _misfits((*node.one, *node.other), slots, sure)


def _unread(node: Field | Plural, slot: Slot) -> Iterator[str]:
    if isinstance(node, Plural) and not slot.countable:
        yield f"{node.name} cannot be counted"
    if isinstance(node, Field) and node.form not in slot.forms:
        yield f"{node.name} has no form {node.form!r}"


def written(text: Text, values: Mapping[str, Value]) -> str:
    """A text with its values filled in."""
    return "".join(_written(node, values) for node in text)


def _written(node: Node, values: Mapping[str, Value]) -> str:
    match node:
        case str():
            return node
        case Field(name, form):
            return values[name].read(form)
        case Choice(name, there, missing):
            return written(there if values[name].there else missing, values)
        case Plural(name, one, other):
            return written(one if values[name].times == 1 else other, values)
