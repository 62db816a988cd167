"""What was reported, a row each: who sent what to whom, what the papers say, what was counted.

Rows are only ever added; whether one counts is asked of the corrections, at any position.
"""

from collections import defaultdict
from decimal import Decimal
from typing import ClassVar, Final
from uuid import UUID

from ledger.custody.places import Kind
from ledger.facts.documents import (
    ExportCertificateCancelled,
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.registry import ProductRegistered
from ledger.facts.seals import SealsCounted, SealsDispatched, SealsReceived, StockAdjusted
from ledger.facts.shipments import ShipmentDeparted, ShipmentDocumentsSent
from ledger.labels.recipe import Recipe
from ledger.labels.scope import group_of_goods
from ledger.views.access.policies import (
    ME,
    OF_MY_MARKS,
    OPERATORS_ALONE,
    in_place,
    named_on,
    part_of,
)
from ledger.views.folding import Fold, Rows, Seen
from ledger.views.places import PlaceIds

_HEAD: Final = "time int8 NOT NULL, id uuid NOT NULL, position int8 NOT NULL"
_Head = tuple[int, UUID, int]
"""Time (µs UTC), id and position of an event."""
_CERTIFICATE: Final = "certificate_key(certificates.issuer, certificates.number)"
_CANCELLED: Final = "(c.issuer, c.number) = (cancellations.issuer, cancellations.number)"


class Reported(Fold):
    """Keeps dispatches, departures, reports, certificates and counts."""

    TABLES: ClassVar[str] = f"""
-- Whose seals they are while they travel. sender is null for a receipt: it stands in where no
-- dispatch counts.
CREATE TABLE dispatches (dispatch text NOT NULL, {_HEAD}, sender text, receiver text NOT NULL);
CREATE INDEX dispatches_by_key ON dispatches (dispatch);
CREATE TABLE departures (
    shipment text NOT NULL, {_HEAD}, exporter text NOT NULL, importer text NOT NULL,
    sealing_mode text NOT NULL, origin text NOT NULL, destination text NOT NULL, day date NOT NULL
);
CREATE INDEX departures_by_key ON departures (shipment);
-- Every line of a departure that names a mark; grams: its net weight.
CREATE TABLE departed_lines (
    shipment text NOT NULL, {_HEAD}, lot text NOT NULL, mark text NOT NULL, product text NOT NULL,
    units int8 NOT NULL, seals int8 NOT NULL, grams int8 NOT NULL
);
CREATE INDEX departed_lines_by_key ON departed_lines (shipment);
CREATE INDEX departed_lines_by_mark ON departed_lines (mark);
-- The marks and lots on the lines of departures.
CREATE TABLE departed_lots (shipment text NOT NULL, {_HEAD}, lot text NOT NULL, mark text NOT NULL);
CREATE INDEX departed_lots_by_key ON departed_lots (shipment);
CREATE TABLE reports (
    report text NOT NULL, version int4 NOT NULL, exporter text NOT NULL, shipment text NOT NULL,
    {_HEAD}
);
CREATE INDEX reports_by_key ON reports (report);
CREATE TABLE report_lines (position int8 NOT NULL, mark text NOT NULL, used int8 NOT NULL);
CREATE INDEX report_lines_by_position ON report_lines (position);
-- Who asked for a certificate for which shipment, and the lots that are to be on it.
CREATE TABLE requests (
    shipment text NOT NULL, exporter text NOT NULL, importer text NOT NULL, {_HEAD}
);
CREATE INDEX requests_by_key ON requests (shipment);
CREATE TABLE request_lots (position int8 NOT NULL, lot text NOT NULL);
CREATE INDEX request_lots_by_position ON request_lots (position);
CREATE TABLE certificates (
    issuer text NOT NULL, number text NOT NULL, exporter text NOT NULL, shipment text,
    replaces text, mode text NOT NULL, {_HEAD}
);
CREATE INDEX certificates_by_key ON certificates (issuer, number);
CREATE TABLE certificate_lines (
    position int8 NOT NULL, line int4 NOT NULL, product text NOT NULL, grams int8 NOT NULL,
    lot text, units int8
);
CREATE INDEX certificate_lines_by_position ON certificate_lines (position);
CREATE TABLE cancellations (issuer text NOT NULL, number text NOT NULL, {_HEAD});
CREATE INDEX cancellations_by_key ON cancellations (issuer, number);
-- The certificate that a departure, or the papers sent after it, name.
CREATE TABLE named (
    issuer text NOT NULL, number text NOT NULL, shipment text NOT NULL, {_HEAD}
);
CREATE INDEX named_by_key ON named (issuer, number);
CREATE TABLE counts (
    place int8 NOT NULL, {_HEAD}, counted int8 NOT NULL, spoiled_counted int8
);
CREATE INDEX counts_by_place ON counts (place, time);
-- How the book was brought to a count. explained: the reason is another than UNEXPLAINED.
CREATE TABLE adjustments (
    count_event uuid NOT NULL, place int8 NOT NULL, {_HEAD}, delta int8 NOT NULL,
    explained boolean NOT NULL
);
CREATE INDEX adjustments_by_count ON adjustments (count_event, place);
-- What lots are: by their own record a product (recipe is null where it names none), or by a
-- subdivision a part of their source.
CREATE TABLE made_of (
    lot text NOT NULL, {_HEAD}, source text, product text, recipe int4
);
CREATE INDEX made_of_by_lot ON made_of (lot);
-- goods: the group of goods by class and recipe; null: of none.
CREATE TABLE recipes (
    product text NOT NULL, version int4 NOT NULL, day date NOT NULL, {_HEAD}, goods text
);
CREATE INDEX recipes_by_product ON recipes (product);
"""
    SEEN: ClassVar[Seen] = {
        "dispatches": (part_of(About.DISPATCH, "dispatches.dispatch"),),
        "departures": (part_of(About.SHIPMENT, "departures.shipment"),),
        "departed_lots": (OF_MY_MARKS, named_on(About.SHIPMENT, "departed_lots.shipment")),
        "departed_lines": (OF_MY_MARKS, named_on(About.SHIPMENT, "departed_lines.shipment")),
        "reports": (f"exporter = {ME}", named_on(About.REPORT, "reports.report")),
        "report_lines": (
            "EXISTS (SELECT FROM reports AS r WHERE r.position = report_lines.position)",
        ),
        "requests": (f"exporter = {ME}", part_of(About.SHIPMENT, "requests.shipment")),
        "request_lots": (
            "EXISTS (SELECT FROM requests AS r WHERE r.position = request_lots.position)",
        ),
        "certificates": (
            f"issuer = {ME}",
            named_on(About.CERTIFICATE, _CERTIFICATE),
            f"EXISTS (SELECT FROM accompanied AS a WHERE a.certificate = {_CERTIFICATE})",
        ),
        "certificate_lines": (
            "EXISTS (SELECT FROM certificates AS c WHERE c.position = certificate_lines.position)",
        ),
        "cancellations": (
            f"issuer = {ME}",
            f"EXISTS (SELECT FROM certificates AS c WHERE {_CANCELLED})",
        ),
        "named": (part_of(About.SHIPMENT, "named.shipment"),),
        "counts": (in_place("counts.place"),),
        "adjustments": (in_place("adjustments.place"),),
        # Asked through a function alone: what goods on a route ask is no secret of their maker.
        "made_of": OPERATORS_ALONE,
        "recipes": OPERATORS_ALONE,
    }
    BATCH = ("_kept",)

    def __init__(self, places: PlaceIds) -> None:
        self._places = places
        self._kept: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take what a fact says, whether it counts or not."""
        del recorded_at
        kept, head = self._kept, (at, UUID(fact.id), position)
        match fact:
            case SealsDispatched():
                kept["dispatches"].append((fact.dispatch, *head, fact.from_holder, fact.to_holder))
            case SealsReceived():
                kept["dispatches"].append((fact.dispatch, *head, None, fact.holder))
            case SealsCounted():
                kept["counts"].append(
                    (self._stock(fact), *head, fact.counted, fact.spoiled_counted)
                )
            case StockAdjusted():
                told = (fact.delta, fact.reason != "UNEXPLAINED")
                kept["adjustments"].append(
                    (UUID(fact.count_event), self._stock(fact), *head, *told)
                )
            case LotRecorded() | LotSubdivided() | ProductRegistered():
                self._make(fact, head)
            case _:
                self._file(fact, head)

    def _file(self, fact: Fact, head: _Head) -> None:
        """Take what papers and departures say."""
        kept, position = self._kept, head[2]
        match fact:
            case ShipmentDeparted():
                self._depart(fact, head)
                self._name(fact, head)
            case ShipmentDocumentsSent():
                self._name(fact, head)
            case SealReportFiled():
                paper = (fact.report, fact.version, fact.exporter, fact.shipment)
                kept["reports"].append((*paper, *head))
                kept["report_lines"] += [(position, line.mark, line.used) for line in fact.lines]
            case ExportCertificateRequested():
                kept["requests"].append((fact.shipment, fact.exporter, fact.importer, *head))
                lots = dict.fromkeys(line.lot for line in fact.lines)
                kept["request_lots"] += [(position, lot) for lot in lots]
            case ExportCertificateIssued():
                self._certify(fact, head)
            case ExportCertificateCancelled():
                kept["cancellations"].append((fact.issuer, fact.number, *head))

    def _depart(self, fact: ShipmentDeparted, head: _Head) -> None:
        kept, route = self._kept, (fact.sealing_mode, fact.origin, fact.destination)
        kept["departures"].append(
            (fact.shipment, *head, fact.exporter, fact.importer, *route, fact.day)
        )
        kept["departed_lots"] += [
            (fact.shipment, *head, lot, mark)
            for lot, mark in dict.fromkeys((line.lot, line.mark) for line in fact.lines)
            if mark is not None
        ]
        kept["departed_lines"] += [
            (fact.shipment, *head, line.lot, line.mark, line.product, line.units, line.seals,
             _grams(line.net_weight))
            for line in fact.lines
            if line.mark is not None
        ]  # fmt: skip

    def _certify(self, fact: ExportCertificateIssued, head: _Head) -> None:
        paper = (fact.issuer, fact.number, fact.exporter, fact.shipment, fact.replaces, fact.mode)
        self._kept["certificates"].append((*paper, *head))
        self._kept["certificate_lines"] += [
            (head[2], number, line.product, _grams(line.net_weight), line.lot, line.units)
            for number, line in enumerate(fact.lines, 1)
        ]

    def _make(self, fact: LotRecorded | LotSubdivided | ProductRegistered, head: _Head) -> None:
        made = self._kept["made_of"]
        match fact:
            case LotRecorded():
                made.append((fact.lot, *head, None, fact.product, fact.recipe_version))
            case LotSubdivided():
                lots = dict.fromkeys(child.lot for child in fact.children)
                made += [(lot, *head, fact.lot, None, None) for lot in lots]
            case ProductRegistered():
                goods = group_of_goods(fact.class_, Recipe.of(fact))
                row = (fact.product, fact.recipe_version, fact.day, *head, goods)
                self._kept["recipes"].append(row)

    def _name(self, fact: ShipmentDeparted | ShipmentDocumentsSent, head: _Head) -> None:
        if (named := fact.certificate) is not None:
            self._kept["named"].append((named.issuer, named.number, fact.shipment, *head))

    def _stock(self, fact: SealsCounted | StockAdjusted) -> int:
        return self._places.find(fact.mark, Kind.STOCK, fact.holder, fact.site)

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        for table, values in sorted(self._kept.items()):
            self.copy(rows, table, values)
        self.forget()


def _grams(weight: Decimal) -> int:
    """Kilograms, of which there are no more than three places, as grams."""
    return int(weight * 1_000)
