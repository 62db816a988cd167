"""Searching: one question for every kind of thing, asked alike by pages, programs and commands.

What exists and may not be seen is answered as what there is not.
"""

import re
from typing import Any, Final, NamedTuple

from ledger.cases.period import period_of
from ledger.errors import Misuse
from ledger.views.folding import IS_LIVE, Rows
from ledger.views.names import finding
from ledger.views.names.finding import EXACT, SERIAL, Hit, Latest, latest
from ledger.views.seal_numbers import Step, holding

letters_max: Final = 80
_PERIOD: Final = re.compile(
    r"(?P<party>.*\S)\s+(?P<period>[0-9]{4}-[0-9]{2}|FY[0-9]{4})", re.IGNORECASE
)
_PAIRS: Final = """
SELECT DISTINCT n.told->>'importer', n.told->>'rcb' FROM nouns AS n
WHERE n.kind = 'mark' AND n.parties && %s::text[]
    AND NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
ORDER BY 1, 2 LIMIT 20
"""
_LIVE: Final = f"""
SELECT c.subject_kind, c.subject, count(*) FROM cases AS c
JOIN unnest(%b::text[], %b::text[]) AS t (kind, key)
    ON (t.kind, t.key) = (c.subject_kind, c.subject)
WHERE c.{IS_LIVE} GROUP BY 1, 2
"""
_BESIDE: Final = {"shipment": "arrival", "lot": "grading", "certificate": "cancellation",
                  "contract": "ending", "dispatch": "receipt"}  # fmt: skip
"""By kind of noun: what else is told of it in a line."""


class Found(NamedTuple):
    """A thing that was found: `told` and `beside` are what facts say of it last.

    `steps` are those of a seal number, the latest first.
    """

    hit: Hit
    told: Latest | None = None
    beside: Latest | None = None
    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """Its registered name; "" where it has none."""
        return str(self.told.told.get("name") or "") if self.told else ""

    @property
    def exact(self) -> bool:
        """Whether it is just what was asked for."""
        return self.hit.rank <= finding.ALIKE


class Answer(NamedTuple):
    """What a search found, the best first; `alike` = what looks nearly so, where nothing was."""

    typed: str
    found: list[Found]
    alike: list[tuple[str, str]]

    @property
    def alone(self) -> Found | None:
        """The one thing that is just what was asked for, where it is one."""
        exact = [one for one in self.found if one.exact]
        return exact[0] if len(exact) == 1 else None


def search(rows: Rows, typed: str, kind: str = "") -> Answer:
    """Look for what somebody typed, among everything or among one kind."""
    asked = finding.plain(typed)[:letters_max]
    if not asked:
        return Answer("", [], [])
    hits = finding.found(rows, asked, kind)
    if kind in ("", "event", "case"):
        rank = EXACT if len(asked.replace("-", "")) == finding.uuid_digits else finding.ELSE
        hits += [Hit(of, key, rank, "id", 0, None, 1) for of, key in finding.by_digits(rows, asked)]
    numbers = _numbers(rows, asked) if kind in ("", "seal") else []
    hits += _periods(rows, asked) if kind in ("", "period") else []
    found = _told(rows, hits)
    found = sorted([*found, *numbers], key=lambda one: one.hit.rank)[: finding.hits_max]
    return Answer(asked, found, [] if found or kind else finding.near(rows, asked))


def _told(rows: Rows, hits: list[Hit]) -> list[Found]:
    wanted = [(hit.kind, hit.key) for hit in hits]
    wanted += [(_BESIDE[hit.kind], hit.key) for hit in hits if hit.kind in _BESIDE]
    known = latest(rows, wanted)
    return [
        Found(
            hit,
            known.get((hit.kind, hit.key)),
            known.get((_BESIDE.get(hit.kind, ""), hit.key)),
        )
        for hit in hits
    ]


def _numbers(rows: Rows, asked: str) -> list[Found]:
    """The seal number that may be meant, of each mark that has it; of a named mark in any case."""
    meant = finding.numbered(rows, asked)
    if meant is None:
        return []
    number, marks = meant
    steps = holding(rows, marks, number) if marks else []
    named = len(marks) == 1 and not asked.replace(",", "").isdigit()
    found = []
    for mark in marks:
        own = tuple(step for step in steps if step.mark == mark)
        if own or named:
            found.append(Found(Hit("seal", f"{mark} {number}", SERIAL, "number", 0, None, 1),
                               steps=own))  # fmt: skip
    total = len(found)
    return [one._replace(hit=one.hit._replace(total=total)) for one in found]


def _periods(rows: Rows, asked: str) -> list[Hit]:
    """A period of the pairs of a party, by a word of its name or its id, and the month."""
    match = _PERIOD.fullmatch(asked)
    if match is None:
        return []
    period = match["period"].upper()
    try:
        period_of("-", "-", period)
    except Misuse:
        return []
    parties = [hit.key for hit in finding.found(rows, match["party"], "party")]
    if not parties:
        return []
    pairs = rows.execute(_PAIRS, (parties,), prepare=True).fetchall()
    return [
        Hit("period", f"{importer} {rcb} {period}", finding.WORD, "period", 0, None, len(pairs))
        for importer, rcb in pairs
    ]


def live_cases(rows: Rows, of: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many cases about each of some subjects ask for attention."""
    if not of:
        return {}
    rows.execute(_LIVE, [*map(list, zip(*sorted(set(of)), strict=True))], prepare=True)
    return {(kind, key): count for kind, key, count in rows.fetchall()}


def suggestions(rows: Rows, kind: str, typed: str) -> list[dict[str, Any]]:
    """What of a kind begins as somebody typed, with its registered name."""
    found = finding.suggested(rows, kind, finding.plain(typed)[:letters_max])
    known = latest(rows, found)
    return [
        {
            "kind": of,
            "id": key.replace("%20", " "),
            "name": (known[of, key].told.get("name") if (of, key) in known else None),
        }
        for of, key in found
    ]
