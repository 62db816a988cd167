"""`/tables`: a file is sent and checked, then recorded; a line of receipt for each of its rows.

Nothing of a file is recorded, or kept for longer than an hour, unless that is asked for.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ledger.facts.checks import is_id
from ledger.facts.scalars import time_text
from ledger.log.seeing import Viewer
from ledger.rules.reading import Tongue
from ledger.tables.mapping import read_mapping
from ledger.tables.messages import sentence
from ledger.web.access.viewers import Asking, AtDesk
from ledger.web.api import openapi_tables as openapi
from ledger.web.api.answers import answer, headers, told
from ledger.web.asking.tables.checks import Check, State, asked_by, checks_of
from ledger.web.asking.tables.found import Found
from ledger.web.asking.tables.judged import Asked
from ledger.web.asking.tables.receipts import told as receipt
from ledger.web.asking.tongues import tongue_of
from ledger.web.desk import Desk
from ledger.web.problems import Problem, invalid
from ledger.web.uploads import NO_FILE, Uploaded, uploaded

router = APIRouter(tags=["tables"])

FIELDS: Final = frozenset(
    {"mapping", "template", "commit", "partial", "corrections", "replaces", "source", "actor"}
)
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False, "": False}


@router.post("/tables", **openapi.CHECK)
async def post_table(request: Request, viewer: Asking, desk: AtDesk) -> Response:
    """Check a table, or record it at once: what would become of each row, or became of it.

    Words are in the language that the request accepts, English or Japanese.
    """
    how = asked_by(desk, request.app.state.registered, viewer)
    sent = await uploaded(request, FIELDS)
    commit, checks = _flag(sent.fields, "commit"), checks_of(request)
    check = await run_in_threadpool(_made, viewer, sent, how)
    checks.add(check)
    await _done(check)
    if commit:
        checks.record(check, partial=check.partial)
        await _done(check)
    return await run_in_threadpool(_told, desk, check, tongue_of(request))


@router.post("/tables/{check}/commit", **openapi.COMMIT)
async def commit_table(
    request: Request,
    viewer: Asking,
    desk: AtDesk,
    check: UUID,
    partial: Annotated[  # noqa: FBT002 -- a word of the address
        bool, Query(description="Record the good events though others are refused")
    ] = False,
) -> Response:
    """Record a table that was checked; it is judged again. A second time answers the same."""
    checks = checks_of(request)
    found = checks.find(viewer, check)
    checks.record(found, partial=partial)
    await _done(found)
    return await run_in_threadpool(_told, desk, found, tongue_of(request))


def _made(viewer: Viewer, sent: Uploaded, how: Asked) -> Check:
    """The check that a form begins. Raises Problem or Misuse for what it says wrongly."""
    if sent.data is None:
        raise Problem(422, NO_FILE, fields=[("file", NO_FILE)])
    fields = sent.fields
    mapping = read_mapping(fields.get("mapping", "").encode() or b"{}", fields.get("template"))
    if source := _id(fields, "source"):
        mapping = msgspec.structs.replace(mapping, source=source)
    asked = how._replace(
        actor=_id(fields, "actor"), corrections=_flag(fields, "corrections"),
        replaces=_import(fields),
    )  # fmt: skip
    check = Check(viewer, sent.data, sent.name, mapping, asked)
    check.partial = _flag(fields, "partial")
    return check


async def _done(check: Check) -> None:
    """Wait until a check is read or recorded; raises what went wrong."""
    if check.job is not None:
        await asyncio.wrap_future(check.job)
    if check.failed is not None:
        raise check.failed


def _told(desk: Desk, check: Check, tongue: Tongue) -> Response:
    """A check as programs read it: 422 where it was to be recorded and nothing was."""
    found, standing = check.found, desk.standing()
    if found is None:
        raise Problem(409, "The table was not read to its end: send it again.")
    body: dict[str, Any] = {
        "check": str(check.id),
        "expires_at": time_text(check.ends_at, 0),
        **found.summary,
        "questions": [
            {
                "key": each.key, "cells": each.cells,
                "answers": [answer._asdict() for answer in each.answers],
            }
            for each in found.questions
        ],
        "effects": None if found.effects is None else [each._asdict() for each in found.effects],
        "columns": [sheet._asdict() for sheet in found.sheets],
        "said": [sentence(each, tongue, found.template) for each in (*found.refused, *found.notes)],
        "receipts": _receipts(found, tongue),
    }  # fmt: skip
    refused = body["refused"] or body["reasons"]
    if check.state is State.RECORDED:
        return answer(standing, body, status=207 if refused else 200)
    if not check.committed:
        return answer(standing, body)
    said = {**told(standing), **body}
    why = body["said"][0] if found.refused else "Some of it is refused, and so nothing is recorded."
    raise Problem(422, why, headers=headers(said), extra=said)


def _receipts(found: Found, tongue: Tongue) -> msgspec.Raw:
    """All receipts, encoded one by one: there may be many."""
    rows = (receipt(row, tongue, found.template) for row in found.rows.rows())
    return msgspec.Raw(b"[" + b",".join(map(msgspec.json.encode, rows)) + b"]")


def _flag(fields: Mapping[str, str], name: str) -> bool:
    found = _FLAGS.get(fields.get(name, "").lower())
    if found is None:
        raise invalid(name, "true or false")
    return found


def _id(fields: Mapping[str, str], name: str) -> str | None:
    found = fields.get(name) or None
    if found is not None and not is_id(found):
        raise invalid(name, "expected visible ASCII characters without spaces")
    return found


def _import(fields: Mapping[str, str]) -> UUID | None:
    text = fields.get("replaces")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise invalid("replaces", "expected the id of an import") from None
