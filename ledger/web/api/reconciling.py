"""`/reconciliation` and `/statements`: where all seals are, and one stock day by day."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.custody.places import Kind
from ledger.log.seeing import Viewer
from ledger.views.discrepancies import case_counts
from ledger.views.places import place_id
from ledger.views.reconciliation import Question, reconcile
from ledger.views.statements import statement
from ledger.web.access.asking import AtDesk
from ledger.web.access.roles import Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import prefers_csv, rows_answer
from ledger.web.api.parameters import (
    ID_PATTERN,
    AtClocks,
    AtLongPage,
    IdQuery,
    day,
    key_of,
    next_cursor,
)
from ledger.web.desk import Desk, Looking
from ledger.web.problems import invalid, not_found

router = APIRouter(tags=["figures"])
Id = Annotated[str, Query(pattern=ID_PATTERN, max_length=80)]

_CONTRACTS: Final = "SELECT importer, rcb, exporter FROM viewer_contracts() WHERE agent = %s"


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
    if exporter is not None and agent is not None:
        raise invalid("agent", "ask for one exporter or for one agent, not both")
    asked = Question(
        importer=importer, rcb=rcb, exporter=exporter, agent=agent, split=split,
        as_of=clocks.as_of, known_at=clocks.known_at,
    )  # fmt: skip
    with desk.looking(viewer) as looking:
        found = sorted(seen_rows(desk, looking, asked), key=_key)
    position = found[0]["position"] if found else looking.standing.position
    after = key_of(page, str, str, str, str)
    behind = [row for row in found if after is None or _key(row) > after]
    shown = behind[: page.limit]
    following = next_cursor([*_key(shown[-1])]) if len(behind) > len(shown) else None
    if prefers_csv(request):
        shown = [flat(row) for row in shown]
    body = {"position": position, "rows": shown, "next": following}
    return rows_answer(request, looking.standing, body, rows="rows")


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return row["importer"], row["rcb"], row["exporter"] or "", row["agent"] or ""


def seen_rows(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    """The rows that answer a question for a viewer; 404 where it names somebody else's."""
    viewer = looking.viewer
    match viewer.role:
        case "importer":
            asked = _narrowed(asked, importer=_mine(viewer, asked.importer, "importer"))
        case "exporter" | "processor":
            if asked.agent is not None:
                raise not_found("such agent")
            mine = _mine(viewer, asked.exporter, "exporter")
            asked = _narrowed(asked, exporter=mine, split=None)
        case "certifier":
            return _certifiers(desk, looking, asked)
        case _:
            pass
    return _rows(desk, looking, asked)


def _certifiers(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    """The pairs that bear its name, and of others the exporters that it certifies."""
    me = looking.viewer.party
    found: list[dict[str, Any]] = []
    if asked.rcb in (None, me):
        found += _rows(desk, looking, _narrowed(asked, rcb=me))
    if asked.agent not in (None, me):
        return found
    looking.rows.execute(_CONTRACTS, (me,))
    certified = {((importer, rcb), name) for importer, rcb, name in looking.rows.fetchall()}
    pairs = sorted({pair for pair, _ in certified if pair[1] != me})
    for pair in pairs:
        if asked.importer not in (None, pair[0]) or asked.rcb not in (None, pair[1]):
            continue
        question = _narrowed(asked, importer=pair[0], rcb=pair[1], split="exporter", agent=None)
        found += [
            row | {"agent": me}
            for row in _rows(desk, looking, question)
            if (pair, row["exporter"]) in certified
        ]
    return found


def _rows(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    cases = None
    if asked.by is None:
        cases = case_counts(looking.rows, looking.log, asked.known_at)
    # Where recorded times are made up, the ledger's clock is the last of them.
    now = max(desk.now(), desk.log.recorded_last())
    return reconcile(looking.rows, looking.log, asked, now=now, cases=cases)


def _narrowed(asked: Question, **changes: Any) -> Question:
    kept = {name: getattr(asked, name) for name in Question.__struct_fields__}
    return Question(**(kept | changes))


def _mine(viewer: Viewer, given: str | None, what: str) -> str:
    if given not in (None, viewer.party):
        raise not_found(f"such {what}")
    return viewer.party


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
    first, last = day(start, "from"), day(end, "to")
    if first and last and last < first:
        raise invalid("to", "lies before `from`")
    with desk.looking(viewer) as looking:
        place = place_id(mark, Kind.STOCK, holder, site)
        looking.rows.execute("SELECT FROM places WHERE id = %s", (place,))
        if not looking.rows.fetchall():
            raise not_found("such stock")
        found = statement(
            looking.rows, looking.log, (mark, holder, site),
            start=first, end=last, as_of=clocks.as_of, known_at=clocks.known_at,
        )  # fmt: skip
        position = clocks.until(looking)
    said = {} if position is None else {"position": position}
    body = {**said, "mark": mark, "holder": holder, "site": site, **found}
    return rows_answer(request, looking.standing, body, rows="days", columns=_DAY)


_DAY: Final = ("day", "received", "used", "discarded", "other", "remaining")
