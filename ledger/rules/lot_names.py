"""Lots as others name them: recorded before they are named, and sealed before they are sold."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, LotSubdivided
from ledger.facts.mentions import About, certificate_key
from ledger.facts.shipments import GoodsSold, ShipmentDeparted
from ledger.labels.recipe import Recipe
from ledger.labels.scope import mark_required
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.lot import by_scheme
from ledger.rules.moments import ids, wait
from ledger.rules.papers import certificate_of, report_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind


class _Naming(NamedTuple):
    """An event that names a lot, or the first of many such; `rec` in microseconds UTC."""

    type: str
    id: str
    rec: int


def unknown_lot(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-19: a lot is named that nobody recorded and no subdivision made."""
    if lot_facts.known(questions, key):
        return
    naming = list(_naming(key, questions))
    if naming:
        yield Finding(
            discriminator="",
            expected=("known",),
            found=tuple(sorted({name.type for name in naming})),
            evidence=tuple(name.id for name in naming),
            deadline=wait(policy.grace_registry, min(name.rec for name in naming)),
            artefact=questions.looks_alike(About.LOT, key),
        )


def _naming(lot: str, questions: Questions) -> Iterator[_Naming]:
    for tally in questions.sealed(lot):
        yield _Naming("SealsApplied", tally.first.id, tally.rec)
    for fact in _facts_naming(lot, questions):
        yield _Naming(type(fact).__name__, fact.id, questions.record.rec(fact))


def _facts_naming(lot: str, questions: Questions) -> Iterator[Fact]:
    record = questions.record
    yield from record.about(LotGraded, About.LOT, lot)
    yield from record.about(LotSubdivided, About.LOT, lot)
    yield from record.about(GoodsSold, About.LOT, lot)
    yield from record.about(ShipmentDeparted, About.LINE, lot)
    for issued in record.about(ExportCertificateIssued, About.LINE, lot):
        if certificate_of(questions, certificate_key(issued.issuer, issued.number)) == issued:
            yield issued
    for filed in record.about(SealReportFiled, About.LINE, lot):
        if report_of(questions, filed.report) == filed:
            yield filed


def unsealed_sale(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-30: more of a lot was sold as organic in Japan than was sealed with a JAS mark."""
    by_importer: dict[str, list[GoodsSold]] = {}
    for sale in questions.record.about(GoodsSold, About.LOT, key):
        if sale.country == "JP" and _needs_mark(sale, questions):
            by_importer.setdefault(sale.importer, []).append(sale)
    if not by_importer:
        return
    attached = by_scheme(key, questions).get("JAS")
    sealed = 0 if attached is None else attached.units
    removed = () if attached is None else ids(attached.removed)
    for importer, sales in sorted(by_importer.items()):
        sold = sum(sale.units for sale in sales)
        if sold > sealed:
            applications = 0 if attached is None else attached.applications
            named = () if attached is None else questions.applications_of(key, attached.marks)
            yield Finding(
                discriminator=importer,
                expected=(str(sealed),),
                found=(str(sold),),
                evidence=(*ids(sales), *named, *removed),
                more=applications - len(named),
                deadline=wait(policy.grace_scan, min(map(questions.record.rec, sales))),
            )


def _needs_mark(sale: GoodsSold, questions: Questions) -> bool:
    sold = lot_facts.recipe_of(questions, sale.product, sale.day)
    return sold is not None and mark_required(sale.claim, Recipe.of(sold), sale.day)


_LOT: Final = SubjectKind.LOT

RULES: Final = (
    Rule(
        number="M-19",
        slug="unknown-lot",
        family="P",
        severity="H",
        subjects=(On(_LOT, unknown_lot),),
        says=(Says(SubjectKind.LOT, expected="_", found="events:event+"),),
    ),
    Rule(
        number="M-30",
        slug="unsealed-sale",
        family="P",
        severity="C",
        subjects=(On(_LOT, unsealed_sale),),
        says=(
            Says(
                SubjectKind.LOT,
                "importer:party",
                "sealed:units",
                "sold:units",
                impact="sold-sealed",
            ),
        ),
    ),
)
