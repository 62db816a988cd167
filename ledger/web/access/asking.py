"""Who is asking: told from the bearer token of a program or the session of a person.

A request without either is refused before anything is read for it.
"""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from ledger.log.seeing import Viewer
from ledger.web.access.signing import Session, Signing, same
from ledger.web.access.tokens import hashed
from ledger.web.desk import Desk
from ledger.web.problems import forbidden, unauthorised

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
token_characters_max: Final = 200

bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of `ledger token create`."
)


def desk_of(request: Request) -> Desk:
    """The desk of the application that a request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # noqa: S101 -- set when the application is made
    return desk


def signing_of(request: Request) -> Signing:
    """What signs the cookies of the application that a request came to."""
    signing = request.app.state.signing
    assert isinstance(signing, Signing)  # noqa: S101 -- set when the application starts
    return signing


def session_of(request: Request) -> Session | None:
    """The session that a request's cookie stands for, while its token is valid."""
    found = signing_of(request).read(request)
    if found is None:
        return None
    desk = desk_of(request)
    viewer = desk.sight.viewer(named=found[0], now=desk.now())
    return None if viewer is None else Session(viewer, found[1])


def viewer_of_secret(desk: Desk, secret: str) -> Viewer | None:
    """Whose token that is; None for none that is valid."""
    if not secret or len(secret) > token_characters_max:
        return None
    return desk.sight.viewer(shown=hashed(secret), now=desk.now())


def asking(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Viewer:
    """Who asks. A session counts for looking only: a page's forms have an address of their own."""
    if credentials is not None:
        viewer = viewer_of_secret(desk_of(request), credentials.credentials)
        if viewer is None:
            raise unauthorised("This token opens nothing: it is unknown, expired or revoked.")
        return viewer
    if "authorization" not in request.headers and request.method in SAFE_METHODS:
        session = session_of(request)
        if session is not None:
            return session.viewer
    raise unauthorised()


def signed_in(request: Request) -> Session:
    """Who is signed in, for pages; the problem of nobody is 401."""
    session = session_of(request)
    if session is None:
        raise unauthorised("Sign in first.")
    return session


def check_form(request: Request, session: Session, word: object) -> None:
    """Refuse a form that no page of ours has sent: `word` is what it brought as `csrf`."""
    origin = request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.url.netloc}"
    foreign = origin is not None and origin not in (ours, "null")
    if foreign or not isinstance(word, str) or not same(word, session.csrf):
        raise forbidden("This form was not sent from a page of yours here: open the page again.")


Asking = Annotated[Viewer, Depends(asking)]
SignedIn = Annotated[Session, Depends(signed_in)]
AtDesk = Annotated[Desk, Depends(desk_of)]
