"""Which registry facts bind: worked out fact by fact, in the order in which they were recorded.

A registry fact binds unless its speaker is known and has no standing, or who may has taken it
back. Each addition costs what it changes: a registration in a long row of its like costs itself.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple, TypeVar

from ledger.facts import registry as r
from ledger.facts.certifying import certifiers_of, connected_by
from ledger.facts.corrections import targets_of
from ledger.facts.criteria import CriterionShown
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.saying import may_say
from ledger.facts.standing import (
    BEFORE_DOORS,
    REGISTRY,
    may_found,
    own,
    stands,
    subject_of,
    vouched,
)

F = TypeVar("F", bound=Fact)

_turns_max: Final = 4
"""As often a fact is looked at again for one addition: circles of sources end there."""


class Said(NamedTuple):
    """A fact with what its door says of it; ordered as recorded. `rec` is µs UTC."""

    rec: int
    id: str
    fact: Fact
    by: str | None
    door: str | None


_Alike = tuple[str | None, str, bool]
"""What corrections have in common that weigh the same: for whom the door vouches, the source, and
whether the door is unknown."""
_Subject = tuple[type[Fact], About, str]


class Bindings:
    """The registry as told so far, in the order of (rec, id): what binds, who founded, who speaks.

    Give it registry facts and whatever retracts or corrects anything.
    """

    def __init__(self, said: Iterable[Said] = ()) -> None:
        self._facts: dict[str, Said] = {}
        self._about: dict[_Subject, list[Said]] = defaultdict(list)
        self._of_source: dict[str, list[Said]] = defaultdict(list)
        self._corrections: dict[str, dict[_Alike, Said]] = defaultdict(dict)
        self._founders: dict[_Subject, Said | None] = {}
        self._bound: dict[str, bool] = {}
        self._connected: dict[str, Counter[str]] = defaultdict(Counter)
        self._connecting: dict[str, frozenset[str]] = {}
        self.unbound: set[str] = set()
        """The ids of registry facts that do not bind."""
        self.parties: dict[str, str] = {}
        """For whom a source speaks: the party of its founder."""
        self.changed: dict[str, bool] = {}
        """What binds now and did not, or the other way round; whoever reads it clears it."""
        self.moved: set[str] = set()
        """Sources that speak for somebody else now; whoever reads it clears it."""
        self.refounded: set[str] = set()
        """Marks that somebody else founded now, or nobody; whoever reads it clears it."""
        for each in said:
            self.add(each)

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._facts

    def fact(self, event_id: str) -> Fact:
        """A registry fact by its id."""
        return self._facts[event_id].fact

    def add(self, said: Said) -> None:
        """Take what was recorded next."""
        fact = said.fact
        again: list[Said] = []
        for target in targets_of(fact):
            self._correct(target, said)
            if target in self._facts:
                again.append(self._facts[target])
        if vouched(said.by) is None:
            self._of_source[fact.source].append(said)
        if type(fact) in REGISTRY:
            self._facts[said.id] = said
            for about, key in mentions(fact):
                self._about[type(fact), about, key].append(said)
            again.append(said)
        if again:
            self._settle(again)

    def expect(self, correction: Said) -> None:
        """Take what retracts or corrects a fact that is yet to be told."""
        if vouched(correction.by) is None:
            self._of_source[correction.fact.source].append(correction)
        for target in targets_of(correction.fact):
            self._correct(target, correction)

    def _correct(self, target: str, correction: Said) -> None:
        """Keep the first of those that weigh the same: a thousand of one sender are one."""
        alike = vouched(correction.by), correction.fact.source, correction.door in BEFORE_DOORS
        self._corrections[target].setdefault(alike, correction)

    # -- what is asked of it

    def founder(self, kind: type[F], about: About, key: str) -> F | None:
        """The registration that founded a subject."""
        founder = self._founders.get((kind, about, key))
        return founder.fact if founder is not None and isinstance(founder.fact, kind) else None

    def about(self, kind: type[F], about: About, key: str) -> list[F]:
        """Binding facts of a kind about a subject, in order of (time, id)."""
        found = [
            said.fact
            for said in self._about.get((kind, about, key), ())
            if self._bound.get(said.id) and isinstance(said.fact, kind)
        ]
        return sorted(found, key=lambda fact: (fact.at, fact.id))

    def latest(self, kind: type[F], about: About, key: str) -> F | None:
        """The binding fact of a kind about a subject with the greatest (time, id)."""
        found = self.about(kind, about, key)
        return found[-1] if found else None

    def speaker(self, fact: Fact) -> str | None:
        """The party that speaks in a registry fact; None where nobody knows."""
        said = self._facts.get(fact.id)
        return self._speaker(said) if said is not None else self.parties.get(fact.source)

    def connected(self, party: str) -> Collection[str]:
        """Importers, bodies and agents of the binding contracts of an exporter."""
        return self._connected[party].keys()

    def certifiers(self, party: str) -> Collection[str]:
        """Who certifies a party: by a certification, or as body or agent of its contracts."""
        changed = self.about(r.CertificationChanged, About.PARTY, party)
        signed = self.about(r.ConsignmentContractSigned, About.PARTY, party)
        return certifiers_of(party, changed, signed)

    # -- working it out

    def _speaker(self, said: Said) -> str | None:
        return vouched(said.by) or self.parties.get(said.fact.source)

    @staticmethod
    def _subject(fact: Fact) -> _Subject | None:
        subject = subject_of(fact)
        return None if subject is None else (type(fact), *subject)

    def _settle(self, again: Iterable[Said]) -> None:
        """Look at facts, and at whatever what becomes of them changes."""
        waiting = deque(again)
        looked: dict[str, int] = defaultdict(int)
        while waiting:
            said = waiting.popleft()
            if looked[said.id] >= _turns_max:
                continue
            looked[said.id] += 1
            subject = self._subject(said.fact)
            if subject is not None and self._refound(subject, said):
                waiting.extend(self._moved(subject))
            binds = self._binds(said)
            before = self._bound.get(said.id)
            waiting.extend(self._reconnected(said, binds=binds))
            if binds == before:
                continue
            waiting.extend(self._recertified(said.fact))
            self._bound[said.id] = binds
            if binds:
                self.unbound.discard(said.id)
            else:
                self.unbound.add(said.id)
            if binds != (before is None or before):
                self.changed[said.id] = binds

    def _binds(self, said: Said) -> bool:
        fact, speaker = said.fact, self._speaker(said)
        parties = may_say(fact, self)
        return stands(said.by, said.door, speaker, parties) and not self._taken_back(
            said, speaker, parties
        )

    def _taken_back(self, said: Said, speaker: str | None, parties: frozenset[str] | None) -> bool:
        """Whether a correction counts: of nobody known, of who said it, or of who may say it."""
        for correction in self._corrections.get(said.id, {}).values():
            by = self._speaker(correction)
            if by is None or correction.door in BEFORE_DOORS or by == speaker:
                return True
            if parties is not None and by in parties:
                return True
        return False

    def _refound(self, subject: _Subject, said: Said) -> bool:
        """Whether a subject has another founder now that a fact about it is looked at."""
        before = self._founders.get(subject)
        if before is None:
            founder = said if self._may_found(said) else None
        elif said is before and not self._may_found(said):
            founder = next((each for each in self._about[subject] if self._may_found(each)), None)
        elif said[:2] < before[:2] and self._may_found(said):
            founder = said
        else:
            founder = before
        if founder is before:
            return False
        self._founders[subject] = founder
        if subject[0] is r.MarkRegistered:
            self.refounded.add(subject[2])
        if subject[0] is r.SourceRegistered:
            self.moved.add(subject[2])
            if founder is not None and isinstance(founder.fact, r.SourceRegistered):
                self.parties[subject[2]] = founder.fact.party
            else:
                self.parties.pop(subject[2], None)
        return True

    def _may_found(self, said: Said) -> bool:
        """Whether it founds its subject, where nothing before it does."""
        if not may_found(said.fact):
            return False
        speaker, parties = self._speaker(said), own(said.fact)
        return stands(said.by, said.door, speaker, parties) and not self._taken_back(
            said, speaker, parties
        )

    def _moved(self, subject: _Subject) -> list[Said]:
        """What rests on who founded a subject."""
        kind, about, key = subject
        found = list(self._about[subject])
        if kind is r.SourceRegistered:
            for said in self._of_source.get(key, ()):
                named = (said.id, *targets_of(said.fact))
                found += [self._facts[each] for each in named if each in self._facts]
        elif kind is r.ConsignmentContractSigned:
            found += self._about.get((r.ConsignmentContractEnded, about, key), ())
            found += self._about.get((r.ResponsiblePersonDesignated, about, key), ())
        elif kind is r.LabelApproved:
            found += self._about.get((r.LabelWithdrawn, about, key), ())
        return found

    def _reconnected(self, said: Said, *, binds: bool) -> list[Said]:
        """What rests on whom a contract connects with its exporter: what is said of its people."""
        fact = said.fact
        if not isinstance(fact, r.ConsignmentContractSigned):
            return []
        before = self._connecting.pop(said.id, frozenset())
        now = connected_by(fact, self._speaker(said)) if binds else frozenset[str]()
        if now:
            self._connecting[said.id] = now
        parties = self._connected[fact.exporter]
        known = frozenset(parties)
        parties.update(now)
        parties.subtract(before)
        for party in before:
            if not parties[party]:
                del parties[party]
        if parties.keys() == known:
            return []
        return [
            other
            for kind in (r.SealTrainingCompleted, r.PersonQualified)
            for other in self._about.get((kind, About.PARTY, fact.exporter), ())
        ]

    def _recertified(self, fact: Fact) -> Iterable[Said]:
        """What rests on who certifies a party: what is said of its criteria."""
        if not isinstance(fact, r.CertificationChanged):
            return ()
        return self._about.get((CriterionShown, About.PARTY, fact.party), ())


def concerns(fact: Fact) -> bool:
    """Whether `Bindings` wants to hear of a fact."""
    return type(fact) in REGISTRY or next(targets_of(fact), None) is not None
