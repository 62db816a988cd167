"""Ids on pages: one macro writes each, as a link with the registered name where that is seen.

While a page is made an id leaves a mark in it; once all are known they are looked up at once and
written in their place. What its reader may not see, and what there is not, stays plain text.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup, escape

from ledger.cases.canonical import TOPICS as DECISIONS
from ledger.custody.places import Kind
from ledger.facts.canonical import decode
from ledger.log.seeing import Seen
from ledger.views.folding import Rows
from ledger.views.places import place_id
from ledger.web.pages.language import Language
from ledger.web.pages.rendering import page_of

MARK: Final = re.compile("\x00([0-9]+)\x00")
"""No text that the ledger keeps, and no word of an address, holds such a letter."""
_KNOWN: Final = """
SELECT kind, key, max(name) FROM (
    (SELECT DISTINCT ON (n.kind, n.key) n.kind, n.key, n.told->>'name' AS name
        FROM unnest(%b::text[], %b::text[]) AS t (kind, key) JOIN nouns AS n USING (kind, key)
        WHERE NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
        ORDER BY n.kind, n.key, n.at DESC, n.id DESC)
    UNION ALL
    SELECT a.kind, a.key, NULL FROM unnest(%b::text[], %b::text[]) AS t (kind, key)
        JOIN names AS a USING (kind, key) WHERE a.what = ''
) AS found GROUP BY 1, 2
"""
_STOCKS: Final = "SELECT id FROM places WHERE id = ANY(%b)"
_CASES: Final = "SELECT id::text FROM cases WHERE id = ANY(%b::uuid[])"
_NAMED: Final = frozenset({"party", "mark", "lot", "shipment", "certificate", "source"})
"""Kinds of things that have a page as soon as anything names them."""


class Refs:
    """The ids of one page."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        """Whether the page names any."""
        return bool(self._at)

    def mark(self, kind: str, key: str) -> Markup:
        """What stands for an id until all are known."""
        number = self._at.setdefault((str(kind), str(key)), len(self._at))
        return Markup(f"\x00{number}\x00")  # noqa: S704 -- a number of ours

    def fill(
        self, page: str, rows: Rows, log: Seen, spoken: Language, to: Callable[..., str]
    ) -> str:
        """The page with every id written out; `to` makes the address of a page."""
        found = looked_up(rows, log, self._at, spoken)
        written = [_written(kind, key, found.get((kind, key)), to) for kind, key in self._at]
        return MARK.sub(lambda match: written[int(match[1])], page)


def looked_up(
    rows: Rows, log: Seen, ids: Iterable[tuple[str, str]], spoken: Language
) -> dict[tuple[str, str], str]:
    """Those of some ids that the viewer may open, with the registered name or what it is."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in ids:
        by_kind.setdefault(kind, []).append(key)
    found = _events(log, by_kind.pop("event", []), spoken)
    found |= {("stock", key): "" for key in _stocks(rows, by_kind.pop("stock", []))}
    cases = [key for key in by_kind.pop("case", []) if _uuid(key)]
    if cases:
        rows.execute(_CASES, (cases,), prepare=True)
        found |= {("case", key): "" for (key,) in rows.fetchall()}
    pairs = [(kind, key) for kind, keys in sorted(by_kind.items()) for key in keys]
    if pairs:
        seen = [pair for pair in pairs if pair[0] in _NAMED]
        asked: list[Any] = [*map(list, zip(*pairs, strict=True))]
        asked += [*map(list, zip(*seen, strict=True))] or [[], []]
        rows.execute(_KNOWN, asked, prepare=True)
        found |= {(kind, key): name or "" for kind, key, name in rows.fetchall()}
    return found


def _stocks(rows: Rows, keys: list[str]) -> list[str]:
    ids = {}
    for key in keys:
        parts = key.split(" ")
        if len(parts) == 3:  # mark, holder and site
            ids[place_id(parts[0], Kind.STOCK, parts[1], parts[2])] = key
    if not ids:
        return []
    rows.execute(_STOCKS, ([*ids],), prepare=True)
    return [ids[found] for (found,) in rows.fetchall()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _events(log: Seen, keys: list[str], spoken: Language) -> dict[tuple[str, str], str]:
    ids = {found: key for key in keys if (found := _uuid(key)) is not None}
    if not ids:
        return {}
    streams = log.get([*ids])
    return {("event", ids[key]): title(stream[0], spoken) for key, stream in streams.items()}


def title(recorded: Any, spoken: Language) -> str:
    """An event by what it is: its type, of how many seals, its day, the line that it was on."""
    if recorded.topic in DECISIONS:
        return spoken.event(recorded.topic)
    fact = decode(recorded.state)
    said = [spoken.event(recorded.topic)]
    amount = getattr(fact, "count", None)
    if amount is not None:
        said.append(spoken.number(amount))
    said.append(spoken.day(fact.day))
    line = getattr(fact, "line", None)
    return " · ".join([*said, *([line] if line else [])])


def _written(kind: str, key: str, name: str | None, to: Callable[..., str]) -> str:
    shown = escape(key.replace("%20", " "))
    page = page_of(kind, key)
    if name is None or page is None:
        return f'<span class="id">{shown}</span>' if kind not in ("event", "case") else "–"
    address = escape(to(page[0], **page[1]))
    if kind == "event":
        return f'<a href="{address}">{escape(name)}</a>'
    named = f' <span class="named">{escape(name)}</span>' if name else ""
    return f'<a class="ref" href="{address}"><span class="id">{shown}</span>{named}</a>'
