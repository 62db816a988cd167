"""The way in: the sign-in page, the choices of a language and of light or dark."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ledger.web.access.sign_in import own
from ledger.web.origin import base_of
from ledger.web.pages import themes
from ledger.web.pages.given import Sought
from ledger.web.pages.language import COOKIE, LANGUAGES, language_of
from ledger.web.pages.rendering import address, render

router = APIRouter(include_in_schema=False)
_year_seconds: Final = 365 * 86_400


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
