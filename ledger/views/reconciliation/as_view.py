"""The reconciliation as it stands, as SQL that needs nothing from outside: for views of a database.

The same statements as those that answer at a moment, each asked for everything that is recorded.
"""

from typing import Final

from ledger.custody.places import Kind
from ledger.views.access.belonging import BINDS
from ledger.views.figures import BY_PARTY, HELD, Claim
from ledger.views.folding import IS_LIVE, NEVER, one_of
from ledger.views.reconciliation import CLAIMS, FIGURES, SEVERITIES, WEIGHTS
from ledger.views.reconciliation.claims import (
    _BOOK,
    _CLAIMED,
    _COUNTED,
)
from ledger.views.reconciliation.figures import _NAMES, COUNTS, NOBODY
from ledger.views.reconciliation.papers import _HOLDER_SEALED, _PAPERS, _REQUESTED

PAIRS_FUNCTION: Final = f"""
CREATE FUNCTION {{schema}}.seen_pairs(
    OUT mark text, OUT importer text, OUT rcb text, OUT latest boolean
) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT x.mark, x.importer, x.rcb,
        row_number() OVER (PARTITION BY x.mark ORDER BY x.time DESC, x.id DESC) = 1
    FROM licences AS x WHERE {BINDS.format("x")} AND (
        sees_all() OR viewer_party() IN (x.importer, x.rcb) AND viewer_role() <> 'scanner'
        OR x.mark = ANY ((SELECT viewer('dealt'))::text[])
        OR EXISTS (SELECT FROM unnest((SELECT viewer('accounts'))::text[]) AS a (account)
            WHERE split_part(a.account, ' ', 1) = x.mark));
END
"""
"""The statement that makes what tells every registration of a mark that the viewer deals with; the
pair of a mark is that of the latest. `schema` is where it is made."""

_MARKS: Final = "(SELECT array_agg(mark ORDER BY mark) FROM m)::text[]"
_PAIRS: Final = "(SELECT array_agg(pair ORDER BY mark) FROM m)::int4[]"


def _standing(statement: str) -> str:
    """A statement that asks for marks, a time and a position, asking for all of them."""
    bound = statement.replace("%(marks)s", _MARKS).replace("%(pairs)s", _PAIRS)
    return bound.replace("%(time)s", str(NEVER)).replace("%(position)s", str(NEVER))


