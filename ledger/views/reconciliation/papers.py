"""What a reconciliation takes from papers: reports, certificates by number and by volume.

Every line that left stands in one class: under a certificate of its shipment, under one over a
volume of its product, or where none is asked. Whether one is asked the law says, by what the lot is
and by its way; it is found for those lines alone of which neither a paper nor the way tells.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.custody.places import Kind
from ledger.views.folding import Rows, columns
from ledger.views.reconciliation.figures import COUNTS, Amount, Scope

_KNOWN: Final = f"x.time <= %(time)s AND x.position <= %(position)s AND {COUNTS}"
_HOLDER_SEALED: Final = """
EXISTS (SELECT FROM sealed AS s WHERE s.lot = p.id AND s.holder = x.exporter)
"""
_HOLDER_SEALED_THEN: Final = f"""
0 > (SELECT coalesce(sum(m.delta), 0) FROM places AS s JOIN moves AS m ON m.place = s.id
    WHERE s.kind = {Kind.STOCK:d} AND s.mark = p.mark AND s.key = x.exporter AND m.lot = p.id
        AND m.time <= %(time)s AND m.position <= %(position)s)
"""
# Shipments of which a certificate is asked for goods that the asker sealed with another's mark.
# Of what left under a contract alone a report is asked anyway.
_REQUESTED: Final = f"""
SELECT DISTINCT x.shipment FROM requests AS x JOIN request_lots AS l USING (position)
JOIN places AS p ON p.key = l.lot AND p.kind = {Kind.LOT:d}
JOIN unnest(%(every)s::text[], %(licensees)s::text[]) AS m (mark, importer)
    ON m.mark = p.mark AND m.importer = x.importer
