"""The words of the trade as pages write them: places, claims, roles, states, kinds of subject.

They stand here in English; the catalogues translate each. A code without a word shows as itself.
"""

from collections.abc import Mapping
from typing import Final

from ledger.web.sentences import said

ROLES: Final[Mapping[str, str]] = {
    "scanner": said("Scanner"),
    "exporter": said("Exporter"),
    "processor": said("Processor"),
    "importer": said("Importer"),
    "certifier": said("Certifier"),
    "operator": said("Operator"),
}
PERIOD_STATES: Final[Mapping[str, str]] = {
    "running": said("running"),
    "empty": said("empty"),
    "open": said("to sign"),
    "late": said("to sign, late"),
    "prepared": said("prepared"),
    "signed": said("signed"),
    "restated": said("restated"),
}
"""How a month or fiscal year stands."""
CAUSES: Final[Mapping[str, str]] = {
    "issued": said("issued"),
    "sent": said("sent (supply)"),
    "sent_back": said("sent (return)"),
    "transferred": said("sent (transfer)"),
    "received": said("received"),
    "applied": said("applied"),
    "removed": said("removed"),
    "left": said("left"),
    "arrived": said("arrived"),
    "came_back": said("came back"),
    "spoiled": said("spoiled"),
    "sampled": said("kept as samples"),
    "destroyed": said("destroyed"),
    "lost": said("lost"),
    "stolen": said("stolen"),
    "adjusted": said("adjusted"),
}
"""What moves seals, as month-end sums it up."""
STATES: Final[Mapping[str, str]] = {
    "OPEN": said("open"),
    "EXPLAINED": said("explained"),
    "ESCALATED": said("escalated"),
    "CLOSED": said("closed"),
    "WITHDRAWN": said("withdrawn"),
}
SEVERITIES: Final[Mapping[str, str]] = {
    "C": said("critical"),
    "H": said("high"),
    "M": said("medium"),
    "L": said("low"),
}
FAMILIES: Final[Mapping[str, str]] = {
    "D": said("Records disagree"),
    "P": said("Goods or seals without a record"),
    "N": said("A record without goods or seals"),
    "L": said("A seal or claim that should not be there"),
    "H": said("Goods not to move until this is understood"),
}
KINDS: Final[Mapping[str, str]] = {
    "account": said("Stock"),
    "dispatch": said("Dispatch"),
    "lot": said("Lot"),
    "application": said("Application"),
    "shipment": said("Shipment"),
    "certificate": said("Certificate"),
    "issuer": said("Issuer"),
    "report": said("Report"),
    "contract": said("Contract"),
    "source": said("Source"),
    "person": said("Person"),
    "label": said("Label"),
    "party-year": said("Party and year"),
    "party": said("Party"),
    "event": said("Event"),
    "mark": said("Mark"),
    "seal": said("Seal number"),
    "product": said("Product"),
    "request": said("Request for a certificate"),
    "complaint": said("Complaint"),
    "year": said("Annual report"),
    "herd": said("Herd"),
    "stock": said("Stock"),
    "site": said("Site"),
    "document": said("Document"),
    "period": said("Period"),
    "case": said("Case"),
}
DOORS: Final[Mapping[str, str]] = {
    "file": said("by file"),
    "http": said("over HTTP"),
    "kafka": said("over Kafka"), "table": said("by table"), "import": said("by import"),
}  # fmt: skip
ADMIN_DOORS: Final[Mapping[str, str]] = {
    "command": said("command line"), "program": said("a program of the ledger"),
}  # fmt: skip
FIGURES: Final[Mapping[str, str]] = {
    "issued": said("Issued"),
    "supplied": said("Supplied"),
    "stock_importer": said("In stock, importer"),
    "stock_exporters": said("In stock, exporters"),
    "in_transit": said("On the way to a holder"),
    "on_lots": said("On goods in hand"),
    "shipped": said("On goods shipped"),
    "delivered": said("Delivered"),
    "spoiled": said("Spoiled, to be destroyed"),
    "destroyed": said("Destroyed"),
    "sampled": said("Kept as samples"),
    "lost": said("Lost"),
    "stolen": said("Stolen"),
    "adjusted": said("Adjusted"),
    "dispatched": said("Sent by the importer"),
    "received": said("Received by exporters"),
    "lost_in_transit": said("Lost on the way"),
    "departed": said("Left on goods"),
    "reported": said("Reported as used"),
    "reported_ahead": said("Reported before leaving"),
    "report_asked": said("Left on goods that ask a report"),
    "arrived": said("Arrived on goods"),
    "returned": said("Came back on goods"),
    "shipped_units": said("Units shipped"),
    "asked_units": said("Units that ask a certificate by number"),
    "certified_units": said("Units certified"),
    "volume_units": said("Units by volume"),
    "exempt_units": said("Units that ask no certificate"),
    "applied": said("Attached to goods"),
    "removed": said("Removed from goods"),
    "volume_drawn": said("Kilograms drawn by volume"),
    "volume_certified": said("Kilograms certified by volume"),
    "counted": said("Counted"),
    "book": said("Book at the count"),
    "adjusted_for_counts": said("Adjusted for counts"),
    "unexplained": said("Unexplained"),
}
REASONS: Final[Mapping[str, str]] = {
    "COUNT_ERROR": said("Counted wrongly"),
    "SCANNER_ARTIFACT": said("Scanner slip"),
    "LATE_ENTRY": said("Entered late"),
    "WRONG_ACCOUNT": said("Booked to the wrong stock"),
    "DAMAGED_IN_TRANSIT": said("Damaged on the way"),
    "PRINTER_SHORT_ROLL": said("Roll shorter than printed on it"),
    "MISAPPLIED": said("Attached wrongly"),
    "REWORK": said("Rework"),
    "SAMPLE_KEPT": said("Kept as a sample"),
    "LOSS": said("Loss"),
    "THEFT": said("Theft"),
    "DOCUMENT_CORRECTED": said("Document corrected"),
    "RULE_CHANGED": said("Rule changed"),
    "UNEXPLAINED": said("Unexplained"),
    "OTHER": said("Other"),
}
MADE: Final[Mapping[str, str]] = {
    "DiscrepancyOpened": said("Opened"),
    "DiscrepancyWithdrawn": said("Withdrawn: the facts no longer show it"),
    "DiscrepancyReopened": said("Reopened: the facts show it again, or otherwise"),
    "DiscrepancyExplained": said("Explained"),
    "DiscrepancyEscalated": said("Escalated"),
    "DiscrepancyClosed": said("Closed"),
    "DiscrepancyAssigned": said("Assigned"),
    "DiscrepancyDueSet": said("Due day set"),
    "DiscrepancyCommented": said("Commented"),
    "DiscrepancyRouted": said("Given to a certifier"),
    "DiscrepancyOverdue": said("Overdue"),
    "DiscrepancyCorrectionAsked": said("Correction asked for"),
    "DiscrepancyCorrectionReported": said("Correction reported"),
    "DiscrepancyCorrectionAccepted": said("Correction accepted"),
    "DiscrepancyCorrectionRefused": said("Correction sent back"),
    "PeriodPrepared": said("Period signed by the first of two"),
    "PeriodClosed": said("Period signed off"),
    "PeriodAcknowledged": said("Period acknowledged"),
    "PeriodRestated": said("Period restated"),
    "DeadLetterMended": said("Mended"),
    "DeadLetterReplayed": said("Sent through again"),
    "DeadLetterDismissed": said("Dismissed"),
}
LETTER_STATES: Final[Mapping[str, str]] = {
    "new": said("to be settled"),
    "mended": said("mended"),
    "replayed": said("sent through again"),
    "dismissed": said("dismissed"),
}
REFUSED: Final[Mapping[str, str]] = {
    "too-large": said("too large"),
    "undecodable": said("cannot be read"),
    "unknown-schema": said("of an unknown kind"),
    "invalid": said("not as it should be"),
    "not-permitted": said("not permitted"),
    "conflict": said("its id was recorded with other content"),
}
"""Why something was refused."""
LETTER_REASONS: Final[Mapping[str, str]] = {
    "DUPLICATE_ELSEWHERE": said("recorded elsewhere already"),
    "TEST": said("a test"),
    "NOT_OURS": said("not meant for this ledger"),
    "UNREADABLE": said("nobody can read it"),
    "OTHER": said("Other"),
    "recorded": said("recorded"),
    "duplicate": said("recorded before"),
    "refused": said("refused"),
}
"""Why a refused message was dismissed, and what sending it through again came to."""
TRAIL: Final[Mapping[str, str]] = {
    "case-explained": said("Explained"),
    "case-escalated": said("Escalated"),
    "case-closed": said("Closed"),
    "case-assigned": said("Assigned"),
    "case-due-set": said("Due day set"),
    "case-commented": said("Commented"),
    "case-routed": said("Given to a certifier"),
    "correction-asked": said("Correction asked for"),
    "correction-reported": said("Correction reported"),
    "correction-accepted": said("Correction accepted"),
    "correction-refused": said("Correction sent back"),
    "period-prepared": said("Period signed by the first of two"),
    "period-signed": said("Period signed off"),
    "period-acknowledged": said("Period acknowledged"),
    "letter-mended": said("Mended"),
    "letter-replayed": said("Sent through again"),
    "letter-dismissed": said("Dismissed"),
    "account-made": said("Account made"),
    "token-made": said("Token made"),
    "token-rotated": said("Secret of the token replaced"),
    "token-revoked": said("Token revoked"),
    "bi-login-made": said("Login for SQL made"),
    "bi-login-dropped": said("Login for SQL dropped"),
}
"""What somebody did, in the trail."""
STEPS: Final[Mapping[str, str]] = {
    "input": said("made from"),
    "used_in": said("used in"),
    "subdivided_from": said("subdivided from"),
    "subdivided_into": said("subdivided into"),
    "seals": said("sealed with"),
    "shipment": said("shipped in"),
    "arrival": said("arrived in"),
    "certificate": said("certified by"),
    "sale": said("sold by"),
}
PAPERS: Final[Mapping[str, str]] = {
    "LIVE": said("valid"),
    "NOT_ISSUED": said("not issued"),
    "REPLACED": said("replaced"),
    "VOIDED": said("voided"),
    "DESTROYED": said("destroyed"),
    "OTHER": said("cancelled"),
}
MODES: Final[Mapping[str, str]] = {
    "CONSIGNED": said("Sealed under contract before export"),
    "IMPORTER_APPLIES": said("Sealed by the importer after arrival"),
    "DIRECT_JAS": said("Sealed by a JAS operator abroad"),
}
PLACES_SHORT: Final[Mapping[str, str]] = {
    "stock_importer": said("Importer"),
    "in_transit": said("On the way"),
    "lost": said("Lost"),
    "stolen": said("Stolen"),
    "stock_exporters": said("Exporters"),
    "spoiled": said("Spoiled"),
    "destroyed": said("Destroyed"),
    "sampled": said("Samples"),
    "adjusted": said("Adjusted"),
    "on_lots": said("On goods"),
    "shipped": said("Shipped"),
    "delivered": said("Delivered"),
}
"""Places in the order in which seals come to them, as short as a chart needs."""
WAYS: Final[Mapping[str, str]] = {
    "lot": said("Lot"),
    "contract": said("Contract"),
    "party": said("Party"),
    "mark": said("Mark"),
    "shipment": said("Shipment"),
    "source": said("Source"),
    "day": said("Day"),
    "state": said("State"),
}
"""What cases can be grouped by besides their rule."""
SPOILED: Final[Mapping[str, str]] = {
    "WET": said("wet"),
    "TORN": said("torn"),
    "MISPRINT": said("misprinted"),
    "MACHINE": said("spoiled by a machine"),
    "EXPIRED": said("expired"),
    "UNUSED": said("given up unused"),
    "LOST": said("lost"),
    "STOLEN": said("stolen"),
}
"""Why seals were spoiled or lost, in a remark."""
