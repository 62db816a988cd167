"""Certificates and programmes that a claim other than JAS rests on.

Asked on the day of the act judged; several certificates of a party count as one.
"""

from collections.abc import Iterator

from ledger.facts.mentions import About
from ledger.facts.registry import MarkRegistered
from ledger.facts.shipments import GoodsSold
from ledger.labels.case import Case
from ledger.labels.certified import certified, certified_for_years, enrolments
from ledger.labels.lots import LotFacts, country_of
from ledger.labels.verdict import Reason, fails, unshown

CONVERSION_YEARS_MIN = 1
"""ACT under EU rules: certified for at least 12 months before goods in conversion."""
_LAST_STEP = frozenset({"EU", "NOP", "COR", "BIOGRO"})
"""Schemes that ask the certificate of whoever did the last step."""


def certificates(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """CERT_LABEL, LICENCE_MISSING, SEAL_CONTRACT and what else a scheme asks of its operator."""
    row = case.row
    if row.scheme == "JAS":
        return
    class_ = None if case.recipe is None else case.recipe.class_
    operator = facts.packer if row.scheme in _LAST_STEP else facts.operator
    if not certified(case.record, operator, row.scheme, None, class_, case.on):
        yield from fails("CERT_LABEL")
    if row.scheme == "KRAV":
        yield from _krav_importer(case, class_)
    if row.licence:
        yield from _licence(case, facts)
    if row.programme:
        yield from _programme(case, operator, row.programme, "SEAL_CONTRACT")
    if row.claim == "ACT_EU_IN_CONVERSION" and not certified_for_years(
        case.record,
        operator,
        "ACT_EU",
        class_,
        facts.produced_on,
        years=CONVERSION_YEARS_MIN,
    ):
        yield from fails("CONVERSION_PERIOD")
    if row.claim == "BUD_ABROAD":
        sold = case.record.about(GoodsSold, About.LOT, facts.lot)
        if any(fact.country == "CH" for fact in sold):
            yield from fails("BUD_ABROAD_IN_CH")


def _krav_importer(case: Case, class_: str | None) -> Iterator[Reason]:
    """Imported processed goods: the importer is certified too."""
    departed = case.departed
    if departed is None or departed.origin == departed.destination or class_ is None:
        return
    if class_.startswith("PROCESSED_") and not certified(
        case.record, departed.importer, "KRAV", "IMPORTER", class_, case.on
    ):
        yield from fails("CERT_LABEL")


def _licence(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """The Bud: a licence of the operator; for imports of the importer, as far as it is known."""
    departed = case.departed
    home = country_of(case.record, facts.operator)
    imported = home not in (None, "CH")
    if departed is not None:
        imported = departed.destination == "CH" and departed.origin != "CH"
    if not imported:
        yield from _programme(case, facts.operator, "BIO_SUISSE_LICENCE", "LICENCE_MISSING")
        return
    holders = {departed.importer} if departed is not None else _licensees(case)
    for holder in sorted(holders) or [facts.operator]:
        yield from _programme(case, holder, "BIO_SUISSE_LICENCE", "LICENCE_MISSING")
    if case.row.claim == "BUD_BIO" and not enrolments(
        case.record, facts.operator, "BIO_SUISSE_IMPORT", case.on
    ):
        yield from unshown("IMPORT_APPROVAL")


def _licensees(case: Case) -> set[str]:
    marks = (case.record.latest(MarkRegistered, About.MARK, applied.mark) for applied in case.seals)
    return {mark.importer for mark in marks if mark is not None}


def _programme(case: Case, party: str, programme: str, reason: str) -> Iterator[Reason]:
    """Enrolled on the day; without the contract's document that is not shown."""
    found = enrolments(case.record, party, programme, case.on)
    if not found:
        yield from fails(reason)
    elif not any(fact.documents for fact in found):
        yield from unshown("CONTRACT_DOCUMENT")
