"""Retention: until when a record is to be kept, and which rule decides.

The latest of all rules that apply; open while goods with a JAS claim have not been shipped. A date
never removes a case that is still open, and nothing is ever removed by itself.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotRecorded, LotSubdivided
from ledger.facts.mentions import About, mentions
from ledger.facts.record import Record
from ledger.facts.registry import CertificationChanged, LabelApproved, MarkRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted, ShipmentReceived
from ledger.labels.lots import origin_record
from ledger.labels.rows import Row, Table, years_after
from ledger.labels.schemes.scheme import SCHEMES


class KeepRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of keeping: whose records, and how many years after which day."""

    id: str
    years: int
    crop: Literal["", "ANNUAL", "PERENNIAL", "WILD"] = ""
    says: str


KEEP: Final = Table("retention", KeepRow, "id crop", "how long to keep records")


class Kept(NamedTuple):
    """A rule that applies and the day it gives."""

    rule: str
    until: date


class Retention(Struct, frozen=True, kw_only=True, gc=False):
    """Until when to keep; None = open, with `rule` empty."""

    until: date | None
    rule: str
    rows: tuple[Kept, ...] = ()


def keep_lot_until(record: Record, lot: str) -> Retention:
    """Until when the records of a lot are to be kept."""
    made = _first_record(record, lot)
    return _keep(record, made, {lot}, made) if made is not None else Retention(until=None, rule="")


def _first_record(record: Record, lot: str) -> LotRecorded | None:
    """The first record of a lot, or what is known of the one it was subdivided from."""
    return record.first(LotRecorded, About.LOT, lot) or origin_record(record, lot)


def kept_at_least_until(record: Record, lot: str) -> date | None:
    """A day before which no rule lets the records of a lot go; None for an unknown lot.

    It rests on the day of the lot's own record, so it costs nothing of what came after.
    """
    made = _first_record(record, lot)
    return None if made is None else _kept("R7", made.day).until


def keep_until(record: Record, fact: Fact) -> Retention:
    """Until when one recorded fact is to be kept; one of animals with the last lot made of them."""
    lots = {key for about, key in mentions(fact) if about in (About.LOT, About.CHILD, About.LINE)}
    lots |= {
        made.lot
        for about, herd in mentions(fact)
        if about is About.HERD and (made := _last_of_herd(record, herd)) is not None
    }
    field = fact if isinstance(fact, LotRecorded) else None
    if isinstance(fact, LotGraded):
        field = record.latest(LotRecorded, About.LOT, fact.lot)
    return _keep(record, fact, lots, field)


def _last_of_herd(record: Record, herd: str) -> LotRecorded | None:
    return max(
        record.about(LotRecorded, About.FROM_HERD, herd),
        key=lambda made: (made.produced_on, made.id),
        default=None,
    )


def _keep(record: Record, fact: Fact, lots: set[str], field: LotRecorded | None) -> Retention:
    rows: list[Kept] = []
    is_open = False
    for lot in sorted(lots):
        shipped = _shipped(record, lot)
        if shipped is None and _kept_by_claim(record, lot):
            is_open = True
        rows += _lot_rows(record, fact, lot, shipped, field)
    rows += _plain_rows(record, fact)
    if is_open:
        return Retention(until=None, rule="", rows=tuple(rows))
    last = max(rows, key=lambda row: (row.until, row.rule))
    return Retention(until=last.until, rule=last.rule, rows=tuple(rows))


def _lot_rows(
    record: Record, fact: Fact, lot: str, shipped: date | None, field: LotRecorded | None
) -> Iterator[Kept]:
    last = record.latest(LotGraded, About.LOT, lot)
    graded = None if last is None else last.day
    made = origin_record(record, lot)
    best_before = None if made is None else made.best_before
    standard = []
    if shipped is not None:
        standard.append(_kept("R1", shipped))
    if best_before is not None and graded is not None:
        standard.append(Kept("R2", max(best_before, years_after(graded, 1))))
    elif shipped is not None:
        standard.append(_kept("R2", shipped))
    if _kept_by_claim(record, lot):
        yield from standard
    if field is not None and field.field is not None and field.lot == lot and standard:
        row = KEEP.topmost(("R3", field.field.crop), fact.day)
        if row is not None:
            longest = max(kept.until for kept in standard)
            yield Kept("R3", years_after(longest, row.years))
    yield _kept("R7", max(day for day in (fact.day, graded, shipped) if day is not None))


def _plain_rows(record: Record, fact: Fact) -> Iterator[Kept]:
    yield _kept("R7", fact.day)
    parties = {value for name in _PARTIES if isinstance(value := getattr(fact, name, None), str)}
    schemes = {
        change.scheme
        for party in parties
        for change in record.about(CertificationChanged, About.PARTY, party)
    }
    for rule in sorted({SCHEMES[scheme].keeps_parties for scheme in schemes} - {""}):
        yield _kept(rule, fact.day)
    if isinstance(fact, ExportCertificateIssued) and fact.shipment:
        for scheme in SCHEMES.values():
            if rule := scheme.keeps_forms.get(fact.form, ""):
                for received in record.about(ShipmentReceived, About.SHIPMENT, fact.shipment):
                    yield _kept(rule, received.day)


_PARTIES: Final = ("party", "operator", "holder", "exporter", "importer", "from_holder")


def _kept(rule: str, day: date) -> Kept:
    row = KEEP.topmost((rule, ""), None)
    return Kept(rule, years_after(day, 0 if row is None else row.years))


def _kept_by_claim(record: Record, lot: str) -> bool:
    """Whether a claim that keeps lots stands on one: by its seals, or by its product's labels."""
    for applied in record.about(SealsApplied, About.LOT, lot):
        mark = record.latest(MarkRegistered, About.MARK, applied.mark)
        if mark is not None and SCHEMES[mark.scheme].keeps_lots:
            return True
    made = origin_record(record, lot)
    return made is not None and any(
        SCHEMES[label.scheme].keeps_lots and label.product == made.product
        for label in record.all(LabelApproved)
    )


def _shipped(record: Record, lot: str) -> date | None:
    """The day of the last departure with the lot or a lot made from it."""
    waiting, seen = [lot], {lot}
    days: list[tuple[int, date]] = []
    while waiting:
        current = waiting.pop()
        departures = record.about(ShipmentDeparted, About.LINE, current)
        days += [(departed.at, departed.day) for departed in departures]
        made = [fact.lot for fact in record.about(LotRecorded, About.INPUT, current)]
        for divided in record.about(LotSubdivided, About.LOT, current):
            made += [child.lot for child in divided.children]
        for lot_made in made:
            if lot_made not in seen:
                seen.add(lot_made)
                waiting.append(lot_made)
    return max(days)[1] if days else None
