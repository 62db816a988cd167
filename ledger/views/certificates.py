"""Certificates: each as it stands, and each issuer's control log with the numbers it lacks.

A fold of the facts that count, so it can be asked for at any position.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.facts.canonical import told
from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.mentions import About, certificate_key
from ledger.log import Log
from ledger.questions import QuestionsAtHand
from ledger.rules.papers import cancellations, certificate_of, live, shipments_for
from ledger.views.folding import Rows
from ledger.views.loading import LAST, facts_about

gap_numbers_max: Final = 1_000
_watched_numbers_min: Final = 5
"""A series is watched from so many numbers on, where they fill half of its span."""
_HEADER: Final = ("form", "mode", "exporter", "importer", "product_class", "issued_on")


def issuers(rows: Rows) -> list[str]:
    """Every body that ever issued or cancelled a certificate."""
    rows.execute(
        "SELECT issuer FROM certificates UNION SELECT issuer FROM cancellations ORDER BY issuer"
    )
    return [row[0] for row in rows.fetchall()]


def cards(rows: Rows, log: Log, keys: Sequence[str], until: int = LAST) -> list[dict[str, Any]]:
    """One card a certificate (`issuer number`), in the order asked, as known at `until`."""
    abouts = (About.CERTIFICATE, About.NAMES, About.REPLACES)
    record = facts_about(rows, log, [(about, key) for key in keys for about in abouts], until)
    questions = QuestionsAtHand(record)
    return [_card(questions, key) for key in keys]


def control_log(rows: Rows, log: Log, issuer: str, until: int = LAST) -> dict[str, Any]:
    """Every certificate of an issuer by number, and the numbers missing in its running series."""
    record = facts_about(rows, log, [(About.ISSUER, issuer)], until)
    papers: list[ExportCertificateIssued | ExportCertificateCancelled] = [
        *record.all(ExportCertificateIssued),
        *record.all(ExportCertificateCancelled),
    ]
    own = [fact for fact in papers if fact.issuer == issuer]
    keys = sorted({certificate_key(fact.issuer, fact.number) for fact in own})
    questions = QuestionsAtHand(record)
    return {
        "issuer": issuer,
        "certificates": [_card(questions, key) for key in keys],
        "missing": list(_missing(questions, issuer)),
    }


def _card(questions: QuestionsAtHand, key: str) -> dict[str, Any]:
    issued = certificate_of(questions, key)
    cancelled = cancellations(questions, key)
    replacing = questions.record.about(ExportCertificateIssued, About.REPLACES, key)
    state = "LIVE" if live(questions, key) else "NOT_ISSUED"
    if cancelled:
        state = cancelled[-1].kind
    elif replacing and issued:
        state = "REPLACED"
    issuer, _, number = key.partition(" ")
    card: dict[str, Any] = {
        "certificate": key,
        "issuer": issuer,
        "number": number.replace("%20", " "),
        "state": state,
        "replaced_by": replacing[-1].number if replacing else None,
        "shipments": shipments_for(questions, key),
    }
    if issued is not None:
        lines = [told(line, "lot", "product", "units", "net_weight") for line in issued.lines]
        card |= told(issued, *_HEADER) | {"lines": lines}
    return card


def _missing(questions: QuestionsAtHand, issuer: str) -> Iterator[str]:
    for series in questions.numbers(issuer):
        span = series.highest - series.lowest + 1
        if series.known < _watched_numbers_min or series.known * 2 < span:
            continue
        left = gap_numbers_max
        for gap in series.gaps:
            for number in range(gap.first, min(gap.last, gap.first + left - 1) + 1):
                yield f"{series.prefix}{number:0{gap.digits}d}"
                left -= 1
            if left <= 0:
                break
