"""One table that was sent: how far it is, what was found in it, what is asked, what was recorded.

While it is read or recorded the page says how far that is and comes again by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

import msgspec
from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from ledger.errors import Misuse
from ledger.rules.reading import Tongue
from ledger.tables.columns import TEMPLATES, Template
from ledger.tables.headings import heading
from ledger.tables.messages import Message, sentence
from ledger.web.access.sign_in import check_form
from ledger.web.asking.tables.checks import Check, State, checks_of
from ledger.web.asking.tables.found import Found, SheetShown
from ledger.web.asking.tables.questions import COLUMN, KEYS, Answer, Question, answered
from ledger.web.asking.tables.receipts import ReceiptRow
from ledger.web.pages.given import PageNumber, shown
from ledger.web.pages.language import Language
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.pages.upload_words import (
    ANSWERS,
    COUNTS,
    HEADING,
    OUTCOMES,
    QUESTIONS,
    WHAT,
    ZONES,
)
from ledger.web.pages.upload_words import COLUMN as WHICH_COLUMN
from ledger.web.problems import Problem

router = APIRouter(include_in_schema=False)
rows_shown_max: Final = 100
notes_shown_max: Final = 200
radios_max: Final = 5
cell_characters_max: Final = 200
_again_seconds: Final = 2
_fields_max: Final = 200
_CORRECTIONS: Final = "corrections"
_HEADING: Final = "heading:"
_POSSIBLE: Final[Mapping[str, Iterable[str]]] = {**ANSWERS, "template": TEMPLATES}
"""What may be answered to what was answered before; where nothing is told anything may be."""
Word = Annotated[str, Form(max_length=200)]


class Asked(NamedTuple):
    """A question as the page asks it: what was answered before, what may be, with words."""

    key: str
    words: str
    said: str
    cells: int
    value: str
    answers: list[tuple[str, str, int | None]]


@router.get("/desk/upload/{check}")
def check_page(request: Request, opened: Open, check: UUID, page: PageNumber = 0) -> Response:
    """Show how far a table is, or what was found in it."""
    return _shown(opened, checks_of(request).find(opened.viewer, check), page)


@router.post("/desk/upload/{check}/read")
async def read_again(request: Request, opened: Open, check: UUID) -> Response:
    """Read a table anew with answers to what it left open."""
    found = checks_of(request).find(opened.viewer, check)
    async with request.form(max_files=0, max_fields=_fields_max) as form:
        answers = {key: value for key, value in form.items() if isinstance(value, str)}
    check_form(opened.session, answers.pop("csrf", ""))
    asked = found.asked
    if answers.pop(_CORRECTIONS, None) == "true":
        asked = asked._replace(corrections=True)
    try:
        checks_of(request).again(found, answered(found.mapping, answers), asked)
    except (Misuse, Problem) as refusal:
        return await run_in_threadpool(_refused, opened, found, refusal)
    return _led_to(opened, found)


@router.post("/desk/upload/{check}/record")
def record(
    request: Request, opened: Open, check: UUID, csrf: Word = "", partial: Word = ""
) -> Response:
    """Record what is good of a table; with `partial` also where some of it is refused."""
    check_form(opened.session, csrf)
    found = checks_of(request).find(opened.viewer, check)
    try:
        checks_of(request).record(found, partial=partial == "true")
    except Problem as refusal:
        return _refused(opened, found, refusal)
    return _led_to(opened, found)


@router.post("/desk/upload/{check}/stop")
def stop(request: Request, opened: Open, check: UUID, csrf: Word = "") -> Response:
    """Stop reading or recording; what is recorded by then stays."""
    check_form(opened.session, csrf)
    found = checks_of(request).find(opened.viewer, check)
    found.stopping.set()
    return _led_to(opened, found)


def _led_to(opened: Opening, check: Check) -> Response:
    return RedirectResponse(address(opened.request, f"upload/{check.id}"), status_code=303)


def _refused(opened: Opening, check: Check, refusal: Misuse | Problem) -> Response:
    status = refusal.status if isinstance(refusal, Problem) else 422
    return _shown(opened, check, 0, str(refusal), status)


def _shown(
    opened: Opening, check: Check, page: int, refused: str = "", status: int = 200
) -> Response:
    """The page of a check in the state that it is in."""
    state, found, spoken = check.state, check.found, opened.language
    words: dict[str, Any] = {
        "check": str(check.id), "file": check.name, "state": str(state),
        "size": check.bytes, "refused": spoken.say(refused), "section": "upload",
        "until": check.ends_at,
    }  # fmt: skip
    if state in (State.READING, State.RECORDING):
        at = check.progress
        progress = {
            "what": WHAT[at.what], "done": at.done, "total": at.total,
            "counted": at.what in ("judge", "compare", "record"),
            "stopping": check.stopping.is_set(),
        }  # fmt: skip
        answer = opened.show("upload-progress", opened.desk.standing(), progress=progress, **words)
        answer.headers["Refresh"] = str(_again_seconds)
        return answer
    words |= {
        "failed": "" if check.failed is None else spoken.say(str(check.failed)),
        "stopped": check.stopped,
        "asked": _questions(opened, check), "zones": ZONES, "radios_max": radios_max,
    }  # fmt: skip
    if found is not None:
        words |= _found(found, spoken, page, recorded=state is State.RECORDED)
        made = found.summary["import"]
        words["imported"] = None if made is None else opened.to("import", id=made)
    return opened.show("upload-check", opened.desk.standing(), status=status, found=found, **words)


def _found(found: Found, spoken: Language, page: int, *, recorded: bool) -> dict[str, Any]:
    """What was found, in words of the reader's language."""
    rows = [row for row in found.shown.rows() if not recorded or row.refused]
    cut, more = shown(rows, page, rows_shown_max)
    summary = found.summary
    return {
        "counts": [(word, summary[name]) for name, word in COUNTS.items() if summary[name]],
        "type": spoken.event(found.template.name) if found.template else "",
        "refusals": [*_said(found, found.refused, spoken.code)],
        "notes": [*_said(found, found.notes[:notes_shown_max], spoken.code)],
        "sheets": [_sheet(found, sheet, cut, spoken) for sheet in found.sheets],
        "read": [_columns(found, sheet, spoken) for sheet in found.sheets],
        "more": more,
        "rows_left": found.left,
        "notes_left": max(0, len(found.notes) - notes_shown_max),
        "good": found.good,
        "left": summary["refused"],
    }