_WHERE: Final = f"""
sent AS (
    SELECT DISTINCT ON (dispatch) dispatch, sender, receiver FROM dispatches AS x
    WHERE {_standing(COUNTS)} ORDER BY dispatch, sender IS NULL, time, id
), sealers AS (
    SELECT DISTINCT ON (lot) lot, holder FROM sealed ORDER BY lot, first, first_id
), departed AS (
    SELECT DISTINCT ON (shipment) shipment, exporter FROM departures AS x
    WHERE {_standing(COUNTS)} ORDER BY shipment, time, id
), lying (mark, kind, key, party, seals) AS (
    SELECT mark, figure, party, party, total FROM totals
    WHERE figure IN {one_of(sorted({Kind.ISSUER, *HELD}))} AND total <> 0
    UNION ALL
    SELECT p.mark, p.kind, p.key, CASE WHEN p.kind = {Kind.LOT:d} THEN s.holder
        WHEN d.receiver = m.importer AND d.sender IS NOT NULL THEN d.sender
        ELSE d.receiver END, b.balance
    FROM balances AS b JOIN places AS p ON p.id = b.place JOIN m ON m.mark = p.mark
    LEFT JOIN sealers AS s ON s.lot = p.id
    LEFT JOIN sent AS d ON d.dispatch = p.key AND p.kind = {Kind.TRANSIT:d}
    WHERE b.balance <> 0 AND p.kind IN {one_of((Kind.TRANSIT, Kind.LOT))}
    UNION ALL
    SELECT p.mark, p.kind, p.key, s.holder, g.balance
    FROM goods AS g JOIN places AS p ON p.id = g.place LEFT JOIN sealers AS s ON s.lot = g.lot
    WHERE g.balance <> 0
)"""
"""Whose the seals are that lie in places; null: nobody can tell."""
_KINDS: Final = " ".join(
    f"WHEN {kind:d} THEN '{name}'" for kind, name in _NAMES.items() if kind is not Kind.STOCK
)
_FIGURES: Final = f"""
SELECT m.pair, CASE l.kind WHEN {Kind.STOCK:d} THEN
        CASE WHEN l.key = m.importer THEN 'stock_importer' ELSE 'stock_exporters' END
        {_KINDS} END,
    CASE WHEN l.kind = {Kind.ISSUER:d} THEN '' ELSE coalesce(l.party, '{NOBODY}') END,
    CASE WHEN l.kind = {Kind.ISSUER:d} THEN -l.seals ELSE l.seals END
FROM lying AS l JOIN m ON m.mark = l.mark"""
_CLAIM_NAMES: Final = " ".join(f"WHEN {claim:d} THEN '{claim.name.lower()}'" for claim in Claim)
_MOVEMENTS: Final = f"""
SELECT m.pair, CASE c.figure {_CLAIM_NAMES} END,
    CASE WHEN c.figure IN {one_of(BY_PARTY)} THEN c.key
        ELSE coalesce(d.exporter, '{NOBODY}') END, c.count
FROM ({_standing(_CLAIMED.format(key="key"))}) AS c (mark, figure, key, count)
JOIN m ON m.mark = c.mark LEFT JOIN departed AS d ON d.shipment = c.key"""
_ASKED_OF: Final = _standing(_REQUESTED.format(sealed=_HOLDER_SEALED)).replace(
    "unnest(%(every)s::text[], %(licensees)s::text[]) AS m (mark, importer)",
    "(SELECT mark, importer FROM known WHERE latest) AS m",
)
# What neither a paper nor the way tells is told by the law, as far as anybody knows what goods are.
_OF_PAPERS: Final = f"""
SELECT p.pair, CASE WHEN p.name IS NOT NULL THEN p.name
    WHEN k.asked IS NULL OR asks_certificate(p.origin, p.destination, p.day, k.goods)
        THEN 'asked_units' ELSE 'exempt_units' END, p.exporter, p.amount
FROM ({_standing(_PAPERS).replace("%(requested)s", f"ARRAY({_ASKED_OF})::text[]")})
    AS p (pair, name, exporter, amount, lot, origin, destination, day)
LEFT JOIN LATERAL kinds_of_goods(ARRAY[p.lot], ARRAY[p.day], {NEVER}) AS k ON p.name IS NULL
WHERE p.amount IS NOT NULL"""
_COUNTS: Final = f"""
SELECT m.pair, told.name, c.holder, told.amount
FROM ({_standing(_COUNTED.format(book=_BOOK))}) AS c (mark, holder, counted, book, explained)
JOIN m ON m.mark = c.mark CROSS JOIN LATERAL (VALUES
    ('counted', c.counted), ('book', c.book), ('adjusted_for_counts', c.explained),
    ('unexplained', abs(c.counted - c.book - c.explained))
) AS told (name, amount)"""

_AMOUNTS: Final = f"""
WITH known AS MATERIALIZED (
    SELECT mark, importer, rcb, latest, (dense_rank() OVER (ORDER BY importer, rcb))::int4 AS pair
    FROM seen_pairs()
), m AS (SELECT mark, importer, rcb, pair FROM known WHERE latest),
pairs AS (SELECT DISTINCT pair, importer, rcb FROM known), {_WHERE},
amounts (pair, name, party, amount) AS ({_FIGURES}
UNION ALL {_MOVEMENTS}
UNION ALL {_OF_PAPERS}
UNION ALL {_COUNTS}
)"""


def _sum(name: str) -> str:
    summed = f"coalesce(sum(a.amount) FILTER (WHERE a.name = '{name}'), 0)"
    # Weights are summed in grams and told in kilograms.
    told = f"({summed} / 1000)::numeric(15, 3)" if name in WEIGHTS else f"{summed}::int8"
    return f"{told} AS {name}"


