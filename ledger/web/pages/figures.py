"""Figures: one pair with what is true of it, and the events behind a number."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from msgspec.structs import replace
from starlette.responses import Response

from ledger.cases.period import period_of
from ledger.custody.moves import Cause
from ledger.custody.places import Kind
from ledger.log.rows import Recorded
from ledger.views.behind import Behind, behind, known
from ledger.views.cases import periods_of_pair
from ledger.views.discrepancies import SEVERITIES
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.reconciliation import FIGURES, WEIGHTS, Question
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.figures import one_part, seen_pairs, seen_rows
from ledger.web.asking.periods import sees_pair
from ledger.web.desk import Looking
from ledger.web.pages.charts import flow
from ledger.web.pages.claim_words import CLAIMS_SHORT
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.pairs import ORDER, row_of
from ledger.web.pages.words import CAUSES, PLACES_SHORT
from ledger.web.pages.words import FIGURES as NAMES
from ledger.web.problems import not_found
from ledger.web.status.columns import TITLES, Column
from ledger.web.status.rows import Answered

router = APIRouter(include_in_schema=False)


def _question(
    opened: Opening, *, importer: str, rcb: str, exporter: str = "", agent: str = ""
) -> Question:
    """What is asked at the clocks of the page."""
    one_part(exporter, agent)
    return Question(
        importer=importer or None, rcb=rcb or None, exporter=exporter or None,
        agent=agent or None, as_of=opened.clocks.as_of, known_at=opened.clocks.known_at,
    )  # fmt: skip


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
    part = {"exporter": exporter} if exporter else {"agent": agent}
    asked = _question(opened, importer=importer, rcb=rcb, **part)

    def rows(of: Looking) -> list[dict[str, Any]]:
        whole = seen_rows(opened.desk, of, asked)
        if not whole:
            raise not_found("such pair")
        return [*whole, *_split(opened, of, asked, whole[0])]

    if (file := opened.file(lists.reconciliation(rows))) is not None:
        return file
    with opened.looking() as looking:
        found = seen_pairs(opened.desk, looking, asked)
        if not found:
            raise not_found("such pair")
        one = found[0] if len(found) == 1 else _joined(found)
        row = one.row
        marks = marks_of(looking, importer, rcb)
        looking.rows.execute(_STOCKS, (int(Kind.STOCK), marks))
        stocks = looking.rows.fetchall()
        periods = [
            one
            for one in periods_of_pair(looking.rows, importer, rcb).values()
            if one.signature is not None
        ]
        split = _split(opened, looking, asked, row)
        return opened.show(
            "pair",
            looking.standing,
            row=row,
            truth=row_of(one),
            titles=TITLES,
            claims=CLAIMS_SHORT,
            opens=known,
            importer=importer,
            rcb=rcb,
            part=exporter or agent,
            marks=marks,
            places=[name for name in FIGURES[1:] if row[name]],
            picture=flow({name: row[name] for name in FIGURES[1:]}, ORDER),
            names=NAMES,
            short=PLACES_SHORT,
            stocks=stocks,
            split=split,
            periods=periods,
            month_end=sees_pair(opened.viewer, importer, rcb),
        )


@router.get("/desk/figure")
def figure(
    opened: Open,
    importer: Id,
    rcb: Id,
    name: Id,
    cause: Id = "",
    before: Annotated[int, Query(ge=1)] = _LAST,
) -> Response:
    """Show the events behind a number of a pair; of a `cause`, those in the period alone."""
    onlooker(opened.viewer)
    if not known(name) or (cause and cause.upper() not in Cause.__members__):
        raise not_found("such figure")
    of = opened.clocks.period
    since = period_of("-", "-", of).start if cause and of else None

    def under(looking: Looking, before: int, few: int) -> list[Behind]:
        marks = marks_of(looking, importer, rcb)
        if not marks:
            raise not_found("such pair")
        return behind(
            looking.rows,
            marks,
            name,
            importer=importer,
            time=_LAST if opened.clocks.as_of is None else opened.clocks.as_of,
            position=opened.until(looking),
            before=before,
            limit=few,
            cause=Cause[cause.upper()] if cause else None,
            since=since,
        )

    if (file := opened.file(lists.figure(under))) is not None:
        return file
    with opened.looking() as looking:
        found = under(looking, min(before, _LAST), events_shown_max + 1)
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
            cause=CAUSES.get(cause, ""),
            entries=entries,
            further=shown[-1].position if len(found) > len(shown) else None,
        )


def marks_of(looking: Looking, importer: str, rcb: str) -> list[str]:
    """The marks of a pair that the viewer deals with."""
    pairs = pairs_of_marks(looking.rows, looking.log)
    return sorted(mark for mark, of in pairs.items() if of == (importer, rcb))


def _split(
    opened: Opening, looking: Looking, asked: Question, row: dict[str, Any]
) -> list[dict[str, Any]]:
    """The same by exporter, where the row is a whole one."""
    if row["issued"] is None:
        return []
    return seen_rows(
        opened.desk, looking, replace(asked, split="exporter", exporter=None, agent=None)
    )


def _joined(found: Sequence[Answered]) -> Answered:
    """Several parts of a pair as one: an agent's exporters."""
    rows = [one.row for one in found]
    numbers: dict[str, Any] = {
        name: sum(row[name] for row in rows)
        for name, value in rows[0].items()
        if isinstance(value, int) and name != "position"
    }
    numbers |= {name: str(sum(Decimal(row[name]) for row in rows)) for name in WEIGHTS}
    return Answered(
        {**rows[0], "exporter": None, **numbers},
        {name: sum(one.beside[name] for one in found) for name in found[0].beside},
        {
            column: min((one.columns[column] for one in found), key=lambda told: told.line)
            for column in Column
        },
        {severity: sum(one.live[severity] for one in found) for severity in SEVERITIES},
        min((one.oldest for one in found if one.oldest is not None), default=None),
    )
