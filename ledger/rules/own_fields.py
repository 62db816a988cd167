"""What a fact says itself, without the fields that every event has."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from ledger.facts.identity import Fact


@cache
def own_fields(kind: type[Fact]) -> tuple[str, ...]:
    """The names of the fields of a type that are not common to every event, in order."""
    return tuple(name for name in kind.__struct_fields__ if name not in Fact.__struct_fields__)


def own_values(fact: Fact) -> dict[str, Any]:
    """The values of a fact's own fields by name, in order."""
    return {name: getattr(fact, name) for name in own_fields(type(fact))}


def differing(one: Fact, other: Fact, fields: Iterable[str]) -> list[str]:
    """The fields, of those asked for, in which two facts of one type differ; sorted."""
    return sorted(name for name in fields if getattr(one, name) != getattr(other, name))