_NAMES_SUMMED: Final = (*FIGURES, *CLAIMS, *WEIGHTS)
_SUMS: Final = ",\n    ".join(map(_sum, _NAMES_SUMMED))
_ALL: Final = ", ".join(f"x.{name}" for name in _NAMES_SUMMED)
_MY_PAIR: Final = (
    "(SELECT sees_all()) OR (SELECT viewer_role()) = 'importer' AND {0}.importer ="
    " (SELECT viewer_party()) OR (SELECT viewer_role()) = 'certifier' AND {0}.rcb ="
    " (SELECT viewer_party())"
)
_CASES: Final = ", ".join(
    f"coalesce(o.{severity.lower()}, 0)::int8 AS cases_{severity.lower()}"
    for severity in SEVERITIES
)
_OPEN: Final = ", ".join(
    f"count(DISTINCT f.id) FILTER (WHERE f.severity = '{severity}') AS {severity.lower()}"
    for severity in SEVERITIES
)

WHOLE: Final = f"""{_AMOUNTS}, found AS (
    SELECT c.id, coalesce(s.severity, c.severity) AS severity,
        marks_of_case(c.subject_kind, c.subject, c.discriminator, coalesce(s.marks, '{{}}'),
            coalesce(s.parties, '{{}}')) AS marks
    FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id WHERE c.{IS_LIVE}
), open_cases AS (
    SELECT m.pair, {_OPEN}
    FROM found AS f CROSS JOIN unnest(f.marks) AS u (mark) JOIN m ON m.mark = u.mark GROUP BY 1
)
SELECT p.importer, p.rcb, (SELECT position FROM progress) AS position, {_ALL}, {_CASES}
FROM pairs AS p JOIN (
    SELECT n.pair, {_SUMS}
    FROM pairs AS n LEFT JOIN amounts AS a ON a.pair = n.pair GROUP BY 1
) AS x ON x.pair = p.pair LEFT JOIN open_cases AS o ON o.pair = p.pair
WHERE {_MY_PAIR.format("p")}
"""
"""A row for each importer and certifying body, as the viewer is answered who asks for it."""

_IN_FORCE: Final = f"""
SELECT DISTINCT ON (now.exporter, now.importer, now.rcb) now.exporter, now.importer, now.rcb,
    now.agent
FROM (
    SELECT DISTINCT ON (x.contract) x.* FROM contracts AS x WHERE {BINDS.format("x")}
    ORDER BY x.contract, x.time DESC, x.id DESC
) AS now
WHERE now.first <= (now() AT TIME ZONE 'Asia/Tokyo')::date
ORDER BY now.exporter, now.importer, now.rcb, now.first DESC, now.contract DESC, now.agent DESC
"""
_ANY: Final = " OR ".join(f"x.{name} <> 0" for name in _NAMES_SUMMED)
_SUPPLIED: Final = " + ".join(f"x.{name}" for name in FIGURES[1:])
_OWN: Final = ",\n    ".join(f"x.{name}" for name in _NAMES_SUMMED[1:])

SPLIT: Final = f"""{_AMOUNTS}, split AS (
    SELECT n.importer, n.rcb, a.party, {_SUMS}
    FROM (
        SELECT pair, name, party, amount FROM amounts WHERE name <> 'issued'
        UNION ALL SELECT pair, '', importer, 0 FROM pairs
    ) AS a JOIN pairs AS n ON n.pair = a.pair GROUP BY 1, 2, 3
)
SELECT x.importer, x.rcb, x.party AS exporter, coalesce(g.agent, '{NOBODY}') AS agent,
    (SELECT position FROM progress) AS position, ({_SUPPLIED}) AS supplied,
    {_OWN}
FROM split AS x LEFT JOIN ({_IN_FORCE}) AS g
    ON g.exporter = x.party AND g.importer = x.importer AND g.rcb = x.rcb
WHERE (x.party = x.importer OR {_ANY}) AND ({_MY_PAIR.format("x")}
    OR (SELECT viewer_role()) IN ('exporter', 'processor') AND x.party = (SELECT viewer_party())
    OR (SELECT viewer_role()) = 'certifier' AND g.agent = (SELECT viewer_party()))
"""
"""The part of each exporter, and of the importer, in such a row."""
