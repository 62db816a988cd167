"""Papers: requests, export certificates, reports of attached seals, and their dispatch."""

from datetime import timedelta
from typing import Any, Final

from ledger.facts import documents as d
from ledger.facts import shipments as g
from ledger.season.book import Stocks
from ledger.season.goods import weight
from ledger.season.trade_season import TradeSeason
from ledger.season.trades import Mode, Trade

FORMS: Final = {"US": "TM_11", "CA": "COR_JP"}
STATEMENTS: Final = {
    "US": "Certified in compliance with the terms of the US-Japan Organic Equivalence Arrangement.",
    "CA": "Certified in compliance with the Canada-Japan Organic Equivalency Arrangement.",
}
_AGREED_KG: Final = 900_000
"""What a certificate for a period allows of a product: more than any period draws."""
_PERIOD_DAYS: Final = 90


def number(trade: Trade, serial: int) -> str:
    """A certificate number of the running series the agent keeps for this exporter."""
    return f"{trade.code}-{serial:05d}"


def requested(c: TradeSeason) -> None:
    """The exporter asks its agent for an export certificate."""
    trade = c.trade
    office = c.office_day(1, trade.office(trade.operator))
    consigned = trade.mode is Mode.CONSIGNED
    c.say(
        d.ExportCertificateRequested, office, request=f"RQ-{c.name}", shipment=c.shipment,
        exporter=trade.operator, importer=trade.importer, agent=trade.agent,
        report=f"RP-{c.name}" if consigned else None, invoice=f"INV-{c.name}",
        bill_of_lading=f"BL-{c.name}",
        lines=tuple(d.RequestedLine(**each.line(trade, each.shipped)) for each in c.batches),
    )  # fmt: skip


def certified_lines(c: TradeSeason, less: int = 0) -> tuple[d.CertifiedLine, ...]:
    """What a certificate for one shipment lists; `less` units fewer of the first lot."""
    return tuple(
        d.CertifiedLine(**batch.line(c.trade, batch.shipped - (0 if index else less)))
        for index, batch in enumerate(c.batches)
    )


def certificate(c: TradeSeason, serial: int, **changes: Any) -> None:
    """The agent issues a certificate, with `changes` to what would be right."""
    trade = c.trade
    office = trade.office(trade.agent)
    today = c.today(office.offset)
    fields: dict[str, Any] = {
        "issuer": trade.agent, "number": number(trade, serial), "form": FORMS[trade.country],
        "mode": "PER_SHIPMENT", "request": f"RQ-{c.name}", "shipment": c.shipment,
        "exporter": trade.operator, "importer": trade.importer,
        "product_class": c.batches[0].good.class_, "lines": (),
        "statement": STATEMENTS[trade.country], "issued_on": today,
    }  # fmt: skip
    if trade.period_volume:
        products = sorted({trade.product(batch.good) for batch in c.batches})
        fields |= {
            "mode": "PERIOD_VOLUME", "shipment": None, "valid_from": today,
            "valid_until": today + timedelta(days=_PERIOD_DAYS),
            "lines": tuple(
                d.CertifiedLine(product=product, net_weight=weight(_AGREED_KG * 1000))
                for product in products
            ),
        }  # fmt: skip
    else:
        fields["lines"] = certified_lines(c)
    c.say(d.ExportCertificateIssued, office, documents=1, **(fields | changes))


def issued(c: TradeSeason) -> None:
    """The shipment gets its certificate, some at the second attempt."""
    trade = c.trade
    office = c.office_day(1, trade.office(trade.agent))

    def gone(kind: str, reason: str, **more: str) -> None:
        named = number(trade, c.certificate)
        c.say(
            d.ExportCertificateCancelled, office, issuer=trade.agent, number=named, kind=kind,
            reason=reason, **more,
        )  # fmt: skip
        c.certificate += 1

    if "blank" in c.extras:
        gone("DESTROYED", "form spoiled in the printer")
        c.pause(300, 900)
    if "replaced" not in c.extras:
        certificate(c, c.certificate)
        return
    certificate(c, c.certificate, lines=certified_lines(c, less=1))
    c.pause(3600, 7200)
    certificate(c, c.certificate + 1, replaces=number(trade, c.certificate))
    c.pause(60, 120)
    gone("REPLACED", "a unit short on line 1", replaced_by=number(trade, c.certificate + 1))


def reported(c: TradeSeason) -> None:
    """The Report of Attached JAS Seals, some with a fault that version 2 puts right."""
    trade = c.trade
    office = trade.office(trade.operator)
    graded_on = c.today(office.offset) - timedelta(days=1)
    c.office_day(1, office)
    versions = 2 if "second report" in c.extras else 1
    for version in range(1, versions + 1):
        wrong = 3 if version < versions else 0
        c.say(
            d.SealReportFiled, office, report_lines(c, graded_on, wrong), report=f"RP-{c.name}",
            version=version, contract=trade.contract, shipment=c.shipment, exporter=trade.operator,
            importer=trade.importer, rcb=trade.rcb, agent=trade.agent,
            grader=trade.person("grader"), certificate=reference(c),
            checked_by=trade.person("head"),
        )  # fmt: skip
        if version < versions:
            c.office_day(1, office)


def report_lines(c: TradeSeason, graded_on: Any, wrong: int) -> Any:
    """Lines as of the moment of filing, with `wrong` seals too few used."""
    trade = c.trade

    def lines(stocks: Stocks) -> dict[str, Any]:
        remaining = stocks.usable(trade.mark, trade.operator, trade.site)
        return {
            "lines": tuple(
                d.ReportLine(
                    **batch.line(trade, batch.shipped),
                    pack_weight=weight(batch.good.pack_grams),
                    label=trade.label(batch.good),
                    graded_on=graded_on,
                    mark=trade.mark,
                    used=batch.shipped * batch.good.seals_per_unit - wrong,
                    received=c.supply,
                    discarded=sum(c.spoils),
                    remaining=remaining,
                    discard_reason="torn or misprinted",
                )
                for batch in c.batches
            )
        }

    return lines


def reference(c: TradeSeason) -> g.CertificateRef:
    """The certificate as other papers name it."""
    return g.CertificateRef(issuer=c.trade.agent, number=number(c.trade, c.certificate))


def documents_sent(c: TradeSeason) -> None:
    """The papers follow by courier."""
    trade = c.trade
    office = c.office_day(1, trade.office(trade.operator))
    c.say(
        g.ShipmentDocumentsSent, office, shipment=c.shipment, certificate=reference(c),
        report=f"RP-{c.name}" if trade.mode is Mode.CONSIGNED else None, originals=True,
    )  # fmt: skip
