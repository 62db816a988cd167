"""`/search` and `/suggest`: what is called so, as far as the viewer sees it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_search as openapi
from ledger.web.api.answers import answer
from ledger.web.api.parameters import AtForm
from ledger.web.asking.given import TEXT_PATTERN
from ledger.web.asking.listing import Listing, columns
from ledger.web.asking.search import letters_max, search, suggestions
from ledger.web.desk import Looking
from ledger.web.pages.hits import hit_rows
from ledger.web.writing import written

router = APIRouter(tags=["search"])
Typed = Annotated[
    str,
    Query(
        min_length=1, max_length=letters_max, pattern=TEXT_PATTERN,
        description="An id, part of one, a word of a name, a number, a SHA-256",
    ),
]  # fmt: skip
NamedKind = Annotated[
    str, Query(max_length=20, pattern=TEXT_PATTERN, description="Only this kind of thing")
]


@router.get("/search", **openapi.SEARCH)
def get_search(
    request: Request, q: Typed, viewer: Onlooker, desk: AtDesk, form: AtForm, kind: NamedKind = ""
) -> Response:
    """What is called so, the best first: at most five of a kind, unless one kind is asked for."""
    found: dict[str, Any] = {}

    def asked(looking: Looking) -> dict[str, Any]:
        if not found:
            result = search(looking.rows, q, kind)
            alike = [{"kind": of, "id": key.replace("%20", " ")} for of, key in result.alike]
            found.update(q=result.typed, alike=alike, hits=hit_rows(result))
        return found

    def told(looking: Looking) -> dict[str, Any]:
        return {name: asked(looking)[name] for name in ("q", "alike")}

    listing = Listing(columns("hits"), "hits", lambda looking, _: asked(looking)["hits"], told=told)
    return written(request, desk, viewer, form, listing)


@router.get("/suggest", **openapi.SUGGEST)
def get_suggest(q: Typed, viewer: Onlooker, desk: AtDesk, kind: NamedKind = "") -> Response:
    """Up to ten things of a kind whose id or name begins so, the latest first."""
    with desk.looking(viewer) as looking:
        found = suggestions(looking.rows, kind, q)
        return answer(looking.standing, {"suggestions": found})
