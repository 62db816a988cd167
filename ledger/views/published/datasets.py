"""What analysts ask by SQL: each view with its columns, their meaning and the statement behind it.

Names stay: columns are only ever added.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.custody.places import Kind
from ledger.views.access.belonging import BINDS
from ledger.views.discrepancies.listing import OUT_OF_STANDING
from ledger.views.folding import IS_LIVE
from ledger.views.published.words import WORDS
from ledger.views.reconciliation import CLAIMS, FIGURES, SEVERITIES, WEIGHTS
from ledger.views.reconciliation.as_view import SPLIT, WHOLE


class Column(NamedTuple):
    """A column: its name, its type as PostgreSQL calls it, what it means, with its unit."""

    name: str
    type: str
    meaning: str


class Dataset(NamedTuple):
    """A view: its name, what a row is, the statement, its columns, and those that order it."""

    name: str
    meaning: str
    select: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]


def _dataset(name: str, meaning: str, order: str, columns: str, select: str) -> Dataset:
    """A dataset whose columns are told as `name type`, a comma between two."""
    told = (column.split() for column in columns.split(","))
    found = tuple(_columns(name, told))
    return Dataset(name, meaning, select, found, tuple(order.split()))


def _columns(dataset: str, told: Iterator[list[str]]) -> Iterator[Column]:
    for name, *kind in told:
        meaning = WORDS.get(f"{dataset}.{name}") or WORDS.get(name) or name.replace("_", " ")
        yield Column(name, " ".join(kind).replace("(15 3)", "(15,3)"), meaning)


def _at(micros: str) -> str:
    """A time of the ledger as the database's own."""
    return f"'epoch'::timestamptz + {micros} * interval '1 microsecond'"


def counts(row: str) -> str:
    """Whether the event of a row counts, in SQL."""
    return f"NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = {row}.id)"


