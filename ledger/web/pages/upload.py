"""Sending a table: the form, the empty templates, and what was imported before."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from ledger.errors import Misuse
from ledger.facts.mentions import About
from ledger.facts.registry import PartyRegistered
from ledger.rules.texts import texts_of
from ledger.tables.columns import TEMPLATES
from ledger.tables.mapping import Mapping as TableMapping
from ledger.tables.mapping import checked, read_mapping
from ledger.views.loading import facts_about
from ledger.web.access.sign_in import check_form
from ledger.web.access.viewers import LOOKING
from ledger.web.asking import lists
from ledger.web.asking.sources import Registered
from ledger.web.asking.tables.checks import Check, asked_by, checks_of
from ledger.web.asking.tables.imports import Import, latest, one, rows_count, rows_of
from ledger.web.asking.tables.judged import Asked
from ledger.web.desk import Looking
from ledger.web.pages.given import More, PageNumber
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.pages.upload_words import COUNTS, SOURCE_KINDS, ZONES
from ledger.web.problems import Problem, forbidden, not_found, said
from ledger.web.uploads import NO_FILE, Uploaded, uploaded

router = APIRouter(include_in_schema=False)
FIELDS: Final = frozenset(
    {"csrf", "template", "source", "zone", "mapping", "corrections", "replaces"}
)
imports_shown_max: Final = 25
rows_shown_max: Final = 100
_JAPAN: Final = "JP"
_JAPAN_ZONE: Final = "Asia/Tokyo"
_ANY: Final = frozenset({403, 404})


@router.get("/desk/upload")
def form(opened: Open) -> Response:
    """The form, and the party's imports below it, which are a file, too."""
    return opened.file(lists.imports()) or form_page(opened)


@router.post("/desk/upload")
async def send(request: Request, opened: Open) -> Response:
    """Take a file in, and lead to its page; what is wrong with the form is told on it."""
    try:
        sent = await uploaded(request, FIELDS)
        check_form(opened.session, sent.fields.get("csrf"))
        check = await run_in_threadpool(_made, opened, sent)
        checks_of(request).add(check)
    except (Misuse, Problem) as refusal:
        if isinstance(refusal, Problem) and refusal.status in _ANY:
            raise
        status = refusal.status if isinstance(refusal, Problem) else 422
        fields = {} if status == 415 else sent.fields
        return await run_in_threadpool(form_page, opened, str(refusal), fields, status)
    return RedirectResponse(address(request, f"upload/{check.id}"), status_code=303)


def _made(opened: Opening, sent: Uploaded) -> Check:
    """The check that a form begins. Raises Problem or Misuse for what it says wrongly."""
    request, fields = opened.request, sent.fields
    how = asked_by(opened.desk, request.app.state.registered, opened.viewer)
    if sent.data is None:
        raise Problem(422, NO_FILE)
    given = read_mapping(fields.get("mapping", "").encode() or b"{}", fields.get("template"))
    mapping = checked(
        msgspec.structs.replace(
            given,
            source=fields.get("source") or given.source,
            zone=given.zone or fields.get("zone", "").strip() or None,
        )
    )
    check = Check(opened.viewer, sent.data, sent.name, mapping, _asked(how, fields))
    # Both buttons of the next page are shown: what is good is told as if the rest were left out.
    check.partial = True
    return check


def _asked(how: Asked, fields: Mapping[str, str]) -> Asked:
    replaces = fields.get("replaces")
    try:
        of = UUID(replaces) if replaces else None
    except ValueError:
        raise Misuse("replaces: expected the id of an import.") from None
    return how._replace(corrections=fields.get("corrections") == "true", replaces=of)


def form_page(
    opened: Opening, refused: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    """The form with what was typed and why it was refused."""
    viewer = opened.viewer
    if viewer.role not in LOOKING:
        raise forbidden(said("A scanner sends no tables from this page."))
    sends = viewer.role != "operator"
    with opened.looking() as looking:
        imports = latest(looking.rows, imports_shown_max)
        zone = _zone(looking, viewer.party)
        standing = looking.standing
    registered: Registered = opened.request.app.state.registered
    own = registered.own(opened.desk, viewer.party) if sends else {}
    return opened.show(
        "upload",
        standing,
        status=status,
        refused=opened.language.say(refused),
        typed={**dict.fromkeys(FIELDS, ""), "zone": zone, **(typed or {})},
        sends=sends,
        templates=_templates(opened) if sends else [],
        sources=[(key, SOURCE_KINDS[of.kind]) for key, of in own.items()],
        zones=ZONES,
        imports=[shown(opened, each) for each in imports],
    )


def _zone(looking: Looking, party: str) -> str:
    """The zone of parties of Japan; of others none is guessed."""
    record = facts_about(looking.rows, looking.log, [(About.PARTY, party)])
    of = [fact for fact in record.all(PartyRegistered) if fact.party == party]
    return _JAPAN_ZONE if of and of[-1].country == _JAPAN else ""


def _templates(opened: Opening) -> list[tuple[str, str]]:
    """The types that the viewer may report, with their names, by name."""
    asked = asked_by(opened.desk, opened.request.app.state.registered, opened.viewer)
    may = asked.door.permitted | (asked.office.permitted if asked.office else frozenset())
    names = texts_of(opened.language.code).words.tables["event"]
    found = [(each.name, names[each.name]) for each in TEMPLATES.values() if each.type in may]
    return sorted(found, key=lambda each: each[1])


def shown(opened: Opening, made: Import) -> dict[str, Any]:
    """An import as pages show it."""
    return {
        "id": str(made.id), "at": made.made_at, "by": made.by, "person": made.person,
        "file": made.file, "sha256": made.sha256.hex(),
        "type": opened.language.event(made.template), "counts": made.counts,
        "place": opened.to("import", id=made.id),
        "replaces": made.replaces and opened.to("import", id=made.replaces),
        "replaced_by": made.replaced_by and opened.to("import", id=made.replaced_by),
    }  # fmt: skip


@router.get("/desk/import")
def import_page(opened: Open, id: UUID, page: PageNumber = 0) -> Response:  # noqa: A002 -- the address's word
    """One import, with what its rows became."""
    with opened.looking() as looking:
        made = one(looking.rows, id)
        if made is None:
            raise not_found("such import")
        total = rows_count(looking.rows, id)
        first = page * rows_shown_max
        rows = rows_of(looking.rows, id, rows_shown_max, first)
        standing = looking.standing
    last = first + len(rows)
    more = More(
        first + 1 if rows else 0, last, total, page - 1 if page else None,
        page + 1 if last < total else None,
    )  # fmt: skip
    said_of = TableMapping() if not made.mapping else read_mapping(made.mapping.encode())
    return opened.show(
        "import",
        standing,
        section="upload",
        made=shown(opened, made),
        mapping=json.dumps(msgspec.to_builtins(said_of), ensure_ascii=False, indent=2),
        counts=COUNTS,
        rows=[(each, opened.to("event", id=each.event)) for each in rows],
        more=more,
    )
