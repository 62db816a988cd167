"""`/dead-letters`: what was refused, and what people did about it.

Everybody sees what was refused of its own, an operator all of it; nobody else finds there is any.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from ledger.cases.letter import LetterState
from ledger.intake.verdicts import Reason
from ledger.views.letters import Asked, Kept, kept, source_of, told
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer, rows_answer
from ledger.web.api.parameters import AtPage, key_of, next_cursor
from ledger.web.api.sources import refused
from ledger.web.asking.given import ID_PATTERN
from ledger.web.asking.letters import history, one_letter

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
    states: States = None,
    reasons: Reasons = None,
    sender: Sender = None,
) -> Response:
    """Refused messages that nobody has settled, latest first, or those of the states asked for."""
    (before,) = key_of(page, int) or (None,)
    every = "all" in (states or ())
    wanted = [*LetterState] if every else [LetterState(one) for one in states or ("new",)]
    asked = Asked(tuple(reasons or ()), tuple(wanted), sender, before=before)
    with desk.looking(viewer) as looking:
        found = kept(looking.rows, asked, page.limit)
    more = len(found) == page.limit
    following = next_cursor([found[-1].dead_letter.number]) if more else None
    body = {"dead_letters": [row(one) for one in found], "next": following}
    return rows_answer(request, looking.standing, body, rows="dead_letters")


@router.get("/dead-letters/{number}", **openapi.LETTER)
def get_dead_letter(
    number: Annotated[int, Path(ge=1, lt=_LAST)], viewer: Onlooker, desk: AtDesk
) -> Response:
    """A refused message with everything that people did about it."""
    with desk.looking(viewer) as looking:
        found = one_letter(looking, number)
        done = [one._asdict() for one in history(looking.log, number)]
    return answer(looking.standing, {**row(found), "history": done})


def row(one: Kept) -> dict[str, Any]:
    """A letter as programs read it."""
    refusal = one.dead_letter.refusal
    return {
        **refused(one.dead_letter), "by": refusal.by, "source": source_of(refusal),
        **told(one.letter),
    }  # fmt: skip
