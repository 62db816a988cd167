"""ACT, and ACT under EU rules: its operator on the label, and a year of certification."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ledger.labels.certified import certified_for_years
from ledger.labels.claims import ClaimRow
from ledger.labels.fields import FieldStatus
from ledger.labels.lots import LotFacts
from ledger.labels.recipe import Recipe
from ledger.labels.schemes.eu import origin_line
from ledger.labels.schemes.scheme import Case, Scheme, inputs, registered_name
from ledger.labels.verdict import Reason, fails

_CONVERSION_YEARS_MIN: Final = 1
"""ACT under EU rules: certified for at least 12 months before goods in conversion."""


class _Act(Scheme):
    def names(self, case: Case, facts: LotFacts) -> Iterable[str]:
        """The operator stands on the label."""
        if case.row.claim in ("ACT_ORGANIC", "ACT_LISTED"):
            return registered_name(case.record, facts.made.operator)
        return ()


class _ActEu(Scheme):
    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The origin line beside the EU logo."""
        return origin_line(text, recipe, on)

    def lot(self, case: Case, facts: LotFacts, field: FieldStatus) -> Iterator[Reason]:
        """The marks of the inputs of goods in conversion were checked."""
        yield from super().lot(case, facts, field)
        if case.row.kind == "conversion":
            yield from inputs(case, facts)

    def certificates(self, case: Case, facts: LotFacts) -> Iterator[Reason]:
        """The operator was certified for a year when it produced goods in conversion."""
        yield from super().certificates(case, facts)
        if case.row.kind == "conversion" and not certified_for_years(
            case.record, self.operator(facts), self.code, case.class_, facts.made.produced_on,
            years=_CONVERSION_YEARS_MIN,
        ):  # fmt: skip
            yield from fails("CONVERSION_PERIOD")


ACT: Final = _Act("ACT")
ACT_EU: Final = _ActEu("ACT_EU")
