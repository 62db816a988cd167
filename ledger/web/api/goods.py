"""`/lots`, `/shipments`, `/certificates`: goods and papers, as far as the viewer sees them."""

from typing import Final, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.facts.mentions import certificate_key
from ledger.log.seeing import Viewer
from ledger.views import certificates, lots, shipments
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer, prefers_csv, rows_answer
from ledger.web.api.parameters import (
    AtClocks,
    AtPage,
    IdPath,
    IdQuery,
    NumberPath,
    Page,
    cut,
    key_of,
    next_cursor,
)
from ledger.web.asking.given import Then
from ledger.web.asking.goods import (
    certificate_card,
    countries,
    lot_card,
    lot_trace,
    sees_gaps,
    shipment_card,
)
from ledger.web.desk import Desk
from ledger.web.problems import not_found

router = APIRouter(tags=["goods"])

_CERTIFICATES: Final = """
SELECT DISTINCT issuer, number FROM certificates WHERE (issuer, number) > (%s, %s)
ORDER BY issuer, number LIMIT %s
"""


@router.get("/lots", **openapi.LOTS)
def get_lots(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """Lots by id, as they stand now."""
    return _by_id(request, viewer, desk, page, "lots")


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
        then = clocks.then(looking)
        found, foreign = lot_trace(
            looking, lot, then, back=direction != "forward", forward=direction != "back"
        )
    found |= {"foreign": countries(desk, foreign)}
    if prefers_csv(request):
        steps = [{"direction": way, **step} for way in ("back", "forward") for step in found[way]]
        body = _said(then) | {"steps": steps}
        return rows_answer(request, looking.standing, body, rows="steps", columns=_STEP)
    return answer(looking.standing, _said(then) | found)


_STEP: Final = ("direction", "kind", "of", "id", "event", "count", "quantity")


@router.get("/lots/{lot:path}", **openapi.LOT)
def get_lot(lot: IdPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks) -> Response:
    """A lot: what it is, what went into it and out of it, what was attached to it."""
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = lot_card(looking, lot, then)
    return answer(looking.standing, _said(then) | card)


@router.get("/shipments", **openapi.SHIPMENTS)
def get_shipments(request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage) -> Response:
    """Shipments by id, as they stand now."""
    return _by_id(request, viewer, desk, page, "shipments")


@router.get("/shipments/{shipment:path}", **openapi.SHIPMENT)
def get_shipment(
    request: Request, shipment: IdPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks
) -> Response:
    """A shipment: applied, shipped, reported, certified, received, side by side."""
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = shipment_card(looking, shipment, then)
    return rows_answer(request, looking.standing, _said(then) | card, rows="goods")


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
            cards = log["certificates"]
            found, following = cut(cards, page, lambda card: (card["certificate"],), str)
            missing = log["missing"] if sees_gaps(viewer, issuer) else None
    body = {"certificates": found, "missing": missing, "next": following}
    return rows_answer(request, looking.standing, body, rows="certificates")


@router.get("/certificates/{issuer}/{number:path}", **openapi.CERTIFICATE)
def get_certificate(
    issuer: IdPath, number: NumberPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks
) -> Response:
    """A certificate as it stands: its lines, its shipments, whether it is live."""
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = certificate_card(looking, issuer, number, then)
    return answer(looking.standing, _said(then) | card)


def _by_id(
    request: Request, viewer: Viewer, desk: Desk, page: Page, rows: Literal["lots", "shipments"]
) -> Response:
    view = lots if rows == "lots" else shipments
    (after,) = key_of(page, str) or ("",)
    with desk.looking(viewer) as looking:
        names = view.names(looking.rows, after, page.limit)
        found = view.cards(looking.rows, looking.log, names)
    following = next_cursor([names[-1]]) if len(names) == page.limit else None
    return rows_answer(request, looking.standing, {rows: found, "next": following}, rows=rows)


def _said(then: Then) -> dict[str, int]:
    return {} if then.position is None else {"position": then.position}
