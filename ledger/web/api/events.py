"""`/events` and `/receipts/{id}`: events come in through the same judgement as everywhere.

Each is recorded before it is acknowledged by a receipt, and all of a body in one transaction: a 5xx
has written nothing. The same body again changes nothing.
"""

from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ledger import metrics
from ledger.facts.catalogue import TYPES
from ledger.intake import Accepted, Door, Refused, Verdict, door, read
from ledger.intake.doors import CHANNEL_OF_ROLE
from ledger.intake.messages import FORM_OF_CONTENT_TYPE
from ledger.intake.verdicts import MESSAGE_BYTES_MAX, Swallowed, refused, too_large
from ledger.intake.verdicts import Problem as Fault
from ledger.log.seeing import Viewer
from ledger.views.letters import letters_behind
from ledger.web.access.viewers import Asking, AtDesk, Onlooker
from ledger.web.api import openapi_reads as openapi
from ledger.web.api.answers import answer, headers, told
from ledger.web.api.parameters import AtClocks, AtForm, AtPage, IdQuery, key_of
from ledger.web.asking import lists
from ledger.web.asking.events import Wanted
from ledger.web.asking.records import Offered, corrected, receipt, shown
from ledger.web.asking.sources import Registered
from ledger.web.desk import Desk, Standing
from ledger.web.problems import Problem, forbidden, invalid, not_found
from ledger.web.writing import written

router = APIRouter(tags=["events"])
Types = Annotated[list[str] | None, Query(alias="type", max_length=100)]

DOOR: Final = "http"
TAKEN: Final = ("id", "id: this id was recorded with other content")
swallowed_bytes_max: Final = 4 * MESSAGE_BYTES_MAX
"""How much of a body that is too large is read to its end; beyond it the sender is cut off."""


@router.get("/events", **openapi.EVENTS)
def get_events(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    clocks: AtClocks,
    page: AtPage,
    form: AtForm,
    types: Types = None,
    source: IdQuery = None,
) -> Response:
    """Events that the viewer sees, of all types and sources or of some."""
    (after,) = key_of(page, int) or (0,)
    for name in types or ():
        if name not in TYPES:
            raise invalid("type", f"no type of event is called {name[:80]!r}")
    wanted = Wanted(types, source)
    return written(request, desk, viewer, form, lists.events(wanted, clocks, after), page.part)


@router.post("/events", **openapi.POST_EVENTS)
async def post_events(
    request: Request,
    viewer: Asking,
    desk: AtDesk,
    content_type: Annotated[str | None, Header()] = None,
    content_encoding: Annotated[str | None, Header()] = None,
) -> Response:
    """Report events: one, an array, one a line, or an Avro container; a receipt for each.

    200 where all were recorded or are duplicates, 207 where some of several were refused, 422
    where the only one was; the good ones of a body are recorded.
    """
    channel = CHANNEL_OF_ROLE.get(viewer.role)
    if channel is None:
        raise forbidden("An operator reports by `ledger load`, not over HTTP.")
    form = (content_type or "").split(";")[0].strip().lower()
    if form and form not in FORM_OF_CONTENT_TYPE:
        known = ", ".join(FORM_OF_CONTENT_TYPE)
        raise Problem(415, f"Content-Type: one of {known}.", headers={"Accept-Post": known})
    if content_encoding not in (None, "", "identity"):
        raise Problem(415, "Content-Encoding: send the body as it is.")
    body = await _body(request)
    registered: Registered = request.app.state.registered
    return await run_in_threadpool(
        _settle, desk, registered, viewer, door(channel, viewer.source), body, content_type
    )


async def _body(request: Request) -> bytes | Refused:
    """The whole body, or its refusal where it is too large."""
    parts: list[bytes] = []
    size = 0
    swallowed: Swallowed | None = None
    async for part in request.stream():
        size += len(part)
        if swallowed is not None:
            swallowed.feed(part)
        elif size <= MESSAGE_BYTES_MAX:
            parts.append(part)
        else:
            swallowed = Swallowed()
            for held in (*parts, part):
                swallowed.feed(held)
            parts.clear()
        if size > swallowed_bytes_max:
            break
    if swallowed is not None:
        return swallowed.refused(0, too_large("the message"))
    return b"".join(parts)


