"""Certificate numbers by issuer and series: which are named, and by whom first.

A series costs its numbers, in the order of an index, never the papers that name them.
"""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from collections import defaultdict
from typing import ClassVar, Final
from uuid import UUID

from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.questions.dependencies import ABOUT
from ledger.questions.papers import Gap, Series, numbers_named, split_number
from ledger.questions.record import Source
from ledger.views.folding import Fold, Rows, copy_rows

gaps_told_max: Final = 1_000
"""Runs of missing numbers of a series, from the lowest: each holds one number at least."""

_SERIES = """
SELECT prefix, count(*)::int8, min(value), max(value)
FROM (SELECT DISTINCT prefix, value FROM numbers WHERE issuer = %b) AS known
GROUP BY prefix ORDER BY prefix
"""
_GAPS = f"""
SELECT g.prefix, g.below, g.value, n.digits, n.position FROM (
    SELECT prefix, below, value, row_number() OVER (PARTITION BY prefix ORDER BY value) AS nth
    FROM (
        SELECT prefix, value, lag(value) OVER (PARTITION BY prefix ORDER BY value) AS below
        FROM (SELECT DISTINCT prefix, value FROM numbers WHERE issuer = %(issuer)s) AS known
    ) AS pairs WHERE value > below + 1
) AS g CROSS JOIN LATERAL (
    SELECT digits, position FROM numbers WHERE issuer = %(issuer)s AND prefix = g.prefix
        AND value = g.value ORDER BY position, digits LIMIT 1
) AS n WHERE g.nth <= {gaps_told_max} ORDER BY g.prefix, g.value
"""


class Numbers(Fold):
    """Keeps the numbers that papers name."""

    TABLES: ClassVar[str] = """
-- Numbers that events that count name, as prefix and trailing digits; position, id: of the event.
CREATE TABLE numbers (
    issuer text NOT NULL, prefix text NOT NULL, value int8 NOT NULL, digits int4 NOT NULL,
    position int8 NOT NULL, id uuid NOT NULL
);
CREATE INDEX numbers_by_value ON numbers (issuer, prefix, value);
CREATE INDEX numbers_by_event ON numbers (id);
"""

    def __init__(self) -> None:
        self._named: dict[UUID, list[tuple[str, str, int, int, int, UUID]]] = {}
        self._gone: list[UUID] = []

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """A paper that begins or ceases to count."""
        del at
        numbers = numbers_named(fact)
        if not numbers:
            return
        key = UUID(fact.id)
        if sign < 0:
            self._named.pop(key, None)
            self._gone.append(key)
            return
        issuer: str = getattr(fact, "issuer")  # noqa: B009 - both types that name one have it
        parts = [split for number in numbers if (split := split_number(number)) is not None]
        self._named[key] = [
            (issuer, prefix, int(digits), len(digits), position, key) for prefix, digits in parts
        ]

    def flush(self, rows: Rows) -> None:
        """Write the batch."""
        if self._gone:
            rows.execute("DELETE FROM numbers WHERE id = ANY(%s::uuid[])", (self._gone,))
        copy_rows(
            rows, "numbers (issuer, prefix, value, digits, position, id)",
            ("text", "text", "int8", "int4", "int8", "uuid"),
            [row for named in self._named.values() for row in named],
        )  # fmt: skip
        self.forget()

    def forget(self) -> None:
        """Drop the batch."""
        self._named.clear()
        self._gone.clear()


class PaperAnswers(Source):
    """What is asked about certificate numbers."""

    def numbers(self, issuer: str) -> list[Series]:
        for kind in (ExportCertificateIssued, ExportCertificateCancelled):
            self.dependencies.note(ABOUT, kind, About.ISSUER, issuer)
        found = self.rows.execute(_GAPS, {"issuer": issuer}, prepare=True).fetchall()
        positions = sorted({row[4] for row in found})
        naming = dict(zip(positions, self.at(positions), strict=True))
        gaps: dict[str, list[Gap]] = defaultdict(list)
        for prefix, below, value, digits, position in found:
            known = naming[position]
            gaps[prefix].append(Gap(below + 1, value - 1, digits, known.rec, known.id))
        return [
            Series(prefix, known, lowest, highest, gaps[prefix])
            for prefix, known, lowest, highest in self.rows.execute(
                _SERIES, (issuer,), prepare=True
            ).fetchall()
        ]
