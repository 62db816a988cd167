"""Signing in and out: a token, or a link that stands for one, becomes a session.

The pages show the form; what it sends comes here.
"""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from ledger.web.access.forms import FromHere, check_form
from ledger.web.access.viewers import AtDesk, SignedIn, signing_of, viewer_of_secret
from ledger.web.problems import unauthorised

router = APIRouter(include_in_schema=False, dependencies=[FromHere])
HOME: Final = "/"
address_characters_max: Final = 2_000

Word = Annotated[str, Form(max_length=200)]
Address = Annotated[str, Form(max_length=address_characters_max)]


@router.post("/session")
def sign_in(request: Request, desk: AtDesk, token: Word = "", then: Address = HOME) -> Response:
    """Sign in with a token's secret, then go where the form says."""
    viewer = viewer_of_secret(desk, token.strip())
    if viewer is None:
        raise unauthorised("This token opens nothing: it is unknown, expired or revoked.")
    return _started(request, viewer.token, then)


@router.get("/session")
def follow_link(
    request: Request,
    desk: AtDesk,
    link: Annotated[str, Query(max_length=500)] = "",
    then: Annotated[str, Query(max_length=address_characters_max)] = HOME,
) -> Response:
    """Sign in by a link of `ledger demo`."""
    token = signing_of(request).linked(link)
    if token is None or desk.sight.viewer(named=token, now=desk.now()) is None:
        raise unauthorised("This link opens nothing any more.")
    return _started(request, token, then)


@router.post("/session/end")
def sign_out(request: Request, session: SignedIn, csrf: Word = "") -> Response:
    """Sign out: the session has ended, in every tab and for every copy of its cookie."""
    check_form(session, csrf)
    response = RedirectResponse("/sign-in", status_code=303)
    signing_of(request).end(request, response)
    return response


def _started(request: Request, token: str, then: str) -> Response:
    response = RedirectResponse(_own(then), status_code=303)
    signing_of(request).start(request, response, token)
    return response


def _own(address: str) -> str:
    """An address of ours, or the front page: nobody is led away from here."""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    if parts is None or parts.scheme or parts.netloc or not address.startswith("/"):
        return HOME
    return HOME if address.startswith("//") else address
