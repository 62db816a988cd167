"""Corrections: what was reported and should not have been."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from ledger.facts.identity import Fact
from ledger.facts.scalars import EventId


class EventRetracted(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """An event does not count. It may arrive before its target."""

    channels: ClassVar[frozenset[str]] = frozenset("SOC")

    target: EventId
    reason: Literal["DID_NOT_HAPPEN", "INCORRECT_DATA", "DUPLICATE", "OTHER"]


def targets_of(fact: Fact) -> Iterator[str]:
    """The ids of the events that a fact retracts or corrects, each once."""
    target = fact.target if isinstance(fact, EventRetracted) else None
    if target is not None:
        yield target
    if fact.corrects is not None and fact.corrects != target:
        yield fact.corrects
