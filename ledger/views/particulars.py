"""What facts say of parties, lots and goods that left, and every decision: a row each.

For whoever asks by SQL. Rows are only ever added; whether one counts is asked of the corrections.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from ledger.cases.canonical import AnyDecision
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.registry import PartyRegistered
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.scope import SCOPE_GROUPS, scope_of
from ledger.log import Recorded
from ledger.views.access.policies import ME, MY_PARTIES, OPERATORS_ALONE, part_of
from ledger.views.folding import Fold, Rows, Seen, columns

GROUPS: Final = tuple(sorted({row.group for row in SCOPE_GROUPS.rows()}))
"""Every group of goods that the law knows."""
_HEAD: Final = "time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL"


_WAYS: Final = """
INSERT INTO certified_ways (origin, destination, day, goods)
SELECT * FROM unnest(%b::text[], %b::text[], %b::date[], %b::text[]) ON CONFLICT DO NOTHING
"""


class Particulars(Fold):
    """Keeps them as they are told."""

    TABLES: ClassVar[str] = f"""
-- roles: with a space between two.
CREATE TABLE party_particulars (
    party text NOT NULL, {_HEAD}, name text NOT NULL, roles text NOT NULL, country text NOT NULL
);
-- source: the lot that it was divided from, where that is what tells of it. Weights in kg.
CREATE TABLE lot_particulars (
    lot text NOT NULL, {_HEAD}, operator text NOT NULL, number text, product text,
    recipe_version int4, status text, quantity numeric(15, 3), units int8,
    pack_weight numeric(15, 3), produced_on date, source text
);
CREATE INDEX lot_particulars_by_lot ON lot_particulars (lot);
-- Weights in kg.
CREATE TABLE goods_departed (
    shipment text NOT NULL, {_HEAD}, line int4 NOT NULL, exporter text NOT NULL,
    importer text NOT NULL, lot text NOT NULL, product text NOT NULL, mark text,
    units int8 NOT NULL, pack_weight numeric(15, 3), net_weight numeric(15, 3), seals int8 NOT NULL
);
-- stream: of the case, period or dead letter. party and person are null where the ledger decided by
-- itself.
-- Ways of goods of a group, on a day where they left, for which the law asks a certificate.
CREATE TABLE certified_ways (
    origin text NOT NULL, destination text NOT NULL, day date NOT NULL, goods text NOT NULL,
    PRIMARY KEY (origin, destination, day, goods)
);
CREATE FUNCTION asks_certificate(way_from text, way_to text, on_day date, of_goods text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM certified_ways WHERE origin = way_from AND destination = way_to
        AND day = on_day AND goods = of_goods);
END;
CREATE TABLE decisions (
    position int8 PRIMARY KEY, recorded_at int8 NOT NULL, stream uuid NOT NULL,
    version int8 NOT NULL, topic text NOT NULL, party text, person text, reason text, text text
);
"""
    SEEN: ClassVar[Seen] = {
        "party_particulars": (f"party = {MY_PARTIES}",),
        "lot_particulars": (part_of(About.LOT, "lot_particulars.lot"),),
        "goods_departed": (f"exporter = {ME}", part_of(About.SHIPMENT, "goods_departed.shipment")),
        # Asked through a function alone.
        "certified_ways": OPERATORS_ALONE,
        "decisions": (
            f"party = {ME}",
            "EXISTS (SELECT FROM cases AS c WHERE c.id = decisions.stream)",
            "EXISTS (SELECT FROM periods AS p WHERE p.id = decisions.stream)",
        ),
    }
    BATCH = ("_parties", "_lots", "_goods", "_ways", "_decisions")

    def __init__(self) -> None:
        self._parties: list[tuple[Any, ...]] = []
        self._lots: list[tuple[Any, ...]] = []
        self._goods: list[tuple[Any, ...]] = []
        self._ways: set[tuple[str, str, date]] = set()
        self._decisions: list[tuple[Any, ...]] = []

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take what a fact says, whether it counts or not."""
        del recorded_at
        match fact:
            case PartyRegistered():
                head = (at, UUID(fact.id), position)
                told = (fact.name, " ".join(fact.roles), fact.country)
                self._parties.append((fact.party, *head, *told))
            case LotRecorded():
                self._lots.append((
                    fact.lot, at, UUID(fact.id), position, fact.operator, fact.number,
                    fact.product, fact.recipe_version, fact.status, _weight(fact.quantity),
                    fact.units, _weight(fact.pack_weight), fact.produced_on, None,
                ))  # fmt: skip
            case LotSubdivided():
                self._lots += [
                    (
                        child.lot, at, UUID(fact.id), position, fact.operator, None, None, None,
                        None, _weight(child.quantity), child.units, _weight(child.pack_weight),
                        None, fact.lot,
                    )
                    for child in fact.children
                ]  # fmt: skip
            case ShipmentDeparted():
                head = (at, UUID(fact.id), position)
                self._ways.add((fact.origin, fact.destination, fact.day))
                self._goods += [
                    (
                        fact.shipment, *head, number, fact.exporter, fact.importer, line.lot,
                        line.product, line.mark, line.units, _weight(line.pack_weight),
                        _weight(line.net_weight), line.seals,
                    )
                    for number, line in enumerate(fact.lines, 1)
                ]  # fmt: skip
            case _:
                return

    def decided(self, recorded: Recorded, event: AnyDecision) -> None:
        """Take a decision."""
        reason = getattr(event, "reason", None) or getattr(event, "outcome", None)
        said = (getattr(event, name, None) for name in ("party", "person"))
        self._decisions.append((
            recorded.position, recorded.recorded_at, recorded.id, recorded.version, recorded.topic,
            *said, reason, getattr(event, "text", None),
        ))  # fmt: skip

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        self.copy(rows, "party_particulars", self._parties)
        self.copy(rows, "lot_particulars", self._lots)
        self.copy(rows, "goods_departed", self._goods)
        if self._ways:
            rows.execute(_WAYS, columns(sorted(_certified(self._ways)), 4), prepare=True)
        self.copy(rows, "decisions", self._decisions)
        self.forget()


def _certified(ways: Iterable[tuple[str, str, date]]) -> Iterator[tuple[str, str, date, str]]:
    """Each way with each group of goods of which the law asks a certificate there."""
    for origin, destination, day in ways:
        for group in GROUPS:
            if scope_of(origin, destination, group, day).asks_certificate:
                yield origin, destination, day, group


def _weight(weight: Decimal | None) -> Decimal | None:
    """A weight as the driver takes it, which knows no other class of decimals."""
    return None if weight is None else Decimal(weight)
