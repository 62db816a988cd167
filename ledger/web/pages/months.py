"""Month-end, chosen: the pairs of the viewer with how each month and fiscal year stands."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.views.period_states import Standing, calendar, columns_at, grid, pairs_seen
from ledger.views.reading import reading
from ledger.web.access.viewers import onlooker
from ledger.web.pages.given import PageNumber, shown
from ledger.web.pages.opening import Open
from ledger.web.pages.words import PERIOD_STATES

router = APIRouter(include_in_schema=False)
lines_shown_max: Final = 25
Which = Literal["sign", "restated", "all"]


@router.get("/desk/months")
def months(opened: Open, show: Annotated[Which, Query()] = "all", page: PageNumber = 0) -> Response:
    """Show the grid of periods: all pairs, those that wait for a signature, or those restated."""
    onlooker(opened.viewer)
    viewer, desk = opened.viewer, opened.desk
    own = {"importer": "importer", "certifier": "rcb"}.get(viewer.role)
    standing = desk.standing()
    with reading(desk.log) as rows:
        pairs = []
        if own is not None:
            pairs = pairs_seen(rows, desk.log, **{own: viewer.party})
        elif viewer.role == "operator":
            pairs = pairs_seen(rows, desk.log)
        told = calendar(rows, desk.log, sign_days=desk.policy.sign_days, now=desk.now())
        lines = grid(rows, desk.log, pairs, told)
    if show == "sign":
        lines = [line for line in lines if line.waits]
    elif show == "restated":
        lines = [
            line for line in lines if any(cell.standing is Standing.RESTATED for cell in line.cells)
        ]
    cut, more = shown(lines, page, lines_shown_max)
    return opened.show(
        "months", standing, lines=cut, more=more, names=columns_at(told.now), which=show,
        states=PERIOD_STATES,
    )  # fmt: skip
