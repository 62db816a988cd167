"""`/labels/check`: whether a claim holds, with a code and a sentence for all that is against it."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved
from ledger.facts.scalars import local_day, time_text
from ledger.labels.check import claim_check
from ledger.labels.describe import known_claim, verdict_row
from ledger.labels.lots import lot_facts
from ledger.log.seeing import Viewer
from ledger.rules.moments import JAPAN
from ledger.views.asking import AskingRecord
from ledger.web.access.asking import AtDesk
from ledger.web.access.roles import Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer
from ledger.web.api.goods import A_LOT, there
from ledger.web.api.parameters import TEXT_PATTERN, IdQuery, day
from ledger.web.desk import SYSTEM, Desk
from ledger.web.problems import Problem, not_found

router = APIRouter(tags=["labels"])
version_max: Final = 2**31 - 1

_A_PRODUCT: Final = "SELECT FROM named_parties WHERE about = 7 AND key = %(key)s"

Version = Annotated[int, Query(ge=1, le=version_max)]


@router.get("/labels/check", **openapi.LABEL_CHECK)
def check_label(
    viewer: Onlooker,
    desk: AtDesk,
    claim: Annotated[str | None, Query(max_length=80, pattern=TEXT_PATTERN)] = None,
    product: IdQuery = None,
    recipe_version: Annotated[int | None, Query(ge=1, le=version_max)] = None,
    lot: IdQuery = None,
    label: IdQuery = None,
    label_version: Version = 1,
    shipment: IdQuery = None,
    text: Annotated[str | None, Query(max_length=2_000, pattern=TEXT_PATTERN)] = None,
    on: Annotated[str | None, Query(max_length=10, description="Default: today in Japan")] = None,
) -> Response:
    """Say whether a claim holds on a lot, a product or a label, and what is against it.

    The verdict rests on more than the viewer sees, as the certifications of others; it shows none.
    """
    day_asked = day(on, "on") or local_day(time_text(desk.now(), JAPAN))
    version = None if label is None else (label, label_version)
    claim, product, text = _asked(desk, viewer, claim, product, version, lot, shipment, text)
    with desk.looking(SYSTEM) as looking:
        record = AskingRecord(looking.rows, looking.log)
        verdict = claim_check(
            known_claim(claim), record, product if lot is None else None, recipe_version,
            on=day_asked, lot=lot, label=version, shipment=shipment, label_text=text,
        )  # fmt: skip
    body = {"claim": claim, "on": date.isoformat(day_asked), "lot": lot, **verdict_row(verdict)}
    return answer(looking.standing, body)


def _asked(
    desk: Desk,
    viewer: Viewer,
    claim: str | None,
    product: str | None,
    label: tuple[str, int] | None,
    lot: str | None,
    shipment: str | None,
    text: str | None,
) -> tuple[str, str | None, str | None]:
    """Claim, product and text, what the label says in place of what was left out.

    404 for what the viewer may not see.
    """
    with desk.looking(viewer) as looking:
        record = AskingRecord(looking.rows, looking.log)
        if label is not None:
            approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
            if approved is None:
                raise not_found("such label")
            claim, product = claim or approved.claim, product or approved.product
            text = text if text is not None else approved.wording
        elif product is not None:
            there(looking, _A_PRODUCT, "product", key=product)
        if lot is not None:
            there(looking, A_LOT, "lot", key=lot)
            if lot_facts(record, lot) is None:
                raise not_found("such lot")
        if shipment is not None:
            looking.rows.execute("SELECT FROM departures WHERE shipment = %s", (shipment,))
            if not looking.rows.fetchall():
                raise not_found("such shipment")
    if claim is None:
        raise _lacking("claim", "name a claim, or a label that makes one")
    if lot is None and product is None:
        raise _lacking("lot", "name a lot, a product or a label")
    return claim, product, text


def _lacking(field: str, detail: str) -> Problem:
    return Problem(422, f"{field}: {detail}", fields=[(field, detail)])
