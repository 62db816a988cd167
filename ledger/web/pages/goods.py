"""Goods and papers: lots with traces and verdicts, shipments with their claims, certificates.

Five claims about the goods of a shipment stand side by side; a certificate stands in the control
log of its issuer, missing numbers in their place.
"""

from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved, ProductRegistered
from ledger.facts.scalars import local_day, time_text
from ledger.labels.check import claim_check
from ledger.labels.describe import verdict_row
from ledger.rules.moments import JAPAN
from ledger.views import certificates as certificates_view
from ledger.views.discrepancies import Wanted, listed
from ledger.views.lazy_record import LazyRecord
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.goods import (
    countries,
    in_log_order,
    lot_card,
    lot_trace,
    sees_gaps,
    shipment_card,
    shipment_then,
    trace_steps,
)
from ledger.web.asking.nouns.lists import LISTS
from ledger.web.asking.parties import herds_known, shown_of_lot
from ledger.web.desk import SYSTEM, Desk, Looking, as_of
from ledger.web.pages.charts import graph
from ledger.web.pages.given import Id, PageNumber, shown
from ledger.web.pages.nouns import list_page, moved
from ledger.web.pages.opening import Open
from ledger.web.pages.words import MODES, PAPERS, STEPS
from ledger.web.problems import said

router = APIRouter(include_in_schema=False)


@router.get("/desk/lot")
def lot(opened: Open, lot: Id) -> Response:
    """Show a lot; as a file its way, step by step."""
    onlooker(opened.viewer)
    if (file := opened.file(lists.trace(partial(trace_steps, lot, opened.clocks)))) is not None:
        return file
    with opened.looking() as looking:
        then = opened.clocks.then(looking)
        card = lot_card(looking, lot, then)
        found, foreign = lot_trace(looking, lot, then)
        cases = listed(looking.rows, looking.log, Wanted(subject_kind="lot", subject=lot))
        labels = sorted({(tally["label"], tally["version"]) for tally in card["sealed"]})
        events = _seen(looking, found, card)
        product = card["product"] and LazyRecord(looking.rows, looking.log).latest(
            ProductRegistered, About.PRODUCT, card["product"]
        )
        standing = looking.standing
        herds = herds_known(looking, card["herds"])
    return opened.show(
        "lot",
        standing,
        card=card,
        product=product,
        trace=found,
        picture=graph(lot, found),
        steps=STEPS,
        events=events,
        foreign={entry["lot"]: entry["country"] for entry in countries(opened.desk, foreign)},
        verdicts=_verdicts(opened.desk, lot, labels),
        herds_seen=herds,
        shown=shown_of_lot(opened.desk, lot),
        cases=[entry.row for entry in cases],
    )


def _seen(looking: Looking, found: dict[str, Any], card: dict[str, Any]) -> set[str]:
    """The events that the viewer may open, of those that the page names."""
    ids = {step["event"] for step in (*found["back"], *found["forward"]) if step["event"]}
    ids |= {tally["first_id"] for tally in card["sealed"]}
    return {str(key) for key in looking.log.get([UUID(one) for one in sorted(ids)])}


def _verdicts(desk: Desk, lot: str, labels: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Whether the claim of each label on the lot holds today; it rests on more than one sees."""
    if not labels:
        return []
    today: date = local_day(time_text(desk.now(), JAPAN))
    found: list[dict[str, Any]] = []
    with desk.looking(SYSTEM) as looking:
        record = LazyRecord(looking.rows, looking.log)
        for label in labels:
            approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
            if approved is None:
                found.append({"label": label, "claim": None, "codes": [], "eligible": False})
                continue
            verdict = claim_check(
                approved.claim, record, None, None, on=today, lot=lot, label=label,
                label_text=approved.wording,
            )  # fmt: skip
            found.append({"label": label, "claim": approved.claim, **verdict_row(verdict)})
    return found


COLUMNS: Final = ("applied", "shipped", "reported", "certified", "received")


@router.get("/desk/shipment")
def shipment(opened: Open, shipment: Id) -> Response:
    """Show a shipment; as a file its goods."""
    onlooker(opened.viewer)
    lines = lists.shipment_lines(partial(shipment_then, shipment, opened.clocks))
    if (file := opened.file(lines)) is not None:
        return file
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
    by_number = card["certificates"] and not line["by_volume"]
    if by_number and line["certified"] != line["units"]:
        parted.add("certified")
    if card["arrived"] and line["received"] != line["shipped"] - card["returned"]:
        parted.add("received")
    return {**line, "parted": parted}


entries_shown_max: Final = 100


@router.get("/desk/certificates")
def certificates(opened: Open, issuer: Id = "", number: Id = "", page: PageNumber = 0) -> Response:
    """List the certificates that the viewer sees; with an issuer, show its control log."""
    onlooker(opened.viewer)
    if issuer and number:
        return moved(opened, "certificate", issuer=issuer, number=number)
    with opened.looking() as looking:
        issuers = certificates_view.issuers(looking.rows)
    if not issuer:
        logs = [(name, opened.to("certificates", issuer=name)) for name in issuers]
        return list_page(opened, LISTS["certificates"], beside=(said("Control logs"), logs))
    if (file := opened.file(lists.control_log(issuer, "", opened.clocks))) is not None:
        return file
    with opened.looking() as looking:
        log = as_of(looking, opened.clocks.as_of)
        found = certificates_view.control_log(looking.rows, log, issuer, opened.until(looking))
        missing = found["missing"] if sees_gaps(opened.viewer, issuer) else []
        cut, more = shown(in_log_order(found["certificates"], missing), page, entries_shown_max)
        return opened.show(
            "certificates",
            looking.standing,
            issuer=issuer,
            issuers=issuers,
            entries=cut,
            more=more,
            missing=len(missing),
            papers=PAPERS,
        )
