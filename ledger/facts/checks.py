"""The characters of a fact's ids, numbers and words: what lengths and kinds alone do not say.

Most facts hold nothing but visible ASCII; one look at the canonical form then settles them all.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, NamedTuple, cast

from msgspec import Struct, inspect

from ledger.facts.identity import Fact
from ledger.facts.registry import PartyRegistered
from ledger.facts.scalars import FieldError
from ledger.facts.standing import OPERATOR

Form = Literal["id", "uuid", "printable", "text"]

CASE_VERSION: Final = "8"
"""The ids of cases are UUIDs of version 8; no fact may take one."""

_UUID_CHARACTERS: Final = 36
_UUID_BYTES: Final = 16
_PLAIN: Final = bytes(set(range(ord("!"), ord("~") + 1)) - {ord("\\")})
"""Bytes that are right in every field: visible ASCII that JSON writes as it is."""


class _Worded(NamedTuple):
    """A field that holds words: its Python name, its name outside, and their form."""

    attribute: str
    name: str
    form: Form
    many: bool


class _Nested(NamedTuple):
    """A field that holds one object or many, which hold words."""

    attribute: str
    name: str
    kind: type[Struct]
    many: bool


class _Plan(NamedTuple):
    """Where a type holds words and objects; `uuids`: those of form uuid, by both their names."""

    words: tuple[_Worded, ...]
    uuids: tuple[tuple[str, str], ...]
    nested: tuple[_Nested, ...]


def packed(uuid: str) -> bytes | None:
    """The 16 bytes of a UUID in lower case; None where a text is none."""
    try:
        number = bytes.fromhex(uuid.replace("-", ""))
    except ValueError:
        return None
    # Dashes elsewhere, and spaces, would leave fewer bytes.
    right = (
        len(uuid) == _UUID_CHARACTERS
        and uuid[8:24:5] == "----"
        and len(number) == _UUID_BYTES
        and uuid == uuid.lower()
    )
    return number if right else None


def check(fact: Fact, state: bytes) -> bytes:
    """The 16 bytes of a fact's id; `state` is its canonical form.

    Raises FieldError where a character of it is not allowed. The id must not have version 8.
    """
    kind = type(fact)
    plan = plan_of(kind)
    number = b""
    for attribute, name in plan.uuids:
        value = getattr(fact, attribute)
        if value is None:
            continue
        found = packed(value)
        if found is None:
            raise FieldError(name, "expected a UUID, such as 0190a7c2-…, in 36 characters")
        number = number or found
    if fact.id[14] == CASE_VERSION:
        raise FieldError("id", "UUIDs of version 8 belong to the ledger's own cases")
    if kind is PartyRegistered and getattr(fact, "party", "") == OPERATOR:
        raise FieldError("party", f"{OPERATOR} is the operator's own name, not a party's")
    if state.translate(None, _PLAIN):
        _walk(fact, plan, "")
    return number


def _walk(holder: Struct, plan: _Plan, path: str) -> None:
    for word in plan.words:
        value = getattr(holder, word.attribute)
        if value is None:
            continue
        if word.many:
            for index, each in enumerate(value):
                _check_word(each, word.form, f"{path}{word.name}[{index}]")
        else:
            _check_word(value, word.form, path + word.name)
    for nested in plan.nested:
        value = getattr(holder, nested.attribute)
        if value is None:
            continue
        inner = plan_of(nested.kind)
        if nested.many:
            for index, each in enumerate(value):
                _walk(each, inner, f"{path}{nested.name}[{index}].")
        else:
            _walk(value, inner, f"{path}{nested.name}.")


def is_id(value: str) -> bool:
    """Whether a text has the characters of an id; lengths are the types' affair."""
    return value.isascii() and value.isprintable() and " " not in value


def _check_word(value: str, form: Form, path: str) -> None:
    if form == "id" and not is_id(value):
        raise FieldError(path, "expected visible ASCII characters without spaces")
    if form == "printable" and not (value.isprintable() and value.strip()):
        raise FieldError(path, "expected printable characters")
    if "\x00" in value:
        raise FieldError(path, "the character U+0000 is not text")


@cache
def plan_of(kind: type[Struct]) -> _Plan:
    """Where `kind` holds words and objects."""
    info = cast("inspect.StructType", inspect.type_info(kind))
    words: list[_Worded] = []
    nested: list[_Nested] = []
    for field in info.fields:
        for held, many in _held(field.type):
            if isinstance(held, inspect.StructType):
                nested.append(_Nested(field.name, field.encode_name, held.cls, many))
            elif form := _form(held):
                words.append(_Worded(field.name, field.encode_name, form, many))
    uuids = tuple((word.attribute, word.name) for word in words if word.form == "uuid")
    return _Plan(tuple(words), uuids, tuple(nested))


def _held(of: inspect.Type) -> Iterator[tuple[inspect.Type, bool]]:
    """What a field may hold, and whether it holds many; None left out."""
    if isinstance(of, inspect.UnionType):
        for each in of.types:
            if not isinstance(each, inspect.NoneType):
                yield from _held(each)
    elif isinstance(of, inspect.VarTupleType):
        yield of.item_type, True
    else:
        yield of, False


def _form(of: inspect.Type) -> Form | None:
    if isinstance(of, inspect.Metadata):
        return cast("Form", (of.extra or {}).get("form", "text"))
    if isinstance(of, inspect.StrType) and of.pattern is None:
        return "text"
    return None
