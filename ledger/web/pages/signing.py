"""Signing a period on its page, and acknowledging what was signed."""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from ledger.cases.period import Period, period_of
from ledger.cases.signing import Changed
from ledger.errors import Conflict, Misuse
from ledger.views.periods import Moved
from ledger.web.access.sign_in import check_form
from ledger.web.asking import periods as asking
from ledger.web.pages.given import Typed
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.period import period_page
from ledger.web.pages.rendering import address
from ledger.web.problems import Problem, of_error, said

router = APIRouter(include_in_schema=False)
text_characters_max: Final = 8_000
_NOT_FOUND: Final = 404


@router.post("/desk/period")
def sign(
    opened: Open,
    importer: Typed = "",
    rcb: Typed = "",
    period: Typed = "",
    digest: Typed = "",
    position: Annotated[int, Form(ge=0, lt=2**63)] = 0,
    seen: Typed = "",
    text: Annotated[str, Form(max_length=text_characters_max)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Sign a period as it was shown; where it cannot be, the page says why and what changed."""
    check_form(opened.session, csrf)
    wanted = period_of(importer, rcb or opened.viewer.party, period.strip())
    asking.check_pair(opened.viewer, wanted)
    words = text.replace("\r\n", "\n").replace("\0", "")
    try:
        _check_seen(opened, wanted, seen)
        known = asking.signed(
            opened.desk, opened.viewer, wanted, digest=digest or None, text=words,
            position=position or None,
        )  # fmt: skip
    except Moved as moved:
        changed = asking.changed(moved)
        refused = Problem(409, moved.sentence)
        return period_page(opened, wanted, refused=refused, changed=changed, text=words)
    except (Misuse, Conflict, Problem) as refusal:
        return _again(opened, wanted, refusal, words)
    done = "prepared" if known.prepared is not None else "signed"
    return _led_to(opened, wanted, done)


def _check_seen(opened: Opening, wanted: Period, seen: str) -> None:
    """The box below the cases is ticked where there are any."""
    if seen:
        return
    found = asking.preview(opened.desk, opened.viewer, wanted)
    if found.seen.touching:
        raise Problem(422, said("Say that you have seen the cases: tick the box."))


@router.post("/desk/period/acknowledge")
def acknowledge(
    opened: Open,
    importer: Typed = "",
    rcb: Typed = "",
    period: Typed = "",
    digest: Typed = "",
    text: Annotated[str, Form(max_length=text_characters_max)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Acknowledge what was signed, as the importer."""
    check_form(opened.session, csrf)
    wanted = period_of(importer or opened.viewer.party, rcb, period.strip())
    asking.check_pair(opened.viewer, wanted)
    words = text.replace("\r\n", "\n").replace("\0", "")
    try:
        asking.acknowledged(opened.desk, opened.viewer, wanted, digest=digest or None, text=words)
    except Changed as changed:
        return period_page(opened, wanted, refused=Problem(409, changed.sentence), text=words)
    except (Misuse, Conflict, Problem) as refusal:
        return _again(opened, wanted, refusal, words)
    return _led_to(opened, wanted, "acknowledged")


def _again(
    opened: Opening, wanted: Period, refusal: Misuse | Conflict | Problem, text: str
) -> Response:
    told = of_error(refusal)
    if told.status == _NOT_FOUND:
        raise told
    return period_page(opened, wanted, refused=told, text=text)


def _led_to(opened: Opening, wanted: Period, done: str) -> Response:
    given = {"importer": wanted.importer, "rcb": wanted.rcb, "period": wanted.name, "done": done}
    return RedirectResponse(address(opened.request, "period", given), status_code=303)
