"""What a period's signature is put below: the sheet of a pair, and the digest of it.

The sheet is the content of the paper `period`: the same facts give the same sheet, whoever asks, in
whatever language and at whatever later position of the log.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from ledger.cases.period import (
    Graveness,
    Period,
    Row,
    cases_named_max,
    months_between,
    period_of,
)
from ledger.cases.signing import Sheet
from ledger.errors import Misuse
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.rules.moments import JAPAN, month_of
from ledger.views import schema
from ledger.views.cases import periods_of_pair
from ledger.views.discrepancies import SEVERITIES, Listed, Wanted, listed
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.folding import Rows
from ledger.views.months_moved import Months, months_of
from ledger.views.movements import Between, counted, movements, stocks
from ledger.views.reconciliation import CLAIMS, FIGURES, Question, reconcile

PAPER: Final = "period/1"
_MONTHS: Final = "SELECT id, months FROM case_shown WHERE id = ANY(%s::uuid[])"


class NoSuchPair(Misuse):
    """No mark of that body is licensed to that importer."""


class Touching(NamedTuple):
    """A live case that touches a period: one `of_period`, or carried from before."""

    case: Listed
    of_period: bool


class Seen(NamedTuple):
    """A sheet with what a page shows beside it.

    `content` is what the digest is of, `before` the same of the period before without its cases;
    `position` what both rest on. `opened` are the months of the pair that are over, not signed and
    not empty, the oldest first.
    """

    sheet: Sheet
    content: dict[str, Any]
    touching: Sequence[Touching]
    position: int
    opened: Sequence[str]


def no_such_pair(importer: str, rcb: str) -> NoSuchPair:
    """What to raise where there is no such pair."""
    return NoSuchPair(f"There is no mark of {rcb} licensed to {importer}.")


def period_row(rows: Rows, log: Log, period: Period, known_at: int | None = None) -> Row:
    """Figures and claims as of the end of a period; NoSuchPair where there is none."""
    return _row(rows, log, period, period.end, known_at)


def _row(rows: Rows, log: Log, period: Period, time: int, known_at: int | None) -> Row:
    asked = Question(importer=period.importer, rcb=period.rcb, as_of=time, known_at=known_at)
    found = reconcile(rows, log, asked, now=time)
    if not found:
        raise no_such_pair(period.importer, period.rcb)
    return {name: int(found[0][name]) for name in (*FIGURES, *CLAIMS)}


def seen(rows: Rows, log: Log, period: Period, now: int) -> Seen:
    """The sheet of a period as known now; `rows` sees every table, `now` is µs UTC."""
    touching = touching_cases(rows, log, period)
    content = sheet_content(rows, log, period, touching)
    cases = [one.case for one in touching]
    counts = {name: sum(case.row["severity"] == name for case in cases) for name in SEVERITIES}
    opened = open_months(rows, log, period, now)
    sheet = Sheet(
        period=period,
        row=period_row(rows, log, period),
        digest=digest_of(content),
        cases=Graveness(**counts),
        case_ids=tuple(str(case.case.id) for case in cases[:cases_named_max]),
        stocks=len(content["stocks"]),
        earlier_open=opened[0] if opened else None,
    )
    return Seen(sheet, content, touching, schema.position(rows), opened)


def sheet_content(
    rows: Rows,
    log: Log,
    period: Period,
    touching: Sequence[Touching],
    known_at: int | None = None,
) -> dict[str, Any]:
    """All that a period's sheet shows, as JSON has it; as known at a time (µs UTC), or now."""
    closing = _row(rows, log, period, period.end, known_at)
    opening = _row(rows, log, period, period.start - 1, known_at)
    position = schema.position(rows)
    if known_at is not None:
        position = min(position, log.known_at(known_at))
    between = Between(
        marks_of(rows, log, period), period.importer, period.start, period.end, position
    )
    moved = movements(rows, between)
    return {
        "paper": PAPER,
        "importer": period.importer,
        "rcb": period.rcb,
        "period": period.name,
        "as_of": time_text(period.end, JAPAN),
        "simulation": log.is_simulation(),
        "figures": [_figure(name, opening, closing, moved.get(name, {})) for name in FIGURES],
        "claims": [
            {
                "claim": name, "opening": opening[name], "closing": closing[name],
                "difference": closing[name] - opening[name],
            }
            for name in CLAIMS
        ],
        "counts": counted(rows, between),
        "stocks": stocks(rows, between),
        "cases": [_case(one) for one in touching],
    }  # fmt: skip


