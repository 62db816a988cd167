"""The trail: who did what with tokens, and what people decided, for whoever runs the ledger."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.web.asking import lists
from ledger.web.asking.given import moment
from ledger.web.asking.trail import ALWAYS, Entry, trail
from ledger.web.desk import Looking
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import ADMIN_DOORS, KINDS, LETTER_REASONS, REASONS, TRAIL
from ledger.web.problems import forbidden
from ledger.web.sentences import said

router = APIRouter(include_in_schema=False)
entries_shown_max: Final = 50
_PARTS: Final = 3
"""A case is named by its rule, the kind of its subject and the key of that."""


@router.get("/desk/audit")
def audit(
    opened: Open,
    who: Id = "",
    since: Id = "",
    before: Annotated[int, Query(ge=0, le=ALWAYS)] = ALWAYS,
) -> Response:
    """List who did what, the latest first."""
    if opened.viewer.role != "operator":
        raise forbidden(said("Only the operator sees who did what."))
    begins = moment(f"{since}T00:00:00+09:00", "since") if since else 0

    def entries(of: Looking, until: int, limit: int) -> list[Entry]:
        asked = who.strip() or None
        return trail(of.rows, since=begins or 0, before=until, who=asked, limit=limit)

    whole = lists.trail(lambda of: [one.row() for one in entries(of, ALWAYS, ALWAYS)])
    if (file := opened.file(whole)) is not None:
        return file
    with opened.looking() as looking:
        found = entries(looking, before, entries_shown_max + 1)
        standing = looking.standing
    shown = found[:entries_shown_max]
    return opened.show(
        "audit",
        standing,
        entries=[_shown(opened, one) for one in shown],
        who=who,
        since=since,
        further=shown[-1].at if len(found) > len(shown) else None,
        doors=ADMIN_DOORS,
    )


def _shown(opened: Opening, one: Entry) -> dict[str, Any]:
    """An entry with the words of its codes, and where what it is about is shown."""
    about = one.about.split(" ", _PARTS - 1)
    reasons = {**REASONS, **LETTER_REASONS}
    shown: dict[str, Any] = {
        "at": one.at, "who": one.who, "party": one.party, "act": TRAIL[one.act],
        "reason": reasons.get(one.reason or "", one.reason), "detail": one.detail,
        "door": one.door, "words": one.about, "kind": None, "place": None,
    }  # fmt: skip
    if one.act.startswith("letter"):
        shown["kind"] = said("Refused message")
        shown["place"] = opened.to("refusal", number=one.subject)
    elif one.act.startswith("case"):
        shown["place"] = opened.to("case", id=one.subject)
        if len(about) == _PARTS:
            rule, kind, key = about
            shown |= {"kind": KINDS.get(kind, kind), "words": f"{key} · {rule}"}
    elif one.act.startswith("period") and len(about) == _PARTS:
        period, importer, rcb = about
        shown["words"] = f"{period} {importer} {rcb}"
        shown["place"] = opened.to("pair", importer=importer, rcb=rcb)
    return shown
