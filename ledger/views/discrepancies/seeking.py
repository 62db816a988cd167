"""Cases as a page lists them: filtered, sorted, counted and summed by the database, 25 a page.

Nothing here reads a whole list: what is shown of a page are ids, looked up by whoever shows them.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from ledger.cases.discrepancy import State
from ledger.cases.due import end_of
from ledger.rules.moments import JAPAN, start_of
from ledger.views.discrepancies.listing import (
    DUE,
    OF_CASE,
    SEVERITY_NOW,
    TODAY,
    Pair,
    marks_of_pair,
)
from ledger.views.folding import IS_LIVE, Rows

page_cases_max: Final = 25
causes_shown_max: Final = 25
Tab = Literal["mine", "explain", "decide", "correction", "live", "closed", "all"]
TABS: Final[tuple[Tab, ...]] = ("mine", "explain", "decide", "correction", "live", "closed")
THINGS: Final = ("lot", "product", "contract", "source", "person")
"""What of the things that cases name they are asked for by."""

_TO_DECIDE: Final = (
    f"c.{IS_LIVE} AND c.correction IS NULL"
    f" AND (c.explained OR (c.state = 'OPEN' AND {DUE} < {TODAY}))"
)
_TO_EXPLAIN: Final = f"c.{IS_LIVE} AND c.correction IS NULL AND NOT c.explained"
_CONCERNED: Final = (
    "viewer_party() = ANY(concerned_in(c.subject_kind, c.subject, coalesce(s.parties, '{}')))"
)
_NOBODYS: Final = f"""c.{IS_LIVE} AND c.routed IS NULL AND CASE
    WHEN EXISTS (SELECT FROM licences AS x WHERE x.mark = ANY(s.marks)) THEN false
    ELSE certifiers_of_case(c.subject_kind, c.subject, c.discriminator, coalesce(s.marks, '{{}}'),
        coalesce(s.parties, '{{}}'), {TODAY}) = '{{}}' END"""
_OWED: Final = "c.correction IS NOT NULL AND c.state <> 'CLOSED'"
_MINE: Final[Mapping[str, str]] = {
    "exporter": f"(({_TO_EXPLAIN} AND {_CONCERNED}) OR ({_OWED} AND c.correction = 'ASKED'"
    " AND c.correction_of = viewer_party()))",
    "certifier": f"(({_TO_DECIDE} AND (c.subject_kind <> 'issuer' OR c.subject = viewer_party()))"
    f" OR ({_OWED} AND c.correction = 'REPORTED' AND c.correction_by = viewer_party()))",
    "operator": f"({_NOBODYS})",
}
"""By role, the cases in which its party is to act; importers and processors as exporters."""
_TAB: Final[Mapping[str, str]] = {
    "explain": f"({_TO_EXPLAIN} AND NOT (c.state = 'OPEN' AND {DUE} < {TODAY}))",
    "decide": f"({_TO_DECIDE})",
    "correction": f"({_OWED})",
    "live": f"c.{IS_LIVE}",
    "closed": f"NOT c.{IS_LIVE}",
    "all": "true",
}
_RANK: Final = "array_position('{C,H,M,L}'::text[], severity)"
_SORTS: Final[Mapping[str, str]] = {
    "severity": _RANK, "what": 'rule COLLATE "C"', "who": 'who COLLATE "C"',
    "about": 'cause COLLATE "C"', "when": "last_day",
    "impact": "CASE WHEN impact_unit <> 'none' THEN impact END", "opened": "since", "due": "due",
    "owner": 'owner COLLATE "C"', "state": 'state COLLATE "C"',
}  # fmt: skip
SORTS: Final = frozenset({*_SORTS, *(f"-{name}" for name in _SORTS)})
"""What a list may be sorted by; with a minus the other way round."""
_BY_DEFAULT: Final = f"late DESC, {_RANK}, due NULLS LAST, since, id"
_FITS: Final = """
WITH fits AS MATERIALIZED (
    SELECT c.id, {severity} AS severity, c.state, c.rule, {due} AS due,
        coalesce({due} < {today}, false) AS late, c.since, c.owner, s.who, s.cause, s.last_day,
        s.impact, coalesce(s.impact_unit, 'none') AS impact_unit
    FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id WHERE {where}
)
"""
_IDS: Final = "SELECT id FROM fits ORDER BY {order}"
_LISTED: Final = (
    _FITS
    + """
