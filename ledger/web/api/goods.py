"""`/lots`, `/shipments`, `/certificates`: goods and papers, as far as the viewer sees them."""

from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.custody.places import Kind
from ledger.facts.mentions import About, certificate_key
from ledger.facts.registry import PartyRegistered
from ledger.views import certificates, lots, shipments
from ledger.views.loading import LAST, facts_about
from ledger.views.trace import trace
from ledger.web.access.asking import AtDesk
from ledger.web.access.roles import Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer, prefers_csv, rows_answer
from ledger.web.api.parameters import (
    AtClocks,
    AtPage,
    IdPath,
    IdQuery,
    NumberPath,
    key_of,
    next_cursor,
)
from ledger.web.desk import SYSTEM, Desk, Looking, as_of
from ledger.web.problems import not_found

router = APIRouter(tags=["goods"])

# A place of its own seals is no sight of the goods that they are on.
A_LOT: Final = f"""
SELECT FROM lots WHERE lot = %(key)s
UNION ALL SELECT FROM places AS p WHERE p.kind = {Kind.LOT:d} AND p.key = %(key)s AND (
    EXISTS (SELECT FROM named_parties AS n WHERE n.about = {About.LOT:d} AND n.key = p.key)
    OR EXISTS (SELECT FROM marks_named AS n WHERE n.about = {About.LOT:d} AND n.key = p.key))
"""
A_SHIPMENT: Final = f"""
SELECT FROM departures WHERE shipment = %(key)s
UNION ALL SELECT FROM named_parties WHERE about = {About.SHIPMENT:d} AND key = %(key)s
UNION ALL SELECT FROM marks_named WHERE about = {About.SHIPMENT:d} AND key = %(key)s
"""
_A_CERTIFICATE: Final = """
SELECT FROM certificates WHERE issuer = %(issuer)s AND number = %(number)s
UNION ALL SELECT FROM cancellations WHERE issuer = %(issuer)s AND number = %(number)s
"""
_CERTIFICATES: Final = """
SELECT DISTINCT issuer, number FROM certificates WHERE (issuer, number) > (%s, %s)
ORDER BY issuer, number LIMIT %s
"""