def _figure(name: str, opening: Row, closing: Row, moved: Mapping[str, int]) -> dict[str, Any]:
    return {
        "figure": name,
        "opening": opening[name],
        "in": sum(each for each in moved.values() if each > 0),
        "out": -sum(each for each in moved.values() if each < 0),
        "closing": closing[name],
        "movements": dict(sorted(moved.items())),
    }


def _case(one: Touching) -> dict[str, Any]:
    from ledger.rules.audit import RULES  # noqa: PLC0415 -- loaded where cases are listed
    from ledger.rules.texts import rule_text  # noqa: PLC0415 -- the same

    row, rule = one.case.row, one.case.case.rule
    return {
        "id": row["id"], "rule": rule,
        # A case of earlier rules has no title any more.
        "title": rule_text(rule, "en").title if rule in RULES else rule,
        "severity": row["severity"], "state": row["state"],
        "touches": "period" if one.of_period else "carried",
    }  # fmt: skip


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a paper's content: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def marks_of(rows: Rows, log: Log, period: Period) -> list[str]:
    """The marks of a period's pair."""
    pairs = pairs_of_marks(rows, log)
    return sorted(mark for mark, of in pairs.items() if of == (period.importer, period.rcb))


def touching_cases(rows: Rows, log: Log, period: Period) -> list[Touching]:
    """The live cases of the pair that touch a period, gravest first, then by rule and subject.

    Of the period are those of which some evidence happened in it, carried those whose evidence is
    all earlier; what lies wholly behind its end does not touch it.
    """
    found = listed(rows, log, Wanted(importer=period.importer, rcb=period.rcb))
    months = evidence_months(rows, found)
    first, last = month_of(period.first), last_month(period)
    touching = []
    for case in found:
        own = months.get(str(case.case.id)) or [month_of_time(case)]
        if min(own) <= last:
            touching.append(Touching(case, any(first <= name <= last for name in own)))
    return sorted(touching, key=lambda one: SEVERITIES.index(one.case.row["severity"]))


def evidence_months(rows: Rows, cases: Sequence[Listed]) -> dict[str, list[str]]:
    """By case, the months in which its evidence happened."""
    rows.execute(_MONTHS, ([UUID(case.case.id) for case in cases],))
    return {str(key): months for key, months in rows.fetchall()}


def month_of_time(case: Listed) -> str:
    """The month in which a case was opened."""
    return str(case.row["opened_at"])[: len("YYYY-MM")]


def last_month(period: Period) -> str:
    """The name of the last month of a period."""
    return f"{period.first.year + 1:04d}-03" if period.is_year else period.name


def open_months(rows: Rows, log: Log, period: Period, now: int) -> list[str]:
    """The months of the pair before a period's end, its own last left out, that are to be signed.

    They are over, not signed, and not empty.
    """
    last = last_month(period)
    months = months_of(rows, marks_of(rows, log, period))
    known = periods_of_pair(rows, period.importer, period.rcb)
    signed = {name for name, one in known.items() if one.signature is not None}
    return [name for name in unsigned(months, signed, last, now) if name < last or period.is_year]


def unsigned(months: Months, signed: Collection[str], last: str, now: int) -> list[str]:
    """Months up to one that are over, not signed, and not empty."""
    first = next(iter(months.moved), None)
    if first is None:
        return []
    return [
        name
        for name in months_between(first, last)
        if name not in signed
        and period_of("-", "-", name).end < now
        and not months.empty(name, name)
    ]
