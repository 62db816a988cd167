"""The inbox of discrepancies: the gravest and oldest first, and how many share a cause."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from ledger.cases.discrepancy import State
from ledger.facts.scalars import MICROS_A_DAY, micros
from ledger.rules.audit import RULES
from ledger.views.discrepancies import GROUPS, SEVERITIES, Listed, Wanted, grouped, listed
from ledger.web.access.roles import LOOKING
from ledger.web.pages.given import Key
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.paging import PageNumber, shown
from ledger.web.pages.rule_texts import rule_text
from ledger.web.pages.subjects import page_of
from ledger.web.pages.words import KINDS
from ledger.web.problems import forbidden, invalid

router = APIRouter(include_in_schema=False)
groups_shown_max: Final = 30
_FILTERS: Final = (
    "rule",
    "severity",
    "state",
    "importer",
    "rcb",
    "party",
    "mark",
    "subject",
    "lot",
)
_CAUSES: Final = ("lot", "contract", "party", "mark", "shipment", "source", "day", "state")
"""What besides the rule may stand for a cause."""


@router.get("/desk/cases")
def inbox(
    opened: Open,
    rule: Key = "",
    severity: Key = "",
    state: Key = "",
    importer: Key = "",
    rcb: Key = "",
    party: Key = "",
    mark: Key = "",
    subject: Key = "",
    lot: Key = "",
    by: Key = "",
    page: PageNumber = 0,
) -> Response:
    """List the cases that the viewer sees, as filtered."""
    if opened.viewer.role not in LOOKING:
        raise forbidden("A scanner sees the receipts of its own source alone.")
    wanted = Wanted(
        rules=_known(rule, RULES, "rule"),
        states=_states(state),
        severities=_known(severity, SEVERITIES, "severity"),
        importer=importer or None,
        rcb=rcb or None,
        party=party or None,
        mark=mark or None,
        subject=subject or None,
    )
    _known(by, GROUPS, "by")
    with opened.looking() as looking:
        found = listed(looking.rows, looking.log, wanted)
        if lot:
            found = _about(found, grouped(found, looking.log, ["lot", "subject"]), lot)
        causes = grouped(found, looking.log, ["rule", *([by] if by and by != "rule" else [])])
        standing = looking.standing
        now = max(opened.desk.now(), looking.log.recorded_last())
    entries, more = shown(sorted(found, key=_gravest), page)
    return opened.show(
        "cases",
        standing,
        entries=[_entry(opened, entry, now) for entry in entries],
        more=more,
        causes=causes[:groups_shown_max],
        causes_total=len(causes),
        by=by,
        ways=_CAUSES,
        kinds=KINDS,
        text=rule_text,
        counts={code: sum(e.row["severity"] == code for e in found) for code in SEVERITIES},
        chosen={name: opened.request.query_params.get(name, "") for name in _FILTERS},
        rules=sorted(RULES),
    )


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
        "text": rule_text(entry.case.rule),
    }


def _about(found: Sequence[Listed], groups: list[dict[str, Any]], lot: str) -> list[Listed]:
    subjects = {row["subject"] for row in groups if row["lot"] == lot}
    return [entry for entry in found if entry.case.subject in subjects]


def _states(text: str) -> tuple[State, ...]:
    if text == "all":
        return tuple(State)
    return tuple(State(name) for name in _known(text, [*map(str, State)], "state"))


def _known(text: str, known: Any, field: str) -> tuple[str, ...]:
    if text and text not in known:
        raise invalid(field, f"one of {', '.join(known)}")
    return (text,) if text else ()
