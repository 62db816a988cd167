"""Who is asking, told from the bearer token of a program or the session of a person, and its role.

A request without either is refused before anything is read for it. Whose rows a role may look at
and decide is the database's to say.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from ledger.log.seeing import Viewer
from ledger.web.access.last_used import LastUsed
from ledger.web.access.signing import Session, Signing, session_id
from ledger.web.access.tokens import hashed
from ledger.web.desk import Desk
from ledger.web.problems import forbidden, said, unauthorised

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
token_characters_max: Final = 200
_KNOWN: Final = "sender_is_known"
_ASKS: Final = "asks"

bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of `ledger token create`."
)


def desk_of(request: HTTPConnection) -> Desk:
    """The desk of the application that a request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # noqa: S101 -- set when the application is made
    return desk


def signing_of(request: HTTPConnection) -> Signing:
    """What signs the cookies of the application that a request came to."""
    signing = request.app.state.signing
    assert isinstance(signing, Signing)  # noqa: S101 -- set when the application starts
    return signing


def secret_of(request: HTTPConnection) -> str | None:
    """The secret of a token that a request shows as its bearer's; None where it shows none."""
    scheme, secret = get_authorization_scheme_param(request.headers.get("authorization"))
    return secret if scheme.lower() == "bearer" else None


def sender_of(request: HTTPConnection) -> bytes | None:
    """One name for all requests of a token, valid or not; None where a request shows none.

    A token's secret and the sessions begun with it have two names. Nothing is looked up.
    """
    secret = secret_of(request)
    if secret is not None:
        return b"secret " + hashed(secret)
    found = signing_of(request).read(request)
    return None if found is None else b"token " + found[0].encode()


def session_of(request: HTTPConnection) -> Session | None:
    """The session that a request's cookie stands for, while it lasts and its token is valid.

    A request that shows a token's secret besides is its bearer's alone.
    """
    found = signing_of(request).read(request)
    if found is None or secret_of(request) is not None:
        return None
    desk, (token, word) = desk_of(request), found
    viewer = desk.sight.session(shown=session_id(word), token=token, now=desk.now())
    return None if viewer is None else Session(_noted(request, viewer), word)


def viewer_of_secret(desk: Desk, secret: str) -> Viewer | None:
    """Whose token that is; None for none that is valid."""
    if not secret or len(secret) > token_characters_max:
        return None
    return desk.sight.viewer(shown=hashed(secret), now=desk.now())


def viewer_of(request: HTTPConnection) -> Viewer | None:
    """Whose token or session a request shows, looked up anew; None for none that is valid."""
    secret = secret_of(request)
    if secret is None:
        session = session_of(request)
        return None if session is None else session.viewer
    viewer = viewer_of_secret(desk_of(request), secret)
    return None if viewer is None else _noted(request, viewer)


def was_known(request: HTTPConnection) -> bool:
    """Whether what a request shows was looked up and found valid."""
    return getattr(request.state, _KNOWN, False)


def valid_until(request: HTTPConnection) -> int | None:
    """When what a request shows opens nothing any more, µs UTC; None where it does not end."""
    viewer: Viewer | None = getattr(request.state, _ASKS, None)
    return None if viewer is None else viewer.until


def _noted(request: HTTPConnection, viewer: Viewer) -> Viewer:
    setattr(request.state, _KNOWN, True)
    setattr(request.state, _ASKS, viewer)
    last_used: LastUsed = request.app.state.last_used
    last_used.saw(viewer.token, desk_of(request).now())
    return viewer


def signs_in(request: HTTPConnection, viewer: Viewer) -> None:
    """Note who signs in with a request: it shows neither token nor session yet."""
    setattr(request.state, _ASKS, viewer)


def asked_by(scope: Mapping[str, Any]) -> dict[str, str]:
    """Who was found to ask, as lines of the log say it: no secret, only which token it is."""
    viewer = scope["state"].get(_ASKS)
    if viewer is None:
        return {}
    return {"token_id": viewer.token, "party": viewer.party, "role": viewer.role}


def asking(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Viewer:
    """Who asks. A session counts for looking only: a page's forms have an address of their own."""
    if credentials is not None:
        viewer = viewer_of(request)
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


Asking = Annotated[Viewer, Depends(asking)]
SignedIn = Annotated[Session, Depends(signed_in)]
AtDesk = Annotated[Desk, Depends(desk_of)]


LOOKING: Final = frozenset({"exporter", "processor", "importer", "certifier", "operator"})
EXPLAINING: Final = frozenset({"exporter", "processor", "importer"})
CERTIFYING: Final = frozenset({"certifier"})
OPERATING: Final = frozenset({"operator"})


def _only(roles: frozenset[str], otherwise: str) -> Callable[[Viewer], Viewer]:
    """Let those of some roles pass; the others are told why not."""

    def check(viewer: Asking) -> Viewer:
        if viewer.role not in roles:
            raise forbidden(otherwise)
        return viewer

    return check


onlooker: Final = _only(LOOKING, "A scanner sees the receipts of its own source alone.")
_explaining: Final = _only(EXPLAINING, "Exporters, processors and importers explain.")
_certifying: Final = _only(CERTIFYING, "Certifiers decide this.")
_operating: Final = _only(OPERATING, "The status is for whoever runs the ledger.")
_party: Final = _only(EXPLAINING | CERTIFYING, "Parties of a case and its certifiers do this.")
_routing: Final = _only(OPERATING, "The operator gives cases of nobody to a certifier.")
Onlooker = Annotated[Viewer, Depends(onlooker)]
Explainer = Annotated[Viewer, Depends(_explaining)]
Certifier = Annotated[Viewer, Depends(_certifying)]
Operator = Annotated[Viewer, Depends(_operating)]
Party = Annotated[Viewer, Depends(_party)]
Router = Annotated[Viewer, Depends(_routing)]


def person_of(viewer: Viewer) -> str:
    """The person who decides: the one that the token is bound to; of no other token anybody."""
    if viewer.person is None:
        raise forbidden(said("This token is bound to no person."))
    return viewer.person
