"""`/discrepancies`: what does not fit, case by case or in groups, as far as the viewer sees it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from ledger.cases.discrepancy import State
from ledger.rules.violation import Severity, SubjectKind
from ledger.views.discrepancies import GROUPS, Listed, Wanted, grouped, listed
from ledger.web.access.roles import Onlooker
from ledger.web.access.viewers import AtDesk
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.answers import rows_answer
from ledger.web.api.parameters import (
    AtPage,
    IdQuery,
    Page,
    key_of,
    next_cursor,
)
from ledger.web.asking.given import ID_PATTERN, KEY_PATTERN
from ledger.web.desk import Looking

router = APIRouter(tags=["discrepancies"])

Rule = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Rules = Annotated[list[Rule] | None, Query(alias="rule", max_length=100)]
Severities = Annotated[list[Severity] | None, Query(alias="severity")]
States = Annotated[list[State | Literal["all"]] | None, Query(alias="state")]
Key = Annotated[str | None, Query(pattern=KEY_PATTERN, max_length=300)]
Group = Annotated[list[Literal[GROUPS]] | None, Query(max_length=3)]  # type: ignore[valid-type]  # the names are kept in one place


@router.get("/discrepancies", **openapi.DISCREPANCIES)
def get_discrepancies(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    rules: Rules = None,
    severities: Severities = None,
    states: States = None,
    subject_kind: SubjectKind | None = None,
    subject: Key = None,
    importer: IdQuery = None,
    rcb: IdQuery = None,
    party: IdQuery = None,
    mark: IdQuery = None,
    group: Group = None,
) -> Response:
    """Cases that ask for attention, or those of the states asked for; `all` is every state."""
    asked = tuple(State) if "all" in (states or ()) else tuple(State(one) for one in states or ())
    wanted = Wanted(
        rules=tuple(rules or ()), states=asked, severities=tuple(severities or ()),
        subject_kind=subject_kind, subject=subject, importer=importer, rcb=rcb, party=party,
        mark=mark,
    )  # fmt: skip
    with desk.looking(viewer) as looking:
        found = listed(looking.rows, looking.log, wanted)
        if group:
            return _groups(request, looking, page, grouped(found, looking.log, group), group)
    after = key_of(page, str, str, str, str)
    behind = [entry for entry in found if after is None or _key(entry) > after]
    shown = sorted(behind, key=_key)[: page.limit]
    following = next_cursor([*_key(shown[-1])]) if len(behind) > len(shown) else None
    body = {
        "audited": looking.standing.audited,
        "discrepancies": [entry.row for entry in shown],
        "next": following,
    }
    return rows_answer(request, looking.standing, body, rows="discrepancies")


def _groups(
    request: Request, looking: Looking, page: Page, rows: list[dict[str, Any]], by: list[str]
) -> Response:
    """A page of groups, most cases first."""

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return -row["cases"], *(row[name] for name in by)

    after = key_of(page, int, *(str for _ in by))
    behind = [row for row in rows if after is None or key(row) > (-after[0], *after[1:])]
    shown = behind[: page.limit]
    following = None
    if len(behind) > len(shown):
        following = next_cursor([shown[-1]["cases"], *key(shown[-1])[1:]])
    body = {"audited": looking.standing.audited, "groups": shown, "next": following}
    return rows_answer(request, looking.standing, body, rows="groups")


def _key(entry: Listed) -> tuple[str, str, str, str]:
    case = entry.case
    return case.rule, str(case.subject_kind), case.subject, case.discriminator
