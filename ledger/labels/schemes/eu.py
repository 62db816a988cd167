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
"""ORIGIN_EU is such a line too, of no country."""
_PLACES: Final = 3


class _Eu(Scheme):
    last_step = True
    keeps_forms = MappingProxyType({"EU_COI": "R5"})

    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """Beside the logo nothing but an origin line may stand as the name."""
        return origin_line(text, recipe, on, only=row.claim == "EU_LOGO")

    def notes(self, text: str, recipe: Recipe, on: date) -> Iterable[str]:
        """The share of other origins that the line ignores."""
        return slack_notes(text, recipe, on)


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
    if line == "ORIGIN_EU_NON_EU":
        fits = 0 < _elsewhere("ORIGIN_EU", recipe, on) < weight(entries)
    else:
        fits = _within_slack(line, recipe, on)
    if not fits:
        yield from fails("ORIGIN_LINE", detail=line)


def slack_notes(line: str, recipe: Recipe, on: date) -> Iterator[str]:
    """SLACK and the share of other origins that the line ignores: the older text asks all."""
    if not _COUNTRY_LINE.fullmatch(line) and line not in ("ORIGIN_EU", "ORIGIN_NON_EU"):
        return
    ignored = _elsewhere(line, recipe, on)
    if ignored > 0 and _within_slack(line, recipe, on):
        percent = round(100 * ignored / weight(in_base(recipe, "AG")), _PLACES)
        yield f"SLACK {percent.normalize():f} %"


def _within_slack(line: str, recipe: Recipe, on: date) -> bool:
    row = SLACK.topmost("origin line", on)
    slack = Decimal(0) if row is None else row.percent
    return 100 * _elsewhere(line, recipe, on) <= slack * weight(in_base(recipe, "AG"))


def _elsewhere(line: str, recipe: Recipe, on: date) -> Decimal:
    """The weight of ingredients from elsewhere than a line says; all of a line that is none."""
    country = _COUNTRY_LINE.fullmatch(line)
    return weight(
        [
            entry
            for entry in in_base(recipe, "AG")
            if not (
                (line == "ORIGIN_EU" and in_eu(entry.origin, on))
                or (line == "ORIGIN_NON_EU" and not in_eu(entry.origin, on))
                or (country is not None and entry.origin == country[1])
            )
        ]
    )
