"""What opens pairs: marks, their licensees, contracts, and who deals in a mark in whose word.

Everybody's word is kept with how it came, so that who spoke is told when somebody asks. Rows are
only ever added; registrations that do not bind are passed over when they are asked for.
"""

from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import (
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    MarkRegistered,
)
from ledger.facts.standing import vouched
from ledger.log import Recorded
from ledger.views.access.naming import from_operator, marks_dealt_in
from ledger.views.access.policies import OF_MY_MARKS, named_on
from ledger.views.folding import Fold, Rows, Scans, Seen, columns

dealt_kept_max: Final = 20_000
_DEAL: Final = """
INSERT INTO dealt (party, mark, source, by, trusted)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bool[])
ON CONFLICT DO NOTHING
"""
_SPOKEN: Final = "source text NOT NULL, by text NOT NULL, trusted boolean NOT NULL"


class Dealings(Fold):
    """Keeps marks, contracts and dealings."""

    TABLES: ClassVar[str] = f"""
-- Who says it: by = the party that the door vouched for, or empty; else for whom the source speaks
-- by the time it is asked (`speakers`). trusted: where nobody knows, it was the operator.
-- Who holds or held seals of a mark by its own word, or by the operator's.
CREATE TABLE dealt (
    party text NOT NULL, mark text NOT NULL, {_SPOKEN},
    PRIMARY KEY (party, mark, source, by, trusted)
);
CREATE INDEX dealt_by_mark ON dealt (mark);
CREATE TABLE licences (
    mark text NOT NULL, importer text NOT NULL, rcb text NOT NULL, {_SPOKEN}, time int8 NOT NULL,
    id uuid NOT NULL
);
CREATE INDEX licences_by_mark ON licences (mark);
CREATE TABLE contracts (
    contract text NOT NULL, exporter text NOT NULL, importer text NOT NULL, rcb text NOT NULL,
    agent text NOT NULL, first date NOT NULL, last date, {_SPOKEN}, time int8 NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE contract_ends (contract text NOT NULL, last date NOT NULL, id uuid NOT NULL);
"""
    SEEN: ClassVar[Seen] = {
        "licences": (OF_MY_MARKS,),
        "contracts": (named_on(About.CONTRACT, "contracts.contract"),),
    }
    BATCH = ("_dealt", "_licences", "_contracts", "_ends")

    def __init__(self) -> None:
        self._dealt: set[tuple[str, str, str, str, bool]] = set()
        self._known: set[tuple[str, str, str, str, bool]] = set()
        """Rows of `dealt` that are there: most dealings are those of before."""
        self._licences: list[tuple[object, ...]] = []
        self._contracts: list[tuple[object, ...]] = []
        self._ends: list[tuple[object, ...]] = []

    def heard(self, alike: Scans) -> None:
        """Take applications as recorded."""
        self._deal(alike.holder, alike.mark, _said(alike.source, alike.by, alike.door))

    def take(self, fact: Fact, event: Recorded) -> None:
        """Take any other fact as recorded."""
        said = _said(fact.source, event.by, event.door)
        for mark, holder in marks_dealt_in(fact):
            self._deal(holder, mark, said)
        row = (fact.at, UUID(fact.id))
        if isinstance(fact, MarkRegistered):
            self._licences.append((fact.mark, fact.importer, fact.rcb, *said, *row))
        elif isinstance(fact, ConsignmentContractSigned):
            parties = (fact.exporter, fact.importer, fact.rcb, fact.agent)
            terms = (*parties, fact.from_, fact.until)
            self._contracts.append((fact.contract, *terms, *said, *row))
        elif isinstance(fact, ConsignmentContractEnded):
            self._ends.append((fact.contract, fact.on, UUID(fact.id)))

    def _deal(self, holder: str, mark: str, said: tuple[str, str, bool]) -> None:
        # What another party says of a holder makes the mark no affair of the holder's.
        dealt = (holder, mark, *said)
        if said[1] in ("", holder) and dealt not in self._known:
            self._dealt.add(dealt)

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        if self._dealt:
            rows.execute(_DEAL, columns(sorted(self._dealt)), prepare=True)
        self.copy(rows, "licences", self._licences)
        self.copy(rows, "contracts", self._contracts)
        self.copy(rows, "contract_ends", self._ends)
        if len(self._known) + len(self._dealt) > dealt_kept_max:
            self._known.clear()
        self._known |= self._dealt
        super().forget()

    def forget(self) -> None:
        """Drop the batch, and what it is known to have written."""
        super().forget()
        self._known.clear()


def _said(source: str, by: str | None, door: str | None) -> tuple[str, str, bool]:
    """Through which source, vouched for by whom, and whether else it is the operator's word."""
    party = vouched(by)
    return ("" if party else source), party or "", from_operator(door, party)
