"""The overview: for every importer and body where the seals are, and who says otherwise."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from ledger.cases.period import period_of
from ledger.errors import Misuse
from ledger.facts.registry import ConsignmentContractSigned
from ledger.views import set_aside
from ledger.views.discrepancies import SEVERITIES, Wanted, listed
from ledger.views.loading import facts_of
from ledger.views.reconciliation import FIGURES, Question
from ledger.web.asking.figures import one_part, seen_rows
from ledger.web.desk import Looking
from ledger.web.pages.charts.flow import bar, flow
from ledger.web.pages.comparing import Compared, compared
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import CLAIMS_SHORT, PLACES_SHORT
from ledger.web.problems import invalid

router = APIRouter(include_in_schema=False)
ORDER: Final = tuple(PLACES_SHORT)
_PARTED: Final = frozenset({"exporter", "processor"})


@router.get("/")
def overview(opened: Open, exporter: Id = "", agent: Id = "", period: Id = "") -> Response:
    """Show every row that the viewer sees, filtered as the address says."""
    with opened.looking() as looking:
        if opened.viewer.role == "scanner":
            return opened.show("scanner", looking.standing)
        found = seen_rows(opened.desk, looking, _question(opened, exporter, agent, period))
        return opened.show(
            "overview",
            looking.standing,
            rows=[row_of(row) for row in sorted(found, key=_gravest)],
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


def _question(opened: Opening, exporter: str, agent: str, period: str) -> Question:
    as_of = opened.clocks.as_of
    if period:
        try:
            end = period_of("-", "-", period).end
        except Misuse as error:
            raise invalid("period", str(error)) from None
        as_of = end if as_of is None else min(as_of, end)
    one_part(exporter, agent)
    return Question(
        exporter=exporter or None,
        agent=agent or None,
        as_of=as_of,
        known_at=opened.clocks.known_at,
    )


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
