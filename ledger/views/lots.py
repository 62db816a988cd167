"""Lots: what they are, what they were made of and became, and what was attached to them.

A card is a fold of the facts that count about one lot, so it can be asked for at any position.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from ledger.custody.places import Kind
from ledger.facts.canonical import told
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotHeld, LotRecorded, LotReleased, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.seals import SealsApplied, SealsRemoved
from ledger.facts.shipments import GoodsSold
from ledger.log import Log
from ledger.views.access.policies import part_of
from ledger.views.folding import Fold, Rows, Seen
from ledger.views.loading import LAST, applications_to, facts_about

_INSERT = "INSERT INTO lots (lot) SELECT * FROM unnest(%b::text[]) ON CONFLICT (lot) DO NOTHING"
_SEALED = """
SELECT p.key, p.mark, s.label, s.version, s.holder, s.units, s.seals, s.applications, s.first,
    s.first_id, s.last
FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE p.kind = %s AND p.key = ANY(%s)
ORDER BY p.key, p.mark, s.first, s.first_id
"""
_SUMS = (
    "mark", "label", "version", "holder", "units", "seals", "applications", "first", "first_id",
    "last",
)  # fmt: skip


class Lots(Fold):
    """Keeps the names of lots that were recorded or made by subdividing."""

    TABLES: ClassVar[str] = """
-- Every lot ever recorded, also where nothing of it counts any more: the card tells.
CREATE TABLE lots (lot text PRIMARY KEY);
"""
    SEEN: ClassVar[Seen] = {
        "lots": (part_of(About.LOT, "lots.lot"),),
    }
    BATCH = ("_lots",)

    def __init__(self) -> None:
        self._lots: set[str] = set()

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take the lots a fact makes known."""
        del at, position, recorded_at
        if isinstance(fact, LotRecorded):
            self._lots.add(fact.lot)
        elif isinstance(fact, LotSubdivided):
            self._lots.update(child.lot for child in fact.children)

    def flush(self, rows: Rows) -> None:
        """Write the names."""
        if self._lots:
            rows.execute(_INSERT, (sorted(self._lots),), prepare=True)
        self.forget()


def names(rows: Rows, after: str = "", limit: int = 100, *, again: bool = False) -> list[str]:
    """Lots by name, those after `after`; `again` = beginning with it, where it is one."""
    beyond = ">=" if again else ">"
    rows.execute(f"SELECT lot FROM lots WHERE lot {beyond} %s ORDER BY lot LIMIT %s",
                 (after, limit))  # fmt: skip
    return [row[0] for row in rows.fetchall()]


def cards(rows: Rows, log: Log, lots: Sequence[str], until: int = LAST) -> list[dict[str, Any]]:
    """One card a lot, in the order asked; as known at position `until`, else as now."""
    subjects = [(about, lot) for lot in lots for about in (About.LOT, About.CHILD, About.INPUT)]
    record = facts_about(rows, log, subjects, until)
    if until == LAST:
        sealed = sealed_now(rows, lots)
    else:
        sealed = sealed_in(applications_to(rows, log, lots, until), lots)
    return [card(record, lot, sealed.get(lot, [])) for lot in lots]


def sealed_now(rows: Rows, lots: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By lot: sums of what was attached; times in µs UTC."""
    rows.execute(_SEALED, (int(Kind.LOT), list(lots)))
    found: dict[str, list[dict[str, Any]]] = {}
    for lot, *sums in rows.fetchall():
        entry = dict(zip(_SUMS, sums, strict=True))
        found.setdefault(lot, []).append({**entry, "first_id": str(entry["first_id"])})
    return found


def sealed_in(record: Record, lots: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The same sums from the applications themselves."""
    found: dict[str, list[dict[str, Any]]] = {}
    for lot in lots:
        sums: dict[tuple[str, str, int, str], dict[str, Any]] = {}
        for fact in record.about(SealsApplied, About.LOT, lot):
            key = (fact.mark, fact.label, fact.label_version, fact.holder)
            if key not in sums:
                first = {"first": fact.at, "first_id": fact.id}
                none = {"units": 0, "seals": 0, "applications": 0}
                sums[key] = dict(zip(_SUMS, key, strict=False)) | none | first
            row = sums[key]
            row["units"] += fact.units
            row["seals"] += fact.count
            row["applications"] += 1
            row["last"] = fact.at
        if sums:
            found[lot] = sorted(sums.values(), key=_in_order)
    return found


def _in_order(sums: dict[str, Any]) -> tuple[str, int, str]:
    return sums["mark"], sums["first"], sums["first_id"]


def card(record: Record, lot: str, sealed: list[dict[str, Any]]) -> dict[str, Any]:
    """What the facts in a record say about a lot; weights as text in kg."""
    latest = record.latest(LotRecorded, About.LOT, lot)
    parent = record.latest(LotSubdivided, About.CHILD, lot)
    child = next((child for child in parent.children if child.lot == lot), None) if parent else None
    divided = record.about(LotSubdivided, About.LOT, lot)
    removed = record.about(SealsRemoved, About.LOT, lot)
    return {
        "lot": lot,
        "known": latest is not None or parent is not None,
        "operator": latest.operator if latest else parent.operator if parent else None,
        **told(latest, "number", "product", "recipe_version", "status", "produced_on"),
        **told(latest or child, "quantity"),
        "units": _units(latest, child.units if child else None),
        **told(latest or child, "pack_weight"),
        "inputs": [
            {"lot": entry.lot, "quantity": str(entry.quantity), "verified": entry.label_verified}
            for entry in (latest.inputs if latest else ())
        ],
        "herds": list(latest.herds) if latest else [],
        "source": parent.lot if parent else None,
        "children": [
            told(made, "lot", "units", "quantity") for event in divided for made in event.children
        ],
        "used_in": sorted({fact.lot for fact in record.about(LotRecorded, About.INPUT, lot)}),
        "graded": _graded(record, lot),
        "held": _held(record, lot),
        "sealed": sealed,
        "removed": [
            {"mark": fact.mark, "units": fact.units, "seals": fact.count, "event": fact.id}
            for fact in removed
        ],
        "sold_units": sum(fact.units for fact in record.about(GoodsSold, About.LOT, lot)),
    }


def _units(latest: LotRecorded | None, child: int | None) -> int | None:
    if latest is None:
        return child
    if latest.units is None and latest.pack_weight is not None:
        return int(latest.quantity // latest.pack_weight)
    return latest.units


def _graded(record: Record, lot: str) -> dict[str, Any] | None:
    latest = record.latest(LotGraded, About.LOT, lot)
    return None if latest is None else told(latest, "result", "grader", "time")


def _held(record: Record, lot: str) -> str | None:
    """Why the lot must not move, if it must not."""
    held = record.latest(LotHeld, About.LOT, lot)
    released = record.latest(LotReleased, About.LOT, lot)
    if held is None or (released and (released.at, released.id) > (held.at, held.id)):
        return None
    return held.cause
