"""Pages that a browser has already: where nothing was recorded since, it is told so (304).

Only pages that rest on the log and on nothing beside it are named here. What such a page shows
hangs on how far views and audit are, on who looks in which session, language and theme, and on the
clock: ages and dues are told in days, so a page is made anew within the hour.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from ledger.web.access.signing import Session
from ledger.web.desk import Standing
from ledger.web.pages.language import Language
from ledger.web.pages.themes import theme_of

RESTING_ON_THE_LOG: Final = frozenset(
    {
        "certificate", "certificates", "complaint", "complaints", "contract", "contracts",
        "criteria", "dispatch", "dispatches", "figure", "herd", "label", "labels", "lot", "lots",
        "mark", "marks", "pair", "pairs", "parties", "party", "people", "person",
        "product", "products", "report", "reports", "request", "requests", "seal", "shipment",
        "shipments", "statement", "statements", "unproven", "year", "years",
    }
)  # fmt: skip
"""Names of pages."""
KEPT: Final = "private, no-cache"
"""A browser may keep it, and asks each time whether it still holds."""
_hour_micros: Final = 3_600 * 1_000_000
_tag_bytes: Final = 16
_RUN: Final = secrets.token_bytes(8)
"""Of this process: a page of another version of the program is never taken for one of this."""


class Unchanged(Exception):  # noqa: N818 -- an answer, not a fault
    """The browser has this page as it is."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def tag_of(
    request: Request, session: Session, language: Language, standing: Standing, now: int
) -> str:
    """What tells a page as it is now from what it was or will be; `now` is µs UTC."""
    parts: Sequence[object] = (
        *standing, *session.viewer, session.word, language.code, theme_of(request),
        now // _hour_micros,
    )  # fmt: skip
    digest = sha256(_RUN + "\0".join(map(str, parts)).encode())
    return f'W/"{digest.hexdigest()[: _tag_bytes * 2]}"'


def check(request: Request, tag: str) -> None:
    """Raise Unchanged where the browser says that it has the page of that tag."""
    held = request.headers.get("if-none-match", "")
    if tag in (one.strip() for one in held.split(",")):
        raise Unchanged(tag)


def headers(tag: str) -> dict[str, str]:
    """What a page carries that a browser may keep."""
    return {"ETag": tag, "Cache-Control": KEPT, "Vary": "Accept, Accept-Language, Cookie"}


def install(app: FastAPI) -> None:
    """Answer with 304 where a page is unchanged."""

    async def unchanged(_request: Request, found: Exception) -> Response:
        assert isinstance(found, Unchanged)  # noqa: S101 -- installed for no other
        return Response(status_code=304, headers=headers(found.tag))

    app.add_exception_handler(Unchanged, unchanged)
