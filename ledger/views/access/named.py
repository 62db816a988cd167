"""Which party is named by facts about which subject, and who licensed and certifies what.

Rows are only ever added: a party that was once named goes on seeing what it was named on.
Licences and contracts are judged by the latest that counts.
"""

from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.lots import InputVerified, ProcessRecorded
from ledger.facts.mentions import About, mentions
from ledger.facts.registry import ConsignmentContractSigned, MarkRegistered
from ledger.views.access.policies import POLICIES
from ledger.views.folding import Fold, Rows, copy_rows

PARTY_FIELDS: Final = (
    "party", "holder", "from_holder", "to_holder", "exporter", "importer", "rcb", "agent",
    "operator", "issuer",
)  # fmt: skip
"""The fields of facts that name a party."""

_KEPT: Final = {
    About.CHILD: About.LOT,
    About.LINE: About.LOT,
    About.NAMES: About.CERTIFICATE,
} | {
    about: about
    for about in (
        About.SOURCE, About.CONTRACT, About.PERSON, About.PRODUCT, About.LABEL, About.DISPATCH,
        About.LOT, About.SHIPMENT, About.CERTIFICATE, About.REPORT, About.REQUEST,
        About.COMPLAINT, About.PARTY_YEAR,
    )
}  # fmt: skip
"""Under which subject a mention is kept; a lot used as an input stays its maker's own."""
_ANYBODY: Final = (InputVerified, ProcessRecorded)
"""Facts that anybody may report about a lot: being named on one opens nothing."""

_INSERT = """
INSERT INTO named_parties (about, key, party)
SELECT * FROM unnest(%b::int2[], %b::text[], %b::text[]) ON CONFLICT DO NOTHING
"""
_LABELS = """
INSERT INTO label_marks (label, mark)
SELECT * FROM unnest(%b::text[], %b::text[]) ON CONFLICT DO NOTHING
"""
_Key = tuple[int, str, str]


class Named(Fold):
    """Keeps them, and puts the policies on every table of the schema: the last of the folds."""

    TABLES: ClassVar[str] = (
        """
-- about: ledger.facts.mentions.About; key: the subject.
CREATE TABLE named_parties (
    about int2 NOT NULL, key text NOT NULL, party text NOT NULL, PRIMARY KEY (about, key, party)
);
-- Under which labels seals of which marks were attached.
CREATE TABLE label_marks (label text NOT NULL, mark text NOT NULL, PRIMARY KEY (label, mark));
CREATE TABLE licences (
    mark text NOT NULL, importer text NOT NULL, rcb text NOT NULL, time int8 NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE contracts (
    contract text NOT NULL, exporter text NOT NULL, importer text NOT NULL, rcb text NOT NULL,
    agent text NOT NULL, time int8 NOT NULL, id uuid NOT NULL
);
"""
        + POLICIES
    )

    def __init__(self) -> None:
        self._named: set[_Key] = set()
        self._applied: set[tuple[str, str, str, str, int]] = set()
        self._licences: list[tuple[object, ...]] = []
        self._contracts: list[tuple[object, ...]] = []

    def applied(self, named: tuple[str, str, str, str, int]) -> None:
        """Take mark, holder, lot, label and its version of an application, counting or not."""
        self._applied.add(named)

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take the parties that a fact names."""
        del position, recorded_at
        named = parties_named(fact)
        if named and not isinstance(fact, _ANYBODY):
            for about, key in mentions(fact):
                kept = _KEPT.get(about)
                if kept is not None:
                    self._named.update((int(kept), key, party) for party in named)
                elif about is About.ACCOUNT:
                    mark, holder, _ = key.split(" ")
                    self._named.add((int(About.MARK), mark, holder))
        if isinstance(fact, MarkRegistered):
            event = (at, UUID(fact.id))
            self._licences.append((fact.mark, fact.importer, fact.rcb, *event))
        elif isinstance(fact, ConsignmentContractSigned):
            parties = (fact.exporter, fact.importer, fact.rcb, fact.agent)
            self._contracts.append((fact.contract, *parties, at, UUID(fact.id)))

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        labels = set()
        for mark, holder, lot, label, version in self._applied:
            labels.add((f"{label} {version}", mark))
            self._named.add((int(About.MARK), mark, holder))
            self._named.add((int(About.LOT), lot, holder))
            self._named.add((int(About.LABEL), f"{label} {version}", holder))
        if self._named:
            columns: list[list[Any]] = [*map(list, zip(*sorted(self._named), strict=True))]
            rows.execute(_INSERT, columns, prepare=True)
        if labels:
            rows.execute(_LABELS, [*map(list, zip(*sorted(labels), strict=True))], prepare=True)
        event = ("int8", "uuid")
        copy_rows(
            rows, "licences (mark, importer, rcb, time, id)", ("text",) * 3 + event, self._licences
        )
        copy_rows(
            rows, "contracts (contract, exporter, importer, rcb, agent, time, id)",
            ("text",) * 5 + event, self._contracts,
        )  # fmt: skip
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._named.clear()
        self._applied.clear()
        self._licences.clear()
        self._contracts.clear()


def parties_named(fact: Fact) -> list[str]:
    """The parties a fact names in fields of its own."""
    return [party for name in _fields(type(fact)) if (party := getattr(fact, name)) is not None]


@cache
def _fields(kind: type[Fact]) -> tuple[str, ...]:
    return tuple(name for name in PARTY_FIELDS if name in kind.__struct_fields__)
