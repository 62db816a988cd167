"""Shipments: five claims about the same goods side by side, and where they part."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from ledger.views import shipments as shipments_view
from ledger.views.discrepancies import Wanted, listed
from ledger.web.access.roles import onlooker
from ledger.web.asking.goods import shipment_card
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open
from ledger.web.pages.words import MODES

router = APIRouter(include_in_schema=False)
shipments_shown_max: Final = 50
COLUMNS: Final = ("applied", "shipped", "reported", "certified", "received")


@router.get("/desk/shipments")
def shipments(opened: Open, after: Id = "") -> Response:
    """List the shipments that the viewer sees, by id."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        names = shipments_view.names(looking.rows, after, shipments_shown_max + 1)
        cards = shipments_view.cards(looking.rows, looking.log, names[:shipments_shown_max])
        further = names[shipments_shown_max - 1] if len(names) > shipments_shown_max else None
        return opened.show(
            "shipments", looking.standing, cards=cards, after=after, further=further, modes=MODES
        )


@router.get("/desk/shipment")
def shipment(opened: Open, shipment: Id) -> Response:
    """Show a shipment."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        card = shipment_card(looking, shipment, opened.clocks.then(looking))
        wanted = Wanted(subject_kind="shipment", subject=shipment)
        cases = listed(looking.rows, looking.log, wanted)
        return opened.show(
            "shipment",
            looking.standing,
            card=card,
            goods=[_parted(line, card) for line in card["goods"]],
            columns=COLUMNS,
            modes=MODES,
            cases=[entry.row for entry in cases],
        )


def _parted(line: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """A line, and which of its columns part from what was shipped, once they say anything."""
    parted = set()
    if line["mark"] is not None:
        if line["applied"] < line["shipped"]:
            parted.add("applied")
        if card["reports"] and line["reported"] != line["shipped"]:
            parted.add("reported")
    if card["certificates"] and line["certified"] != line["units"]:
        parted.add("certified")
    if card["arrived"] and line["received"] != line["shipped"] - card["returned"]:
        parted.add("received")
    return {**line, "parted": parted}
