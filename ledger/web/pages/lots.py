"""Lots: a card, where it comes from and what became of it, its seals, verdicts and papers."""

from datetime import date
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
from ledger.views import lots as lots_view
from ledger.views.discrepancies import Wanted, listed
from ledger.views.lazy_record import LazyRecord
from ledger.web.access.roles import onlooker
from ledger.web.asking.goods import countries, lot_card, lot_trace
from ledger.web.desk import SYSTEM, Desk, Looking
from ledger.web.pages.charts.graph import graph
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open
from ledger.web.pages.words import STEPS

router = APIRouter(include_in_schema=False)
lots_shown_max: Final = 50


@router.get("/desk/lots")
def lots(opened: Open, after: Id = "") -> Response:
    """List the lots that the viewer sees, by id."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        names = lots_view.names(looking.rows, after, lots_shown_max + 1)
        cards = lots_view.cards(looking.rows, looking.log, names[:lots_shown_max])
        further = names[lots_shown_max - 1] if len(names) > lots_shown_max else None
        return opened.show("lots", looking.standing, cards=cards, after=after, further=further)


@router.get("/desk/lot")
def lot(opened: Open, lot: Id) -> Response:
    """Show a lot."""
    onlooker(opened.viewer)
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
