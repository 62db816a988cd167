"""The list of pairs: a row for each importer and body, with what is true of it in one word.

Whoever sees parts of a pair sees a row for each. What has no seals and no case is hidden.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from ledger.facts.registry import ConsignmentContractSigned
from ledger.views import set_aside
from ledger.views.loading import facts_of
from ledger.views.reconciliation import FIGURES, Question
from ledger.web.asking import lists
from ledger.web.asking.figures import one_part, seen_pairs
from ledger.web.desk import Looking
from ledger.web.pages.charts import bar, flow
from ledger.web.pages.claim_words import CLAIMS_SHORT
from ledger.web.pages.given import Id, Key, PageNumber, known, shown
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import PLACES_SHORT
from ledger.web.status.columns import NUMBERS, TITLES, Column, difference
from ledger.web.status.deciding import SHAPES, Told, row_told, unexplained
from ledger.web.status.rows import Answered

router = APIRouter(include_in_schema=False)
ORDER: Final = tuple(PLACES_SHORT)
pairs_shown_max: Final = 25
PARTED: Final = frozenset({"exporter", "processor"})
"""Roles that see their own part of each pair."""
WORDS: Final[Mapping[str, Callable[[Answered], bool]]] = {
    "cases": lambda one: any(one.live.values()),
    "nocase": lambda one: bool(unexplained(one.columns)),
}
"""What the list can be narrowed to by word: rows with cases, differences that no case explains."""


class Filter(NamedTuple):
    """Which pairs are listed; empty words ask for any."""

    importer: str = ""
    rcb: str = ""
    exporter: str = ""
    agent: str = ""
    word: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The words that say something."""
        return {name: text for name, text in self._asdict().items() if text}


@router.get("/")
@router.get("/desk/pairs")
def pairs(
    opened: Open,
    importer: Id = "",
    rcb: Id = "",
    exporter: Id = "",
    agent: Id = "",
    word: Key = "",
    sort: Key = "",
    page: PageNumber = 0,
    empty: Id = "",
) -> Response:
    """Show every row that the viewer sees, filtered and sorted as the address says."""
    chosen = Filter(importer, rcb, exporter, agent, *known(word, WORDS, "word"))
    known(sort.removeprefix("-"), SORTS, "sort")
    if opened.viewer.role == "scanner":
        with opened.looking() as looking:
            return opened.show("scanner", looking.standing)
    asked = _question(opened, chosen)

    def found(of: Looking) -> list[Answered]:
        there = seen_pairs(opened.desk, of, asked)
        return [one for one in there if not chosen.word or WORDS[chosen.word](one)]

    def whole(of: Looking) -> list[dict[str, Any]]:
        return [one.row for one in _sorted(found(of), sort)]

    if (file := opened.file(lists.reconciliation(whole))) is not None:
        return file
    with opened.looking() as looking:
        there = found(looking)
        kept = [one for one in there if empty or not _without_seals(one)]
        rows, more = shown(_sorted(kept, sort), page, pairs_shown_max)
        return opened.show(
            "pairs",
            looking.standing,
            rows=[row_of(one) for one in rows],
            more=more,
            total=_total(kept),
            hidden=len(there) - len(kept),
            picture=flow(_sums(kept, FIGURES[1:]), ORDER) if kept else None,
            columns=TITLES,
            names=CLAIMS_SHORT,
            short=PLACES_SHORT,
            contracts=_contracts(looking),
            chosen=chosen._asdict(),
            filter_words=chosen.given,
            sort=sort,
            sorts=SORTS,
            words=WORDS,
            recorded=looking.log.recorded_last(),
            mine=opened.viewer.role in PARTED,
            aside=set_aside.count(looking.rows) if opened.viewer.role == "operator" else 0,
        )