def _settle(
    desk: Desk,
    registered: Registered,
    viewer: Viewer,
    way: Door,
    body: bytes | Refused,
    content_type: str | None,
) -> Response:
    verdicts: list[Verdict] = [body] if isinstance(body, Refused) else read(body, content_type, way)
    if viewer.source is None:
        verdicts = _from_own_sources(desk, registered, viewer, verdicts)
    # Before anything is written: nothing that is asked afterwards may turn it into a failure.
    before = desk.standing()
    place = f"{reporter(viewer)} {uuid4()}"
    offered = Offered(
        verdicts, DOOR, viewer.party, viewer.person,
        place=lambda one: (place, one.index), taken=TAKEN,
    )  # fmt: skip
    receipts = desk.log.append(offered.entries(), offered.refusals(), on_conflict=offered.conflict)
    lines = list(offered.answers(receipts))
    for line in lines:
        metrics.web_events.labels(line["reason"] or line["outcome"]).inc()
        if line["reason"]:
            metrics.dead_letters_recorded.labels(DOOR, line["reason"]).inc()
    last = max((receipt.position or 0 for receipt in receipts), default=0)
    return _answer(before._replace(recorded=max(before.recorded, last)), lines)


def reporter(viewer: Viewer) -> str:
    """Under which name the refusals of a viewer are kept; they are shown to nobody else."""
    return f"party:{viewer.party}" if viewer.source is None else f"source:{viewer.source}"


def _from_own_sources(
    desk: Desk, registered: Registered, viewer: Viewer, verdicts: list[Verdict]
) -> list[Verdict]:
    """Refuse what comes from a source that is registered, and not to the viewer's party."""
    accepted = [
        (place, verdict) for place, verdict in enumerate(verdicts) if isinstance(verdict, Accepted)
    ]
    if not accepted:
        return verdicts
    settled = list(verdicts)
    facts = [verdict.fact for _, verdict in accepted]
    for number in registered.foreign(desk, viewer.party, facts):
        place, verdict = accepted[number]
        fault = Fault("not-permitted", "source", f"source: not a source of {viewer.party}")
        settled[place] = refused(verdict.index, fault, verdict.state, verdict.id)
    return settled


def _answer(found: Standing, lines: list[dict[str, Any]]) -> Response:
    counts = {
        outcome: sum(line["outcome"] == outcome for line in lines)
        for outcome in ("recorded", "duplicate", "refused")
    }
    body = {**counts, "receipts": lines}
    if not counts["refused"]:
        return answer(found, body)
    if len(lines) > 1:
        return answer(found, body, status=207)
    only, said = lines[0], {**told(found), **body}
    raise Problem(
        413 if only["reason"] == "too-large" else 422,
        f"{only['reason']}: {only['detail']}",
        fields=[(only["path"], only["detail"])] if only["path"] else (),
        headers=headers(said),
        extra=said,
    )


@router.get("/events/{event_id}", **openapi.EVENT)
def get_event(event_id: UUID, viewer: Onlooker, desk: AtDesk) -> Response:
    """Show an event as recorded, with what it moved, and whether it counts."""
    with desk.looking(viewer) as looking:
        stream = looking.log.get([event_id]).get(event_id)
        if not stream:
            raise not_found("such event")
        by = corrected(looking, event_id)
        letter = letters_behind(looking.rows, [event_id]).get(event_id)
    body = {
        "id": str(event_id),
        "counts": by is None,
        "corrected_by": by.by if by else None,
        "recorded": [shown(recorded, letter) for recorded in stream],
    }
    return answer(looking.standing, body)


@router.get("/receipts/{event_id}", **openapi.RECEIPTS)
def get_receipt(event_id: UUID, viewer: Asking, desk: AtDesk) -> Response:
    """Show what was answered for an event: recorded, or refused and why."""
    with desk.looking(viewer) as looking:
        recorded, refused_ = looking.log.get([event_id]), looking.log.refused(event_id)
        letter = letters_behind(looking.rows, [event_id]).get(event_id)
    lines = [receipt(one, letter) for one in (*recorded.get(event_id, ()), *refused_)]
    if not lines:
        raise not_found("receipt of such an event")
    return answer(looking.standing, {"id": str(event_id), "receipts": lines})
