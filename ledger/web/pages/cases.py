"""The list of cases: what the viewer's party is to act on first, and how many share a cause."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.cases.discrepancy import LIVE, State
from ledger.cases.due import turn_of
from ledger.facts.scalars import MICROS_A_DAY, micros
from ledger.rules.audit import RULES
from ledger.rules.violation import SubjectKind
from ledger.views.discrepancies import (
    SORTS,
    Caused,
    Found,
    Listed,
    Wanted,
    listed,
    sought,
)
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.discrepancies.seeking import page_cases_max, sought_ids
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.saved_filters import saved_filters
from ledger.web.desk import Looking
from ledger.web.pages import case_words
from ledger.web.pages.given import More, PageNumber, known
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import page_of
from ledger.web.pages.seeking import Filter, Filtered
from ledger.web.pages.words import KINDS
from ledger.web.problems import Problem

router = APIRouter(include_in_schema=False)
decided_cases_max: Final = 200
"""Cases that one form may decide about."""
file_cases_max: Final = 500
"""Cases of a file that are made together."""
_IN_BULK: Final = ("explain", "close")


@router.get("/desk/cases")
def inbox(
    opened: Open,
    chosen: Filtered,
    sort: Annotated[str, Query(max_length=20)] = "",
    page: PageNumber = 0,
) -> Response:
    """List the cases that the viewer sees, as filtered."""
    return inbox_page(opened, chosen, sort=sort, page=page)


def inbox_page(
    opened: Opening,
    chosen: Filter,
    *,
    sort: str = "",
    page: int = 0,
    refused: Problem | None = None,
) -> Response:
    """The list; `refused` says why what was asked of it was not done."""
    onlooker(opened.viewer)
    known(sort, SORTS, "sort")
    role = opened.viewer.role
    wanted = chosen.sought()

    def rows(looking: Looking) -> Iterator[dict[str, Any]]:
        pair_of = pairs_of_marks(looking.rows, looking.log)
        ids = sought_ids(looking.rows, wanted, pair_of, role=role, sort=sort)
        for start in range(0, len(ids), file_cases_max):
            for entry in entries_of(looking, ids[start : start + file_cases_max]):
                yield entry.row

    if (file := opened.file(lists.cases(rows))) is not None:
        return file
    with opened.looking() as looking:
        pair_of = pairs_of_marks(looking.rows, looking.log)
        found = sought(looking.rows, wanted, pair_of, role=role, sort=sort, page=page)
        entries = entries_of(looking, found.ids)
        samples = entries_of(looking, [cause.sample for cause in found.causes])
        standing = looking.standing
    now = opened.desk.now()
    return opened.show(
        "cases",
        standing,
        status=refused.status if refused else 200,
        entries=[row_of(opened, entry, now) for entry in entries],
        more=_more(found, page),
        found=found,
        causes=[_cause(opened, cause, samples) for cause in found.causes],
        tabs=case_words.TABS,
        tab=wanted.tab,
        columns=case_words.COLUMNS,
        sort=sort,
        chosen=chosen,
        given=chosen.given,
        rules=sorted(RULES),
        bulk=_bulk(opened, chosen, found),
        saved=saved_filters(opened.desk, opened.viewer),
        act_words=case_words.ACT_WORDS,
        turns=case_words.TURNS,
        refused=refused.detail if refused else "",
    )


def entries_of(looking: Looking, ids: Any) -> list[Listed]:
    """The cases of some ids, in their order."""
    if not ids:
        return []
    found = {
        entry.case.id: entry
        for entry in listed(looking.rows, looking.log, Wanted(ids=ids, states=tuple(State)))
    }
    return [found[str(key)] for key in ids if str(key) in found]


def _more(found: Found, page: int) -> More:
    first = page * page_cases_max
    last = first + len(found.ids)
    return More(
        first + 1 if found.ids else 0,
        last,
        found.total,
        page - 1 if page else None,
        page + 1 if last < found.total else None,
    )


def _bulk(opened: Opening, chosen: Filter, found: Found) -> list[str]:
    """What may be done to all cases of one cause at once."""
    if not chosen.cause or not 1 < found.total <= decided_cases_max:
        return []
    roles = {"explain": {"exporter", "importer", "processor"}, "close": {"certifier"}}
    return [act for act in _IN_BULK if opened.viewer.role in roles[act]]


class Row(NamedTuple):
    """A case as a line of the list."""

    case: dict[str, Any]
    who: str | None
    about: list[tuple[str, str, str | None]]
    """What it is about: kind, key, and the address of its page where there is one."""
    days: list[date]
    age_days: int
    late_days: int | None
    """Days until the due day, counted from today; below nought: past it. None: no due day."""
    turn: str | None
    waits_for: list[str]


def row_of(opened: Opening, entry: Listed, now: int) -> Row:
    """A case as a line of the list; `now` is µs UTC."""
    row = entry.row
    due = None if row["due"] is None else date.fromisoformat(row["due"])
    live = entry.case.state in LIVE or entry.case.owes is not None
    return Row(
        row,
        entry.who,
        _about(opened, entry),
        sorted({*entry.days}),
        max(0, (now - micros(entry.case.since)) // MICROS_A_DAY),
        None if due is None else (due - opened.today).days,
        turn_of(entry.case, late=row["late"]) if live else None,
        row["waits_for"],
    )


_ABOUT: Final = ("lot", "product")
_UNNAMED: Final = (SubjectKind.EVENT, SubjectKind.APPLICATION)


def _about(opened: Opening, entry: Listed) -> list[tuple[str, str, str | None]]:
    """Lot and product, both where both are named; else what the case is about."""
    things = [thing.split(" ", 1) for thing in entry.things]
    found: list[tuple[str, str]] = [
        (noun, key) for noun in _ABOUT for kind, key in things if kind == noun
    ]
    kind, key = entry.case.subject_kind, entry.case.subject
    if not found:
        cause = (entry.row["cause"] or "").split(" ", 3)
        if kind not in _UNNAMED:
            found = [(str(kind), key)]
        elif len(cause) == 4 and cause[3] != "-":
            found = [(cause[2], cause[3])]
    return [(noun, key, _place(opened, noun, key)) for noun, key in found[:_about_max]]


_about_max: Final = 3


def _place(opened: Opening, noun: str, key: str) -> str | None:
    if noun not in list(SubjectKind) or noun in map(str, _UNNAMED):
        return None
    found = page_of(SubjectKind(noun), key)
    return opened.to(found[0], **found[1]) if found else None


class CauseRow(NamedTuple):
    """A cause as a line: what its cases share, how many, what they sum to, and one of them."""

    cause: Caused
    rule: str
    noun: str
    key: str
    address: str | None
    sample: dict[str, Any] | None


def _cause(opened: Opening, cause: Caused, samples: list[Listed]) -> CauseRow:
    one = next((entry for entry in samples if entry.case.id == cause.sample), None)
    shown = cause.cause if one is None else one.row["cause"] or cause.cause
    rule, _, noun, key = shown.split(" ", 3)
    word = KINDS.get(noun) or case_words.NOUNS.get(noun, "")
    return CauseRow(
        cause, rule, word, key, _place(opened, noun, key), None if one is None else one.row
    )
