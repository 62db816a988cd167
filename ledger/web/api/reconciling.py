"""`/reconciliation` and `/statements`: where all seals are, and one stock day by day."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.views.reconciliation import Question
from ledger.web.access.viewers import AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import prefers_csv, rows_answer
from ledger.web.api.parameters import AtClocks, AtLongPage, IdQuery, cut
from ledger.web.asking.figures import one_part, seen_rows, stock_days
from ledger.web.asking.given import ID_PATTERN, days

router = APIRouter(tags=["figures"])
Id = Annotated[str, Query(pattern=ID_PATTERN, max_length=80)]


@router.get("/reconciliation", **openapi.RECONCILIATION)
def get_reconciliation(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    page: AtLongPage,
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
    with desk.looking(viewer) as looking:
        found = sorted(seen_rows(desk, looking, asked), key=_key)
    position = found[0]["position"] if found else looking.standing.position
    shown, following = cut(found, page, _key, str, str, str, str)
    if prefers_csv(request):
        shown = [flat(row) for row in shown]
    body = {"position": position, "rows": shown, "next": following}
    return rows_answer(request, looking.standing, body, rows="rows")


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return row["importer"], row["rcb"], row["exporter"] or "", row["agent"] or ""


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row with a column for each severity."""
    rest = {name: value for name, value in row.items() if name != "cases"}
    return rest | {f"cases_{severity}": count for severity, count in row["cases"].items()}


@router.get("/statements", **openapi.STATEMENT)
def get_statement(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    mark: Id,
    holder: Id,
    site: Id,
    start: Annotated[str | None, Query(alias="from", max_length=10)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=10)] = None,
) -> Response:
    """One stock day by day: received, used, discarded, other, remaining."""
    between = days(start, end)
    with desk.looking(viewer) as looking:
        found = stock_days(looking, (mark, holder, site), clocks, between)
        position = clocks.then(looking).position
    said = {} if position is None else {"position": position}
    body = {**said, "mark": mark, "holder": holder, "site": site, **found}
    return rows_answer(request, looking.standing, body, rows="days", columns=_DAY)


_DAY: Final = ("day", "received", "used", "discarded", "other", "remaining")
