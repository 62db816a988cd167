"""EU: the logo, its origin line, and the control body of the last operator.

The line says where the agricultural ingredients were grown. A small share of other origins may be
ignored; how small depends on the day.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ledger.labels.claims import ClaimRow
from ledger.labels.recipe import Recipe, in_base, weight
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.scheme import Scheme
from ledger.labels.scope import in_eu
from ledger.labels.verdict import Reason, fails, unshown


class SlackRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of other origins that an origin line may ignore, in per cent."""

    rule: str
    percent: Decimal


SLACK: Final = Table("eu_slack", SlackRow, "rule", "the share an origin line may ignore")
_COUNTRY_LINE: Final = re.compile(r"ORIGIN_([A-Z]{2})")


class _Eu(Scheme):
    last_step = True
    keeps_forms = MappingProxyType({"EU_COI": "R5"})

    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """Beside the logo nothing but an origin line may stand as the name."""
        return origin_line(text, recipe, on, only=row.claim == "EU_LOGO")


EU: Final = _Eu("EU")


def origin_line(line: str, recipe: Recipe, on: date, *, only: bool = False) -> Iterator[Reason]:
    """ORIGIN_LINE where the line is not one that the origins of the recipe allow.

    An ingredient without an origin counts as foreign and leaves the line unproven. Another name is
    no origin line, unless it can be only that.
    """
    if not (only or line.startswith("ORIGIN_")):
        return
    entries = in_base(recipe, "AG")
    if not entries:
        return
    if any(entry.origin is None for entry in entries):
        yield from unshown("INGREDIENT_ORIGIN")
    whole = weight(entries)
    inside = weight([entry for entry in entries if in_eu(entry.origin, on)])
    row = SLACK.topmost("origin line", on)
    slack = Decimal(0) if row is None else row.percent

    def negligible(part: Decimal) -> bool:
        return 100 * part <= slack * whole

    country = _COUNTRY_LINE.fullmatch(line)
    if line == "ORIGIN_EU":
        fits = negligible(whole - inside)
    elif line == "ORIGIN_NON_EU":
        fits = negligible(inside)
    elif line == "ORIGIN_EU_NON_EU":
        fits = 0 < inside < whole
    elif country is not None:
        named = weight([entry for entry in entries if entry.origin == country[1]])
        fits = negligible(whole - named)
    else:
        fits = False
    if not fits:
        yield from fails("ORIGIN_LINE")
