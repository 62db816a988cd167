"""KRAV: its body on labels from outside Sweden, and the importer's certificate."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ledger.labels.certified import certifications, certified
from ledger.labels.claims import ClaimRow
from ledger.labels.lots import LotFacts, country_of
from ledger.labels.recipe import Recipe
from ledger.labels.schemes.eu import origin_line
from ledger.labels.schemes.scheme import Case, Scheme, registered_name
from ledger.labels.verdict import Reason, fails


class _Krav(Scheme):
    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The origin line beside the EU logo."""
        return origin_line(text, recipe, on)

    def names(self, case: Case, facts: LotFacts) -> Iterator[str]:
        """The body of the last step, where that was not done in Sweden."""
        home = country_of(case.record, facts.packer)
        if case.row.claim == "KRAV_MARK" and home not in (None, "SE"):
            for held in certifications(case.record, facts.packer, case.on, scheme=self.code):
                yield from registered_name(case.record, held.issuer)

    def certificates(self, case: Case, facts: LotFacts) -> Iterator[Reason]:
        """Of imported processed goods the importer is certified too."""
        yield from super().certificates(case, facts)
        departed, class_ = case.departed, case.class_
        if departed is None or departed.origin == departed.destination or class_ is None:
            return
        if class_.startswith("PROCESSED_") and not certified(
            case.record, departed.importer, self.code, "IMPORTER", class_, case.on
        ):
            yield from fails("CERT_LABEL")


KRAV: Final = _Krav("KRAV")
