"""Forms: taken from pages of ours alone, whoever's browser sends them.

Where a browser says from where a form was sent is judged for every form, signing in included:
nobody is to be signed in as somebody else by a page elsewhere. A form of somebody signed in brings
back a word of its session besides.
"""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from ledger.web.access.signing import Session, same
from ledger.web.access.viewers import SAFE_METHODS
from ledger.web.problems import forbidden, said

ELSEWHERE: Final = said("This form was not sent from a page of yours here: open the page again.")
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
    if not isinstance(word, str) or not same(word, session.csrf):
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
