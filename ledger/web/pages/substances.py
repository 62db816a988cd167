"""Which positive lists let a substance in, each told whole; it rests on the tables of law alone."""

from datetime import date
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.errors import Misuse
from ledger.facts.scalars import ProductClass, local_day, time_text
from ledger.labels.describe_lists import list_lines, substance_rows
from ledger.rules.moments import JAPAN
from ledger.web.access.viewers import onlooker
from ledger.web.asking.given import TEXT_PATTERN, day
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open

router = APIRouter(include_in_schema=False)
CLASSES: Final = get_args(ProductClass)
Class = Annotated[str, Query(alias="class", max_length=80, pattern=TEXT_PATTERN)]


@router.get("/desk/substances")
def substances(opened: Open, code: Id = "", class_: Class = "", on: Id = "") -> Response:
    """Say of a substance what each list that names it asks; 404 where none does."""
    onlooker(opened.viewer)
    today = local_day(time_text(opened.desk.now(), JAPAN))
    asked, named = code.strip(), day(on or None, "on") or today
    found = _found(asked, class_, named) if asked else []
    return opened.show(
        "substances",
        opened.desk.standing(),
        status=404 if asked and not found else 200,
        code=asked,
        of_class=class_,
        on=named.isoformat(),
        classes=CLASSES,
        rows=found,
        lines=list_lines(found, opened.language.code),
    )


def _found(code: str, class_: str, on: date) -> list[dict[str, Any]]:
    try:
        return substance_rows(code, None, class_ or None, on)
    except Misuse as error:
        if error.field == "code":
            return []
        raise