_KIND: Final = " ".join(f"WHEN {kind:d} THEN '{kind.name}'" for kind in Kind)
_SIDES: Final = ", ".join(
    f"CASE {row}.kind {_KIND} END AS {side}_kind, {row}.key AS {side}_key,"
    f" {row}.site AS {side}_site"
    for side, row in (("from", "s"), ("to", "t"))
)
_MOVES: Final = f"""
SELECT m.position, m.mark, {_SIDES}, m.count, r.first, r.last, {_at("m.time")} AS time
FROM (
    SELECT position, time, mark, abs(delta)::int8 AS count,
        max(place) FILTER (WHERE delta < 0) AS source, max(place) FILTER (WHERE delta > 0) AS target
    FROM (
        -- What one event moves from and to, in the same order on both sides: by the lot that seals
        -- are on, and where an event undoes another's move and makes its own, by what they leave.
        SELECT e.position, e.time, e.place, e.delta, p.mark, row_number()
            OVER (PARTITION BY e.position, e.time, p.mark, abs(e.delta), e.delta > 0 ORDER BY
                CASE WHEN p.kind = {Kind.LOT:d} THEN p.id ELSE e.lot END,
                CASE WHEN e.delta > 0 THEN -p.kind ELSE p.kind END, p.id) AS n
        FROM moves AS e JOIN places AS p ON p.id = e.place
    ) AS entries
    GROUP BY position, time, mark, abs(delta), n
) AS m LEFT JOIN places AS s ON s.id = m.source LEFT JOIN places AS t ON t.id = m.target
LEFT JOIN ranges AS r
    ON r.position = m.position AND r.place = m.target AND r.time = m.time AND r.mark = m.mark
    AND r.last - r.first + 1 = m.count
"""
_BALANCES: Final = f"""
SELECT p.mark, CASE p.kind {_KIND} END AS kind, p.key, p.site, b.balance AS seals
FROM balances AS b JOIN places AS p ON p.id = b.place
"""
_DAYS: Final = f"""
SELECT mark, holder, site, day, moves AS events, issued + received AS received, applied AS used,
    spoiled AS discarded, adjusted - dispatched - sampled - lost AS other, remaining, issued,
    orderly, dispatched, sampled, lost, adjusted
FROM (
    SELECT p.mark, p.key AS holder, p.site, d.*, (sum(d.issued + d.received - d.applied - d.spoiled
        + d.adjusted - d.dispatched - d.sampled - d.lost)
        OVER (PARTITION BY d.place ORDER BY d.day))::int8 AS remaining
    FROM days AS d JOIN places AS p ON p.id = d.place AND p.kind = {Kind.STOCK:d}
) AS x WHERE moves <> 0
"""
_CASES: Final = f"""
SELECT id, rule, subject_kind, subject, discriminator, told->>'family' AS family, state,
    CASE WHEN live THEN shown_severity ELSE shows->>'severity' END AS severity,
    CASE WHEN live THEN artefact ELSE (told->'shows'->>'artefact')::boolean END
        AS suspected_scanner_artifact,
    CASE WHEN rule = '{OUT_OF_STANDING}' AND NOT (SELECT sees_all())
        AND (SELECT viewer_party()) = ANY (found) THEN '{{}}' ELSE expected END AS expected,
    found, evidence, evidence_total, opened_at, changed_at,
    CASE WHEN (SELECT sees_all()) OR subject_kind <> 'event' THEN marks
        ELSE ARRAY(SELECT m FROM unnest(marks) AS m WHERE m IN (SELECT mark FROM seen_pairs()))
        END AS marks, parties
FROM (
    SELECT x.*, CASE WHEN live THEN shown_expected
            ELSE ARRAY(SELECT jsonb_array_elements_text(shows->'expected')) END AS expected,
        CASE WHEN live THEN shown_found
            ELSE ARRAY(SELECT jsonb_array_elements_text(shows->'found')) END AS found,
        CASE WHEN live THEN shown_evidence
            ELSE ARRAY(SELECT jsonb_array_elements_text(told->'shows'->'evidence')) END AS evidence,
        CASE WHEN live THEN shown_total ELSE (told->'shows'->>'evidence_total')::int4 END
            AS evidence_total
    FROM (
        SELECT c.id, c.rule, c.subject_kind, c.subject, c.discriminator, c.state,
            {_at("c.opened_at")} AS opened_at, {_at("c.changed_at")} AS changed_at, f.told,
            CASE WHEN c.state = 'CLOSED' AND jsonb_typeof(f.told->'settled') = 'object'
                THEN f.told->'settled' ELSE f.told->'shows'->'values' END AS shows,
            c.{IS_LIVE} AND s.id IS NOT NULL AS live, s.severity AS shown_severity, s.artefact,
            s.expected AS shown_expected, s.found AS shown_found, s.evidence AS shown_evidence,
            s.evidence_total AS shown_total, coalesce(s.marks, '{{}}') AS marks,
            coalesce(s.parties, '{{}}') AS parties
        FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
        CROSS JOIN LATERAL (SELECT convert_from(c.folded, 'UTF8')::jsonb AS told) AS f
    ) AS x
) AS y
"""
_CASE_HISTORY: Final = f"""
SELECT id, position, {_at("recorded_at")} AS recorded_at, state, severity FROM case_states
"""
_LOTS: Final = f"""
SELECT l.lot, x.operator, x.number, x.product, x.recipe_version, x.status, x.quantity,
    coalesce(x.units, floor(x.quantity / x.pack_weight)::int8) AS units, x.pack_weight,
    x.produced_on, x.source AS divided_from, coalesce(s.seals, 0)::int8 AS seals,
    coalesce(s.units, 0)::int8 AS units_sealed, coalesce(s.applications, 0)::int8 AS applications,
    {_at("s.first")} AS first_sealed, {_at("s.last")} AS last_sealed
FROM lots AS l LEFT JOIN (
    SELECT DISTINCT ON (p.lot) p.* FROM lot_particulars AS p WHERE {counts("p")}
    ORDER BY p.lot, p.source IS NOT NULL, p.time DESC, p.id DESC
) AS x ON x.lot = l.lot LEFT JOIN (
    SELECT p.key, sum(s.seals) AS seals, sum(s.units) AS units,
        sum(s.applications) AS applications, min(s.first) AS first, max(s.last) AS last
    FROM sealed AS s JOIN places AS p ON p.id = s.lot GROUP BY 1
) AS s ON s.key = l.lot
"""
_SHIPMENT_LINES: Final = f"""
SELECT g.shipment, g.position, g.line, {_at("g.time")} AS departed, g.exporter, g.importer, g.lot,
    g.product, g.mark, g.units, g.pack_weight, g.net_weight, g.seals
FROM goods_departed AS g WHERE {counts("g")}
"""
_CERTIFICATES: Final = f"""
SELECT c.issuer, c.number, c.exporter, c.shipment, c.replaces, {_at("c.time")} AS issued,
    c.position, CASE WHEN EXISTS (SELECT FROM cancellations AS x
            WHERE x.issuer = c.issuer AND x.number = c.number AND {counts("x")}) THEN 'CANCELLED'
        WHEN EXISTS (SELECT FROM certificates AS x WHERE x.issuer = c.issuer
            AND x.replaces = c.number AND {counts("x")}) THEN 'REPLACED'
        ELSE 'LIVE' END AS state,
    (SELECT coalesce(sum(l.units), 0)::int8 FROM certificate_lines AS l
        WHERE l.position = c.position) AS units
FROM (
    SELECT DISTINCT ON (x.issuer, x.number) x.* FROM certificates AS x WHERE {counts("x")}
    ORDER BY x.issuer, x.number, x.time DESC, x.id DESC
) AS c
"""
_PARTIES: Final = f"""
SELECT DISTINCT ON (p.party) p.party, p.name, string_to_array(p.roles, ' ') AS roles, p.country,
    {_at("p.time")} AS registered
FROM party_particulars AS p WHERE {counts("p")} AND {BINDS.format("p")}
ORDER BY p.party, p.time DESC, p.id DESC
"""
_MARKS: Final = "SELECT mark, importer, rcb FROM seen_pairs() WHERE latest"
_DECISIONS: Final = f"""
SELECT d.position, {_at("d.recorded_at")} AS recorded_at, d.stream AS id, d.version,
    d.topic AS type, d.party, d.person, d.reason, d.text FROM decisions AS d
"""

