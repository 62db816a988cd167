"""The inbox of discrepancies: the gravest and oldest first, and how many share a cause."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.facts.scalars import MICROS_A_DAY, micros
from ledger.rules.audit import RULES
from ledger.views.discrepancies import GROUPS, SEVERITIES, Listed, grouped
from ledger.web.access.viewers import CERTIFYING, EXPLAINING, onlooker
from ledger.web.asking import lists
from ledger.web.desk import Looking
from ledger.web.pages.case import acts_in, open_acts
from ledger.web.pages.given import Filter, Filtered, Key, PageNumber, known, shown
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import page_of
from ledger.web.pages.words import KINDS
from ledger.web.problems import Problem

router = APIRouter(include_in_schema=False)
groups_shown_max: Final = 30
decided_cases_max: Final = 200
"""Cases that one form may decide about."""
_CAUSES: Final = ("lot", "contract", "party", "mark", "shipment", "source", "day", "state")
"""What besides the rule may stand for a cause."""


@router.get("/desk/cases")
def inbox(
    opened: Open,
    chosen: Filtered,
    by: Key = "",
    page: PageNumber = 0,
    decided: Annotated[int, Query(ge=0, le=decided_cases_max)] = 0,
) -> Response:
    """List the cases that the viewer sees, as filtered; `decided` is how many just were."""
    return inbox_page(opened, chosen, by=by, page=page, decided=decided)


def inbox_page(
    opened: Opening,
    chosen: Filter,
    *,
    by: str = "",
    page: int = 0,
    decided: int = 0,
    refused: Problem | None = None,
) -> Response:
    """The inbox; `refused` says why a decision about several was not taken."""
    onlooker(opened.viewer)
    known(by, GROUPS, "by")

    def rows(looking: Looking) -> list[dict[str, Any]]:
        return [entry.row for entry in sorted(chosen.found(looking), key=_gravest)]

    if (file := opened.file(lists.cases(rows))) is not None:
        return file
    with opened.looking() as looking:
        found = chosen.found(looking)
        acts = _acts(opened, looking, chosen, found)
        causes = grouped(found, looking.log, ["rule", *([by] if by and by != "rule" else [])])
        standing = looking.standing
        now = max(opened.desk.now(), looking.log.recorded_last())
    entries, more = shown(sorted(found, key=_gravest), page)
    return opened.show(
        "cases",
        standing,
        status=refused.status if refused else 200,
        entries=[_entry(opened, entry, now) for entry in entries],
        more=more,
        causes=causes[:groups_shown_max],
        causes_total=len(causes),
        by=by,
        ways=_CAUSES,
        kinds=KINDS,
        counts={code: sum(e.row["severity"] == code for e in found) for code in SEVERITIES},
        chosen=chosen._asdict(),
        rules=sorted(RULES),
        acts=acts,
        critical=any(entry.row["severity"] == "C" for entry in found),
        filter_words=chosen.given,
        decided=decided,
        refused=refused.detail if refused else "",
    )


def _acts(
    opened: Opening, looking: Looking, chosen: Filter, found: list[Listed]
) -> list[tuple[str, int]]:
    """What the viewer may do to all that one rule found here, and to how many cases."""
    if not chosen.rule or opened.viewer.role not in EXPLAINING | CERTIFYING:
        return []
    mine = [entry for entry in found if open_acts(opened, entry)]
    if len(mine) > decided_cases_max:
        return []
    counts: dict[str, int] = {}
    for entry in mine:
        for act in acts_in(opened, looking, entry):
            counts[act] = counts.get(act, 0) + 1
    return [(act, count) for act, count in counts.items() if 1 < count <= decided_cases_max]


def _gravest(entry: Listed) -> tuple[int, str, str]:
    row = entry.row
    return SEVERITIES.index(row["severity"]), row["opened_at"], row["id"]


def _entry(opened: Opening, entry: Listed, now: int) -> dict[str, Any]:
    found = page_of(entry.case.subject_kind, entry.case.subject)
    return {
        **entry.row,
        "days": max(0, (now - micros(entry.row["opened_at"])) // MICROS_A_DAY),
        "pairs": entry.pairs,
        "address": opened.to(found[0], **found[1]) if found else None,
    }
