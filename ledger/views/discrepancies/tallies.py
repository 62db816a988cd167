"""Cases counted by what they are about: how many of a rule each pair has, and how they stand.

As the viewer sees them; a case stands in each pair that it belongs to.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ledger.cases.discrepancy import LIVE
from ledger.log import Log
from ledger.rules.violation import Severity
from ledger.views.discrepancies.listing import (
    IS_LATE,
    OF_CASE,
    SEVERITIES,
    TODAY,
    Pair,
    pairs_of_marks,
)
from ledger.views.folding import Rows, one_of


class Tally(NamedTuple):
    """Live cases of a pair that are alike: of a rule, on subjects of a kind, in a state.

    `on_the_way` of losses that name a dispatch. `parties` are those that the cases name, where they
    were asked for. `late` of them are past their due day, now. `oldest` = when the first of them
    was opened, µs UTC.
    """

    pair: Pair
    rule: str
    kind: str
    on_the_way: bool
    state: str
    severity: Severity
    parties: tuple[str, ...]
    cases: int
    late: int
    oldest: int


_ON_THE_WAY: Final = """
c.rule = 'M-41' AND EXISTS (SELECT FROM events AS e WHERE e.originator_id = c.subject::uuid
    AND e.originator_version = 1 AND convert_from(e.state, 'UTF8')::jsonb ? 'dispatch')
"""


_LATE: Final = IS_LATE.format(today=TODAY)


def _tallied(state: str, severity: str, cases: str) -> str:
    return f"""
SELECT pair, rule, subject_kind, lost, state, severity, parties, count(*)::int8,
    count(*) FILTER (WHERE late)::int8, min(opened_at)
FROM (
    SELECT DISTINCT c.id, m.pair, c.rule, c.subject_kind, {_ON_THE_WAY} AS lost,
        {state} AS state, {severity} AS severity, c.opened_at, {_LATE} AS late,
        CASE WHEN %(parted)s THEN coalesce(s.parties, '{{}}') ELSE '{{}}' END AS parties
    FROM {cases} LEFT JOIN case_shown AS s ON s.id = c.id
    CROSS JOIN LATERAL unnest({OF_CASE}) AS of (mark)
    JOIN unnest(%(marks)s::text[], %(pairs)s::int4[]) AS m (mark, pair) ON m.mark = of.mark
    WHERE {state} IN {one_of(sorted(LIVE))}
) AS of_pair GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


_NOW: Final = _tallied("c.state", "coalesce(s.severity, c.severity)", "cases AS c")
_KNOWN: Final = _tallied(
    "t.state",
    "t.severity",
    """(
        SELECT DISTINCT ON (id) id, state, severity FROM case_states
        WHERE recorded_at <= %(known_at)s ORDER BY id, position DESC
    ) AS t JOIN cases AS c ON c.id = t.id""",
)
_CLOSED: Final = """
SELECT DISTINCT c.id, m.pair, c.rule, c.subject_kind FROM cases AS c
JOIN case_shown AS s ON s.id = c.id CROSS JOIN LATERAL unnest(s.marks) AS of (mark)
JOIN unnest(%(marks)s::text[], %(pairs)s::int4[]) AS m (mark, pair) ON m.mark = of.mark
WHERE c.state = 'CLOSED' AND s.marks && %(marks)s
"""


def tallies(
    rows: Rows, pairs: Mapping[str, Pair], known_at: int | None = None, *, parted: bool = False
) -> list[Tally]:
    """The live cases of pairs, given by mark; now, or as recorded by a time (µs UTC).

    With `parted` by the parties that they name, too.
    """
    numbers, values = _numbered(pairs)
    values |= {"parted": parted, "known_at": known_at}
    found = rows.execute(_NOW if known_at is None else _KNOWN, values).fetchall()
    return [
        Tally(numbers[pair], rule, kind, lost, state, severity, tuple(parties), *told)
        for pair, rule, kind, lost, state, severity, parties, *told in found
    ]


def closed(rows: Rows, pairs: Mapping[str, Pair]) -> list[tuple[Pair, str, str]]:
    """Pair, rule and kind of subject of each closed case of pairs, given by mark."""
    numbers, values = _numbered(pairs)
    found = rows.execute(_CLOSED, values).fetchall()
    return [(numbers[pair], rule, kind) for _, pair, rule, kind in found]


def _numbered(pairs: Mapping[str, Pair]) -> tuple[list[Pair], dict[str, Any]]:
    numbers = sorted(set(pairs.values()))
    at = {pair: number for number, pair in enumerate(numbers)}
    return numbers, {"marks": list(pairs), "pairs": [at[pair] for pair in pairs.values()]}


def by_pair(found: Iterable[Tally]) -> dict[Pair, dict[str, int]]:
    """How many cases of each pair ask for attention, by severity."""
    counts: dict[Pair, dict[str, int]] = {}
    for tally in found:
        of_pair = counts.setdefault(tally.pair, dict.fromkeys(SEVERITIES, 0))
        of_pair[tally.severity] += tally.cases
    return counts


def case_counts(rows: Rows, log: Log, known_at: int | None = None) -> dict[Pair, dict[str, int]]:
    """How many cases of each pair ask for attention, by severity.

    Now, or as recorded by a time (µs UTC). A case may belong to several pairs.
    """
    return by_pair(tallies(rows, pairs_of_marks(rows, log), known_at))
