"""`/unproven`: what the facts do not show of lots, as far as the viewer sees the lots."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.labels.describe import known_class
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.parameters import AtForm, AtPage, IdQuery, key_of
from ledger.web.asking import lists
from ledger.web.asking.given import TEXT_PATTERN, day, next_cursor
from ledger.web.asking.listing import Part
from ledger.web.asking.unproven import Wanted, all_seen, seen
from ledger.web.writing import written

router = APIRouter(tags=["labels"])
Word = Annotated[str | None, Query(max_length=80, pattern=TEXT_PATTERN)]
On = Annotated[str | None, Query(max_length=10, description="Default: the day of the first seal")]


def wanted(
    party: IdQuery = None,
    lot: IdQuery = None,
    class_: Annotated[str | None, Query(alias="class", max_length=80)] = None,
    code: Word = None,
    on: On = None,
) -> Wanted:
    """Which rows a request asks for."""
    return Wanted(party, lot, None if class_ is None else known_class(class_), code, day(on, "on"))


@router.get("/unproven", **openapi.UNPROVEN)
def get_unproven(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    form: AtForm,
    asked: Annotated[Wanted, Depends(wanted)],
) -> Response:
    """Lots by id with each code that leaves them unproven, and what would show it.

    A page may have fewer rows than asked for, and even none, though `next` leads on.
    """
    after = key_of(page, str, str) or ("", "")
    if page.limit is None:
        whole = lists.unproven(lambda looking: all_seen(desk, looking, asked, (after[0], after[1])))
        return written(request, desk, viewer, form, whole)
    found = seen(desk, viewer, asked, (after[0], after[1]), page.limit)
    following = None if found.following is None else next_cursor(found.following)
    some = lists.unproven(lambda _: found.rows)
    return written(request, desk, viewer, form, some, Part(following=following))
