"""What may be said and used: claims, with a sentence for all that is against one; substances."""

from datetime import date
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved
from ledger.facts.scalars import local_day, time_text
from ledger.labels.describe import field_of, read_recipe
from ledger.labels.describe_claims import goods_row, recipe_row
from ledger.labels.describe_lists import substance_rows
from ledger.labels.lots import lot_facts
from ledger.labels.schemes.scheme import Operator
from ledger.log.seeing import Viewer
from ledger.rules.moments import JAPAN
from ledger.views.lazy_record import LazyRecord
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_cases as openapi
from ledger.web.api import openapi_reads as reads
from ledger.web.api.answers import JSON, answer
from ledger.web.api.parameters import IdPath, IdQuery
from ledger.web.asking.given import TEXT_PATTERN, day
from ledger.web.asking.goods import A_LOT, there
from ledger.web.desk import SYSTEM, Desk
from ledger.web.problems import Problem, invalid, not_found

router = APIRouter(tags=["labels"])
version_max: Final = 2**31 - 1

_DEPARTED: Final = "SELECT FROM departures WHERE shipment = %(key)s"
_A_PRODUCT: Final = f"SELECT FROM named_parties WHERE about = {About.PRODUCT:d} AND key = %(key)s"

Claim = Annotated[str | None, Query(max_length=80, pattern=TEXT_PATTERN)]
Wording = Annotated[str | None, Query(max_length=2_000, pattern=TEXT_PATTERN)]
Party = Annotated[str | None, Query(max_length=300, pattern=TEXT_PATTERN)]
Routed = Annotated[
    str | None, Query(max_length=20, description="JAS, EQUIVALENCE or BOTH; a lot has its own")
]
On = Annotated[str | None, Query(max_length=10, description="Default: today in Japan")]


class Asked(NamedTuple):
    """What is asked about goods that are recorded; what is left out is as a label says."""

    claim: Claim = None
    product: IdQuery = None
    recipe_version: Annotated[int | None, Query(ge=1, le=version_max)] = None
    lot: IdQuery = None
    label: IdQuery = None
    label_version: Annotated[int, Query(ge=1, le=version_max)] = 1
    shipment: IdQuery = None
    text: Wording = None
    route: Routed = None
    on: On = None

    @property
    def version(self) -> tuple[str, int] | None:
        """The label and its version, where one is named."""
        return None if self.label is None else (self.label, self.label_version)


@router.get("/labels/check", **openapi.LABEL_CHECK)
def check_label(
    viewer: Onlooker, desk: AtDesk, given: Annotated[Asked, Depends(Asked)]
) -> Response:
    """Say whether a claim holds on a lot, a product or a label, and what is against it.

    The verdict rests on more than the viewer sees, as the certifications of others; it shows none.
    """
    day_asked = _day(given.on, desk)
    claim, asked = _completed(desk, viewer, given)
    with desk.looking(SYSTEM) as looking:
        body = goods_row(
            claim, LazyRecord(looking.rows, looking.log), asked.product, asked.recipe_version,
            on=day_asked, route=asked.route, lot=asked.lot, label=asked.version,
            shipment=asked.shipment, label_text=asked.text,
        )  # fmt: skip
    return answer(looking.standing, body)


def _day(text: str | None, desk: Desk) -> date:
    return day(text, "on") or local_day(time_text(desk.now(), JAPAN))


@router.get("/substances/{code}", **reads.SUBSTANCE)
def get_substance(
    viewer: Onlooker,
    desk: AtDesk,
    code: IdPath,
    table: Annotated[str | None, Query(max_length=8, pattern=TEXT_PATTERN)] = None,
    class_: Annotated[str | None, Query(alias="class", max_length=80, pattern=TEXT_PATTERN)] = None,
    on: On = None,
) -> Response:
    """Say which positive lists let a substance in, and on which conditions, theirs and its own."""
    del viewer  # it rests on tables alone
    found = substance_rows(code, table, class_, _day(on, desk))
    return answer(desk.standing(), {"substances": found})


class Proposal(msgspec.Struct, forbid_unknown_fields=True):
    """A recipe with what is asked about it, in one document."""

    recipe: msgspec.Raw
    claim: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    name_form: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    text: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None
    operator: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    address: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    route: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    on: Annotated[str, msgspec.Meta(max_length=10)] | None = None


OPTIONAL: Final = tuple(name for name in Proposal.__struct_fields__ if name != "recipe")
"""What a query may say too."""


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
    operator: Party = None,
    address: Party = None,
    route: Routed = None,
    on: On = None,
) -> Response:
    """Say whether a claim holds on a recipe that need not be registered.

    The body is the recipe, or it stands in one with what else is asked: `{"recipe": …, "claim": …,
    "name_form": …, "text": …, "operator": …, "address": …, "route": …, "on": …}`.
    """
    del viewer  # it rests on tables alone
    asked = _proposal(
        body, Proposal(msgspec.Raw(body), claim, name_form, text, operator, address, route, on)
    )
    if asked.claim is None:
        raise invalid("claim", "name a claim")
    recipe = read_recipe(bytes(asked.recipe), "recipe")
    found = recipe_row(
        asked.claim, recipe, _day(asked.on, desk), asked.name_form, asked.text,
        Operator.given(asked.operator, asked.address), asked.route,
    )  # fmt: skip
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
    for name in OPTIONAL:
        if getattr(named, name) is None:
            setattr(named, name, getattr(asked, name))
    return named


def _completed(desk: Desk, viewer: Viewer, asked: Asked) -> tuple[str, Asked]:
    """The claim, and what is asked with what the label says in place of what was left out.

    404 for what the viewer may not see.
    """
    with desk.looking(viewer) as looking:
        record = LazyRecord(looking.rows, looking.log)
        if asked.version is not None:
            approved = record.latest(LabelApproved, About.LABEL, "{} {}".format(*asked.version))
            if approved is None:
                raise not_found("such label")
            asked = asked._replace(
                claim=asked.claim or approved.claim,
                product=asked.product or approved.product,
                text=approved.wording if asked.text is None else asked.text,
            )
        elif asked.product is not None:
            there(looking, _A_PRODUCT, "product", key=asked.product)
        if asked.lot is not None:
            there(looking, A_LOT, "lot", key=asked.lot)
            if lot_facts(record, asked.lot) is None:
                raise not_found("such lot")
        if asked.shipment is not None:
            there(looking, _DEPARTED, "shipment", key=asked.shipment)
    if asked.claim is None:
        raise invalid("claim", "name a claim, or a label that makes one")
    if asked.lot is None and asked.product is None:
        raise invalid("lot", "name a lot, a product or a label")
    return asked.claim, asked