def _said(found: Found, messages: list[Message] | Any, tongue: Tongue) -> list[str]:
    return [sentence(message, tongue, found.template) for message in messages]


def _columns(found: Found, sheet: SheetShown, spoken: Language) -> dict[str, Any]:
    """Which headings mean a column, and which mean nothing here."""
    titled = [*zip(sheet.titles, sheet.codes, strict=True)]
    known = [(title, code) for title, code in titled if code]
    return {
        "name": sheet.name,
        "known": [(title, _heading(code, found.template, spoken)) for title, code in known],
        "unknown": [title for title, code in titled if title and not code],
    }  # fmt: skip


def _heading(code: str, template: Template | None, spoken: Language) -> str:
    if template is None or code not in template.by_code:
        return code
    return heading(template.by_code[code], template, spoken.code)


def _sheet(
    found: Found, sheet: SheetShown, rows: list[ReceiptRow], spoken: Language
) -> dict[str, Any]:
    """The rows of a sheet that are shown."""
    own = [row for row in rows if (row.line["sheet"] or "") == sheet.name]
    width = max([len(sheet.titles), *(len(row.cells) for row in own)])
    return {
        "name": sheet.name,
        "titles": [*sheet.titles, *[""] * (width - len(sheet.titles))],
        "rows": [_row(found, row, width, spoken) for row in own],
    }


def _row(found: Found, row: ReceiptRow, width: int, spoken: Language) -> dict[str, Any]:
    """A row: its cells, each with what is said of it, and what is said of all of it."""
    of_cells: dict[int | None, list[tuple[str, str]]] = {}
    for level, messages in (("refused", row.refused), ("note", row.notes)):
        for message in messages:
            words = sentence(message, spoken.code, found.template)
            own = message.row == row.line["row"] and message.column is not None
            of_cells.setdefault(message.column if own else None, []).append((level, words))
    texts = [*row.cells, *[""] * (width - len(row.cells))]
    return {
        "number": row.line["row"],
        "outcome": OUTCOMES[row.line["outcome"]],
        "refused": row.line["outcome"] == "refused",
        "said": of_cells.get(None, []),
        "cells": [(_short(text), of_cells.get(at, [])) for at, text in enumerate(texts)],
    }


def _short(text: str) -> str:
    return text if len(text) <= cell_characters_max else f"{text[: cell_characters_max - 1]}…"


def _questions(opened: Opening, check: Check) -> list[Asked]:
    """What is open, then what was answered before."""
    found = check.found
    said: Mapping[str, Any] = msgspec.to_builtins(check.mapping)
    open_ = [] if found is None else [*found.questions]
    known = {each.key for each in open_}
    settled = [
        Question(key, 0, [Answer(value) for value in _POSSIBLE.get(key, ())])
        for key in KEYS
        if key not in known and said.get(key) not in (None, "", [], False)
    ]
    template = None if found is None else found.template
    return [_asked(each, said, template, opened.language) for each in (*open_, *settled)]


def _asked(
    of: Question, said: Mapping[str, Any], template: Template | None, spoken: Language
) -> Asked:
    if of.key.startswith(COLUMN):
        name = _heading(of.key.removeprefix(COLUMN), template, spoken)
        words = spoken.say(WHICH_COLUMN) % {"name": name}
    elif of.key.startswith(_HEADING):
        words = spoken.say(HEADING) % {"name": of.key.removeprefix(_HEADING)}
    else:
        words = spoken.say(QUESTIONS[of.key])
    answers = [
        (each.value, _answer(of.key, each.value, template, spoken), each.fits)
        for each in of.answers
    ]
    return Asked(of.key, words, of.said, of.cells, _value(said.get(of.key)), answers)


def _value(said: Any) -> str:
    if isinstance(said, bool):
        return str(said).lower()
    if isinstance(said, list):
        return str(said[0]) if said else ""
    return "" if said is None else str(said)


def _answer(key: str, value: str, template: Template | None, spoken: Language) -> str:
    if key == "template":
        return spoken.event(value)
    if key.startswith(_HEADING):
        return _heading(value, template, spoken)
    return spoken.say(ANSWERS.get(key, {}).get(value, value)).removeprefix("=")
