"""Registered persons: who acts for a party on a day, and as what.

What somebody can do (PersonQualified, SealTrainingCompleted) registers nobody.
"""

from collections.abc import Collection
from datetime import date

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import PersonRegistered
from ledger.facts.scalars import WorksAs


def registration(record: Record, person: str, party: str) -> PersonRegistered | None:
    """What is registered of a person at a party: the latest by (time, id) of what binds."""
    found = record.about(PersonRegistered, About.PERSON, person)
    return next((fact for fact in reversed(found) if fact.party == party), None)


def works_as(record: Record, person: str, party: str, day: date) -> Collection[WorksAs] | None:
    """What a person does for a party on a day; None where it is not registered there then."""
    latest = registration(record, person, party)
    if latest is None or day < latest.from_ or (latest.until is not None and latest.until < day):
        return None
    return frozenset(latest.works_as)