SELECT
    (SELECT array_agg(page.id ORDER BY page.n) FROM (
        SELECT id, row_number() OVER (ORDER BY {order}) AS n FROM fits ORDER BY {order}
        LIMIT {limit} OFFSET %s) AS page),
    (SELECT jsonb_agg(jsonb_build_array(t.severity, t.late, t.impact_unit, t.cases, t.impact))
        FROM (SELECT severity, late, impact_unit, count(*) AS cases, sum(impact)::text AS impact
            FROM fits GROUP BY 1, 2, 3) AS t),
    CASE WHEN (SELECT count(*) FROM fits) > {limit} THEN (
        SELECT jsonb_agg(jsonb_build_array(g.cause, g.cases, g.severity, g.first, g.last,
            g.impact_unit, g.impact, g.sample))
        FROM (SELECT cause, count(*) AS cases, ('{{C,H,M,L}}'::text[])[min({rank})] AS severity,
                min(since) AS first, max(since) AS last, min(impact_unit) AS impact_unit,
                sum(impact)::text AS impact, min(id::text) AS sample
            FROM fits WHERE cause IS NOT NULL GROUP BY cause
            ORDER BY count(*) DESC, cause LIMIT {causes}) AS g) END,
    (SELECT count(DISTINCT cause) FROM fits)
"""
)


class Sought(NamedTuple):
    """Which cases a page lists; what is left empty may be any. Days are Japan's."""

    tab: Tab = "live"
    rules: Collection[str] = ()
    states: Collection[State] = ()
    severities: Collection[str] = ()
    importer: str = ""
    rcb: str = ""
    party: str = ""
    mark: str = ""
    subject: str = ""
    owner: str = ""
    cause: str = ""
    things: Collection[str] = ()
    """What they name, as `lot L-1`: each of these."""
    opened_from: date | None = None
    opened_to: date | None = None
    due_until: date | None = None
    late: bool = False
    slip: bool = False
    """Only those in which a scanner's slip is suspected."""


class Caused(NamedTuple):
    """Cases of one cause: how many, the gravest, since when (µs UTC), what they sum to, one."""

    cause: str
    cases: int
    severity: str
    first: int
    last: int
    unit: str
    impact: str | None
    sample: str


class Found(NamedTuple):
    """A page of cases by their ids, and what is true of all that fit.

    `impacts` = by unit, how much all of them are about, as a decimal text. `causes` only where
    more fit than a page holds.
    """

    ids: list[UUID]
    severities: dict[str, int]
    late: int
    impacts: dict[str, str]
    causes: list[Caused]
    causes_total: int

    @property
    def total(self) -> int:
        """How many cases fit."""
        return sum(self.severities.values())


def sought(
    rows: Rows, wanted: Sought, pair_of: Mapping[str, Pair], *, role: str, sort: str, page: int
) -> Found:
    """A page of the cases wanted, from 0; `role` is that of who asks, `sort` one of SORTS or ''."""
    where, values = _where(wanted, pair_of, role)
    statement = _LISTED.format(
        where=where, severity=SEVERITY_NOW, due=DUE, today=TODAY, order=_order(sort), rank=_RANK,
        limit=page_cases_max, causes=causes_shown_max,
    )  # fmt: skip
    found = rows.execute(statement, [*values, page * page_cases_max]).fetchone()
    assert found is not None  # noqa: S101 -- one row of subqueries
    ids, totals, causes, causes_total = found
    severities: dict[str, int] = dict.fromkeys(("C", "H", "M", "L"), 0)
    impacts: dict[str, Decimal] = {}
    late = 0
    for severity, is_late, unit, cases, impact in totals or ():
        severities[severity] += cases
        late += cases if is_late else 0
        if impact is not None:
            impacts[unit] = impacts.get(unit, Decimal(0)) + Decimal(impact)
    return Found(
        ids or [], severities, late, {unit: f"{impacts[unit]}" for unit in sorted(impacts)},
        [Caused(*row) for row in causes or ()], causes_total,
    )  # fmt: skip


