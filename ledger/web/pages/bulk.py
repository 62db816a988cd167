"""Deciding about all cases of one cause: shown first, confirmed, told case by case.

The confirmation holds for what was shown: where a case has changed since, it is shown once more.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import Response

from ledger.errors import Conflict, Misuse
from ledger.views import schema
from ledger.views.discrepancies import Listed
from ledger.views.discrepancies.seeking import of_cause
from ledger.views.discrepancies.settling import Tried, tried
from ledger.views.folding import Rows
from ledger.web.access.sign_in import check_form
from ledger.web.asking import saved_filters
from ledger.web.asking.decisions import ACTS, Command, Given, command_of, settled
from ledger.web.pages import case_words
from ledger.web.pages.cases import decided_cases_max, entries_of, inbox_page, row_of
from ledger.web.pages.decisions import NOT_YOURS, Text, led_to, told
from ledger.web.pages.given import Key, Typed
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.seeking import Filter, Filtered
from ledger.web.problems import Problem, forbidden, said

router = APIRouter(include_in_schema=False)
BulkAct = Literal["explain", "close"]
_CHANGED: Final = said("A case has changed since it was shown: look again, then confirm.")
_NONE: Final = said("No case of this cause is left.")
_TOO_MANY: Final = said("More cases share this cause than may be decided at once: filter first.")
Csrf = Annotated[str, Form(max_length=200)]
Digest = Annotated[str, Form(max_length=64)]


class Trial(NamedTuple):
    """A case, and what would come of the decision."""

    entry: Listed
    tried: Tried


class Words:
    """What the form says of all of them."""

    def __init__(self, csrf: Csrf = "", reason: Typed = "", text: Text = "") -> None:
        self.csrf, self.reason, self.text = csrf, reason, text.replace("\r\n", "\n")


Brought = Annotated[Words, Depends(Words)]


@router.post("/desk/cases/filters")
def keep_filter(
    opened: Open,
    chosen: Filtered,
    csrf: Csrf = "",
    name: Typed = "",
    drop: Typed = "",
) -> Response:
    """Keep what the list is filtered by under a name, or drop what was kept."""
    check_form(opened.session, csrf)
    try:
        if drop:
            saved_filters.drop(opened.desk, opened.viewer, drop)
        else:
            saved_filters.keep(opened.desk, opened.viewer, name, chosen.given)
    except Misuse as refusal:
        return inbox_page(opened, chosen, refused=told(refusal))
    return led_to(opened, "cases", chosen.given)


@router.post("/desk/cases/{act}")
def decide_many(
    opened: Open,
    act: BulkAct,
    brought: Brought,
    chosen: Filtered,
    digest: Digest = "",
) -> Response:
    """Show what would be decided about every case of a cause; with its digest, decide it."""
    check_form(opened.session, brought.csrf)
    if opened.viewer.role not in ACTS[act].roles:
        raise forbidden(NOT_YOURS)
    cause = Filter(cause=chosen.cause)
    try:
        given = Given(text=brought.text or None, reason=brought.reason)
        command = command_of(opened.desk, act, opened.viewer, given)
        trials = _trials(opened, chosen.cause, command)
    except (Misuse, Problem) as refusal:
        return inbox_page(opened, cause, refused=told(refusal))
    if digest != digest_of(trials):
        return _preview(opened, act, brought, chosen.cause, trials, changed=bool(digest))
    before = opened.desk.log.position()
    for one in trials:
        if one.tried.refusal is None:
            try:
                settled(opened.desk, opened.viewer, UUID(one.entry.case.id), command)
            except (Misuse, Conflict, Problem):
                continue  # the page says of each what became of it
    return led_to(opened, "cases/done", {"act": act, "cause": chosen.cause, "since": before})


def _trials(opened: Opening, cause: str, command: Command) -> list[Trial]:
    """The cases of a cause that the viewer sees, each with what would come of the decision."""
    with opened.looking() as looking:
        ids = of_cause(looking.rows, cause, decided_cases_max + 1) if cause else []
        if len(ids) > decided_cases_max:
            raise Problem(422, _TOO_MANY)
        entries = entries_of(looking, ids)
    if not entries:
        raise Problem(422, _NONE)

    now = opened.desk.now()
    with opened.desk.log.transaction(snapshot=True) as rows:
        schema.use(rows)
        return [Trial(entry, tried(rows, entry.case, command, now)) for entry in entries]


def digest_of(trials: Sequence[Trial]) -> str:
    """SHA-256 over id, version and shown values of each case: what a confirmation holds for."""
    shown = [
        (one.entry.case.id, one.tried.version, msgspec.to_builtins(one.tried.values))
        for one in trials
    ]
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()


def _preview(
    opened: Opening, act: BulkAct, brought: Words, cause: str, trials: Sequence[Trial],
    *, changed: bool,
) -> Response:  # fmt: skip
    now = opened.desk.now()
    with opened.looking() as looking:
        standing = looking.standing
    return opened.show(
        "cases-bulk",
        standing,
        act=act,
        act_word=case_words.ACT_WORDS[act],
        cause=cause,
        rows=[(row_of(opened, one.entry, now), one.tried.refusal) for one in trials],
        count=sum(one.tried.refusal is None for one in trials),
        digest=digest_of(trials),
        reason=brought.reason,
        text=brought.text,
        changed=_CHANGED if changed else "",
        outcomes=None,
    )


_DECIDED: Final = """
SELECT stream FROM decided WHERE position > %s AND party = %s AND person = %s
    AND stream = ANY(%s::uuid[])
"""
_ALL_OF_CAUSE: Final = "SELECT id FROM case_shown WHERE cause = %s ORDER BY id LIMIT %s"


@router.get("/desk/cases/done")
def done(
    opened: Open,
    act: BulkAct,
    cause: Key,
    since: Annotated[int, Query(ge=0, le=2**63 - 1)],
) -> Response:
    """Say of each case of a cause what became of it: recorded, or as it stands."""
    now = opened.desk.now()
    with opened.looking() as looking:
        ids = [
            key
            for (key,) in looking.rows.execute(_ALL_OF_CAUSE, (cause, decided_cases_max)).fetchall()
        ]
        taken = _taken(looking.rows, opened, ids, since)
        entries = entries_of(looking, ids)
        standing = looking.standing
    return opened.show(
        "cases-bulk",
        standing,
        act=act,
        act_word=case_words.ACT_WORDS[act],
        cause=cause,
        rows=[(row_of(opened, entry, now), None) for entry in entries],
        count=len(taken),
        digest="",
        reason="",
        text="",
        changed="",
        outcomes=taken,
    )


def _taken(rows: Rows, opened: Opening, ids: Sequence[Any], since: int) -> set[str]:
    """The cases about which the viewer's person decided since a position."""
    viewer = opened.viewer
    found = rows.execute(_DECIDED, (since, viewer.party, viewer.person or "", list(ids)))
    return {str(key) for (key,) in found.fetchall()}
