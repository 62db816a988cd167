"""Goods and papers as far as the viewer sees them; of what is another's, the country alone."""

from typing import Any, Final

from ledger.custody.places import Kind
from ledger.facts.mentions import About, certificate_key
from ledger.facts.registry import PartyRegistered
from ledger.log.seeing import Viewer
from ledger.rules.violation import parts_of
from ledger.views import certificates, lots, shipments
from ledger.views.loading import facts_about
from ledger.views.trace import trace
from ledger.web.asking.given import Clocks, Then
from ledger.web.desk import SYSTEM, Desk, Looking
from ledger.web.problems import not_found

# A place of its own seals is no sight of the goods that they are on.
A_LOT: Final = f"""
SELECT FROM lots WHERE lot = %(key)s
UNION ALL SELECT FROM places AS p WHERE p.kind = {Kind.LOT:d} AND p.key = %(key)s AND (
    EXISTS (SELECT FROM named_parties AS n WHERE n.about = {About.LOT:d} AND n.key = p.key)
    OR EXISTS (SELECT FROM marks_named AS n WHERE n.about = {About.LOT:d} AND n.key = p.key))
"""
_A_SHIPMENT: Final = f"""
SELECT FROM departures WHERE shipment = %(key)s
UNION ALL SELECT FROM named_parties WHERE about = {About.SHIPMENT:d} AND key = %(key)s
UNION ALL SELECT FROM marks_named WHERE about = {About.SHIPMENT:d} AND key = %(key)s
"""
_A_CERTIFICATE: Final = """
SELECT FROM certificates WHERE issuer = %(issuer)s AND number = %(number)s
UNION ALL SELECT FROM cancellations WHERE issuer = %(issuer)s AND number = %(number)s
"""
_OTHER_LOTS: Final = frozenset({"input", "subdivided_from", "used_in", "subdivided_into"})
"""Steps of a trace that lead to another lot."""


def there(looking: Looking, statement: str, what: str, **key: str) -> None:
    """Refuse, with 404, what the viewer cannot see by a statement."""
    looking.rows.execute(statement, key)
    if not looking.rows.fetchall():
        raise not_found(f"such {what}")


def lot_card(looking: Looking, lot: str, then: Then) -> dict[str, Any]:
    """A lot; 404 where the viewer sees none of that id."""
    there(looking, A_LOT, "lot", key=lot)
    (card,) = lots.cards(looking.rows, then.log, [lot], then.last)
    return card


def lot_trace(
    looking: Looking, lot: str, then: Then, *, back: bool = True, forward: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """Where a lot came from and went, and the lots of others at which that stops; or 404."""
    there(looking, A_LOT, "lot", key=lot)
    found = trace(looking.rows, then.log, lot, back=back, forward=forward, until=then.last)
    steps = [*found["back"], *found["forward"]]
    named = sorted({step["id"] for step in steps if step["kind"] in _OTHER_LOTS})
    looking.rows.execute("SELECT lot FROM lots WHERE lot = ANY(%s)", (named,))
    return found, sorted(set(named) - {lot for (lot,) in looking.rows.fetchall()})


def trace_steps(
    lot: str, clocks: Clocks, looking: Looking, *, back: bool = True, forward: bool = True
) -> list[dict[str, Any]]:
    """The same, step by step in one list."""
    found, _ = lot_trace(looking, lot, clocks.then(looking), back=back, forward=forward)
    return [{"direction": way, **step} for way in ("back", "forward") for step in found[way]]


def shipment_then(shipment: str, clocks: Clocks, looking: Looking) -> dict[str, Any]:
    """A shipment as it was at the clocks."""
    return shipment_card(looking, shipment, clocks.then(looking))


def shipment_card(looking: Looking, shipment: str, then: Then) -> dict[str, Any]:
    """A shipment; 404 where the viewer sees none of that id."""
    there(looking, _A_SHIPMENT, "shipment", key=shipment)
    (card,) = shipments.cards(looking.rows, then.log, [shipment], then.last)
    return card


def certificate_card(looking: Looking, issuer: str, number: str, then: Then) -> dict[str, Any]:
    """A certificate; 404 where the viewer sees none of that number."""
    there(looking, _A_CERTIFICATE, "certificate", issuer=issuer, number=number)
    key = certificate_key(issuer, number)
    (card,) = certificates.cards(looking.rows, then.log, [key], then.last)
    return card


def sees_gaps(viewer: Viewer, issuer: str) -> bool:
    """Whether a viewer is told of missing numbers: among the few that others see all are gaps."""
    return viewer.role == "operator" or viewer.party == issuer


def countries(desk: Desk, foreign: list[str]) -> list[dict[str, Any]]:
    """The country of each lot, by its operator; nothing else of it."""
    if not foreign:
        return []
    with desk.looking(SYSTEM) as looking:
        cards = lots.cards(looking.rows, looking.log, foreign)
        operators = {card["lot"]: card["operator"] for card in cards}
        parties = {(About.PARTY, name) for name in operators.values() if name is not None}
        record = facts_about(looking.rows, looking.log, parties)
    found = []
    for lot in foreign:
        operator = operators[lot]
        known = operator and record.latest(PartyRegistered, About.PARTY, operator)
        found.append({"lot": lot, "country": known.country if known else None})
    return found


def in_log_order(cards: list[dict[str, Any]], missing: list[str]) -> list[dict[str, Any]]:
    """The log with its gaps where the missing numbers would stand."""
    entries = [{**card, "number": parts_of(card["certificate"])[-1]} for card in cards]
    entries += [{"certificate": None, "state": "MISSING", "number": number} for number in missing]
    return sorted(entries, key=_order)


def _order(entry: dict[str, Any]) -> tuple[str, int, str]:
    """By prefix, then by the number at the end, as the numbers of a series run."""
    number: str = entry["number"]
    prefix = number.rstrip("0123456789")
    return prefix, int(number[len(prefix) :] or 0), number
