"""Registered persons for tests: who may decide for a party, whenever that is."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from ledger.facts.registry import PersonRegistered
from ledger.facts.scalars import WorksAs
from ledger.log import Log
from ledger.views.reading import reading
from ledger.views.registered import registrations
from ledger.web.asking import persons

EVERYTHING: Sequence[WorksAs] = get_args(WorksAs)[:-1]
REGISTERED = 1_775_000_000_000_000
"""When the persons of tests are registered, µs UTC; from long before on."""


def register(
    log: Log, party: str, person: str, works_as: Sequence[WorksAs] = EVERYTHING
) -> PersonRegistered | None:
    """Register a person, unless the party has it; by what the party itself says."""
    with reading(log) as rows:
        if any(known.person == person for known in registrations(rows, log, party)):
            return None
    wanted = persons.Registration(person, party, works_as, date(2000, 1, 1))
    return persons.register(log, wanted, now=REGISTERED)
