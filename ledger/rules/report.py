"""Reports: what exporters say of their seals agrees with the ledger, and weights add up."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from ledger.custody.places import Kind, Place
from ledger.facts.documents import SealReportFiled
from ledger.facts.lots import LotSubdivided
from ledger.facts.shipments import ShipmentDeparted
from ledger.questions import Questions
from ledger.rules.contracts import contract_of
from ledger.rules.figures import kg, miscounted
from ledger.rules.moments import ids, wait
from ledger.rules.papers import report_of, shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind, key_of

_Pair = tuple[str, str]
"""Lot and mark."""


def report_differs(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-06: a report says other things of seals and parties than the ledger."""
    filed = report_of(questions, key)
    if filed is not None:
        yield from _used(filed, questions, policy)
        yield from _remaining(filed, questions, policy)
        yield from _header(filed, questions, policy)


def _used(filed: SealReportFiled, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """Seals used by lot and mark: what departed with them, or what lies on the lot until then."""
    rec = questions.record.rec
    used: dict[_Pair, int] = {}
    for line in filed.lines:
        used[line.lot, line.mark] = used.get((line.lot, line.mark), 0) + line.used
    shipment = shipment_of(questions, filed.shipment)
    if shipment is None:
        for (lot, mark), seals in sorted(used.items()):
            on_lot = questions.balance(mark, Place(Kind.LOT, lot))
            if seals > on_lot:
                deadline = wait(policy.grace_document, rec(filed))
                yield _counted(key_of(lot, mark), on_lot, seals, (filed,), deadline)
        return
    departures = shipment.departures
    deadline = wait(policy.grace_document, rec(filed), min(map(rec, departures)))
    departed: dict[_Pair, int] = {}
    for left in shipment.lines:
        if left.mark is not None:
            departed[left.lot, left.mark] = departed.get((left.lot, left.mark), 0) + left.seals
    for pair in sorted(used.keys() | departed.keys()):
        expected, found = departed.get(pair, 0), used.get(pair, 0)
        if expected != found:
            yield _counted(key_of(*pair), expected, found, (filed, *departures), deadline)


def _counted(
    discriminator: str,
    expected: int,
    found: int,
    evidence: Iterable[SealReportFiled | ShipmentDeparted],
    deadline: int,
) -> Finding:
    return Finding(
        discriminator=discriminator,
        expected=(str(expected),),
        found=(str(found),),
        evidence=ids(evidence),
        deadline=deadline,
        artefact=miscounted(expected, found),
    )


def _remaining(filed: SealReportFiled, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """Seals left in stock by mark: the last line that names it, against the book at that time."""
    deadline = wait(policy.grace_document, questions.record.rec(filed))
    for mark, remaining in sorted({line.mark: line.remaining for line in filed.lines}.items()):
        book = sum(
            questions.balance(mark, Place(Kind.STOCK, filed.exporter, site), filed.at)
            for site in questions.stocks(mark, filed.exporter)
        )
        if remaining != book:
            found = _counted(key_of(mark, "remaining"), book, remaining, (filed,), deadline)
            yield found._replace(severity="M")


def _header(filed: SealReportFiled, questions: Questions, policy: Policy) -> Iterator[Finding]:
    contract = contract_of(questions, filed.contract)
    if contract is None:
        return
    signed = contract.signed
    expected = signed.exporter, signed.importer, signed.rcb, signed.agent
    found = filed.exporter, filed.importer, filed.rcb, filed.agent
    if expected != found:
        yield Finding(
            discriminator="header",
            expected=expected,
            found=found,
            evidence=ids((filed, signed)),
            deadline=wait(policy.grace_document, questions.record.rec(filed)),
        )


def weight_arithmetic(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-17: a line's weight is not its units times the weight of a pack."""
    known = counting(key, questions)
    if known is None:
        return
    for number, (units, pack_weight, stated) in enumerate(_weighed(known.fact, questions), start=1):
        product = units * pack_weight
        if stated != product:
            yield Finding(
                discriminator=str(number),
                expected=(kg(product),),
                found=(kg(stated),),
                evidence=(key,),
                deadline=0,
                artefact=miscounted(Decimal(kg(product)), Decimal(kg(stated))),
            )


def _weighed(fact: object, questions: Questions) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Units, weight of a pack and weight stated, line by line."""
    if isinstance(fact, LotSubdivided):
        for child in fact.children:
            yield child.units, child.pack_weight, child.quantity
    elif isinstance(fact, ShipmentDeparted) or (
        isinstance(fact, SealReportFiled) and report_of(questions, fact.report) == fact
    ):
        for line in fact.lines:
            yield line.units, line.pack_weight, line.net_weight


_WEIGHED: Final = (ShipmentDeparted, SealReportFiled, LotSubdivided)

RULES: Final = (
    Rule(
        number="M-06",
        slug="report-differs",
        family="D",
        severity="H",
        subjects=(On(SubjectKind.REPORT, report_differs),),
        says=(
            Says(
                SubjectKind.REPORT,
                "mark =remaining",
                "book:seals",
                "remaining:seals",
                impact="book-remaining",
            ),
            Says(
                SubjectKind.REPORT,
                "=header",
                "exporter:party importer:party rcb:party agent:party",
                "exporter2:party!exporter importer2:party!importer "
                "rcb2:party!rcb agent2:party!agent",
            ),
            Says(
                SubjectKind.REPORT, "lot mark", "shipped:seals", "used:seals", impact="shipped-used"
            ),
        ),
    ),
    Rule(
        number="M-17",
        slug="weight-arithmetic",
        family="D",
        severity="M",
        subjects=(On(SubjectKind.EVENT, weight_arithmetic, of=_WEIGHED),),
        says=(
            Says(SubjectKind.EVENT, "line:count", "weight:kg", "stated:kg", impact="weight-stated"),
        ),
    ),
)
