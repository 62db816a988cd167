"""Annual reports: what a party says it labelled in a fiscal year, and when it says so."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.facts.documents import AnnualReportFiled
from ledger.facts.mentions import About
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import label_of, marks_licensed
from ledger.rules.figures import kg, miscounted, total
from ledger.rules.moments import JAPAN, ids, start_of, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of, parts_of

_APRIL, _JUNE, _JULY = 4, 6, 7


def annual_differs(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-52: a party reported other weights for a year than the seals in the ledger stand for."""
    party, year = _party_year(key)
    filings = questions.record.about(AnnualReportFiled, About.PARTY_YEAR, key)
    for rcb in sorted({filed.rcb for filed in filings}):
        of_rcb = [filed for filed in filings if filed.rcb == rcb]
        in_ledger = _sealed(party, year, rcb, questions)
        reported = _reported(of_rcb)
        due = wait(policy.grace_document, min(map(questions.record.rec, of_rcb)))
        for product in sorted(in_ledger.keys() | reported.keys()):
            expected = in_ledger.get(product, Decimal())
            found = reported.get(product, Decimal())
            if abs(found - expected) > policy.annual_tolerance:
                yield Finding(
                    discriminator=key_of(product, rcb),
                    expected=(kg(expected),),
                    found=(kg(found),),
                    evidence=ids(of_rcb),
                    deadline=max(_start(year + 1, _APRIL), due),
                    artefact=miscounted(Decimal(kg(expected)), Decimal(kg(found))),
                )


def _sealed(party: str, year: int, rcb: str, questions: Questions) -> dict[str, Decimal]:
    """Kilograms sealed with the party's marks by product; what cannot be weighed adds nothing."""
    weights: dict[str, Decimal] = {}
    for mark in marks_licensed(questions, party):
        for worked in questions.worked(mark.mark, year) if mark.rcb == rcb else ():
            label = label_of(questions, worked.label, worked.version)
            product = lot_facts.product(questions, worked.lot)
            if label is not None and product is not None:
                sealed = worked.units * label.pack_weight
                weights[product] = weights.get(product, Decimal()) + sealed
    return weights


def _reported(filings: list[AnnualReportFiled]) -> dict[str, Decimal]:
    """Kilograms reported by product: of each role what was filed last."""
    last: dict[tuple[str, str], AnnualReportFiled] = {}
    # The order is (time, id); a later filing of the same day replaces an earlier one.
    for filed in sorted(filings, key=lambda filed: filed.filed_on):
        last[filed.product, filed.role] = filed
    return {
        product: total(filed.quantity for (of, _), filed in last.items() if of == product)
        for product in {filed.product for filed in filings}
    }


def annual_late(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-53: a party sealed goods in a year and did not report on it by 30 June."""
    party, year = _party_year(key)
    filings = questions.record.about(AnnualReportFiled, About.PARTY_YEAR, key)
    due = date(min(year + 1, date.max.year), _JUNE, 30)
    marks = marks_licensed(questions, party)
    for rcb in sorted({mark.rcb for mark in marks}):
        of_rcb = [filed for filed in filings if filed.rcb == rcb]
        if any(filed.filed_on <= due for filed in of_rcb):
            continue
        applied = [
            first
            for mark in marks
            if mark.rcb == rcb and (first := questions.first_of_year(mark.mark, year)) is not None
        ]
        if applied:
            filed_on = min((filed.filed_on for filed in of_rcb), default=None)
            yield Finding(
                discriminator=rcb,
                expected=(due.isoformat(),),
                found=("none" if filed_on is None else filed_on.isoformat(),),
                evidence=(*applied, *ids(of_rcb)),
                deadline=_start(year + 1, _JULY),
            )


def _party_year(key: str) -> tuple[str, int]:
    party, year = parts_of(key)
    return party, int(year)


def _start(year: int, month: int) -> int:
    """00:00 of the first of a month by Japan's calendar; the calendar's end where it has none."""
    first = date(year, month, 1) if year <= date.max.year else date.max
    return start_of(first, JAPAN)


_PARTY_YEAR: Final = SubjectKind.PARTY_YEAR

RULES: Final = (
    Rule(
        number="M-52",
        slug="annual-differs",
        family="D",
        severity="H",
        subjects=(On(_PARTY_YEAR, annual_differs),),
        says=(
            Says(
                SubjectKind.PARTY_YEAR,
                "product rcb:party",
                "ledger:kg",
                "filed:kg",
                impact="ledger-filed",
            ),
        ),
    ),
    Rule(
        number="M-53",
        slug="annual-late",
        family="P",
        severity="M",
        subjects=(On(_PARTY_YEAR, annual_late),),
        says=(Says(SubjectKind.PARTY_YEAR, "rcb:party", "due:day", "filed:day?"),),
    ),
)
