"""Signing in and out, and forms: taken from pages of ours alone, whoever's browser sends them.

Where a browser says from where a form was sent is judged for every form, signing in included:
nobody is to be signed in as somebody else by a page elsewhere. A form of somebody signed in brings
back a word of its session besides. A token, or a link that stands for one, becomes a session.
"""

from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from ledger.log.seeing import Viewer
from ledger.web.access.signing import Session, same, unmasked
from ledger.web.access.viewers import (
    SAFE_METHODS,
    AtDesk,
    SignedIn,
    signing_of,
    signs_in,
    viewer_of_secret,
)
from ledger.web.origin import base_of
from ledger.web.problems import forbidden, unauthorised
from ledger.web.sentences import said

ELSEWHERE: Final = said("This form was not sent from a page of yours here: open the page again.")
address_characters_max: Final = 2_000
Word = Annotated[str, Form(max_length=200)]
Address = Annotated[str, Form(max_length=address_characters_max)]
_OPAQUE: Final = "null"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


async def from_here(request: Request) -> None:
    """Refuse a form whose browser says that it comes from a page elsewhere.

    `Origin` says so, or else `Sec-Fetch-Site`; a program that sends neither has no cookies that a
    page could make use of. Behind a proxy the scheme may differ, where the browser itself says
    that the page is of the same origin.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin is None or (origin == _OPAQUE and site is not None):
        ours = site in (None, "same-origin", "none")
    else:
        ours = _is_ours(request, origin, scheme_may_differ=site == "same-origin")
    if not ours:
        raise forbidden(ELSEWHERE)


def check_form(session: Session, word: object) -> None:
    """Refuse a form that no page of this session has sent: `word` is what it brought as `csrf`."""
    if not isinstance(word, str) or not same(unmasked(word), session.word):
        raise forbidden(ELSEWHERE)


def _is_ours(request: Request, origin: str, *, scheme_may_differ: bool) -> bool:
    theirs, ours = urlsplit(origin), request.url
    if scheme_may_differ and theirs.netloc == ours.netloc:
        return True
    try:
        found = theirs.port or _DEFAULT_PORTS.get(theirs.scheme)
        here = ours.port or _DEFAULT_PORTS.get(ours.scheme)
    except ValueError:  # a port that is no number
        return False
    return (theirs.scheme, theirs.hostname, found) == (ours.scheme, ours.hostname, here)


FromHere: Final = Depends(from_here)
"""For every router of pages: its forms are judged before anything else."""
router = APIRouter(include_in_schema=False, dependencies=[FromHere])


@router.post("/session")
def sign_in(request: Request, desk: AtDesk, token: Word = "", then: Address = "") -> Response:
    """Sign in with a token's secret, then go where the form says."""
    viewer = viewer_of_secret(desk, token.strip())
    if viewer is None:
        raise unauthorised("This token opens nothing: it is unknown, expired or revoked.")
    return _started(request, viewer, then)


@router.get("/session")
def follow_link(
    request: Request,
    desk: AtDesk,
    link: Annotated[str, Query(max_length=500)] = "",
    then: Annotated[str, Query(max_length=address_characters_max)] = "",
) -> Response:
    """Sign in by a link of `ledger demo`."""
    token = signing_of(request).linked(link)
    viewer = None if token is None else desk.sight.viewer(named=token, now=desk.now())
    if viewer is None:
        raise unauthorised("This link opens nothing any more.")
    return _started(request, viewer, then)


@router.post("/session/end")
def sign_out(request: Request, session: SignedIn, csrf: Word = "") -> Response:
    """Sign out: the session has ended, in every tab and for every copy of its cookie."""
    check_form(session, csrf)
    response = RedirectResponse(f"{base_of(request)}/sign-in", status_code=303)
    signing_of(request).end(request, response)
    return response


def _started(request: Request, viewer: Viewer, then: str) -> Response:
    response = RedirectResponse(own(request, then), status_code=303)
    signing_of(request).start(request, response, viewer.token, viewer.until)
    signs_in(request, viewer)
    return response


def own(request: Request, address: str) -> str:
    """An address of ours, or the front page: nobody is led away from here."""
    base, home = base_of(request), f"{base_of(request)}/"
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    if parts is None or parts.scheme or parts.netloc or address.startswith("//"):
        return home
    steps = unquote(parts.path).split("/")
    below = parts.path.startswith(home) or (parts.path == base != "")
    return address if below and ".." not in steps and "." not in steps else home