WHERE x.exporter <> x.importer AND {_KNOWN} AND EXISTS (
    SELECT FROM departures AS d WHERE d.shipment = x.shipment AND d.sealing_mode <> 'CONSIGNED'
) AND {{sealed}}
"""
_PAPERS: Final = f"""
WITH m AS (
    SELECT * FROM unnest(%(marks)s::text[], %(pairs)s::int4[]) AS m (mark, pair)
), heads AS (
    SELECT DISTINCT ON (shipment) shipment, exporter, sealing_mode, origin, destination, day
    FROM departures AS x WHERE {_KNOWN} ORDER BY shipment, time, id
), filed AS (
    SELECT DISTINCT ON (report) position, exporter, shipment FROM reports AS x
    WHERE {_KNOWN} ORDER BY report, version DESC, time DESC, id DESC
), used AS (
    SELECT m.pair, filed.exporter, l.used, h.shipment IS NULL AS ahead
    FROM filed JOIN report_lines AS l USING (position) JOIN m USING (mark)
    LEFT JOIN heads AS h USING (shipment)
), exist AS (
    SELECT * FROM certificates AS x WHERE {_KNOWN}
), live AS (
    SELECT latest.* FROM (
        SELECT DISTINCT ON (issuer, number) * FROM exist
        ORDER BY issuer, number, time DESC, id DESC
    ) AS latest
    WHERE NOT EXISTS (SELECT FROM exist AS other
            WHERE other.issuer = latest.issuer AND other.replaces = latest.number)
        AND NOT EXISTS (SELECT FROM cancellations AS x
            WHERE x.issuer = latest.issuer AND x.number = latest.number AND {_KNOWN})
), carried AS (
    SELECT position, mode, exporter, shipment FROM live WHERE shipment IS NOT NULL
    UNION
    SELECT live.position, live.mode, live.exporter, x.shipment
    FROM live JOIN named AS x USING (issuer, number) WHERE {_KNOWN}
), by_number AS (
    SELECT position, exporter, shipment FROM carried WHERE mode = 'PER_SHIPMENT'
), by_volume AS (
    SELECT c.shipment, c.position, c.exporter, l.product, l.line, l.grams
    FROM carried AS c JOIN certificate_lines AS l USING (position) WHERE c.mode = 'PERIOD_VOLUME'
), lines AS (
    SELECT m.pair, x.shipment, x.lot, x.product, x.units, x.seals, x.grams,
        h.exporter, h.sealing_mode, h.origin, h.destination, h.day, CASE
        WHEN n.shipment IS NOT NULL THEN 'asked_units'
        WHEN v.shipment IS NOT NULL THEN 'volume_units'
        WHEN h.sealing_mode = 'DIRECT_JAS' OR h.origin = h.destination THEN 'exempt_units'
        END AS class
    FROM departed_lines AS x JOIN m USING (mark) JOIN heads AS h USING (shipment)
    LEFT JOIN (SELECT DISTINCT shipment FROM by_number) AS n USING (shipment)
    LEFT JOIN (SELECT DISTINCT shipment, product FROM by_volume) AS v USING (shipment, product)
    WHERE {_KNOWN}
), told AS (
    SELECT pair, 'reported' AS name, exporter, used AS amount FROM used
    UNION ALL SELECT pair, 'reported_ahead', exporter, used FROM used WHERE ahead
    UNION ALL SELECT pair, 'report_asked', exporter, seals FROM lines
    WHERE sealing_mode = 'CONSIGNED' OR shipment = ANY(%(requested)s)
        OR shipment IN (SELECT shipment FROM filed)
    UNION ALL SELECT pair, class, exporter, units FROM lines WHERE class IS NOT NULL
    UNION ALL SELECT pair, 'volume_drawn', exporter, grams FROM lines WHERE class = 'volume_units'
    UNION ALL SELECT pair, 'volume_certified', exporter, grams FROM (
        SELECT DISTINCT l.pair, v.exporter, v.position, v.line, v.grams
        FROM lines AS l JOIN by_volume AS v USING (shipment, product)
        WHERE l.class = 'volume_units'
    ) AS drawn_on
    UNION ALL SELECT carried.pair, 'certified_units', carried.exporter, c.units FROM (
        SELECT DISTINCT l.pair, n.exporter, n.position, l.lot
        FROM by_number AS n JOIN lines AS l USING (shipment)
    ) AS carried JOIN certificate_lines AS c USING (position, lot)
)
SELECT pair, name, exporter, sum(amount)::int8, NULL, NULL, NULL, NULL::date FROM told
GROUP BY 1, 2, 3
UNION ALL SELECT pair, NULL, exporter, sum(units)::int8, lot, origin, destination, day FROM lines
WHERE class IS NULL GROUP BY 1, 3, 5, 6, 7, 8
"""
_KINDS: Final = "SELECT * FROM kinds_of_goods(%s::text[], %s::date[], %s)"


class _Untold(NamedTuple):
    """Units of a lot that left with nothing that tells whether a certificate was asked."""

    pair: int
    exporter: str
    units: int
    lot: str
    origin: str
    destination: str
    day: date


def papers(rows: Rows, scope: Scope, *, split: bool) -> Iterator[Amount]:
    """Every claim of papers of every pair, by party where split; weights in grams."""
    pairs = sorted(set(scope.pairs.values()))
    numbers = {pair: number for number, pair in enumerate(pairs)}
    values: dict[str, Any] = {
        "marks": scope.marks,
        "pairs": [numbers[scope.pairs[mark]] for mark in scope.marks],
        "every": list(scope.licensees),
        "licensees": list(scope.licensees.values()),
        "time": scope.time,
        "position": scope.position,
    }
    sealed = _HOLDER_SEALED if scope.everything else _HOLDER_SEALED_THEN
    rows.execute(_REQUESTED.format(sealed=sealed), values)
    values["requested"] = [shipment for (shipment,) in rows.fetchall()]
    untold: list[_Untold] = []
    for pair, name, exporter, amount, *route in rows.execute(_PAPERS, values).fetchall():
        if name is None:
            untold.append(_Untold(pair, exporter, amount, *route))
        elif amount is not None:
            yield Amount(pairs[pair], name, exporter if split else "", amount)
    for line, name in _judged(rows, scope, untold):
        yield Amount(pairs[line.pair], name, line.exporter if split else "", line.units)


def _judged(rows: Rows, scope: Scope, untold: list[_Untold]) -> Iterator[tuple[_Untold, str]]:
    """Whether the law asks a certificate of each; also of what nobody knows what it is."""
    # Commands that stop before they reconcile need no law.
    from ledger.labels.scope import scope_of  # noqa: PLC0415 - see above

    if not untold:
        return
    asked = columns(sorted({(line.lot, line.day) for line in untold}))
    found = rows.execute(_KINDS, (*asked, scope.position)).fetchall()
    goods = {(lot, day): group for lot, day, group in found}
    for line in untold:
        known = (line.lot, line.day) in goods
        group = goods.get((line.lot, line.day))
        if known and not scope_of(line.origin, line.destination, group, line.day).asks_certificate:
            yield line, "exempt_units"
        else:
            yield line, "asked_units"
