"""Who in a season says what is not theirs to say."""

from collections.abc import Callable, Iterable

from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.saying import may_say
from ledger.facts.standing import OPERATOR, stands

Came = Callable[[Fact], tuple[str | None, str]]
"""Whom the door of a fact vouches for, and which door it is."""


def by_hand(_fact: Fact) -> tuple[str | None, str]:
    """Everything comes in at the operator's door."""
    return OPERATOR, "file"


def over_kafka(_fact: Fact) -> tuple[str | None, str]:
    """Everything comes in over topics that all share."""
    return None, "kafka"


def out_of_standing(facts: Iterable[Fact], came: Came = by_hand) -> list[Fact]:
    """What is said by a party that may not say it; recorded in the order given."""
    record = Record()
    for rec, fact in enumerate(facts):
        record.add(fact, rec, *came(fact))
    return [
        known.fact
        for known in record
        if not stands(known.by, known.door, record.speaker_of(known), may_say(known.fact, record))
    ]
