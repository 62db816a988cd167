"""The named, typed values of a case, by what its rule says it hands over (`Says`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.rules.reading import ABSENT, TYPES, Type, Words, listed
from ledger.rules.rule import Says
from ledger.rules.templates import Slot, Unfit
from ledger.rules.violation import SubjectKind, Violation

_OF_SUBJECT: Final[Mapping[SubjectKind, str]] = {
    SubjectKind.ACCOUNT: "mark holder:party site",
    SubjectKind.CERTIFICATE: "certificate/2",
    SubjectKind.ISSUER: "issuer:party",
    SubjectKind.LABEL: "label version",
    SubjectKind.PARTY_YEAR: "party year",
    SubjectKind.APPLICATION: "_",
    SubjectKind.EVENT: "_",
}
"""The parts of a subject's key; all other kinds are one part of that type."""
_PART: Final = re.compile(
    r"(?P<name>_|[a-z][a-z_]*[0-9]?)(?::(?P<type>[a-z]+))?(?:/(?P<taken>2))?"
    r"(?P<times>[?*+])?(?:!(?P<unlike>[a-z]+))?"
)


Side = tuple[str, ...]
"""The values of one side of a case, each in words."""


class Shown(NamedTuple):
    """A case as some moment shows it."""

    rule: str
    subject_kind: str
    subject: str
    discriminator: str
    expected: Sequence[str]
    found: Sequence[str]


class Part(NamedTuple):
    """One part of what a rule hands over; `_` and a word that only tells kinds are not said."""

    name: str
    type: str = ""
    taken: int = 1
    times: str = ""
    unlike: str = ""
    word: str = ""

    @property
    def slot(self) -> Slot:
        """What a text may ask of it."""
        of = TYPES[self.type]
        many = self.times in ("*", "+")
        may_miss = self.times in ("?", "*") or bool(self.unlike)
        return Slot(frozenset(of.forms), many or of.counts, may_miss)


class Value(NamedTuple):
    """A value of a case: none, one or several texts of one type."""

    type: Type
    texts: tuple[str, ...]
    say: Words

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return bool(self.texts)

    @property
    def times(self) -> int:
        """How many that are."""
        counted = self.type.counts and len(self.texts) == 1
        return abs(int(self.texts[0].strip("+ more"))) if counted else len(self.texts)

    def read(self, form: str) -> str:
        """The value in words."""
        read = [self.type.forms[form](text, self.say) for text in self.texts]
        return listed(read, self.type, self.say)


class Kind(NamedTuple):
    """A kind of cases: what it is on, and what its four sides are made of."""

    on: SubjectKind
    sides: tuple[tuple[Part, ...], ...]

    @property
    def slots(self) -> dict[str, Slot]:
        """The values that a text may name."""
        return {part.name: part.slot for side in self.sides for part in side if part.name != "_"}

    def given(self, case: Shown | Violation) -> dict[str, tuple[str, ...]] | None:
        """The texts of a case by the names of its values; None where it is of another kind."""
        if case.subject_kind != self.on:
            return None
        given: dict[str, tuple[str, ...]] = {}
        for parts, side in zip(self.sides, _sides(case), strict=True):
            if not _fits(parts, side, given):
                return None
        return given

    def values(self, case: Shown | Violation, say: Words) -> dict[str, Value] | None:
        """The values of a case; None where it is of another kind."""
        given = self.given(case)
        if given is None:
            return None
        return {
            part.name: Value(TYPES[part.type], _said(part, given), say)
            for side in self.sides
            for part in side
            if part.name != "_"
        }

    def sides_read(self, values: Mapping[str, Value]) -> tuple[Side, Side]:
        """What was expected and what was found: all that has words by itself."""
        expected, found = (
            tuple(
                value.read("")
                for part in side
                if part.name != "_" and (value := values[part.name]).there
                if "" in value.type.forms
            )
            for side in self.sides[2:]
        )
        return expected, found


def kind_of(says: Says) -> Kind:
    """What a rule says of a kind of its cases, taken apart. Raises Unfit."""
    subject = _OF_SUBJECT.get(says.on, str(says.on))
    sides = subject, says.discriminator, says.expected, says.found
    kind = Kind(says.on, tuple(tuple(_parts(side)) for side in sides))
    named = [part.name for side in kind.sides for part in side if part.name != "_"]
    if len({*named}) < len(named):
        raise Unfit("one name for two values")
    return kind


def name_of(says: Says) -> str:
    """What a kind of cases is called where its words stand."""
    words = [part[1:] for part in says.discriminator.split() if part.startswith("=")]
    return says.kind or (words[-1].lower() if words else str(says.on))


def _sides(case: Shown | Violation) -> Iterator[list[str]]:
    yield case.subject.split(" ")
    yield case.discriminator.split(" ") if case.discriminator else []
    yield [*case.expected]
    yield [*case.found]


def _fits(parts: Sequence[Part], side: list[str], given: dict[str, tuple[str, ...]]) -> bool:
    """Whether a side of a case is made of these parts, which are then among the given."""
    left = side
    for part in parts:
        taken, left = _taken(part, left)
        if taken is None:
            return False
        if part.name != "_":
            given[part.name] = taken
    return not left


def _taken(part: Part, left: list[str]) -> tuple[tuple[str, ...] | None, list[str]]:
    """What a part takes of what is left of a side: None where it asks for something else."""
    if part.times in ("*", "+"):
        some: list[str] = []
        while left and (left[0] in ABSENT or _accepts(part, left[0])):
            some += [] if left[0] in ABSENT else [_plain(left[0], part)]
            left = left[1:]
        return (None if part.times == "+" and not some else tuple(some)), left
    text, rest = " ".join(left[: part.taken]), left[part.taken :]
    if part.times == "?" and (not left or text in ABSENT):
        return (), rest
    if len(left) >= part.taken and _accepts(part, text):
        return (_plain(text, part),), rest
    return (() if part.times == "?" else None), left


def _accepts(part: Part, text: str) -> bool:
    if part.word:
        return text == part.word
    return not part.type or bool(TYPES[part.type].accepts(text))


def _plain(text: str, part: Part) -> str:
    """A part of a key as people write it; what has parts itself is taken apart where it is read."""
    return text if part.type in _OF_PARTS else text.replace("%20", " ")


_OF_PARTS: Final = frozenset({"holding", "account", "place", "labelled"})


def _said(part: Part, given: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A value, none where it is not to be said again."""
    found = given[part.name]
    return () if part.unlike and given[part.unlike] == found else found


def _parts(side: str) -> Iterator[Part]:
    for given in side.split():
        if given.startswith("="):
            yield Part("_", word=given[1:])
            continue
        found = _PART.fullmatch(given)
        if found is None:
            raise Unfit(f"no part: {given!r}")
        name, of = found["name"], found["type"]
        kind = of or ("" if name == "_" else name)
        if kind and kind not in TYPES:
            raise Unfit(f"no type {kind!r}")
        taken = int(found["taken"] or 1)
        yield Part(name, kind, taken, found["times"] or "", found["unlike"] or "")
