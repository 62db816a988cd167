"""Registering persons by the operator's own door: the first of a party, who registers the rest."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.errors import Misuse
from ledger.facts.registry import PersonRegistered
from ledger.facts.scalars import WorksAs, time_text
from ledger.facts.standing import OPERATOR
from ledger.intake import OPERATOR as DOOR
from ledger.intake import Refused, read
from ledger.log import Entry, Log, Rows
from ledger.rules.moments import JAPAN
from ledger.views.projection import Projector
from ledger.views.reading import reading
from ledger.views.registered import registrations
from ledger.web.access.admin import Admin, note
from ledger.web.asking.letters_settled import fresh_id

SOURCE: Final = "operator"
"""The source that the operator's own registrations name."""


class Registration(NamedTuple):
    """Whom to register for a party, as what, from a day on to another; None: for good."""

    person: str
    party: str
    works_as: Sequence[WorksAs]
    first: date
    last: date | None = None


def register_first(log: Log, wanted: Registration, *, admin: Admin, now: int) -> PersonRegistered:
    """Register the first ADMIN of a party by the operator's door; `now` is µs UTC.

    Raises Misuse where the party has had one: it registers its persons itself.
    """
    with reading(log) as rows:
        for known in registrations(rows, log, wanted.party):
            if "ADMIN" in known.works_as:
                raise Misuse(
                    f"{known.person} keeps the accounts of {wanted.party}: that party registers"
                    " its persons itself, by PersonRegistered.",
                    field="party",
                )
    works_as = dict.fromkeys((*wanted.works_as, "ADMIN"))
    detail = f"party={wanted.party} works_as={','.join(works_as)} from={wanted.first}"

    def inside(rows: Rows) -> None:
        note(rows, admin, "account-made", wanted.person, detail=detail, now=now)

    return _record(log, wanted._replace(works_as=list(works_as)), OPERATOR, now, inside)


def register(log: Log, wanted: Registration, *, now: int) -> PersonRegistered:
    """Register a further person of a party, as `ledger load --as PARTY` does."""
    return _record(log, wanted, wanted.party, now, None)


def _record(
    log: Log, wanted: Registration, by: str, now: int, inside: Callable[[Rows], None] | None
) -> PersonRegistered:
    event = {
        "type": PersonRegistered.__name__, "id": str(fresh_id(now)), "time": time_text(now, JAPAN),
        "source": SOURCE, "person": wanted.person, "party": wanted.party,
        "from": wanted.first.isoformat(), "until": wanted.last and wanted.last.isoformat(),
        "works_as": wanted.works_as,
    }  # fmt: skip
    (verdict,) = read(json.dumps(event).encode(), "application/json", DOOR)
    if isinstance(verdict, Refused):
        raise Misuse(verdict.sentence, field=verdict.path)
    fact = verdict.fact
    assert isinstance(fact, PersonRegistered)  # noqa: S101 -- its type is given above
    log.decide(
        [Entry(verdict.id, verdict.topic, verdict.state, 1, verdict.at, "file", by, None)],
        inside=inside,
    )
    Projector(log).catch_up()
    return fact
