"""What of the registry binds, asked of the tables that the projection keeps."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from ledger.facts.identity import Fact
from ledger.facts.standing import REGISTRY
from ledger.views.folding import Rows

_SINCE: Final = """
SELECT id, until IS NULL FROM unbound
WHERE (position > %b AND position <= %b) OR (until > %b AND until <= %b)
ORDER BY id, position
"""
_SPEAKERS_SINCE: Final = """
SELECT source, party FROM speakers WHERE position > %b AND position <= %b
"""
_UNBOUND: Final = """
SELECT id FROM unbound WHERE id = ANY(%b::uuid[]) AND position <= %b
    AND (until IS NULL OR until > %b)
"""


def unbound(rows: Rows, facts: Iterable[Fact], until: int) -> set[str]:
    """Which of these registry facts did not bind at a position."""
    ids = [UUID(fact.id) for fact in facts if type(fact) in REGISTRY]
    if not ids:
        return set()
    found = rows.execute(_UNBOUND, (ids, until, until), prepare=True).fetchall()
    return {str(key) for (key,) in found}


def changed(rows: Rows, after: int, until: int) -> dict[str, bool]:
    """Registry facts that came to bind, or ceased to, behind one position up to another.

    By id, and whether each binds at the end of that.
    """
    found = rows.execute(_SINCE, (after, until, after, until), prepare=True).fetchall()
    return {str(key): not still for key, still in found}


def moved(rows: Rows, after: int, until: int) -> dict[str, str | None]:
    """Sources that speak for somebody else since, and for whom; None: nobody knows."""
    return dict(rows.execute(_SPEAKERS_SINCE, (after, until), prepare=True).fetchall())
