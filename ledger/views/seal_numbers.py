"""Serial numbers: where each seal of a mark was put last, and the way it took.

What no longer counts is passed over. A page of numbers reads those ranges alone that lie in a
window of them, and the few long ones that reach into it from below.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ledger.custody.places import Kind
from ledger.views.folding import Rows

window_ranges_max: Final = 1_500
steps_shown_max: Final = 200
_classes: Final = 34
"""A range of more numbers than 2^33 is none that a fact can hold."""
ISSUED: Final = "SealsIssued"

_COUNTS: Final = "NOT EXISTS (SELECT FROM retracted AS g WHERE g.target = r.id)"
_HOLDING: Final = f"""
SELECT r.mark, r.first, r.last, r.time, r.position, r.topic, r.id::text, p.kind, p.key, p.site
FROM unnest(%(marks)s::text[]) AS t (mark) CROSS JOIN generate_series(0, {_classes}) AS c
CROSS JOIN LATERAL (
    SELECT * FROM ranges AS r WHERE r.mark = t.mark AND r.class = c AND r.first <= %(number)s
        AND r.first > %(number)s - (1::int8 << c) AND r.last >= %(number)s OFFSET 0
) AS r LEFT JOIN places AS p ON p.id = r.place
WHERE {_COUNTS} ORDER BY r.mark, r.time DESC, r.position DESC LIMIT {steps_shown_max}
"""
_WINDOW: Final = f"""
SELECT r.first, r.last, r.time, r.position, r.topic, r.id::text, p.kind, p.key, p.site, r.above
FROM (
    (SELECT r.*, false AS above FROM generate_series(0, {_classes}) AS c CROSS JOIN LATERAL (
        SELECT * FROM ranges AS r WHERE r.mark = %(mark)s AND r.class = c AND r.first < %(start)s
            AND r.first > %(start)s - (1::int8 << c) AND r.last >= %(start)s OFFSET 0
    ) AS r LIMIT %(most)s)
    UNION ALL
    (SELECT r.*, true FROM generate_series(0, {_classes}) AS c CROSS JOIN LATERAL (
        SELECT * FROM ranges AS r WHERE r.mark = %(mark)s AND r.class = c AND r.first >= %(start)s
        ORDER BY r.first LIMIT %(most)s
    ) AS r ORDER BY r.first LIMIT %(most)s)
) AS r LEFT JOIN places AS p ON p.id = r.place WHERE {_COUNTS} ORDER BY r.time, r.position
"""
_ISSUED: Final = f"""
WITH counting AS (
    SELECT topic = '{ISSUED}' AS issued, int8range(first, last, '[]') AS numbers
    FROM ranges AS r WHERE r.mark = %(mark)s AND {_COUNTS}
), sides AS (
    SELECT coalesce(range_agg(numbers) FILTER (WHERE issued), '{{}}') AS issued,
        coalesce(range_agg(numbers) FILTER (WHERE NOT issued), '{{}}') AS used FROM counting
)
SELECT (SELECT array_agg(lower(n) || '-' || upper(n) - 1) FROM (
            SELECT n FROM unnest(issued) AS n LIMIT 20) AS few),
    (SELECT coalesce(sum(upper(n) - lower(n)), 0)::int8 FROM unnest(issued) AS n),
    (SELECT coalesce(sum(upper(n) - lower(n)), 0)::int8 FROM unnest(used - issued) AS n)
