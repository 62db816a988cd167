"""What is shown and what is not: unproven lots, the criteria of a party, a herd."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.facts.scalars import local_day, time_text
from ledger.labels.describe import known_class
from ledger.rules.moments import JAPAN
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.given import TEXT_PATTERN, day
from ledger.web.asking.parties import criteria_shown, seen_herd
from ledger.web.asking.unproven import Row, Wanted, all_seen, seen
from ledger.web.desk import Desk
from ledger.web.pages.evidence import told
from ledger.web.pages.given import Id
from ledger.web.pages.language import Language
from ledger.web.pages.opening import Open

router = APIRouter(include_in_schema=False)
rows_shown_max: Final = 50
of_a_herd_shown_max: Final = 200
"""So many feedings, entries or lots, the latest: a herd fed daily has thousands."""
Day = Annotated[str, Query(max_length=10, pattern=TEXT_PATTERN)]
Class = Annotated[str, Query(alias="class", max_length=80, pattern=TEXT_PATTERN)]


@router.get("/desk/unproven")
def unproven(
    opened: Open,
    party: Id = "",
    lot: Id = "",
    class_: Class = "",
    code: Id = "",
    after: Id = "",
    after_code: Id = "",
) -> Response:
    """List what the facts do not show of the lots that the viewer sees."""
    onlooker(opened.viewer)
    asked = Wanted(
        party or None, lot or None, known_class(class_) if class_ else None, code or None
    )
    whole = lists.unproven(
        lambda looking: all_seen(opened.desk, looking, asked, (after, after_code))
    )
    if (file := opened.file(whole)) is not None:
        return file
    found = seen(opened.desk, opened.viewer, asked, (after, after_code), rows_shown_max)
    return opened.show(
        "unproven",
        found.standing,
        rows=[_in_words(row, opened.language) for row in found.rows],
        asked=asked,
        following=found.following,
    )


def _in_words(row: Row, say: Language) -> Row:
    """A row whose details, and what would show them, are told instead of named."""
    between = "、" if say.code == "ja" else "; "
    return row | {
        name: between.join(told(row[name], say)) if row[name] else None
        for name in ("detail", "shown_by")
    }


@router.get("/desk/criteria")
def criteria(opened: Open, party: Id, on: Day = "") -> Response:
    """Show what criteria ask of a party and what it has shown on a day, today in Japan."""
    onlooker(opened.viewer)
    at = _day(on, opened.desk)
    found = criteria_shown(opened.desk, opened.viewer, party, at)
    return opened.show(
        "criteria",
        found.standing,
        party=party,
        on=at.isoformat(),
        rows=found.found,
        events=found.events,
    )


def _day(text: str, desk: Desk) -> date:
    return day(text or None, "on") or local_day(time_text(desk.now(), JAPAN))


@router.get("/desk/herd")
def herd(opened: Open, herd: Id) -> Response:
    """Show a herd."""
    onlooker(opened.viewer)
    found = seen_herd(opened.desk, opened.viewer, herd)
    card = {
        key: value[-of_a_herd_shown_max:] if key in _LONG else value
        for key, value in found.found.items()
    }
    recorded = {key: len(found.found[key]) for key in _LONG}
    return opened.show("herd", found.standing, card=card, events=found.events, recorded=recorded)


_LONG: Final = ("feed", "entries", "lots", "left")
