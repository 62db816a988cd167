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
from ledger.views.asking import AskingRecord
from ledger.views.discrepancies import Wanted, listed
from ledger.views.loading import LAST
from ledger.views.trace import trace
from ledger.web.access.roles import LOOKING
from ledger.web.api.goods import A_LOT, countries, there
from ledger.web.desk import SYSTEM, Desk, Looking, as_of
from ledger.web.pages.charts.graph import graph
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import STEPS
from ledger.web.problems import forbidden

router = APIRouter(include_in_schema=False)
lots_shown_max: Final = 50
_LOT_STEPS: Final = frozenset({"input", "subdivided_from", "used_in", "subdivided_into"})


@router.get("/desk/lots")
def lots(opened: Open, after: Id = "") -> Response:
    """List the lots that the viewer sees, by id."""
    onlooker(opened)
    with opened.looking() as looking:
        names = lots_view.names(looking.rows, after, lots_shown_max + 1)
        cards = lots_view.cards(looking.rows, looking.log, names[:lots_shown_max])
        further = names[lots_shown_max - 1] if len(names) > lots_shown_max else None
        return opened.show("lots", looking.standing, cards=cards, after=after, further=further)


@router.get("/desk/lot")
def lot(opened: Open, lot: Id) -> Response:
    """Show a lot."""
    onlooker(opened)
    with opened.looking() as looking:
        there(looking, A_LOT, "lot", key=lot)
        until = opened.until(looking) if opened.clocks.moved else LAST
        log = as_of(looking, opened.clocks.as_of)
        (card,) = lots_view.cards(looking.rows, log, [lot], until)
        found = trace(looking.rows, log, lot, until=until)
        cases = listed(looking.rows, looking.log, Wanted(subject_kind="lot", subject=lot))
        foreign = _foreign(looking, found)
        labels = sorted({(tally["label"], tally["version"]) for tally in card["sealed"]})
        events = _seen(looking, found, card)
        product = card["product"] and AskingRecord(looking.rows, looking.log).latest(
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


def onlooker(opened: Opening) -> None:
    """Refuse a scanner, which sees the receipts of its own source alone."""
    if opened.viewer.role not in LOOKING:
        raise forbidden("A scanner sees the receipts of its own source alone.")


def _foreign(looking: Looking, found: dict[str, Any]) -> list[str]:
    """The lots at which the trace stops, because they are others'."""
    steps = [*found["back"], *found["forward"]]
    named = sorted({step["id"] for step in steps if step["kind"] in _LOT_STEPS})
    looking.rows.execute("SELECT lot FROM lots WHERE lot = ANY(%s)", (named,))
    return sorted(set(named) - {name for (name,) in looking.rows.fetchall()})


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
        record = AskingRecord(looking.rows, looking.log)
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