@router.get("/lots", **openapi.LOTS)
def get_lots(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """Lots by id, as they stand now."""
    (after,) = key_of(page, str) or ("",)
    with desk.looking(viewer) as looking:
        names = lots.names(looking.rows, after, page.limit)
        found = lots.cards(looking.rows, looking.log, names)
    following = next_cursor([names[-1]]) if len(names) == page.limit else None
    body = {"lots": found, "next": following}
    return rows_answer(request, looking.standing, body, rows="lots")


@router.get("/lots/{lot:path}/trace", **openapi.TRACE)
def get_trace(
    request: Request,
    lot: IdPath,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    direction: Literal["back", "forward"] | None = None,
) -> Response:
    """Where a lot came from and went; it stops at lots of others, with their country."""
    with desk.looking(viewer) as looking:
        there(looking, A_LOT, "lot", key=lot)
        until = clocks.until(looking)
        found = trace(
            looking.rows, as_of(looking, clocks.as_of), lot, back=direction != "forward",
            forward=direction != "back", until=LAST if until is None else until,
        )  # fmt: skip
        foreign = _foreign(looking, found)
    found |= {"foreign": countries(desk, foreign)}
    if prefers_csv(request):
        steps = [{"direction": way, **step} for way in ("back", "forward") for step in found[way]]
        body = _said(until) | {"steps": steps}
        return rows_answer(request, looking.standing, body, rows="steps", columns=_STEP)
    return answer(looking.standing, _said(until) | found)


_STEP: Final = ("direction", "kind", "of", "id", "event", "count", "quantity")


def _foreign(looking: Looking, found: dict[str, Any]) -> list[str]:
    """The lots that a trace names and the viewer may not see."""
    kinds = ("input", "subdivided_from", "used_in", "subdivided_into")
    steps = [*found["back"], *found["forward"]]
    named = sorted({step["id"] for step in steps if step["kind"] in kinds})
    looking.rows.execute("SELECT lot FROM lots WHERE lot = ANY(%s)", (named,))
    return sorted(set(named) - {lot for (lot,) in looking.rows.fetchall()})


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


@router.get("/lots/{lot:path}", **openapi.LOT)
def get_lot(lot: IdPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks) -> Response:
    """A lot: what it is, what went into it and out of it, what was attached to it."""
    with desk.looking(viewer) as looking:
        there(looking, A_LOT, "lot", key=lot)
        until = clocks.until(looking)
        (card,) = lots.cards(
            looking.rows, as_of(looking, clocks.as_of), [lot], LAST if until is None else until
        )
    return answer(looking.standing, _said(until) | card)


@router.get("/shipments", **openapi.SHIPMENTS)
def get_shipments(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """Shipments by id, as they stand now."""
    (after,) = key_of(page, str) or ("",)
    with desk.looking(viewer) as looking:
        names = shipments.names(looking.rows, after, page.limit)
        found = shipments.cards(looking.rows, looking.log, names)
    following = next_cursor([names[-1]]) if len(names) == page.limit else None
    body = {"shipments": found, "next": following}
    return rows_answer(request, looking.standing, body, rows="shipments")


@router.get("/shipments/{shipment:path}", **openapi.SHIPMENT)
def get_shipment(
    request: Request, shipment: IdPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks
) -> Response:
    """A shipment: applied, shipped, reported, certified, received, side by side."""
    with desk.looking(viewer) as looking:
        there(looking, A_SHIPMENT, "shipment", key=shipment)
        until = clocks.until(looking)
        (card,) = shipments.cards(
            looking.rows, as_of(looking, clocks.as_of), [shipment],
            LAST if until is None else until,
        )  # fmt: skip
    return rows_answer(request, looking.standing, _said(until) | card, rows="goods")


@router.get("/certificates", **openapi.CERTIFICATES)
def get_certificates(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, issuer: IdQuery = None
) -> Response:
    """Certificates by issuer and number; of one issuer its control log, gaps told to itself."""
    with desk.looking(viewer) as looking:
        if issuer is None:
            after = key_of(page, str, str) or ("", "")
            looking.rows.execute(_CERTIFICATES, (*after, page.limit))
            keys = [(row[0], row[1]) for row in looking.rows.fetchall()]
            found = certificates.cards(
                looking.rows, looking.log, [certificate_key(*key) for key in keys]
            )
            missing = None
            following = next_cursor([*keys[-1]]) if len(keys) == page.limit else None
        else:
            log = certificates.control_log(looking.rows, looking.log, issuer)
            if not log["certificates"]:
                raise not_found("such issuer")
            (behind,) = key_of(page, str) or ("",)
            further = [card for card in log["certificates"] if card["certificate"] > behind]
            found, following = further[: page.limit], None
            if len(further) > len(found):
                following = next_cursor([found[-1]["certificate"]])
            # Gaps among the few that others may see would be no gaps.
            whole = viewer.role == "operator" or viewer.party == issuer
            missing = log["missing"] if whole else None
    body = {"certificates": found, "missing": missing, "next": following}
    return rows_answer(request, looking.standing, body, rows="certificates")


@router.get("/certificates/{issuer}/{number:path}", **openapi.CERTIFICATE)
def get_certificate(
    issuer: IdPath, number: NumberPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks
) -> Response:
    """A certificate as it stands: its lines, its shipments, whether it is live."""
    with desk.looking(viewer) as looking:
        there(looking, _A_CERTIFICATE, "certificate", issuer=issuer, number=number)
        until = clocks.until(looking)
        (card,) = certificates.cards(
            looking.rows, as_of(looking, clocks.as_of), [certificate_key(issuer, number)],
            LAST if until is None else until,
        )  # fmt: skip
    return answer(looking.standing, _said(until) | card)


def there(looking: Looking, statement: str, what: str, **key: str) -> None:
    """Refuse, with 404, what the viewer cannot see."""
    looking.rows.execute(statement, key)
    if not looking.rows.fetchall():
        raise not_found(f"such {what}")


def _said(until: int | None) -> dict[str, int]:
    return {} if until is None else {"position": until}
