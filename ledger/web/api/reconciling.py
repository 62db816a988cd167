"""`/reconciliation`, `/stocks`, `/statements`: where all seals are, and one stock day by day."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.views.reconciliation import Question
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.parameters import AtClocks, AtForm, AtPage, IdQuery, behind, key_of
from ledger.web.asking import lists
from ledger.web.asking.figures import one_part, seen_rows, stock_days
from ledger.web.asking.given import ID_PATTERN, days
from ledger.web.desk import Looking
from ledger.web.writing import written

router = APIRouter(tags=["figures"])
Id = Annotated[str, Query(pattern=ID_PATTERN, max_length=80)]


@router.get("/reconciliation", **openapi.RECONCILIATION)
def get_reconciliation(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    page: AtPage,
    form: AtForm,
    importer: IdQuery = None,
    rcb: IdQuery = None,
    exporter: IdQuery = None,
    agent: IdQuery = None,
    split: Literal["exporter", "agent"] | None = None,
) -> Response:
    """A row for each importer and body that the viewer sees; exporters have their own split row."""
    one_part(exporter, agent)
    asked = Question(
        importer=importer, rcb=rcb, exporter=exporter, agent=agent, split=split,
        as_of=clocks.as_of, known_at=clocks.known_at,
    )  # fmt: skip

    def rows(looking: Looking) -> list[dict[str, Any]]:
        found = sorted(seen_rows(desk, looking, asked), key=lists.pair_of)
        return behind(found, page, lists.pair_of, str, str, str, str)

    listing = lists.reconciliation(rows, clocks)
    return written(request, desk, viewer, form, listing, page.part)


@router.get("/stocks", **openapi.STOCKS)
def get_stocks(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    form: AtForm,
    mark: IdQuery = None,
    holder: IdQuery = None,
) -> Response:
    """Stocks by mark, holder and site, and how many seals are in each now."""
    after = key_of(page, str, str, str) or ("", "", "")
    listing = lists.stocks(mark or "", holder or "", after)
    return written(request, desk, viewer, form, listing, page.part)


@router.get("/statements", **openapi.STATEMENT)
def get_statement(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    form: AtForm,
    mark: Id,
    holder: Id,
    site: Id,
    start: Annotated[str | None, Query(alias="from", max_length=10)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=10)] = None,
) -> Response:
    """One stock day by day: received, used, discarded, other, remaining."""
    between = days(start, end)

    def found(looking: Looking) -> dict[str, Any]:
        return stock_days(looking, (mark, holder, site), clocks, between)

    of = {"mark": mark, "holder": holder, "site": site}
    return written(request, desk, viewer, form, lists.statement(found, clocks, of))