FROM sides
"""


class Step(NamedTuple):
    """One range that holds a number: what put it where, when (µs UTC)."""

    mark: str
    first: int
    last: int
    time: int
    position: int
    topic: str
    event: str
    kind: int | None
    key: str | None
    site: str | None


class Run(NamedTuple):
    """Neighbouring numbers in one place; `event` put the first of them there, at `since` (µs UTC).

    `kind` is that of the place; None where the viewer does not see it.
    """

    first: int
    last: int
    since: int
    event: str
    topic: str
    kind: int | None
    key: str | None
    site: str | None

    @property
    def seals(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


class Issued(NamedTuple):
    """The ranges that were issued (the first twenty), how many numbers, how many used besides."""

    ranges: list[tuple[int, int]]
    seals: int
    foreign: int


def holding(rows: Rows, marks: Sequence[str], number: int) -> list[Step]:
    """What counting facts say of a number of some marks: by mark, the latest first."""
    asked = {"marks": [*marks], "number": number}
    return [Step(*row) for row in rows.execute(_HOLDING, asked, prepare=True).fetchall()]


def issued(rows: Rows, mark: str) -> Issued:
    """What was issued of a numbered mark."""
    row = rows.execute(_ISSUED, {"mark": mark}).fetchone()
    assert row is not None  # noqa: S101 -- one row, of sums
    told = [text.split("-") for text in row[0] or ()]
    return Issued([(int(first), int(last)) for first, last in told], row[1], row[2])


def runs(rows: Rows, mark: str, start: int = 0) -> tuple[list[Run], int | None]:
    """Where the numbers of a mark are, from one on: runs in order, and where the next ones begin.

    Of so many ranges as one look reads; the run at its end may go on behind it.
    """
    asked = {"mark": mark, "start": start, "most": window_ranges_max}
    read = rows.execute(_WINDOW, asked, prepare=True).fetchall()
    begin = [row[0] for row in read if row[-1]]
    end = max(begin) if len(begin) >= window_ranges_max else None
    if end is not None and end <= start:
        end = start + 1
    last_shown = None if end is None else end - 1
    laid = [
        (max(first, start), last if last_shown is None else min(last, last_shown),
         Run(first, last, time, event, topic, *place), position)
        for first, last, time, position, topic, event, *place, _ in read
    ]  # fmt: skip
    return merged(_topmost([one for one in laid if one[0] <= one[1]])), end


def _topmost(laid: list[tuple[int, int, Run, int]]) -> Iterator[Run]:
    """Ranges laid over one another, the later over the earlier: what is seen from above."""
    laid.sort(key=itemgetter(0))
    edges = sorted({low for low, *_ in laid} | {high + 1 for _, high, *_ in laid})
    over: list[tuple[int, int, int]] = []
    following = 0
    for low, behind in pairwise(edges):
        while following < len(laid) and laid[following][0] <= low:
            run, position = laid[following][2:]
            heappush(over, (-run.since, -position, following))
            following += 1
        while over and laid[over[0][2]][1] < low:
            heappop(over)
        if over:
            yield laid[over[0][2]][2]._replace(first=low, last=behind - 1)


def merged(runs: Iterable[Run]) -> list[Run]:
    """Runs in order, neighbouring ones in one place together."""
    found: list[Run] = []
    for run in runs:
        before = found[-1] if found else None
        if before and before.last + 1 == run.first and before[5:] == run[5:]:
            found[-1] = before._replace(last=run.last)
        else:
            found.append(run)
    return found


def figures(rows: Rows, mark: str) -> dict[Kind, int]:
    """How many seals of a mark are in places of each kind, as far as the viewer sees them."""
    found = rows.execute(_FIGURES, (mark,), prepare=True).fetchall()
    return {Kind(kind): seals for kind, seals in found}


_FIGURES: Final = """
SELECT p.kind, sum(b.balance)::int8 FROM places AS p JOIN balances AS b ON b.place = p.id
WHERE p.mark = %s GROUP BY p.kind ORDER BY p.kind
"""


def stocks(rows: Rows, *, mark: str = "", holder: str = "", limit: int = 200) -> list[Any]:
    """Stocks of a mark or holder: mark, holder, site, seals."""
    asked = {"mark": mark, "holder": holder, "limit": limit}
    return rows.execute(_STOCKS, asked, prepare=True).fetchall()


_STOCKS: Final = f"""
SELECT p.mark, p.key, p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id
WHERE p.kind = {Kind.STOCK:d} AND (%(mark)s = '' OR p.mark = %(mark)s)
    AND (%(holder)s = '' OR p.key = %(holder)s)
ORDER BY p.mark, p.key, p.site LIMIT %(limit)s
"""
