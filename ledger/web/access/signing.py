"""Sessions of people: a signed cookie that names a token, and a row for as long as it lasts.

Both are looked up at every request: what signing out or a token's revocation ends has ended at
once, in every tab and for every copy of the cookie, whichever process is asked.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final, NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from ledger.log import Log
from ledger.log.seeing import Viewer
from ledger.web.origin import base_of

COOKIE: Final = "ledger_session"
session_seconds_max: Final = 12 * 3_600
sessions_of_one_max: Final = 50
"""Of one token; one more ends the oldest."""
link_seconds_max: Final = 24 * 3_600
_KEY: Final = "web.key"
_key_bytes: Final = 32


_BEGIN: Final = """
INSERT INTO sessions (id, token, started_at, ends_at) VALUES (%b, %s, %s, %s)
"""
_ENDED: Final = "DELETE FROM sessions WHERE ends_at <= %s"
_TOO_MANY: Final = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE token = %s ORDER BY started_at DESC, id OFFSET %s
)
"""
_END: Final = "DELETE FROM sessions WHERE id = %b"


class Session(NamedTuple):
    """Somebody signed in: the viewer, and the word that a form has to bring back, masked."""

    viewer: Viewer
    word: str

    @property
    def csrf(self) -> str:
        """What a form carries: another text each time it is asked for."""
        return masked(self.word)


class Signing:
    """Signs what browsers keep for us, with a key that the database holds, and keeps sessions."""

    def __init__(self, log: Log) -> None:
        self._log = log
        key = log.meta(_KEY)
        if key is None:
            # Whoever is second reads what the first one wrote.
            with log.transaction() as rows:
                rows.execute(
                    "INSERT INTO meta (key, value) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    (_KEY, secrets.token_hex(_key_bytes)),
                )
            key = log.meta(_KEY) or ""
        self._sessions = URLSafeTimedSerializer(key, salt="session")
        self._links = URLSafeTimedSerializer(key, salt="link")

    def start(
        self, request: Request, response: Response, token: str, until: int | None = None
    ) -> None:
        """Sign a browser in under a token's id, no longer than `until` (µs UTC)."""
        word = secrets.token_urlsafe(16)
        now = time.time_ns() // 1_000
        with self._log.transaction() as rows:
            rows.execute(_ENDED, (now,))
            ends_at = now + session_seconds_max * 1_000_000
            ends_at = ends_at if until is None else min(ends_at, until)
            rows.execute(_BEGIN, (session_id(word), token, now, ends_at))
            rows.execute(_TOO_MANY, (token, sessions_of_one_max))
        signed = self._sessions.dumps([token, word])
        response.set_cookie(
            COOKIE,
            signed if isinstance(signed, str) else signed.decode(),
            max_age=session_seconds_max,
            path=base_of(request) or "/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def end(self, request: Request, response: Response) -> None:
        """Sign a browser out: its session has ended, wherever its cookie may be."""
        found = self.read(request)
        if found is not None:
            with self._log.transaction() as rows:
                rows.execute(_END, (session_id(found[1]),))
        path = base_of(request) or "/"
        response.delete_cookie(COOKIE, path=path, httponly=True, samesite="lax")

    def read(self, request: HTTPConnection) -> tuple[str, str] | None:
        """The token's id and the form's word of a request's cookie; None without a valid one."""
        return _pair(self._sessions, request.cookies.get(COOKIE), session_seconds_max)

    def word(self, cookie: str) -> str:
        """What a form of this session has to bring back; "" for no session of ours."""
        found = _pair(self._sessions, cookie, session_seconds_max)
        return "" if found is None else masked(found[1])

    def link(self, token: str) -> str:
        """What a sign-in link carries for a token's id: valid for a day."""
        signed = self._links.dumps([token, ""])
        return signed if isinstance(signed, str) else signed.decode()

    def linked(self, signed: str) -> str | None:
        """The token's id that a sign-in link carries; None where it is not ours or too old."""
        found = _pair(self._links, signed, link_seconds_max)
        return None if found is None else found[0]


def session_id(word: str) -> bytes:
    """What is kept of the word of a session, which has 128 random bits."""
    return sha256(word.encode()).digest()


def masked(word: str) -> str:
    """The word under a pad of its own: pages that hold it tell nothing by how well they shrink."""
    bare = word.encode()
    pad = secrets.token_bytes(len(bare))
    return urlsafe_b64encode(pad + _crossed(pad, bare)).decode()


def unmasked(text: str) -> str:
    """The word that was masked so; "" for what never was."""
    try:
        both = urlsafe_b64decode(text)
        half = len(both) // 2
        return _crossed(both[:half], both[half:]).decode()
    except ValueError:
        return ""


def _crossed(pad: bytes, other: bytes) -> bytes:
    return bytes(one ^ two for one, two in zip(pad, other, strict=True))


def same(word: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(word.encode(), other.encode())


def _pair(
    signer: URLSafeTimedSerializer, signed: str | None, seconds: int
) -> tuple[str, str] | None:
    if not signed:
        return None
    try:
        found = signer.loads(signed, max_age=seconds)
    except BadSignature:
        return None
    match found:
        case [str(token), str(word)]:
            return token, word
    return None
