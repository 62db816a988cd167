"""`/labels/check`: whether a claim holds, with a code and a sentence for all that is against it."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved
from ledger.facts.scalars import local_day, time_text
from ledger.labels.check import claim_check
from ledger.labels.describe import field_of, known_claim, read_recipe, recipe_row, verdict_row
from ledger.labels.lots import lot_facts
from ledger.log.seeing import Viewer
from ledger.rules.moments import JAPAN
from ledger.views.lazy_record import LazyRecord
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.answers import JSON, answer
from ledger.web.api.parameters import IdQuery
from ledger.web.asking.given import TEXT_PATTERN, day
from ledger.web.asking.goods import A_LOT, there
from ledger.web.desk import SYSTEM, Desk
from ledger.web.problems import Problem, not_found

router = APIRouter(tags=["labels"])
version_max: Final = 2**31 - 1

_A_PRODUCT: Final = f"SELECT FROM named_parties WHERE about = {About.PRODUCT:d} AND key = %(key)s"

Version = Annotated[int, Query(ge=1, le=version_max)]
Claim = Annotated[str | None, Query(max_length=80, pattern=TEXT_PATTERN)]
Wording = Annotated[str | None, Query(max_length=2_000, pattern=TEXT_PATTERN)]
On = Annotated[str | None, Query(max_length=10, description="Default: today in Japan")]


@router.get("/labels/check", **openapi.LABEL_CHECK)
def check_label(
    viewer: Onlooker,
    desk: AtDesk,
    claim: Claim = None,
    product: IdQuery = None,
    recipe_version: Annotated[int | None, Query(ge=1, le=version_max)] = None,
    lot: IdQuery = None,
    label: IdQuery = None,
    label_version: Version = 1,
    shipment: IdQuery = None,
    text: Wording = None,
    on: On = None,
) -> Response:
    """Say whether a claim holds on a lot, a product or a label, and what is against it.

    The verdict rests on more than the viewer sees, as the certifications of others; it shows none.
    """
    day_asked = day(on, "on") or local_day(time_text(desk.now(), JAPAN))
    version = None if label is None else (label, label_version)
    claim, product, text = _asked(desk, viewer, claim, product, version, lot, shipment, text)
    with desk.looking(SYSTEM) as looking:
        record = LazyRecord(looking.rows, looking.log)
        verdict = claim_check(
            known_claim(claim), record, product if lot is None else None, recipe_version,
            on=day_asked, lot=lot, label=version, shipment=shipment, label_text=text,
        )  # fmt: skip
    body = {"claim": claim, "on": date.isoformat(day_asked), "lot": lot, **verdict_row(verdict)}
    return answer(looking.standing, body)


class Proposal(msgspec.Struct, forbid_unknown_fields=True):
    """A recipe with what is asked about it, in one document."""

    recipe: msgspec.Raw
    claim: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    name_form: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    text: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None
    on: Annotated[str, msgspec.Meta(max_length=10)] | None = None


async def _document(
    request: Request, content_type: Annotated[str | None, Header()] = None
) -> bytes:
    """The body, as far as it may be JSON."""
    kind = (content_type or JSON).split(";")[0].strip().lower()
    if kind != JSON:
        raise Problem(415, f"Content-Type: {JSON}.", headers={"Accept-Post": JSON})
    return await request.body()


@router.post("/labels/check", **openapi.RECIPE_CHECK)
def check_recipe(
    viewer: Onlooker,
    desk: AtDesk,
    body: Annotated[bytes, Depends(_document)],
    claim: Claim = None,
    name_form: Annotated[str | None, Query(max_length=200, pattern=TEXT_PATTERN)] = None,
    text: Wording = None,
    on: On = None,
) -> Response:
    """Say whether a claim holds on a recipe that need not be registered.

    The body is the recipe, or `{"recipe": …, "claim": …, "name_form": …, "text": …, "on": …}`.
    """
    del viewer  # it rests on tables alone
    asked = _proposal(body, Proposal(msgspec.Raw(body), claim, name_form, text, on))
    if asked.claim is None:
        raise _lacking("claim", "name a claim")
    day_asked = day(asked.on, "on") or local_day(time_text(desk.now(), JAPAN))
    recipe = read_recipe(bytes(asked.recipe), "recipe")
    found = recipe_row(asked.claim, recipe, day_asked, asked.name_form, asked.text)
    return answer(desk.standing(), found)


def _proposal(body: bytes, asked: Proposal) -> Proposal:
    """What a body asks where it names its recipe; what it leaves out is as asked already."""
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if "recipe" not in members:
            return asked
        named = msgspec.json.decode(body, type=Proposal)
    except RecursionError:
        raise Problem(422, "The body is nested too deeply.") from None
    except msgspec.ValidationError as error:
        field = field_of(str(error))
        raise Problem(422, str(error), fields=[(field, str(error))] if field else ()) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(422, f"The body is no JSON: {error}") from None
    for name in ("claim", "name_form", "text", "on"):
        if getattr(named, name) is None:
            setattr(named, name, getattr(asked, name))
    return named


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
        record = LazyRecord(looking.rows, looking.log)
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
