"""To whom sources are registered, up to the last recorded event: who may report from them.

The views know it a moment later than the log; nobody gains from that moment.
"""

import threading
from collections.abc import Iterable
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import SourceRegistered
from ledger.web.desk import SYSTEM, Desk

_KNOWN: Final = "SELECT key, party FROM named_parties WHERE about = %s"
_SINCE: Final = """
SELECT fact->>'registers', fact->>'party' FROM (
    SELECT convert_from(state, 'UTF8')::jsonb AS fact FROM public.events
    WHERE notification_id > %s AND topic = 'SourceRegistered'
) AS registered
"""


class Registered:
    """Follows the registrations; safe to use from all threads."""

    def __init__(self) -> None:
        self._position = -1
        self._parties: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def foreign(self, desk: Desk, party: str, facts: Iterable[Fact]) -> set[int]:
        """Which of these facts, by their order, a party may not report: the source is others'.

        A source that nobody has registered is nobody's; what a fact registers holds for those
        behind it.
        """
        asked = list(facts)
        with self._lock:
            self._follow(desk)
            known = {fact.source: set(self._parties.get(fact.source, ())) for fact in asked}
        found = set()
        for number, fact in enumerate(asked):
            if known[fact.source] and party not in known[fact.source]:
                found.add(number)
            elif isinstance(fact, SourceRegistered) and fact.registers in known:
                known[fact.registers].add(fact.party)
        return found

    def _follow(self, desk: Desk) -> None:
        with desk.looking(SYSTEM) as looking:
            if self._position < 0:
                self._position = looking.standing.position
                looking.rows.execute(_KNOWN, (int(About.SOURCE),))
                self._add(looking.rows.fetchall())
            looking.rows.execute(_SINCE, (self._position,))
            self._add(looking.rows.fetchall())
            self._position = max(self._position, looking.standing.recorded)

    def _add(self, rows: Iterable[tuple[str, str]]) -> None:
        for source, party in rows:
            self._parties.setdefault(source, set()).add(party)
