"""`/periods`: a pair's month or fiscal year, signed off by its body as it was previewed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ledger.cases.period import Period, Signature, Signed, period_of
from ledger.facts.scalars import time_text
from ledger.rules.moments import JAPAN
from ledger.views.cases import known_period, signed_periods
from ledger.views.periods import Moved
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_periods as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import AtForm, AtPage, IdPath, key_of
from ledger.web.asking import lists
from ledger.web.asking import periods as asking
from ledger.web.asking.decisions import row_of
from ledger.web.asking.given import ID_PATTERN, TEXT_PATTERN
from ledger.web.desk import Looking
from ledger.web.problems import Problem, invalid, not_found
from ledger.web.writing import written

router = APIRouter(tags=["periods"])

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Name = Annotated[str, Field(pattern=ID_PATTERN, max_length=7, examples=["2026-04", "FY2026"])]
Text = Annotated[str | None, Field(max_length=2_000, pattern=TEXT_PATTERN)]
Digest = Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
AskedId = Annotated[str | None, Query(pattern=ID_PATTERN, max_length=80)]


class Signing(BaseModel):
    """A body signs a period of one of its importers, as it was previewed under `digest`.

    `position` is that of the preview: with it a refusal says what has changed since.
    """

    model_config = ConfigDict(extra="forbid")

    importer: Id
    rcb: Id | None = None
    period: Name
    digest: Digest = None
    position: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    text: Text = None


class Acknowledgement(BaseModel):
    """An importer acknowledges what its body signed, by the digest of that."""

    model_config = ConfigDict(extra="forbid")

    importer: Id | None = None
    rcb: Id
    period: Name
    digest: Digest = None
    text: Text = None


@router.get("/periods", **openapi.PERIODS)
def get_periods(
    request: Request, viewer: Onlooker, desk: AtDesk, page: AtPage, form: AtForm
) -> Response:
    """Every signed period that the viewer sees, and its row where facts changed it since."""
    after = key_of(page, str, str, str) or ("", "", "")

    def rows(looking: Looking) -> list[dict[str, Any]]:
        return [told(one) for one in signed_periods(looking.rows, after)]

    return written(request, desk, viewer, form, lists.periods(rows), page.part)


@router.get("/periods/preview", **openapi.PREVIEW)
def preview_period(
    viewer: Onlooker,
    desk: AtDesk,
    period: Annotated[str, Query(pattern=ID_PATTERN, max_length=7)],
    importer: AskedId = None,
    rcb: AskedId = None,
) -> Response:
    """All that would be signed of a period now, and the digest of it that a signature names."""
    own = {"importer": importer, "rcb": rcb}
    mine = {"importer": "importer", "certifier": "rcb"}.get(viewer.role)
    if mine is not None:
        own[mine] = own[mine] or viewer.party
    missing = [name for name, value in own.items() if value is None]
    if missing:
        raise invalid(missing[0], "say of which pair")
    wanted = period_of(str(own["importer"]), str(own["rcb"]), period)
    standing = desk.standing()
    found = asking.preview(desk, viewer, wanted)
    known = found.known
    prepared = None if known is None else known.prepared
    body = {
        **(_head(wanted, "OPEN") if known is None else told(known)),
        "as_of": time_text(wanted.end, JAPAN),
        "position": found.seen.position,
        "digest": found.digest,
        "content": found.seen.content,
        "earlier_open": list(found.seen.opened),
        "prepared": None
        if prepared is None
        else {**_person(prepared), "lapsed": found.prepared_lapsed},
    }
    return answer(standing, body)


@router.get("/periods/{importer}/{rcb}/{name}", **openapi.PERIOD)
def get_period(
    importer: IdPath, rcb: IdPath, name: IdPath, viewer: Onlooker, desk: AtDesk
) -> Response:
    """A period: what was signed, or what would be."""
    wanted = period_of(importer, rcb, name)
    with desk.looking(viewer) as looking:
        known = known_period(looking.rows, wanted.id)
        if known is not None and known.signature is not None:
            return answer(looking.standing, told(known))
        if viewer.role != "operator" and viewer.party not in (importer, rcb):
            raise not_found("such period")
        row = row_of(looking, wanted)
    return answer(looking.standing, _head(wanted, "UNSIGNED") | {"row": row, "stated": row})


@router.post("/periods", **openapi.SIGN)
def sign_period(body: Signing, viewer: Onlooker, desk: AtDesk) -> Response:
    """Sign a period off as it was previewed: the first or second signature, as it stands."""
    before = desk.standing()
    wanted = period_of(body.importer, body.rcb or viewer.party, body.period)
    try:
        known = asking.signed(
            desk, viewer, wanted, digest=body.digest, text=body.text, position=body.position
        )
    except Moved as moved:
        raise asking.conflict(moved) from None
    return answer(before, told(known))


@router.post("/periods/acknowledge", **openapi.ACKNOWLEDGE)
def acknowledge_period(body: Acknowledgement, viewer: Onlooker, desk: AtDesk) -> Response:
    """Acknowledge what was signed, as the importer of the pair."""
    before = desk.standing()
    wanted = period_of(body.importer or viewer.party, body.rcb, body.period)
    try:
        known = asking.acknowledged(desk, viewer, wanted, digest=body.digest, text=body.text)
    except asking.Changed as changed:
        raise Problem(409, changed.sentence) from None
    return answer(before, told(known))


_NOBODY: Final[dict[str, Any]] = {
    "person": None, "signed_at": None, "signed_at_position": None, "digest": None,
    "prepared_by": None, "replaces": None, "text": None, "acknowledged": None, "prepared": None,
    "row": {}, "stated": {},
}  # fmt: skip


def _head(of: Period, state: str) -> dict[str, Any]:
    return {
        "importer": of.importer, "rcb": of.rcb, "period": of.name,
        "end": time_text(of.end, JAPAN), "state": state, **_NOBODY,
    }  # fmt: skip


def told(known: Signed) -> dict[str, Any]:
    """A period about which anything was decided, as programs read it."""
    found = _head(known.period, str(known.state))
    if known.signature is not None:
        found |= {
            "person": known.signature.person,
            "signed_at": known.signature.time,
            "signed_at_position": known.signature.position,
            "digest": known.signature.digest,
            "prepared_by": known.signature.prepared_by,
            "replaces": known.signature.replaces,
            "text": known.signature.text,
            "row": known.signed,
            "stated": known.stated,
        }
    for name, one in (("prepared", known.prepared), ("acknowledged", known.acknowledged)):
        if one is not None:
            found[name] = _person(one)
    return found


def _person(of: Signature) -> dict[str, Any]:
    return {"person": of.person, "at": of.time, "digest": of.digest}
