"""Registered persons as the ledger knows them: who decides for a party today.

A decision names a person who is registered for the party that takes it, or is refused.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.errors import NotPermitted, Sentence, template
from ledger.facts.mentions import About
from ledger.facts.persons import works_as
from ledger.facts.registry import PersonRegistered
from ledger.facts.scalars import WorksAs, local_day, time_text
from ledger.log import Log
from ledger.rules.moments import JAPAN
from ledger.views.folding import Rows
from ledger.views.loading import facts_about

_UNREGISTERED: Final = template("%(person)s is not registered for %(party)s on that day.")
_MISSING: Final = {
    "REPORTER": template("%(person)s is registered for %(party)s, but not to record."),
    "EXPLAINER": template("%(person)s is registered for %(party)s, but not to explain."),
    "DECIDER": template("%(person)s is registered for %(party)s, but not to decide cases."),
    "SIGNER": template("%(person)s is registered for %(party)s, but not to sign periods."),
    "ADMIN": template("%(person)s is registered for %(party)s, but not to keep its accounts."),
    "OTHER": template("%(person)s is registered for %(party)s, but not for this."),
}


def today(now: int) -> date:
    """The day in Japan at a moment, µs UTC: that by which persons are registered."""
    return local_day(time_text(now, JAPAN))


class Acting(NamedTuple):
    """Somebody wants to act for a party on a day, as what."""

    person: str
    party: str
    day: date
    function: WorksAs


def registered(rows: Rows, log: Log, acting: Acting) -> bool:
    """Whether the person is registered for the party on that day, and works so."""
    return acting.function in (_works_as(rows, log, acting) or ())


def check_registered(rows: Rows, log: Log, acting: Acting) -> None:
    """Raise NotPermitted, in words for people, unless the person may act so for the party."""
    found = _works_as(rows, log, acting)
    if found is None:
        sentence = Sentence(_UNREGISTERED, person=acting.person, party=acting.party)
        raise NotPermitted(sentence, field="person")
    if acting.function not in found:
        sentence = Sentence(_MISSING[acting.function], person=acting.person, party=acting.party)
        raise NotPermitted(sentence, field="person")


def _works_as(rows: Rows, log: Log, acting: Acting) -> Collection[WorksAs] | None:
    record = facts_about(rows, log, [(About.PERSON, acting.person)])
    return works_as(record, acting.person, acting.party, acting.day)


def registrations(rows: Rows, log: Log, party: str) -> Sequence[PersonRegistered]:
    """What binds of the registrations of a party's persons, in order of (time, id)."""
    record = facts_about(rows, log, [(About.PARTY, party)])
    return [
        fact for fact in record.about(PersonRegistered, About.PARTY, party) if fact.party == party
    ]
