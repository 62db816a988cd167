"""`/periods`: a pair's month or fiscal year, signed off by its body."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ledger.cases.period import Period, Signed, period_of
from ledger.facts.scalars import time_text
from ledger.rules.moments import JAPAN
from ledger.views.cases import signed_period, signed_periods
from ledger.web.access.viewers import AtDesk, Certifier, Onlooker, person_of
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import AtForm, AtPage, IdPath, key_of
from ledger.web.asking import lists
from ledger.web.asking.decisions import row_of, sign
from ledger.web.asking.given import ID_PATTERN, TEXT_PATTERN
from ledger.web.desk import Looking
from ledger.web.problems import not_found
from ledger.web.writing import written

router = APIRouter(tags=["periods"])

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]


class Signature(BaseModel):
    """A body signs a period of one of its importers."""

    model_config = ConfigDict(extra="forbid")

    importer: Id
    period: Annotated[str, Field(pattern=ID_PATTERN, max_length=7, examples=["2026-04", "FY2026"])]
    person: Annotated[str | None, Field(pattern=ID_PATTERN, max_length=80)] = None
    text: Annotated[str | None, Field(max_length=500, pattern=TEXT_PATTERN)] = None


@router.get("/periods", **openapi.PERIODS)
def get_periods(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """Every signed period that the viewer sees, and its row where facts changed it since."""
    after = key_of(page, str, str, str) or ("", "", "")

    def rows(looking: Looking) -> list[dict[str, Any]]:
        return [_signed(one) for one in signed_periods(looking.rows, after)]

    return written(request, desk, viewer, form, lists.periods(rows), page.part)


@router.get("/periods/{importer}/{rcb}/{name}", **openapi.PERIOD)
def get_period(
    importer: IdPath, rcb: IdPath, name: IdPath, viewer: Onlooker, desk: AtDesk
) -> Response:
    """A period: what was signed, or what would be."""
    wanted = period_of(importer, rcb, name)
    with desk.looking(viewer) as looking:
        known = signed_period(looking.rows, wanted.id)
        if known is not None:
            return answer(looking.standing, _signed(known))
        if viewer.role != "operator" and viewer.party not in (importer, rcb):
            raise not_found("such period")
        row = row_of(looking, wanted)
    return answer(looking.standing, _head(wanted, "UNSIGNED") | {"row": row, "stated": row})


@router.post("/periods", **openapi.SIGN)
def sign_period(body: Signature, viewer: Certifier, desk: AtDesk) -> Response:
    """Sign the row as of the end of a period off."""
    before = desk.standing()
    known = sign(
        desk, viewer, period_of(body.importer, viewer.party, body.period),
        person=person_of(viewer, body.person), text=body.text,
    )  # fmt: skip
    return answer(before, _signed(known))


_NOBODY: Final = {"person": None, "signed_at_position": None}


def _head(of: Period, state: str) -> dict[str, Any]:
    return {
        "importer": of.importer, "rcb": of.rcb, "period": of.name,
        "end": time_text(of.end, JAPAN), "state": state, **_NOBODY,
    }  # fmt: skip


def _signed(known: Signed) -> dict[str, Any]:
    return _head(known.period, str(known.state)) | {
        "person": known.person,
        "signed_at_position": known.position,
        "row": known.signed,
        "stated": known.stated,
    }
