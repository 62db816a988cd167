"""`/discrepancies/ID/…`: owner, due day, words, corrections, and who decides a case of nobody."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from ledger.cases.correction import ACTIONS, CorrectiveAction
from ledger.cases.thread import Audience
from ledger.web.access.viewers import (
    AtDesk,
    Certifier,
    Explainer,
    Party,
    Router,
)
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.deciding import Documents, Id, Needed, Said, Text, decided_one

router = APIRouter(tags=["discrepancies"])


class Assignment(Said):
    """Which person of the own party has the case; null: nobody."""

    owner: Text


class DueDay(Said):
    """Another due day, and why."""

    due: date
    text: Needed


class Remark(Said):
    """Something said about the case, for all who see it or for the own party alone."""

    text: Needed
    audience: Audience = "ALL"
    documents: Documents = ()


class Asked(Said):
    """A correction that a party is asked for."""

    from_party: Id
    actions: Annotated[list[CorrectiveAction], Field(min_length=1, max_length=len(ACTIONS))]
    text: Needed
    due: date


class Reported(Said):
    """What the party asked has done."""

    cause: Needed
    action: Needed
    prevention: Needed
    done_on: date
    documents: Documents = ()


class Accepted(Said):
    """What was reported is what was asked for."""

    text: Text = None


class Routing(Said):
    """The certifier that is to decide a case of nobody, and why."""

    to: Id
    text: Needed


@router.post("/discrepancies/{case_id}/assign", **openapi.DECISION)
def assign(case_id: UUID, body: Assignment, viewer: Party, desk: AtDesk) -> Response:
    """Say which person of the own party has a case."""
    return decided_one(desk, viewer, case_id, "assign", body)


@router.post("/discrepancies/{case_id}/due", **openapi.DECISION)
def set_due(case_id: UUID, body: DueDay, viewer: Certifier, desk: AtDesk) -> Response:
    """Give a case another due day, at most 90 days behind the policy's."""
    return decided_one(desk, viewer, case_id, "due", body)


@router.post("/discrepancies/{case_id}/comment", **openapi.DECISION)
def comment(case_id: UUID, body: Remark, viewer: Party, desk: AtDesk) -> Response:
    """Say something about a case."""
    return decided_one(desk, viewer, case_id, "comment", body)


@router.post("/discrepancies/{case_id}/ask-correction", **openapi.DECISION)
def ask_correction(case_id: UUID, body: Asked, viewer: Certifier, desk: AtDesk) -> Response:
    """Ask a party concerned for a correction; the case is escalated by it."""
    return decided_one(desk, viewer, case_id, "ask-correction", body)


@router.post("/discrepancies/{case_id}/report-correction", **openapi.DECISION)
def report_correction(case_id: UUID, body: Reported, viewer: Explainer, desk: AtDesk) -> Response:
    """Report a correction that was asked of the own party."""
    return decided_one(desk, viewer, case_id, "report-correction", body)


@router.post("/discrepancies/{case_id}/accept-correction", **openapi.DECISION)
def accept_correction(case_id: UUID, body: Accepted, viewer: Certifier, desk: AtDesk) -> Response:
    """Accept a correction that the own body asked for."""
    return decided_one(desk, viewer, case_id, "accept-correction", body)


@router.post("/discrepancies/{case_id}/refuse-correction", **openapi.DECISION)
def refuse_correction(case_id: UUID, body: DueDay, viewer: Certifier, desk: AtDesk) -> Response:
    """Send back a correction that the own body asked for, until another day."""
    return decided_one(desk, viewer, case_id, "refuse-correction", body)


@router.post("/discrepancies/{case_id}/route", **openapi.DECISION)
def route(case_id: UUID, body: Routing, viewer: Router, desk: AtDesk) -> Response:
    """Give a case that nobody may decide to a certifier, as the operator."""
    return decided_one(desk, viewer, case_id, "route", body)
