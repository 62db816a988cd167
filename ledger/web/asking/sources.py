"""Whose sources are whose, and of which kind: what decides who may report from them."""

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import SourceRegistered
from ledger.views.loading import facts_about
from ledger.web.desk import SYSTEM, Desk, Looking

_KNOWN: Final = "SELECT source, party FROM speakers WHERE source = ANY(%s) AND party IS NOT NULL"
_OWN: Final = "SELECT source FROM speakers WHERE party = %s ORDER BY source LIMIT %s"
_SINCE: Final = """
SELECT position, registers, party, kind FROM (
    SELECT e.notification_id AS position, fact->>'registers' AS registers,
        fact->>'party' AS party, fact->>'kind' AS kind,
        coalesce(nullif(e.by, 'OPERATOR'), s.party) AS speaker
    FROM events AS e
    CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS fact) AS read
    LEFT JOIN speakers AS s ON s.source = fact->>'source'
    WHERE e.notification_id > %s AND e.topic = 'SourceRegistered'
) AS registered WHERE speaker IS NULL OR speaker = party ORDER BY position
"""
listed_max: Final = 500


class Source(NamedTuple):
    """For whom a source reports, and what it is: SCANNER, SYSTEM, PERSON or OTHER."""

    party: str
    kind: str


class _Fresh(NamedTuple):
    """A registration that the views do not know yet."""

    position: int
    source: Source


class Registered:
    """Whose sources are whose, up to the last recorded event; safe to use from all threads.

    A source is its founder's, as the views know it; of what they do not know yet the first
    registration that may found it counts. Whoever registers another's source anew changes nothing.
    """

    def __init__(self) -> None:
        self._position = -1
        self._fresh: dict[str, _Fresh] = {}
        self._lock = threading.Lock()

    def foreign(self, desk: Desk, party: str, facts: Iterable[Fact]) -> set[int]:
        """Which of these facts, by their order, a party may not report: the source is another's.

        A source that nobody has registered is nobody's; what a fact registers holds for those
        behind it.
        """
        asked = list(facts)
        with self._lock, desk.looking(SYSTEM) as looking:
            self._follow(looking)
            known = self._parties(looking, {fact.source for fact in asked})
        found = set()
        for number, fact in enumerate(asked):
            if known.get(fact.source, party) != party:
                found.add(number)
            elif isinstance(fact, SourceRegistered) and fact.party == party:
                known.setdefault(fact.registers, party)
        return found

    def known(self, desk: Desk, sources: Collection[str]) -> dict[str, Source]:
        """Those of some sources that are registered."""
        with self._lock, desk.looking(SYSTEM) as looking:
            self._follow(looking)
            parties = self._parties(looking, sources)
            kinds = self._kinds(looking, parties)
        return {
            source: Source(party, kinds[source])
            for source, party in parties.items()
            if source in kinds
        }

    def own(self, desk: Desk, party: str) -> dict[str, Source]:
        """The sources of a party, the first so many by name."""
        with self._lock, desk.looking(SYSTEM) as looking:
            self._follow(looking)
            looking.rows.execute(_OWN, (party, listed_max))
            names = {source for (source,) in looking.rows.fetchall()}
            names |= {each for each, of in self._fresh.items() if of.source.party == party}
        found = self.known(desk, names)
        return {source: found[source] for source in sorted(found) if found[source].party == party}

    def _parties(self, looking: Looking, sources: Collection[str]) -> dict[str, str]:
        looking.rows.execute(_KNOWN, (sorted(sources),))
        known = {key: self._fresh[key].source.party for key in sources if key in self._fresh}
        known.update(looking.rows.fetchall())
        return known

    def _kinds(self, looking: Looking, parties: Mapping[str, str]) -> dict[str, str]:
        """By the latest registration of each that binds and is of its own party."""
        kinds = {
            key: fresh.source.kind
            for key, party in parties.items()
            if (fresh := self._fresh.get(key)) is not None and fresh.source.party == party
        }
        record = facts_about(looking.rows, looking.log, [(About.SOURCE, key) for key in parties])
        for fact in record.all(SourceRegistered):
            if parties.get(fact.registers) == fact.party:
                kinds[fact.registers] = fact.kind
        return kinds

    def _follow(self, looking: Looking) -> None:
        standing = looking.standing
        looking.rows.execute(_SINCE, (max(self._position, standing.position),))
        for position, source, party, kind in looking.rows.fetchall():
            self._fresh.setdefault(source, _Fresh(position, Source(party, kind)))
        self._position = max(self._position, standing.position, standing.recorded)
        self._fresh = {
            source: registered
            for source, registered in self._fresh.items()
            if registered.position > standing.position
        }
