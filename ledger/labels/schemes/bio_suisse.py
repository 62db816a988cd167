"""Bio Suisse: the Bud, its licence, and the share of Swiss ingredients."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from ledger.facts.mentions import About
from ledger.facts.registry import Ingredient, MarkRegistered
from ledger.facts.shipments import GoodsSold
from ledger.labels.certified import enrolments
from ledger.labels.lots import LotFacts, country_of
from ledger.labels.recipe import weight
from ledger.labels.schemes.scheme import Case, Scheme, enrolled
from ledger.labels.verdict import Reason, fails, unshown

_HOME: Final = "CH"


class _BioSuisse(Scheme):
    def part(self, entries: tuple[Ingredient, ...], count: str) -> tuple[Decimal, Iterable[Reason]]:
        """Swiss ingredients too; one without an origin counts as foreign and leaves it open."""
        if count != "swiss":
            return super().part(entries, count)
        swiss = weight([entry for entry in entries if entry.origin == _HOME])
        unknown = any(entry.origin is None for entry in entries)
        return swiss, unshown("INGREDIENT_ORIGIN") if unknown else []

    def certificates(self, case: Case, facts: LotFacts) -> Iterator[Reason]:
        """The licence, and nothing sold at home that is labelled for sale abroad."""
        yield from super().certificates(case, facts)
        if case.row.licence:
            yield from _licence(case, facts)
        if case.row.claim == "BUD_ABROAD":
            sold = case.record.about(GoodsSold, About.LOT, facts.lot)
            if any(fact.country == _HOME for fact in sold):
                yield from fails("BUD_ABROAD_IN_CH")


def _licence(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """The Bud: a licence of the operator; for imports of the importer, as far as it is known."""
    departed = case.departed
    home = country_of(case.record, facts.made.operator)
    imported = home not in (None, _HOME)
    if departed is not None:
        imported = departed.destination == _HOME and departed.origin != _HOME
    if not imported:
        yield from enrolled(case, facts.made.operator, "BIO_SUISSE_LICENCE", "LICENCE_MISSING")
        return
    holders = {departed.importer} if departed is not None else _licensees(case)
    for holder in sorted(holders) or [facts.made.operator]:
        yield from enrolled(case, holder, "BIO_SUISSE_LICENCE", "LICENCE_MISSING")
    if case.row.claim == "BUD_BIO" and not enrolments(
        case.record, facts.made.operator, "BIO_SUISSE_IMPORT", case.on
    ):
        yield from unshown("IMPORT_APPROVAL")


def _licensees(case: Case) -> set[str]:
    marks = (case.record.latest(MarkRegistered, About.MARK, applied.mark) for applied in case.seals)
    return {mark.importer for mark in marks if mark is not None}


BIO_SUISSE: Final = _BioSuisse("BIO_SUISSE")