def _question(opened: Opening, chosen: Filter) -> Question:
    one_part(chosen.exporter, chosen.agent)
    return Question(
        importer=chosen.importer or None, rcb=chosen.rcb or None,
        exporter=chosen.exporter or None, agent=chosen.agent or None,
        as_of=opened.clocks.as_of, known_at=opened.clocks.known_at,
    )  # fmt: skip


def row_of(one: Answered) -> dict[str, Any]:
    """A row with what a template needs beside its figures."""
    row, numbers = one.row, {**one.row, **one.beside}
    return {
        **row,
        "bar": bar({name: row[name] for name in FIGURES[1:]}, ORDER),
        "whole": row["issued"] is not None,
        "live": one.live,
        "told": _shown(row_told(one.columns)),
        "columns": [
            {
                "name": str(column),
                "numbers": [
                    (name, numbers[name]) for name in NUMBERS[column] if numbers[name]
                ],
                "difference": difference(column, row),
                **_shown(told),
            }
            for column, told in one.columns.items()
        ],
    }  # fmt: skip


def _shown(told: Told) -> dict[str, Any]:
    """What a column says, for a template: the words are said in the reader's language there."""
    return {
        "look": LOOKS.get(told.grave or "", f"tone-{told.tone}"),
        "shape": SHAPES[told.tone],
        "said": told.words,
        "cases": told.cases,
        "late": told.late,
    }


LOOKS: Final[Mapping[str, str]] = {
    "H": "tone-bad outlined", "L": "tone-look light",
}  # fmt: skip
"""Classes of the styles for the lighter of two severities that share a tone."""


def _without_seals(one: Answered) -> bool:
    """Whether a pair has never had a seal, and nobody has a case about it."""
    return one.row["issued"] == 0 and not any(one.live.values())


def _name(one: Answered) -> tuple[str, ...]:
    row = one.row
    return row["importer"], row["rcb"], row["exporter"] or "", row["agent"] or ""


def _issued(one: Answered) -> int:
    row = one.row
    return int(row["supplied"] if row["issued"] is None else row["issued"])


_never: Final = 2**63 - 1
SORTS: Final[Mapping[str, Callable[[Answered], Any]]] = {
    "name": _name,
    "issued": _issued,
    "cases": lambda one: sum(one.live.values()),
    "oldest": lambda one: _never if one.oldest is None else one.oldest,
}


def _sorted(found: Sequence[Answered], sort: str) -> list[Answered]:
    """By a column, `-` before its name for downwards; else what asks for attention comes first."""
    by_name = sorted(found, key=_name)
    if sort:
        return sorted(by_name, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return sorted(by_name, key=_gravest)


def _gravest(one: Answered) -> tuple[int, ...]:
    live = one.live
    late = sum(told.late for told in one.columns.values())
    return -live["C"], -live["H"], -late, -live["M"], -live["L"]


def _sums(found: Sequence[Answered], names: Sequence[str]) -> dict[str, int]:
    rows = [{**one.row, **one.beside} for one in found]
    return {name: sum(row[name] for row in rows) for name in names}


def _total(found: Sequence[Answered]) -> dict[str, Any]:
    """The last line: all rows that the filter leaves, on whatever page they are."""
    return {
        "rows": len(found),
        "issued": sum(map(_issued, found)),
        "places": _sums(found, FIGURES[1:]),
        "columns": [
            [(name, total) for name, total in _sums(found, NUMBERS[column]).items() if total]
            for column in Column
        ],
        "live": {
            severity: sum(one.live[severity] for one in found) for severity in ("C", "H", "M", "L")
        },
        "late": sum(told.late for one in found for told in one.columns.values()),
    }


def _contracts(looking: Looking) -> dict[str, list[str]]:
    """The exporters and agents that the viewer may filter by."""
    signed = facts_of(looking.rows, looking.log, [ConsignmentContractSigned])
    contracts = signed.all(ConsignmentContractSigned)
    return {
        "exporters": sorted({fact.exporter for fact in contracts}),
        "agents": sorted({fact.agent for fact in contracts}),
    }
