"""Figures: the overview of all importers and bodies, one pair, and the events behind a number."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from msgspec.structs import replace
from starlette.responses import Response

from ledger.cases.period import period_of
from ledger.custody.moves import Cause
from ledger.custody.places import Kind
from ledger.facts.registry import ConsignmentContractSigned
from ledger.log.rows import Recorded
from ledger.views import set_aside
from ledger.views.behind import behind, known
from ledger.views.cases import periods_of_pair
from ledger.views.discrepancies import SEVERITIES, Wanted, listed
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.loading import facts_of
from ledger.views.reconciliation import FIGURES, Question
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.figures import one_part, seen_rows
from ledger.web.asking.periods import sees_pair
from ledger.web.desk import Looking
from ledger.web.pages.charts import bar, flow
from ledger.web.pages.equations import Compared, compared, equations
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import CAUSES, CLAIMS_SHORT, PLACES_SHORT
from ledger.web.pages.words import FIGURES as NAMES
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
ORDER: Final = tuple(PLACES_SHORT)
_PARTED: Final = frozenset({"exporter", "processor"})


@router.get("/")
def overview(opened: Open, exporter: Id = "", agent: Id = "", period: Id = "") -> Response:
    """Show every row that the viewer sees, filtered as the address says."""
    with opened.looking() as looking:
        if opened.viewer.role == "scanner":
            return opened.show("scanner", looking.standing)
    asked = _question(opened, exporter=exporter, agent=agent)

    def rows(of: Looking) -> list[dict[str, Any]]:
        return sorted(seen_rows(opened.desk, of, asked), key=_gravest)

    if (file := opened.file(lists.reconciliation(rows))) is not None:
        return file
    with opened.looking() as looking:
        found = rows(looking)
        return opened.show(
            "overview",
            looking.standing,
            rows=[row_of(row) for row in found],
            picture=flow(_sum(found), ORDER) if found else None,
            names=CLAIMS_SHORT,
            short=PLACES_SHORT,
            contracts=_contracts(looking),
            exporter=exporter,
            agent=agent,
            period=period,
            recorded=looking.log.recorded_last(),
            mine=_mine(opened, looking),
            aside=set_aside.count(looking.rows) if opened.viewer.role == "operator" else 0,
        )


def _question(
    opened: Opening,
    *,
    importer: str = "",
    rcb: str = "",
    exporter: str = "",
    agent: str = "",
) -> Question:
    """What is asked at the clocks of the page."""
    one_part(exporter, agent)
    return Question(
        importer=importer or None, rcb=rcb or None, exporter=exporter or None,
        agent=agent or None, as_of=opened.clocks.as_of, known_at=opened.clocks.known_at,
    )  # fmt: skip


def row_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what a template needs beside its figures."""
    claims: list[Compared] = compared(row)
    return {
        **row,
        "bar": bar({name: row[name] for name in FIGURES[1:]}, ORDER),
        "claims": claims,
        "whole": row["issued"] is not None,
    }


def _gravest(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Rows that ask for attention come first: by their gravest cases, then by name."""
    cases = [-(row["cases"][severity] or 0) for severity in SEVERITIES]
    return *cases, row["importer"], row["rcb"], row["exporter"] or "", row["agent"] or ""


def _sum(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in FIGURES[1:]}


def _contracts(looking: Looking) -> dict[str, list[str]]:
    """The exporters and agents that the viewer may filter by."""
    signed = facts_of(looking.rows, looking.log, [ConsignmentContractSigned])
    contracts = signed.all(ConsignmentContractSigned)
    return {
        "exporters": sorted({fact.exporter for fact in contracts}),
        "agents": sorted({fact.agent for fact in contracts}),
    }


def _mine(opened: Opening, looking: Looking) -> dict[str, int] | None:
    """Cases that name an exporter, whose rows are a part and carry none."""
    if opened.viewer.role not in _PARTED:
        return None
    found = listed(looking.rows, looking.log, Wanted(party=opened.viewer.party))
    return {name: sum(entry.row["severity"] == name for entry in found) for name in SEVERITIES}


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
        found = seen_rows(opened.desk, looking, asked)
        if not found:
            raise not_found("such pair")
        marks = marks_of(looking, importer, rcb)
        looking.rows.execute(_STOCKS, (int(Kind.STOCK), marks))
        stocks = looking.rows.fetchall()
        periods = [
            one
            for one in periods_of_pair(looking.rows, importer, rcb).values()
            if one.signature is not None
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
            cause=Cause[cause.upper()] if cause else None,
            since=since,
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


def _joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Several parts of a pair as one row: an agent's exporters."""
    numbers = {
        name: sum(row[name] for row in rows)
        for name, value in rows[0].items()
        if isinstance(value, int) and name != "position"
    }
    return {**rows[0], "exporter": None, **numbers}
