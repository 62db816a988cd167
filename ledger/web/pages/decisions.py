"""Explaining, escalating and closing on a page: one case, or every one of a cause."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from ledger.errors import Conflict, Misuse
from ledger.web.access.sign_in import check_form
from ledger.web.asking.decisions import ACTS, ActName, Command, command_of, settled
from ledger.web.pages.case import acts_in, case_page
from ledger.web.pages.cases import decided_cases_max, inbox_page
from ledger.web.pages.given import Filtered, Typed
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.problems import Problem, forbidden, of_error

router = APIRouter(include_in_schema=False)
text_characters_max: Final = 4_000
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409


class Decided:
    """What a form of decision brings."""

    def __init__(
        self,
        csrf: Annotated[str, Form(max_length=200)] = "",
        reason: Typed = "",
        text: Annotated[str, Form(max_length=text_characters_max)] = "",
    ) -> None:
        self.csrf, self.reason = csrf, reason
        # Forms send a line's end as two characters.
        self.text = text.replace("\r\n", "\n").replace("\0", "")

    def command(self, act: ActName, opened: Opening) -> Command:
        """The decision that the viewer takes."""
        return command_of(opened.desk, act, opened.viewer, self.text or None, self.reason)


Brought = Annotated[Decided, Depends(Decided)]


@router.post("/desk/case/{act}")
def decide(
    opened: Open,
    act: ActName,
    brought: Brought,
    id: Annotated[UUID, Form()],  # noqa: A002 -- the field's name
) -> Response:
    """Take one decision; where it is refused the page says why and keeps what was typed."""
    check_form(opened.session, brought.csrf)
    if opened.viewer.role not in ACTS[act].roles:
        raise forbidden("Your role does not decide this.")
    try:
        settled(opened.desk, opened.viewer, id, brought.command(act, opened))
    except (Misuse, Conflict, Problem) as refusal:
        if isinstance(refusal, Problem) and refusal.status == _NOT_FOUND:
            raise
        given = {"act": act, "reason": brought.reason, "text": brought.text}
        return case_page(opened, id, refused=_told(refusal), given=given)
    return _led_to(opened, "case", {"id": id, "done": act})


@router.post("/desk/cases/{act}")
def decide_many(
    opened: Open,
    act: ActName,
    brought: Brought,
    chosen: Filtered,
    count: Annotated[int, Form(ge=1, le=decided_cases_max)],
) -> Response:
    """Take one decision about every case that fits, if they are as many as the page said."""
    check_form(opened.session, brought.csrf)
    if opened.viewer.role not in ACTS[act].roles:
        raise forbidden("Your role does not decide this.")
    try:
        command = brought.command(act, opened)
    except (Misuse, Problem) as refusal:
        return inbox_page(opened, chosen, refused=_told(refusal))
    with opened.looking() as looking:
        found = [entry for entry in chosen.found(looking) if act in acts_in(opened, looking, entry)]
    if len(found) != count:
        sentence = f"By now {len(found)} cases fit, not {count}: look again, then decide."
        return inbox_page(opened, chosen, refused=Problem(422, sentence))
    decided, refused = 0, None
    for entry in found:
        try:
            settled(opened.desk, opened.viewer, UUID(entry.case.id), command)
        except (Misuse, Conflict, Problem) as refusal:
            refused = _told(refusal)
        else:
            decided += 1
    if refused:
        return inbox_page(opened, chosen, decided=decided, refused=refused)
    return _led_to(opened, "cases", {**chosen.given, "decided": decided})


def _told(refusal: Misuse | Conflict | Problem) -> Problem:
    """Why it was refused, for the page on which it was decided."""
    told = of_error(refusal)
    return Problem(422, told.detail) if told.status == _CONFLICT else told


def _led_to(opened: Opening, page: str, words: Mapping[str, object]) -> Response:
    """Show a page now, at no other clock."""
    return RedirectResponse(address(opened.request, page, words), status_code=303)
