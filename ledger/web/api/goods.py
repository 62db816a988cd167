"""`/lots`, `/shipments`, `/certificates`: goods and papers, as far as the viewer sees them."""

from functools import partial
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import (
    AtClocks,
    AtForm,
    AtPage,
    IdPath,
    IdQuery,
    NumberPath,
    key_of,
)
from ledger.web.asking import lists
from ledger.web.asking.given import Then
from ledger.web.asking.goods import (
    certificate_card,
    countries,
    lot_card,
    lot_trace,
    shipment_card,
    shipment_then,
    trace_steps,
)
from ledger.web.writing import written

router = APIRouter(tags=["goods"])


@router.get("/lots", **openapi.LOTS)
def get_lots(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """Lots by id, as they stand now."""
    (after,) = key_of(page, str) or ("",)
    return written(request, desk, viewer, form, lists.lots(after), page.part)


@router.get("/lots/{lot:path}/trace", **openapi.TRACE)
def get_trace(
    request: Request,
    lot: IdPath,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    form: AtForm,
    direction: Literal["back", "forward"] | None = None,
) -> Response:
    """Where a lot came from and went; it stops at lots of others, with their country."""
    back, forward = direction != "forward", direction != "back"
    if form.kind != "json":
        steps = partial(trace_steps, lot, clocks, back=back, forward=forward)
        return written(request, desk, viewer, form, lists.trace(steps, clocks))
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        found, foreign = lot_trace(looking, lot, then, back=back, forward=forward)
    return answer(looking.standing, _said(then) | found | {"foreign": countries(desk, foreign)})


@router.get("/lots/{lot:path}", **openapi.LOT)
def get_lot(lot: IdPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks) -> Response:
    """A lot: what it is, what went into it and out of it, what was attached to it."""
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = lot_card(looking, lot, then)
    return answer(looking.standing, _said(then) | card)


@router.get("/shipments", **openapi.SHIPMENTS)
def get_shipments(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """Shipments by id, as they stand now."""
    (after,) = key_of(page, str) or ("",)
    return written(request, desk, viewer, form, lists.shipments(after), page.part)


@router.get("/shipments/{shipment:path}", **openapi.SHIPMENT)
def get_shipment(
    request: Request,
    shipment: IdPath,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    form: AtForm,
) -> Response:
    """A shipment: applied, shipped, reported, certified, received, side by side."""
    if form.kind != "json":
        lines = lists.shipment_lines(partial(shipment_then, shipment, clocks), clocks)
        return written(request, desk, viewer, form, lines)
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = shipment_card(looking, shipment, then)
    return answer(looking.standing, _said(then) | card)


@router.get("/certificates", **openapi.CERTIFICATES)
def get_certificates(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    form: AtForm,
    issuer: IdQuery = None,
) -> Response:
    """Certificates by issuer and number; of one issuer its control log, gaps told to itself."""
    after = key_of(page, *((str, str) if issuer is None else (str,)))
    return written(request, desk, viewer, form, lists.certificates(issuer, after=after), page.part)


@router.get("/certificates/{issuer}/{number:path}", **openapi.CERTIFICATE)
def get_certificate(
    issuer: IdPath, number: NumberPath, viewer: Onlooker, desk: AtDesk, clocks: AtClocks
) -> Response:
    """A certificate as it stands: its lines, its shipments, whether it is live."""
    with desk.looking(viewer) as looking:
        then = clocks.then(looking)
        card = certificate_card(looking, issuer, number, then)
    return answer(looking.standing, _said(then) | card)


def _said(then: Then) -> dict[str, int]:
    return {} if then.position is None else {"position": then.position}
