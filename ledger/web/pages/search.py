"""The search page: one box for every kind of thing; what is just what was asked opens at once."""

from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from ledger.web.access.viewers import onlooker
from ledger.web.asking.given import TEXT_PATTERN
from ledger.web.asking.search import Answer, Found, letters_max, search
from ledger.web.desk import Looking
from ledger.web.pages.given import Sought
from ledger.web.pages.hits import address_of, line_of
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.pages.words import KINDS
from ledger.web.problems import invalid

router = APIRouter(include_in_schema=False)
NamedKind = Annotated[str, Query(max_length=20, pattern=TEXT_PATTERN)]
_MOVED: Final = 308


@router.get("/desk/find")
def find(opened: Open, q: Sought = "") -> Response:
    """Lead on to the search."""
    return RedirectResponse(address(opened.request, "search", {"q": q}), status_code=_MOVED)


@router.get("/desk/search")
def found(opened: Open, q: Sought = "", kind: NamedKind = "") -> Response:
    """Show what is called so, or open the one thing that is just that."""
    onlooker(opened.viewer)
    if kind and kind not in KINDS:
        raise invalid("kind", f"one of {', '.join(KINDS)}")
    with opened.looking() as looking:
        answer = search(looking.rows, q[:letters_max], kind)
        alone = None if kind else answer.alone
        place = address_of(alone) if alone else None
        if place is not None:
            return RedirectResponse(address(opened.request, *place), status_code=303)
        return _page(opened, looking, answer, kind)


def _page(opened: Opening, looking: Looking, answer: Answer, kind: str) -> Response:
    grouped: list[dict[str, Any]] = []
    ordered = sorted(answer.found, key=lambda one: (one.hit.rank, one.hit.kind))
    kinds = list(dict.fromkeys(one.hit.kind for one in ordered))
    by_kind = sorted(answer.found, key=lambda one: kinds.index(one.hit.kind))
    for name, of in groupby(by_kind, key=lambda one: one.hit.kind):
        shown = [*of]
        grouped.append({
            "kind": name,
            "total": max(shown[0].hit.total, len(shown)),
            "hits": [_row(opened, one) for one in shown],
            "all": opened.to("search", q=answer.typed, kind=name),
        })  # fmt: skip
    return opened.show(
        "search",
        looking.standing,
        sought=answer.typed,
        kind=kind,
        groups=grouped,
        alike=[{"kind": of, "key": key} for of, key in answer.alike],
    )


def _row(opened: Opening, found: Found) -> dict[str, Any]:
    place = address_of(found)
    key = found.hit.key.replace("%20", " ")
    events = found.hit.kind in ("event", "document", "case")
    return {
        "kind": found.hit.kind,
        "key": key,
        "name": found.name,
        "address": opened.to(place[0], **place[1]) if place else None,
        "line": line_of(found, opened.language),
        "event": found.hit.key if events and found.hit.kind != "case" else None,
        "document": found.hit.what == "document",
    }
