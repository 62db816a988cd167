"""Files of tables: empty templates, receipts, and the table with what became of its rows."""

import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from ledger.sheets.csv_text import lines
from ledger.sheets.workbook import Column, Sheet, write
from ledger.tables.columns import TEMPLATES
from ledger.tables.messages import sentence
from ledger.web.asking.tables.checks import checks_of
from ledger.web.asking.tables.contents import CONTENTS
from ledger.web.asking.tables.found import Found
from ledger.web.asking.tables.receipts import ReceiptRow, told
from ledger.web.pages.language import Language
from ledger.web.pages.opening import Open
from ledger.web.pages.upload_words import OUTCOMES
from ledger.web.problems import not_found, said

router = APIRouter(include_in_schema=False)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
TOML: Final = "application/toml"
_TYPES: Final = {".xlsx": XLSX, ".csv": CSV, ".toml": TOML}
_TABLE: Final = "table.xlsx"
_FILES: Final = frozenset({"receipts.csv", "receipts.xlsx", _TABLE})
_FIELDS: Final = (
    "sheet", "row", "outcome", "id", "reason", "cell", "code", "words", "position", "recorded_at",
    "sha256", "door", "by", "person",
)  # fmt: skip
_NOTES: Final = "notes"
_piece_bytes: Final = 64 * 1024
_sheet_name_characters_max: Final = 31
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_OUTCOME: Final = said("Outcome")
_WORDS: Final = said("In words")
_one_at_a_time: Final = threading.Lock()
"""Workbooks take a processor for seconds."""


@router.get("/desk/template/{name}")
def template(opened: Open, name: str) -> Response:
    """The empty table of a type of event, as `SealsIssued.xlsx`, `.csv` or `.toml`."""
    kind, dot, ending = name.partition(".")
    of, writer = TEMPLATES.get(kind), CONTENTS.get(dot + ending)
    if of is None or writer is None:
        raise not_found("such template")
    content = writer(of, opened.language.code)
    return Response(content, media_type=_TYPES[dot + ending], headers=_attached(name))


@router.get("/desk/upload/{check}/{name}")
def of_check(request: Request, opened: Open, check: UUID, name: str, only: str = "") -> Response:
    """A file of a check: `receipts.csv`, `receipts.xlsx` or `table.xlsx`; `only=refused` rows."""
    known = checks_of(request).find(opened.viewer, check)
    found = known.found
    if found is None or known.working or name not in _FILES:
        raise not_found("such file")
    if name == _TABLE and not found.sheets:
        raise not_found("such file")
    rows = (
        row for row in found.rows.rows() if only != "refused" or row.line["outcome"] == "refused"
    )
    stem = known.name.rpartition(".")[0] or known.name
    headers = _attached(f"{stem} {name}")
    if name == "receipts.csv":
        pieces = lines((*_FIELDS, _NOTES), _receipts(rows, found, opened.language), bom=True)
        return StreamingResponse(pieces, media_type=CSV, headers=headers)
    sheets = (
        _table(found, rows, opened.language)
        if name == _TABLE
        else [Sheet("receipts", _receipt_columns(), _receipts(rows, found, opened.language))]
    )
    return StreamingResponse(_workbook(sheets), media_type=XLSX, headers=headers)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def _receipts(rows: Iterable[ReceiptRow], found: Found, spoken: Language) -> Iterator[list[Any]]:
    for row in rows:
        line = told(row, spoken.code, found.template)
        notes = " ".join(note["words"] for note in line["notes"])
        yield [*(line[name] for name in _FIELDS), notes or None]


def _receipt_columns() -> list[Column]:
    counts = {"row", "position"}
    return [Column(name, "count" if name in counts else "text") for name in (*_FIELDS, _NOTES)]


def _table(found: Found, rows: Iterable[ReceiptRow], spoken: Language) -> Iterator[Sheet]:
    """The table as it was sent, what became of each row behind it; a sheet for each of its own."""
    added = [spoken.say(_OUTCOME), spoken.say(_WORDS)]
    kept = [row for row in rows if row.cells]
    names: set[str] = set()
    for of in found.sheets:
        titles = [*of.titles]
        own = [row for row in kept if (row.line["sheet"] or "") == of.name]
        width = max([len(titles), *(len(row.cells) for row in own)])
        titles += [""] * (width - len(titles))
        yield Sheet(
            _sheet_name(of.name or "table", names),
            [Column(title) for title in (*titles, *added)],
            (_with_words(row, width, found, spoken) for row in own),
        )


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook may have, and has once."""
    own = _NO_NAME.sub("_", name)[:_sheet_name_characters_max] or "table"
    number = 1
    while own.casefold() in taken:
        number += 1
        own = f"{own[: _sheet_name_characters_max - 4]} {number}"
    taken.add(own.casefold())
    return own


def _with_words(row: ReceiptRow, width: int, found: Found, spoken: Language) -> list[Any]:
    messages = (*row.refused, *row.notes)
    words = " ".join(sentence(each, spoken.code, found.template) for each in messages)
    cells: Sequence[str | None] = [cell or None for cell in row.cells]
    outcome = spoken.say(OUTCOMES[row.line["outcome"]])
    return [*cells, *[None] * (width - len(cells)), outcome, words or None]


def _workbook(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """A workbook, made in a file without a name, piece by piece."""
    with tempfile.TemporaryFile() as out:
        with _one_at_a_time:
            write(out, [*sheets])
        out.seek(0)
        while piece := out.read(_piece_bytes):
            yield piece
