"""Papers as the rules read them, from the facts about each that a viewer sees."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.mentions import About
from ledger.log import Log
from ledger.questions import QuestionsAtHand
from ledger.rules.contracts import Contract, contract_of
from ledger.rules.duties import duties_unmet
from ledger.rules.papers import Shipment, certificate_of, live, shipment_of, shipments_for
from ledger.views.folding import Rows
from ledger.views.loading import facts_about


class Signed(NamedTuple):
    """A contract, and the duties that are not met on a day, by their discriminator."""

    contract: Contract
    unmet: frozenset[str]


def contract_on(
    rows: Rows, log: Log, key: str, on: date, beside: Iterable[tuple[About, str]]
) -> Signed | None:
    """A contract on a day; `beside` = its exporter and the persons that answer for it."""
    questions = QuestionsAtHand(facts_about(rows, log, {(About.CONTRACT, key), *beside}))
    contract = contract_of(questions, key)
    if contract is None:
        return None
    return Signed(contract, frozenset(duties_unmet(contract, questions, on)))


class Certified(NamedTuple):
    """A certificate as issued last (None: nobody did), whether it is valid, its shipments."""

    issued: ExportCertificateIssued | None
    live: bool
    shipments: list[str]


def certificate(rows: Rows, log: Log, key: str) -> Certified:
    """A certificate, by issuer and number."""
    abouts = (About.CERTIFICATE, About.NAMES, About.REPLACES)
    questions = QuestionsAtHand(facts_about(rows, log, [(about, key) for about in abouts]))
    valid = live(questions, key) is not None
    return Certified(certificate_of(questions, key), valid, shipments_for(questions, key))


def carried(rows: Rows, log: Log, shipments: Iterable[str]) -> dict[str, Shipment]:
    """Shipments as they departed; those that have not are left out."""
    wanted = sorted(set(shipments))
    if not wanted:
        return {}
    about = [(About.SHIPMENT, shipment) for shipment in wanted]
    questions = QuestionsAtHand(facts_about(rows, log, about))
    found = ((name, shipment_of(questions, name)) for name in wanted)
    return {name: shipment for name, shipment in found if shipment is not None}
