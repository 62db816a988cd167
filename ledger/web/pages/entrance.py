"""The way in: the sign-in page, the choices of a language and of light or dark, finding by id."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ledger.custody.places import Kind
from ledger.web.access.sign_in import own
from ledger.web.desk import Looking
from ledger.web.origin import base_of
from ledger.web.pages import themes
from ledger.web.pages.given import Sought
from ledger.web.pages.language import COOKIE, LANGUAGES, language_of
from ledger.web.pages.opening import Open
from ledger.web.pages.rendering import address, render

router = APIRouter(include_in_schema=False)
_year_seconds: Final = 365 * 86_400
_FOUND: Final = "SELECT kind FROM places WHERE key = %s AND kind = ANY(%s) LIMIT 1"


@router.get("/sign-in")
def old_sign_in(request: Request) -> Response:
    """Lead on to the sign-in page."""
    return RedirectResponse(address(request, "sign-in"), status_code=303)


@router.get("/desk/sign-in")
def sign_in(request: Request, then: Sought = "") -> Response:
    """Ask for a token."""
    return render(request, language_of(request), "sign-in", wrong=False, then=then)


@router.get("/desk/language")
def choose(request: Request, to: Sought = "en", then: Sought = "") -> Response:
    """Keep the language somebody chose, and go back to the page."""
    return _kept(request, COOKIE, to if to in LANGUAGES else None, then)


@router.get("/desk/theme")
def choose_theme(request: Request, to: Sought = themes.AUTO, then: Sought = "") -> Response:
    """Keep whether somebody chose light or dark, and go back to the page."""
    return _kept(request, themes.COOKIE, to if to in themes.THEMES else None, then)


def _kept(request: Request, cookie: str, chosen: str | None, then: str) -> Response:
    response = RedirectResponse(own(request, then), status_code=303)
    if chosen is not None:
        path = base_of(request) or "/"
        response.set_cookie(
            cookie, chosen, max_age=_year_seconds, path=path, samesite="lax", httponly=True
        )
    return response


@router.get("/desk/find")
def find(opened: Open, q: Sought = "") -> Response:
    """Open the page of whatever has that id, or say that nothing has."""
    asked = q.strip()
    with opened.looking() as looking:
        found = _found(looking, asked) if asked else None
        if found is not None:
            page, words = found
            return RedirectResponse(address(opened.request, page, words), status_code=303)
        return opened.show("find", looking.standing, asked=asked, status=404 if asked else 200)


def _found(looking: Looking, asked: str) -> tuple[str, dict[str, str]] | None:
    """The page of what has that id, and the words of its address."""
    rows = looking.rows
    try:
        event = UUID(asked)
    except ValueError:
        pass
    else:
        if rows.execute("SELECT FROM cases WHERE id = %s", (event,)).fetchall():
            return "case", {"id": str(event)}
        return ("event", {"id": str(event)}) if looking.log.get([event]) else None
    if rows.execute("SELECT FROM lots WHERE lot = %s", (asked,)).fetchall():
        return "lot", {"lot": asked}
    if rows.execute("SELECT FROM departures WHERE shipment = %s", (asked,)).fetchall():
        return "shipment", {"shipment": asked}
    row = rows.execute(_FOUND, (asked, [int(Kind.LOT), int(Kind.SHIPPED)])).fetchone()
    if row is None:
        return None
    page = "lot" if row[0] == Kind.LOT else "shipment"
    return page, {page: asked}
