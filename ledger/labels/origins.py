"""The origin line beside the EU logo: where the agricultural ingredients were grown.

A small share of other origins may be ignored; how small depends on the day.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.labels.recipe import Recipe, in_base, weight
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, fails, unshown


class MemberRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country of the European Union."""

    country: str


class SlackRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of other origins that an origin line may ignore, in per cent."""

    rule: str
    percent: Decimal


MEMBERS: Final = Table(
    "eu_members", MemberRow, lambda row: row.country, "countries of the European Union"
)
SLACK: Final = Table(
    "eu_slack", SlackRow, lambda row: row.rule, "the share an origin line may ignore"
)
_COUNTRY_LINE: Final = re.compile(r"ORIGIN_([A-Z]{2})")


def in_eu(country: str | None, on: date | None) -> bool:
    """Whether a country belongs to the European Union on a day."""
    return MEMBERS.topmost(country, on) is not None


def origin_line(line: str, recipe: Recipe, on: date) -> Iterator[Reason]:
    """ORIGIN_LINE where the line is not one that the origins of the recipe allow.

    An ingredient without an origin counts as foreign and leaves the line unproven.
    """
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