def sought_ids(
    rows: Rows, wanted: Sought, pair_of: Mapping[str, Pair], *, role: str, sort: str
) -> list[UUID]:
    """All cases wanted, by their ids: for who writes them to a file."""
    where, values = _where(wanted, pair_of, role)
    fits = _FITS.format(where=where, severity=SEVERITY_NOW, due=DUE, today=TODAY)
    return [key for (key,) in rows.execute(fits + _IDS.format(order=_order(sort)), values)]


def _order(sort: str) -> str:
    if not sort:
        return _BY_DEFAULT
    way = "DESC NULLS LAST" if sort.startswith("-") else "NULLS LAST"
    return f"{_SORTS[sort.removeprefix('-')]} {way}, {_BY_DEFAULT}"


def _where(wanted: Sought, pair_of: Mapping[str, Pair], role: str) -> tuple[str, list[Any]]:
    parts = [_tab(wanted.tab, role)]
    values: list[Any] = []
    given: tuple[tuple[str, Any], ...] = (
        ("c.rule = ANY(%s)", sorted(wanted.rules)),
        ("c.state = ANY(%s)", sorted(map(str, wanted.states))),
        (f"{SEVERITY_NOW} = ANY(%s)", sorted(wanted.severities)),
        ("%s = ANY(s.parties)", wanted.party),
        ("%s = ANY(s.marks)", wanted.mark),
        ("c.subject = %s", wanted.subject),
        ("c.owner = %s", wanted.owner),
        ("s.cause = %s", wanted.cause),
        ("s.things @> %s::text[]", sorted(wanted.things)),
        ("c.since >= %s", wanted.opened_from and start_of(wanted.opened_from, JAPAN)),
        ("c.since < %s", wanted.opened_to and end_of(wanted.opened_to)),
        (f"{DUE} <= %s", wanted.due_until),
    )  # fmt: skip
    for part, value in given:
        if value:
            parts.append(part)
            values.append(value)
    if wanted.late:
        parts.append(f"{DUE} < {TODAY}")
    if wanted.slip:
        parts.append("s.artefact")
    if wanted.importer or wanted.rcb:
        parts.append(f"{OF_CASE} && %s::text[]")
        values.append(marks_of_pair(pair_of, wanted.importer or None, wanted.rcb or None))
    return " AND ".join(f"({part})" for part in parts), values


def _tab(tab: Tab, role: str) -> str:
    if tab != "mine":
        return _TAB[tab]
    return _MINE["exporter" if role in ("importer", "processor") else role]


_OF_CAUSE: Final = f"""
SELECT c.id FROM cases AS c JOIN case_shown AS s ON s.id = c.id
WHERE s.cause = %s AND c.{IS_LIVE} ORDER BY c.id LIMIT %s
"""
_SIMILAR: Final = """
SELECT c.id FROM cases AS c JOIN case_shown AS s ON s.id = c.id
WHERE s.cause = (SELECT cause FROM case_shown WHERE id = %(id)s) AND c.id <> %(id)s
ORDER BY c.changed DESC LIMIT %(limit)s
"""


def of_cause(rows: Rows, cause: str, limit: int) -> list[UUID]:
    """The first live cases of a cause, by id."""
    return [key for (key,) in rows.execute(_OF_CAUSE, (cause, limit)).fetchall()]


def similar(rows: Rows, case: UUID, limit: int) -> list[UUID]:
    """Other cases of the same cause, those that changed last first."""
    found = rows.execute(_SIMILAR, {"id": case, "limit": limit}).fetchall()
    return [key for (key,) in found]
