"""A pair of an importer and a body: its equations, each number opening the events behind it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.custody.places import Kind
from ledger.log.rows import Recorded
from ledger.views.behind import behind, known
from ledger.views.cases import signed_periods
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.reconciliation import FIGURES, Question
from ledger.web.access.roles import onlooker
from ledger.web.asking.figures import seen_rows
from ledger.web.desk import Looking
from ledger.web.pages.charts.flow import flow
from ledger.web.pages.equations import equations
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.overview import ORDER
from ledger.web.pages.words import FIGURES as NAMES
from ledger.web.pages.words import PLACES_SHORT
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
events_shown_max: Final = 100
_LAST: Final = 2**63 - 1
_STOCKS: Final = """
SELECT p.mark, p.key, p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id
WHERE p.kind = %s AND p.mark = ANY(%s) ORDER BY p.mark, p.key, p.site LIMIT 200
"""


@router.get("/desk/pair")
def pair(opened: Open, importer: Id, rcb: Id, exporter: Id = "", agent: Id = "") -> Response:
    """Show a pair, or the part of an exporter or agent in it."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        asked = _question(opened, importer, rcb, exporter, agent)
        found = seen_rows(opened.desk, looking, asked)
        if not found:
            raise not_found("such pair")
        marks = marks_of(looking, importer, rcb)
        looking.rows.execute(_STOCKS, (int(Kind.STOCK), marks))
        stocks = looking.rows.fetchall()
        periods = [
            known_period
            for known_period in signed_periods(looking.rows)
            if (known_period.period.importer, known_period.period.rcb) == (importer, rcb)
        ]
        split = _split(opened, looking, asked, found[0])
        row = found[0] if len(found) == 1 else _joined(found)
        return opened.show(
            "pair",
            looking.standing,
            row=row,
            importer=importer,
            rcb=rcb,
            part=exporter or agent,
            marks=marks,
            equations=equations(row),
            picture=flow({name: row[name] for name in FIGURES[1:]}, ORDER),
            names=NAMES,
            short=PLACES_SHORT,
            stocks=stocks,
            split=split,
            periods=periods,
            signs=opened.viewer.role == "certifier" and opened.viewer.party == rcb,
        )


@router.get("/desk/figure")
def figure(
    opened: Open, importer: Id, rcb: Id, name: Id, before: Annotated[int, Query(ge=1)] = _LAST
) -> Response:
    """Show the events behind a number of a pair."""
    onlooker(opened.viewer)
    if not known(name):
        raise not_found("such figure")
    with opened.looking() as looking:
        marks = marks_of(looking, importer, rcb)
        if not marks:
            raise not_found("such pair")
        found = behind(
            looking.rows,
            marks,
            name,
            importer=importer,
            time=_LAST if opened.clocks.as_of is None else opened.clocks.as_of,
            position=opened.until(looking),
            before=min(before, _LAST),
            limit=events_shown_max + 1,
        )
        shown = found[:events_shown_max]
        events = {one.position: one for one in looking.log.at([one.position for one in shown])}
        entries: list[tuple[Any, Recorded | None]] = [
            (one, events.get(one.position)) for one in shown
        ]
        return opened.show(
            "figure",
            looking.standing,
            importer=importer,
            rcb=rcb,
            name=name,
            title=NAMES.get(name, name),
            entries=entries,
            further=shown[-1].position if len(found) > len(shown) else None,
        )


def marks_of(looking: Looking, importer: str, rcb: str) -> list[str]:
    """The marks of a pair that the viewer deals with."""
    pairs = pairs_of_marks(looking.rows, looking.log)
    return sorted(mark for mark, of in pairs.items() if of == (importer, rcb))


def _question(opened: Opening, importer: str, rcb: str, exporter: str, agent: str) -> Question:
    return Question(
        importer=importer,
        rcb=rcb,
        exporter=exporter or None,
        agent=None if exporter else agent or None,
        as_of=opened.clocks.as_of,
        known_at=opened.clocks.known_at,
    )


def _split(
    opened: Opening, looking: Looking, asked: Question, row: dict[str, Any]
) -> list[dict[str, Any]]:
    """The same by exporter, where the row is a whole one."""
    if row["issued"] is None:
        return []
    by = Question(
        importer=asked.importer, rcb=asked.rcb, split="exporter", as_of=asked.as_of,
        known_at=asked.known_at,
    )  # fmt: skip
    return seen_rows(opened.desk, looking, by)


def _joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Several parts of a pair as one row: an agent's exporters."""
    numbers = {
        name: sum(row[name] for row in rows)
        for name, value in rows[0].items()
        if isinstance(value, int) and name != "position"
    }
    return {**rows[0], "exporter": None, **numbers}
