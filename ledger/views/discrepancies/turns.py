"""Whom cases wait for: worked out for those that are shown, as far as the viewer may know it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from ledger.cases.discrepancy import State
from ledger.cases.due import Sayers, waits_for
from ledger.facts.scalars import local_day, time_text
from ledger.rules.moments import JAPAN
from ledger.views.folding import Rows

if TYPE_CHECKING:
    from ledger.views.discrepancies.listing import Listed

_SAYERS: Final = """
SELECT c.id, concerned_in(c.subject_kind, c.subject, coalesce(s.parties, '{}')),
    certifiers_of_case(c.subject_kind, c.subject, c.discriminator, coalesce(s.marks, '{}'),
        coalesce(s.parties, '{}'), %s)
FROM unnest(%s::uuid[]) AS asked (id) JOIN cases AS c ON c.id = asked.id
    LEFT JOIN case_shown AS s ON s.id = c.id
"""
_AGENTS: Final = "SELECT DISTINCT agent FROM contracts"
_CLOCK: Final = "SELECT clock FROM audit"


def add_turns(rows: Rows, found: Sequence["Listed"], viewer: str | None) -> None:
    """Tell rows of cases for whom they wait.

    `viewer` is the party that asks, None for the operator. A certifier is told to a party that
    knows it anyway: as the body of a pair it sees, or the agent of a contract.
    """
    asked = [entry for entry in found if entry.case.state is not State.CLOSED]
    if not asked:
        return
    clock = rows.execute(_CLOCK).fetchone()
    today = local_day(time_text(0 if clock is None else clock[0], JAPAN))
    rows.execute(_SAYERS, (today, [UUID(entry.case.id) for entry in asked]))
    sayers = {str(key): Sayers(concerned, certifiers) for key, concerned, certifiers in rows}
    agents = {agent for (agent,) in rows.execute(_AGENTS)} if viewer is not None else set()
    for entry in asked:
        say = sayers[entry.case.id]
        say = say._replace(certifiers=say.certifiers or entry.case.routed)
        waits = waits_for(entry.case, say, late=entry.row["late"])
        if viewer is not None:
            bodies = {rcb for _, rcb in entry.pairs}
            known = {viewer, *agents, *bodies, *say.concerned}
            waits = [party for party in waits if party in known]
        entry.row["waits_for"] = waits
