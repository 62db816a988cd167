"""`/dead-letters`: what was refused, and what people did about it.

Everybody sees what was refused of its own, an operator all of it; nobody else finds there is any.
"""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from ledger.cases.letter import LetterState
from ledger.intake.verdicts import Reason
from ledger.views.letters import Asked
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_sources as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import AtForm, AtPage, key_of
from ledger.web.asking import lists
from ledger.web.asking.given import ID_PATTERN
from ledger.web.asking.letters import history, kept_row, one_letter
from ledger.web.writing import written

router = APIRouter(tags=["sources"])

_LAST: Final = 2**63 - 1
States = Annotated[list[LetterState | Literal["all"]] | None, Query(alias="state")]
Reasons = Annotated[list[Reason | Literal["conflict"]] | None, Query(alias="reason")]
Sender = Annotated[str | None, Query(pattern=ID_PATTERN)]


@router.get("/dead-letters", **openapi.LETTERS)
def get_dead_letters(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    form: AtForm,
    states: States = None,
    reasons: Reasons = None,
    sender: Sender = None,
) -> Response:
    """Refused messages that nobody has settled, latest first, or those of the states asked for."""
    (before,) = key_of(page, int) or (None,)
    every = "all" in (states or ())
    wanted = [*LetterState] if every else [LetterState(one) for one in states or ("new",)]
    asked = Asked(tuple(reasons or ()), tuple(wanted), sender, before=before)
    return written(request, desk, viewer, form, lists.dead_letters(asked), page.part)


@router.get("/dead-letters/{number}", **openapi.LETTER)
def get_dead_letter(
    number: Annotated[int, Path(ge=1, lt=_LAST)], viewer: Onlooker, desk: AtDesk
) -> Response:
    """A refused message with everything that people did about it."""
    with desk.looking(viewer) as looking:
        found = one_letter(looking, number)
        done = [one._asdict() for one in history(looking.log, number)]
    return answer(looking.standing, {**kept_row(found), "history": done})
