"""Whose sources are whose, up to the last recorded event: who may report from them.

A source is its founder's, as the views know it; of what they do not know yet the first
registration that may found it counts. Whoever registers another's source anew changes nothing.
"""

import threading
from collections.abc import Iterable
from typing import Final

from ledger.facts.identity import Fact
from ledger.facts.registry import SourceRegistered
from ledger.web.desk import SYSTEM, Desk, Looking

_KNOWN: Final = "SELECT source, party FROM speakers WHERE source = ANY(%s) AND party IS NOT NULL"
_SINCE: Final = """
SELECT position, registers, party FROM (
    SELECT e.notification_id AS position, fact->>'registers' AS registers,
        fact->>'party' AS party, coalesce(nullif(e.by, 'OPERATOR'), s.party) AS speaker
    FROM public.events AS e
    CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS fact) AS read
    LEFT JOIN speakers AS s ON s.source = fact->>'source'
    WHERE e.notification_id > %s AND e.topic = 'SourceRegistered'
) AS registered WHERE speaker IS NULL OR speaker = party ORDER BY position
"""


class Registered:
    """Follows the registrations that the views are yet to know; safe to use from all threads."""

    def __init__(self) -> None:
        self._position = -1
        self._fresh: dict[str, tuple[int, str]] = {}
        self._lock = threading.Lock()

    def foreign(self, desk: Desk, party: str, facts: Iterable[Fact]) -> set[int]:
        """Which of these facts, by their order, a party may not report: the source is another's.

        A source that nobody has registered is nobody's; what a fact registers holds for those
        behind it.
        """
        asked = list(facts)
        with self._lock, desk.looking(SYSTEM) as looking:
            self._follow(looking)
            sources = sorted({fact.source for fact in asked})
            looking.rows.execute(_KNOWN, (sources,))
            known = {key: of for key in sources if (of := self._fresh.get(key, (0, ""))[1])}
            known.update(looking.rows.fetchall())
        found = set()
        for number, fact in enumerate(asked):
            if known.get(fact.source, party) != party:
                found.add(number)
            elif isinstance(fact, SourceRegistered) and fact.party == party:
                known.setdefault(fact.registers, party)
        return found

    def _follow(self, looking: Looking) -> None:
        standing = looking.standing
        looking.rows.execute(_SINCE, (max(self._position, standing.position),))
        for position, source, party in looking.rows.fetchall():
            self._fresh.setdefault(source, (position, party))
        self._position = max(self._position, standing.position, standing.recorded)
        self._fresh = {
            source: registered
            for source, registered in self._fresh.items()
            if registered[0] > standing.position
        }
