"""KRAV: which ingredients its list calls so, its body on the label, the importer's certificate."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ledger.labels.certified import certifications, certified
from ledger.labels.claims import ClaimRow
from ledger.labels.ingredients import ingredient_list
from ledger.labels.lots import LotFacts, country_of
from ledger.labels.recipe import Recipe, is_organic
from ledger.labels.schemes.eu import EU, origin_line, slack_notes
from ledger.labels.schemes.scheme import Case, Scheme, Wording, registered_name
from ledger.labels.verdict import Reason, fails


class _Krav(Scheme):
    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The origin line beside the EU logo."""
        return origin_line(text, recipe, on)

    def notes(self, text: str, recipe: Recipe, on: date) -> Iterable[str]:
        """The share of other origins that the line ignores."""
        return slack_notes(text, recipe, on)

    def names(self, case: Case, facts: LotFacts) -> Iterator[str]:
        """The body of the last step, done outside Sweden or certified by KRAV's standard alone."""
        record, packer = case.record, facts.packer
        abroad = country_of(record, packer) not in (None, "SE")
        alone = not certified(record, packer, EU.code, None, case.class_, case.on)
        if case.row.claim == "KRAV_MARK" and (abroad or alone):
            for held in certifications(record, packer, case.on, scheme=self.code):
                yield from registered_name(record, held.issuer)

    def words(self, said: Wording) -> Iterator[Reason]:
        """Beside other organic ingredients the list tells which are KRAV's and which are not."""
        if said.recipe is None or said.row.claim not in ("KRAV_MARK", "KRAV_CONTAINS"):
            return
        organic = [entry for entry in said.recipe.ingredients if is_organic(entry)]
        own = [entry.name for entry in organic if entry.scheme == self.code]
        others = [entry.name for entry in organic if entry.scheme != self.code]
        if own and others:
            yield from _told_apart(said.text, said.recipe, own, others)

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


_KRAV_WORD: Final = re.compile(r"(?<!\w)KRAV(?!\w)")
_ORGANIC_WORD: Final = re.compile(r"(?<!\w)(?:organic|ekologisk[at]?|eu eko)(?!\w)", re.IGNORECASE)


def _told_apart(text: str, recipe: Recipe, own: list[str], others: list[str]) -> Iterator[Reason]:
    """COMPANION for each item that does not say whose it is, and where there is no list."""
    listed = ingredient_list(text)
    names = [entry.name for entry in recipe.ingredients]
    if listed is None or not any(listed.says(item, _KRAV_WORD) for item in listed.items):
        yield from fails("COMPANION", detail="the list tells KRAV from other organic ingredients")
        return
    for name in own:
        for item in listed.naming(name, names):
            if not listed.says(item, _KRAV_WORD):
                yield from fails("COMPANION", detail=f"KRAV: {item.text}")
    for name in others:
        for item in listed.naming(name, names):
            krav = listed.says(item, _KRAV_WORD)
            if krav or not listed.says(item, _ORGANIC_WORD):
                yield from fails("COMPANION", detail=f"organic, not KRAV: {item.text}")


KRAV: Final = _Krav("KRAV")
