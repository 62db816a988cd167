"""Who in a season says what is not theirs to say."""

from collections.abc import Iterable

from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.standing import may_say, stands


def out_of_standing(facts: Iterable[Fact]) -> list[Fact]:
    """What is said by a party that may not say it, where all comes in at the operator's door."""
    record = Record((fact, fact.at) for fact in facts)
    return [
        known.fact
        for known in record
        if not stands(known.by, known.door, record.speaker_of(known), may_say(known.fact, record))
    ]