_SUMMED: Final = [
    *(f"{name} bigint" for name in (*FIGURES, *CLAIMS)),
    *(f"{name} numeric(15 3)" for name in WEIGHTS),
]
_SUMS: Final = ", ".join(_SUMMED)
_OWN_SUMS: Final = ", ".join(_SUMMED[1:])
_OPEN: Final = ", ".join(f"cases_{severity.lower()} bigint" for severity in SEVERITIES)
_PLACE: Final = "{0}_kind text, {0}_key text, {0}_site text"

DATASETS: Final = (
    _dataset(
        "moves", "Seals of a mark from one place to another, by one event.",
        "position time mark from_kind from_key from_site to_kind to_key to_site count first",
        f"position bigint, mark text, {_PLACE.format('from')}, {_PLACE.format('to')}, count bigint,"
        " first bigint, last bigint, time timestamp with time zone", _MOVES,
    ),
    _dataset(
        "balances", "How many seals of a mark are in a place now.", "mark kind key site",
        "mark text, kind text, key text, site text, seals bigint", _BALANCES,
    ),
    _dataset(
        "days", "What went in and out of a stock on a day where it happened.",
        "mark holder site day",
        "mark text, holder text, site text, day date, events bigint, received bigint, used bigint,"
        " discarded bigint, other bigint, remaining bigint, issued bigint, orderly bigint,"
        " dispatched bigint, sampled bigint, lost bigint, adjusted bigint", _DAYS,
    ),
    _dataset(
        "reconciliation", "All seals of an importer and a certifying body, and what is claimed.",
        "importer rcb", f"importer text, rcb text, position bigint, {_SUMS}, {_OPEN}", WHOLE,
    ),
    _dataset(
        "reconciliation_split", "The part of one exporter, or of the importer, in such a row.",
        "importer rcb exporter",
        "importer text, rcb text, exporter text, agent text, position bigint, supplied bigint,"
        f" {_OWN_SUMS}", SPLIT,
    ),
    _dataset(
        "cases", "Discrepancies as they stand.", "rule subject_kind subject discriminator id",
        "id uuid, rule text, subject_kind text, subject text, discriminator text, family text,"
        " state text, severity text, suspected_scanner_artifact boolean, expected text[],"
        " found text[], evidence text[], evidence_total integer, opened_at timestamp with time"
        " zone, changed_at timestamp with time zone, marks text[], parties text[]", _CASES,
    ),
    _dataset(
        "case_history", "Every state that a case was in, from a position on.", "position id",
        "id uuid, position bigint, recorded_at timestamp with time zone, state text, severity text",
        _CASE_HISTORY,
    ),
    _dataset(
        "lots", "Every lot ever recorded, with what was attached to it.", "lot",
        "lot text, operator text, number text, product text, recipe_version integer, status text,"
        " quantity numeric(15 3), units bigint, pack_weight numeric(15 3), produced_on date,"
        " divided_from text, seals bigint, units_sealed bigint, applications bigint,"
        " first_sealed timestamp with time zone, last_sealed timestamp with time zone", _LOTS,
    ),
    _dataset(
        "shipment_lines", "Goods of one lot in a shipment that departed.", "position line",
        "shipment text, position bigint, line integer, departed timestamp with time zone,"
        " exporter text, importer text, lot text, product text, mark text, units bigint,"
        " pack_weight numeric(15 3), net_weight numeric(15 3), seals bigint", _SHIPMENT_LINES,
    ),
    _dataset(
        "certificates", "Export certificates, each as it was issued last.", "issuer number",
        "issuer text, number text, exporter text, shipment text, replaces text,"
        " issued timestamp with time zone, position bigint, state text, units bigint",
        _CERTIFICATES,
    ),
    _dataset(
        "parties", "Parties as they were registered last.", "party",
        "party text, name text, roles text[], country text, registered timestamp with time zone",
        _PARTIES,
    ),
    _dataset(
        "marks", "Marks with the importer and the certifying body that each is registered for.",
        "mark", "mark text, importer text, rcb text", _MARKS,
    ),
    _dataset(
        "decisions", "What was decided about cases, periods and dead letters.", "position",
        "position bigint, recorded_at timestamp with time zone, id uuid, version bigint, type text,"
        " party text, person text, reason text, text text", _DECISIONS,
    ),
)  # fmt: skip
"""All of them; those that rest on others' functions find them by the views' search path."""
