"""Explaining, escalating and closing on a page: one case, or every one of a cause."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from ledger.cases.period import period_of
from ledger.errors import Conflict, Misuse
from ledger.web.access.sign_in import check_form
from ledger.web.access.viewers import CERTIFYING, person_of
from ledger.web.asking.decisions import ACTS, ActName, Command, command_of, settled, sign
from ledger.web.pages.case import acts_in, case_page
from ledger.web.pages.cases import decided_cases_max, inbox_page
from ledger.web.pages.given import Filtered, Typed
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.problems import Problem, forbidden

router = APIRouter(include_in_schema=False)
text_characters_max: Final = 4_000
_NOT_FOUND: Final = 404


class Decided:
    """What a form of decision brings."""

    def __init__(
        self,
        csrf: Annotated[str, Form(max_length=200)] = "",
        person: Typed = "",
        reason: Typed = "",
        text: Annotated[str, Form(max_length=text_characters_max)] = "",
    ) -> None:
        self.csrf, self.person, self.reason = csrf, person, reason
        # Forms send a line's end as two characters.
        self.text = text.replace("\r\n", "\n").replace("\0", "")

    def command(self, act: ActName, opened: Opening) -> Command:
        """The decision that the viewer takes."""
        return command_of(act, opened.viewer, self.person.strip(), self.text or None, self.reason)


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
        given = {"act": act, "reason": brought.reason, "text": brought.text,
                 "person": brought.person}  # fmt: skip
        return case_page(opened, id, refused=str(refusal), given=given)
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
    command = brought.command(act, opened)
    with opened.looking() as looking:
        found = [entry for entry in chosen.found(looking) if act in acts_in(opened, looking, entry)]
    if len(found) != count:
        sentence = f"By now {len(found)} cases fit, not {count}: look again, then decide."
        return inbox_page(opened, chosen, refused=sentence)
    decided, refused = 0, ""
    for entry in found:
        try:
            settled(opened.desk, opened.viewer, UUID(entry.case.id), command)
        except (Misuse, Conflict, Problem) as refusal:
            refused = str(refusal)
        else:
            decided += 1
    if refused:
        return inbox_page(opened, chosen, decided=decided, refused=refused)
    return _led_to(opened, "cases", {**chosen.given, "decided": decided})


@router.post("/desk/period")
def sign_off(
    opened: Open,
    importer: Typed = "",
    period: Typed = "",
    person: Typed = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Sign a period of the viewer's own pair off."""
    check_form(opened.session, csrf)
    if opened.viewer.role not in CERTIFYING:
        raise forbidden("Your role does not decide this.")
    rcb = opened.viewer.party
    wanted = period_of(importer, rcb, period.strip())
    who = person_of(opened.viewer, person.strip())
    sign(opened.desk, opened.viewer, wanted, person=who, text=None)
    return _led_to(opened, "pair", {"importer": importer, "rcb": rcb})


def _led_to(opened: Opening, page: str, words: Mapping[str, object]) -> Response:
    """Show a page now, at no other clock."""
    return RedirectResponse(address(opened.request, page, words), status_code=303)
