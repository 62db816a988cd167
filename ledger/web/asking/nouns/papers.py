"""Pages of papers: a certificate, a report of attached seals, a request for a certificate."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from ledger.facts.canonical import decode
from ledger.facts.documents import (
    ExportCertificateIssued,
    ExportCertificateRequested,
    SealReportFiled,
)
from ledger.facts.identity import Fact
from ledger.facts.mentions import certificate_key
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.papers import Shipment
from ledger.views.names.finding import told_all
from ledger.views.papers import carried, certificate
from ledger.web.asking.nouns.asked import cases, listed_events
from ledger.web.asking.nouns.sections import (
    Card,
    Cell,
    Section,
    Value,
    constant,
    count,
    day,
    moment,
    ref,
    refs,
    text,
    told,
    weight,
    word,
)
from ledger.web.desk import Looking
from ledger.web.problems import not_found, said

shipments_read_max: Final = 300
F = TypeVar("F", bound=Fact)


def certificate_card(looking: Looking, issuer: str, number: str, today: date) -> Card:
    """A certificate: its lines against shipments, or how much of a volume is left."""
    key = certificate_key(issuer, number)
    issued, is_live, named = certificate(looking.rows, looking.log, key)
    cancelled = [one.told for _, one in told_all(looking.rows, ("cancellation",), key)]
    if issued is None and not cancelled:
        raise not_found("such certificate")
    shipments = named[:shipments_read_max]
    departed = carried(looking.rows, looking.log, shipments)
    return Card("certificate", key, None, [
        _certified(issued, cancelled, is_live=is_live),
        *([] if issued is None else [_lines(issued, departed, today)]),
        Section(
            said("Shipments"),
            said("No shipment rests on it yet: its exporter reports one."),
            columns=("shipment", said("Left")),
            rows=[
                [
                    ref("shipment", one),
                    moment(departed[one].header.time) if one in departed else None,
                ]
                for one in shipments
            ],
        ),
        cases(looking, key, "certificate"),
    ])  # fmt: skip


def _certified(
    issued: ExportCertificateIssued | None, cancelled: list[dict[str, Any]], *, is_live: bool
) -> Section:
    state: Value = told(said("valid")) if is_live else told(said("not issued"))
    if cancelled:
        state = word("cancellation", cancelled[0]["status"])
    facts: list[tuple[str, Value]] = [("status", state)]
    if issued is not None:
        facts += [
            ("form", constant("ExportCertificateIssued.form", issued.form)),
            ("mode", constant("ExportCertificateIssued.mode", issued.mode)),
            ("issuer", ref("party", issued.issuer)), ("exporter", ref("party", issued.exporter)),
            ("importer", ref("party", issued.importer)),
            ("product_class", word("class", issued.product_class)),
            ("issued_on", day(issued.issued_on.isoformat())),
            ("request", ref("request", issued.request)), ("statement", text(issued.statement)),
        ]  # fmt: skip
        if issued.replaces is not None:
            facts.append(
                ("replaces", ref("certificate", certificate_key(issued.issuer, issued.replaces)))
            )
        facts += [
            ("replaced_by", ref("certificate", certificate_key(issued.issuer, one["replaced_by"])))
            for one in cancelled
            if one.get("replaced_by")
        ]
    return Section(said("What it is"), facts=facts)


def _lines(issued: ExportCertificateIssued, departed: dict[str, Shipment], today: date) -> Section:
    """By number each line against what left; by volume how much is drawn and left."""
    if issued.mode == "PERIOD_VOLUME":
        return _volume(issued, departed, today)
    left: Counter[str] = Counter()
    weights: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in departed.values():
        for line in shipment.lines:
            left[line.lot] += line.units
            weights[line.lot] += line.net_weight
    return Section(
        said("Lines against shipments"),
        said("It has no lines."),
        columns=("lot", "product", said("Units certified"), said("Units shipped"),
                 said("Certified, kg"), said("Shipped, kg")),
        rows=[
            [ref("lot", line.lot), ref("product", line.product), count(line.units),
             count(left[line.lot or ""]), weight(line.net_weight),
             weight(weights[line.lot or ""])]
            for line in issued.lines
        ],
    )  # fmt: skip


def _volume(issued: ExportCertificateIssued, departed: dict[str, Shipment], today: date) -> Section:
    drawn: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in departed.values():
        for line in shipment.lines:
            drawn[line.product] += line.net_weight
    note: list[Cell] = []
    if issued.valid_from is not None:
        note += [told(said("Valid from")), Cell("day", issued.valid_from.isoformat())]
    if issued.valid_until is not None:
        left = (issued.valid_until - today).days
        note += [told(said("Valid until")), Cell("day", issued.valid_until.isoformat())]
        note += (
            [told(said("Days left")), Cell("count", left)] if left >= 0 else [told(said("ran out"))]
        )
    return Section(
        said("Drawn and left"),
        said("It has no lines."),
        columns=("product", said("Certified, kg"), said("Drawn, kg"), said("Left, kg")),
        rows=[
            [ref("product", line.product), weight(line.net_weight), weight(drawn[line.product]),
             weight(Decimal(line.net_weight) - drawn[line.product])]
            for line in issued.lines
        ],
        note=note or None,
    )  # fmt: skip


def report_card(looking: Looking, report: str) -> Card:
    """A report of attached seals, its latest version against what left with the shipment."""
    found = _facts_of(looking, "report", report, SealReportFiled)
    if not found:
        raise not_found("such report")
    versions = sorted(found, key=lambda one: (one.version, one.at, one.id), reverse=True)
    last = versions[0]
    departed = carried(looking.rows, looking.log, [last.shipment]).get(last.shipment)
    left: Counter[tuple[str, str | None]] = Counter()
    for line in departed.lines if departed else ():
        left[line.lot, line.mark] += line.seals
    return Card("report", report, None, [
        Section(said("What it is"), facts=[
            ("version", count(last.version)), ("shipment", ref("shipment", last.shipment)),
            ("contract", ref("contract", last.contract)),
            ("exporter", ref("party", last.exporter)), ("importer", ref("party", last.importer)),
            ("rcb", ref("party", last.rcb)), ("agent", ref("party", last.agent)),
            ("grader", ref("person", last.grader)), ("checked_by", ref("person", last.checked_by)),
            (said("Filed at"), moment(last.time)),
        ]),
        Section(
            said("Its lines against the ledger"),
            said("It has no lines."),
            columns=("lot", "mark", "label", "units", "used", said("Left with it"),
                     said("Difference"), "discarded", "remaining"),
            rows=[
                [ref("lot", line.lot), ref("mark", line.mark), text(line.label),
                 count(line.units), count(line.used), count(left[line.lot, line.mark]),
                 Cell("difference", line.used - left[line.lot, line.mark]),
                 count(line.discarded), count(line.remaining)]
                for line in last.lines
            ],
        ),
        Section(
            said("Earlier versions"),
            said("It was filed once."),
            columns=("version", said("Filed at"), "used", said("Event")),
            rows=[
                [count(one.version), moment(one.time), count(sum(line.used for line in one.lines)),
                 Cell("ref", one.id, "event")]
                for one in versions[1:]
            ],
        ),
        cases(looking, report, "report"),
    ])  # fmt: skip


def _facts_of(looking: Looking, kind: str, key: str, of: type[F]) -> list[F]:
    """The counting facts of a type that tell of a noun, as far as the viewer reads them."""
    ids = [UUID(one.event) for _, one in told_all(looking.rows, (kind,), key)]
    facts = [decode(stream[0].state) for stream in looking.log.get(ids).values()]
    return [fact for fact in facts if isinstance(fact, of)]


def request_card(looking: Looking, request: str, now: int) -> Card:
    """A request for a certificate: its lines, and the certificate issued on it or days waiting."""
    found = _facts_of(looking, "request", request, ExportCertificateRequested)
    if not found:
        raise not_found("such request")
    last = max(found, key=lambda one: (one.at, one.id))
    issues = [one.told for _, one in told_all(looking.rows, ("issue",), request)]
    answered: list[tuple[str, Value]] = (
        [
            (
                "certificate_number",
                refs(
                    "certificate", [certificate_key(one["issuer"], one["number"]) for one in issues]
                ),
            )
        ]
        if issues
        else [(said("Days waiting"), count(max(0, now - last.at) // MICROS_A_DAY))]
    )
    streams = looking.log.get([UUID(one.id) for one in found])
    return Card("request", request, None, [
        Section(said("What it is"), facts=[
            ("shipment", ref("shipment", last.shipment)),
            ("exporter", ref("party", last.exporter)), ("importer", ref("party", last.importer)),
            ("agent", ref("party", last.agent)), ("report", ref("report", last.report)),
            ("invoice", text(last.invoice)), ("bill_of_lading", text(last.bill_of_lading)),
            (said("Asked at"), moment(last.time)), *answered,
        ]),
        Section(
            said("Lines"),
            said("It names no goods."),
            columns=("lot", "product", "units", "net_weight"),
            rows=[
                [ref("lot", line.lot), ref("product", line.product), count(line.units),
                 weight(line.net_weight)]
                for line in last.lines
            ],
        ),
        listed_events([stream[0] for stream in streams.values()], said("Events in order")),
    ])  # fmt: skip
