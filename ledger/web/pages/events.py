"""An event as recorded: its receipt, what it moved, what it corrects and what corrects it."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ledger.facts.canonical import decode
from ledger.facts.catalogue import DECISIONS
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import Subject, SubjectKind, parts_of
from ledger.web.asking.figures import sees_stock
from ledger.web.asking.records import corrected, receipt, refusal, shown
from ledger.web.desk import Looking
from ledger.web.pages.opening import Open
from ledger.web.pages.rendering import page_of
from ledger.web.pages.words import DOORS, KINDS
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
_CORRECTING: Final = ("corrects", "target", "count_event")


@router.get("/desk/event")
def event(opened: Open, id: UUID) -> Response:  # noqa: A002 -- the word in the address
    """Show an event, or the receipt of one that was refused."""
    with opened.looking() as looking:
        stream = looking.log.get([id]).get(id, [])
        letters = looking.log.refused(id)
        if not stream and not letters:
            raise not_found("such event")
        taken_back = corrected(looking, id)
        records = [shown(recorded) for recorded in stream]
        about = _about(opened, looking, id)
        standing = looking.standing
    if stream and stream[0].topic in DECISIONS:
        # A decision's stream is a case, or a period: that has a page of its own.
        about = [("case", str(id), opened.to("case", id=id))] if _is_case(stream[0].topic) else []
    return opened.show(
        "event",
        standing,
        id=str(id),
        records=records,
        refusals=[(letter.number, refusal(letter)) for letter in letters],
        receipts=[receipt(recorded) for recorded in stream],
        corrected=taken_back,
        about=about,
        kinds=KINDS,
        doors=DOORS,
        linked=_CORRECTING,
    )


def _is_case(topic: str) -> bool:
    return topic.startswith("Discrepancy")


def _seen(looking: Looking, subject: Subject) -> bool:
    """Whether the viewer may open the page of a subject: a fact names stocks of others too."""
    if subject.kind is not SubjectKind.ACCOUNT:
        return True
    mark, holder, site = parts_of(subject.key)
    return sees_stock(looking, (mark, holder, site))


def _about(opened: Open, looking: Looking, event_id: UUID) -> list[tuple[str, str, str]]:
    """The subjects of a fact that have a page: kind, key, address."""
    stream = looking.log.get([event_id]).get(event_id, [])
    if not stream or stream[0].topic in DECISIONS:
        return []
    found: dict[tuple[str, str], str] = {}
    for subject in sorted(subjects_of(decode(stream[0].state))):
        page: Any = page_of(subject.kind, subject.key)
        if page is not None and page[0] != "event" and _seen(looking, subject):
            found[str(subject.kind), subject.key] = opened.to(page[0], **page[1])
    return [(kind, key, place) for (kind, key), place in found.items()]
