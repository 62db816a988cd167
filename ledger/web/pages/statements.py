"""The seal ledger (受払簿) of a stock: day by day, with remarks and who checked, fit for paper."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.cases.period import Signature, period_of
from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import MarkRegistered, PartyRegistered
from ledger.facts.seals import (
    SealsCounted,
    SealsDispatched,
    SealsIssued,
    SealsLost,
    SealsReceived,
    SealsSampled,
    SealsSpoiled,
    StockAdjusted,
)
from ledger.rules.moments import within
from ledger.views.cases import known_period
from ledger.views.loading import counting_about, facts_of
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.figures import stock_days
from ledger.web.asking.forms import Form
from ledger.web.asking.given import days
from ledger.web.desk import Looking, as_of
from ledger.web.pages.charts import steps
from ledger.web.pages.given import Id, PageNumber, shown
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.period import digest_words
from ledger.web.pages.seal_ledger import ledger_lines, total_of, usage
from ledger.web.pages.words import REASONS, SPOILED

router = APIRouter(include_in_schema=False)
_STOCKS: Final = """
SELECT p.mark, p.key, p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id
WHERE p.kind = %s AND (%s = '' OR p.mark = %s) AND (%s = '' OR p.key = %s)
ORDER BY p.mark, p.key, p.site
"""


class Remark(NamedTuple):
    """What happened besides use: what it was, how many seals, and what it is known by.

    `event` is the first of the events that it stands for, `times` how many they are.
    """

    what: str
    seals: int | None
    name: str
    event: str
    times: int = 1


@router.get("/desk/statements")
def statements(opened: Open, mark: Id = "", holder: Id = "", page: PageNumber = 0) -> Response:
    """List the stocks that the viewer sees."""
    onlooker(opened.viewer)
    if (file := opened.file(lists.stocks(mark, holder))) is not None:
        return file
    with opened.looking() as looking:
        looking.rows.execute(_STOCKS, (int(Kind.STOCK), mark, mark, holder, holder))
        stocks, more = shown(looking.rows.fetchall(), page)
        return opened.show(
            "statements", looking.standing, stocks=stocks, more=more, mark=mark, holder=holder
        )


@router.get("/desk/statement")
def statement(
    opened: Open,
    mark: Id,
    holder: Id,
    site: Id,
    start: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    form: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show one stock day by day; `form=csv` is the same as CSV, its columns called by code."""
    onlooker(opened.viewer)
    between = days(start or None, end or None)
    account = (mark, holder, site)

    def ledger(looking: Looking) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        found = stock_days(looking, account, opened.clocks, between)
        facts = _facts(opened, looking, account)
        return found, _rows(found["opening"], found["days"], facts, between, opened.clocks.since)

    whole = lists.seal_ledger(lambda looking: [_plain_day(row) for row in ledger(looking)[1]])
    if (file := opened.file(whole, Form("csv", named=True) if form == "csv" else None)) is not None:
        return file
    with opened.looking() as looking:
        found, rows = ledger(looking)
        used = usage(looking, account, opened.clocks, opened.clocks.since)
        registered = facts_of(looking.rows, looking.log, [MarkRegistered, PartyRegistered])
        standing = looking.standing
    of = registered.latest(MarkRegistered, About.MARK, mark)
    shown_days = [(date.fromisoformat(row["day"]), row["remaining"]) for row in found["days"]]
    return opened.show(
        "statement",
        standing,
        account=account,
        opening=found["opening"],
        closing=found["closing"],
        lines=ledger_lines(found["opening"], rows, used),
        total=total_of(found["opening"], rows),
        signature=None if of is None else _signature(opened, of),
        digest_words=digest_words,
        picture=steps(found["opening"], shown_days),
        start=start,
        end=end,
        reasons={**REASONS, **SPOILED},
        registered=of,
        party=registered.latest(PartyRegistered, About.PARTY, holder),
    )


def _signature(opened: Opening, mark: MarkRegistered) -> Signature | None:
    """The signature below the period of the address, where its body has signed it."""
    if not opened.clocks.period:
        return None
    wanted = period_of(mark.importer, mark.rcb, opened.clocks.period)
    with opened.looking() as looking:
        known = known_period(looking.rows, wanted.id)
    return None if known is None else known.signature


def _facts(opened: Opening, looking: Looking, account: tuple[str, str, str]) -> list[Fact]:
    """What is reported of the stock besides use, as far as it counts then."""
    mark, holder, site = account
    counting = counting_about(
        looking.rows,
        as_of(looking, opened.clocks.as_of),
        About.ACCOUNT,
        f"{mark} {holder} {site}",
        opened.until(looking),
    )
    return sorted(counting, key=lambda fact: (fact.at, fact.id))


def _rows(
    opening: int,
    days: list[dict[str, Any]],
    facts: list[Fact],
    between: tuple[date | None, date | None],
    since: int | None = None,
) -> list[dict[str, Any]]:
    """The days with their remarks; a day on which seals were only counted has a row too."""
    remarks: dict[str, list[Remark]] = defaultdict(list)
    checkers: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        if not within(fact.day, *between) or (since is not None and fact.at < since):
            continue
        name = fact.day.isoformat()
        for remark in _remarks(fact):
            _add(remarks[name], remark)
        if isinstance(fact, SealsCounted):
            checkers[name] += [
                fact.counted_by,
                *([fact.second_person] if fact.second_person else []),
            ]
    rows = {row["day"]: row for row in days}
    found = []
    remaining = opening
    for name in sorted({*rows, *remarks}):
        row = rows.get(name)
        if row is not None:
            remaining = row["remaining"]
        empty = dict.fromkeys(("received", "used", "discarded", "other"), 0)
        said = {"remarks": remarks[name], "checker": ", ".join(dict.fromkeys(checkers[name]))}
        found.append({"day": name, **empty, "remaining": remaining, **(row or {}), **said})
    return found


def _add(remarks: list[Remark], found: Remark) -> None:
    """Add a remark to a day's; seals spoiled for one reason are one remark."""
    for number, known in enumerate(remarks):
        if found.what == "spoiled" and (known.what, known.name) == (found.what, found.name):
            remarks[number] = known._replace(
                seals=(known.seals or 0) + (found.seals or 0), times=known.times + 1
            )
            return
    remarks.append(found)


def _remarks(fact: Fact) -> Iterator[Remark]:
    match fact:
        case SealsIssued():
            yield Remark("issued", fact.count, "", fact.id)
        case SealsReceived():
            yield Remark("received", fact.count, fact.dispatch, fact.id)
        case SealsDispatched():
            yield Remark("dispatched", fact.count, f"{fact.dispatch} → {fact.to_holder}", fact.id)
        case SealsSpoiled():
            yield Remark("spoiled", fact.count, fact.reason, fact.id)
        case SealsSampled():
            yield Remark("sampled", fact.count, "", fact.id)
        case SealsLost():
            yield Remark("lost", fact.count, fact.cause, fact.id)
        case StockAdjusted():
            yield Remark("adjusted", fact.delta, fact.reason, fact.id)
        case SealsCounted():
            yield Remark("counted", fact.counted, "", fact.id)


def _plain_day(row: dict[str, Any]) -> dict[str, Any]:
    """A day with its remarks as a text."""
    return {**row, "remarks": "; ".join(_plain(remark) for remark in row["remarks"])}


def _plain(remark: Remark) -> str:
    seals = "" if remark.seals is None else str(remark.seals)
    return " ".join(part for part in (remark.what, seals, remark.name) if part)
