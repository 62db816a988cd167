"""Which events stand behind a figure or a claim: the way from a sum back to what was reported.

What they add up to is the figure; an event that no longer counts stands there with what took it
back.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.custody.moves import Cause
from ledger.custody.places import Kind
from ledger.views.figures import PLACES, Claim
from ledger.views.folding import Rows

_MOVED: Final = """
SELECT m.position, min(m.time), sum({sign}m.delta)::int8
FROM moves AS m JOIN places AS p ON p.id = m.place
WHERE p.mark = ANY(%(marks)s) AND p.kind = %(kind)s AND {whose}
    AND (%(cause)s::int2 IS NULL OR m.cause = %(cause)s::int2)
    AND (%(since)s::int8 IS NULL OR m.time >= %(since)s::int8)
    AND m.time <= %(time)s AND m.position <= %(position)s AND m.position < %(before)s
GROUP BY m.position ORDER BY m.position DESC LIMIT %(limit)s
"""
_CLAIMED: Final = """
SELECT position, min(time), sum(count)::int8 FROM claims
WHERE mark = ANY(%(marks)s) AND figure = %(figure)s AND time <= %(time)s
    AND position <= %(position)s AND position < %(before)s
GROUP BY position ORDER BY position DESC LIMIT %(limit)s
"""
_OF_PAPERS_AND_COUNTS: Final[Mapping[str, str]] = {
    "reported": """
SELECT x.position, x.time, sum(l.used)::int8 FROM reports AS x JOIN report_lines AS l
USING (position) WHERE l.mark = ANY(%(marks)s)
""",
    "certified_units": """
SELECT x.position, x.time, sum(l.units)::int8 FROM certificates AS x JOIN certificate_lines AS l
USING (position) WHERE x.mode = 'PER_SHIPMENT' AND EXISTS (SELECT FROM departed_lots AS d
    WHERE d.lot = l.lot AND d.mark = ANY(%(marks)s))
""",
    "counted": """
SELECT x.position, x.time, sum(x.counted)::int8 FROM counts AS x JOIN places AS p
ON p.id = x.place WHERE p.mark = ANY(%(marks)s)
""",
}
_IN_ORDER: Final = """
    AND x.time <= %(time)s AND x.position <= %(position)s AND x.position < %(before)s
GROUP BY 1, 2 ORDER BY 1 DESC LIMIT %(limit)s
"""
_SAME: Final = {
    "book": "counted", "unexplained": "counted", "adjusted_for_counts": "counted",
    "reported_ahead": "reported", "report_asked": "departed",
    **dict.fromkeys(
        ("asked_units", "volume_units", "exempt_units", "volume_drawn"), "shipped_units"
    ),
    "volume_certified": "certified_units",
}  # fmt: skip
"""Claims that rest on the events of another one."""
APPLIED: Final = "applied"
"""The stocks' side of applications: what came out of them onto lots."""


class Behind(NamedTuple):
    """One event: its position, when it happened (µs UTC), and what it adds to the figure."""

    position: int
    time: int
    amount: int


def known(figure: str) -> bool:
    """Whether a figure or claim has that name."""
    rests_on = _SAME.get(figure, figure)
    return (
        figure == APPLIED
        or figure in PLACES
        or rests_on in _OF_PAPERS_AND_COUNTS
        or rests_on.upper() in Claim.__members__
    )


def behind(
    rows: Rows,
    marks: Sequence[str],
    figure: str,
    *,
    importer: str,
    time: int,
    position: int,
    before: int,
    limit: int,
    cause: Cause | None = None,
    since: int | None = None,
) -> list[Behind]:
    """The events behind a figure of marks, the latest recorded first, from under position `before`.

    `time` and `position` are the clocks of the figure; `importer` tells the importer's stock from
    the others'. Of seals in places, those that `cause` moved from `since` (µs UTC) on.
    """
    values: dict[str, Any] = {
        "marks": list(marks), "importer": importer, "time": time, "position": position,
        "before": before, "limit": limit, "cause": None if cause is None else int(cause),
        "since": since,
    }  # fmt: skip
    if figure == APPLIED:
        statement = _MOVED.format(sign="-", whose="m.lot <> 0")
        values["kind"] = int(Kind.STOCK)
    elif figure in PLACES:
        kind = PLACES[figure]
        whose = {
            "stock_importer": "p.key = %(importer)s",
            "stock_exporters": "p.key <> %(importer)s",
        }
        statement = _MOVED.format(
            sign="-" if kind is Kind.ISSUER else "", whose=whose.get(figure, "true")
        )
        values["kind"] = int(kind)
    elif (claimed := _OF_PAPERS_AND_COUNTS.get(rests_on := _SAME.get(figure, figure))) is not None:
        statement = claimed + _IN_ORDER
    else:
        statement = _CLAIMED
        values["figure"] = int(Claim[rests_on.upper()])
    return [Behind._make(row) for row in rows.execute(statement, values).fetchall()]
