"""What a fact says itself, without the fields that every event has."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import msgspec

from ledger.facts.identity import Fact

_digest_bytes: Final = 16
_encode: Final = msgspec.json.Encoder(enc_hook=str).encode


@cache
def own_fields(kind: type[Fact]) -> tuple[str, ...]:
    """The names of the fields of a type that are not common to every event, in order."""
    return tuple(name for name in kind.__struct_fields__ if name not in Fact.__struct_fields__)


def own_values(fact: Fact) -> dict[str, Any]:
    """The values of a fact's own fields by name, in order."""
    return {name: getattr(fact, name) for name in own_fields(type(fact))}


def said_by(fact: Fact) -> UUID:
    """The digest of what a fact says: its type, source, actor, moment and own fields.

    Two facts with the same digest say the same thing twice; so many may be told apart one by one,
    and none is ever compared with all the others.
    """
    said = type(fact).__name__, fact.source, fact.actor, fact.at, own_values(fact)
    return UUID(bytes=blake2b(_encode(said), digest_size=_digest_bytes).digest())


def differing(one: Fact, other: Fact, fields: Iterable[str]) -> list[str]:
    """The fields, of those asked for, in which two facts of one type differ; sorted."""
    return sorted(name for name in fields if getattr(one, name) != getattr(other, name))
