"""The key of a message: it spreads the load and keeps neighbours together.

What is recorded never depends on it.
"""

from typing import Final

from ledger.facts import corrections as c
from ledger.facts import criteria as k
from ledger.facts import documents as d
from ledger.facts import herds as h
from ledger.facts import lots as l
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact

KEYS: Final[dict[type[Fact], tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            r.MarkRegistered, s.SealsIssued, s.SealsDispatched, s.SealsReceived, s.SealsApplied,
            s.SealsSpoiled, s.SealsSampled, s.SealsDestroyed, s.SealsRemoved, s.SealsLost,
            s.SealsCounted, s.StockAdjusted,
        ),
        ("mark",),
    ),
    **dict.fromkeys(
        (
            g.ShipmentDeparted, g.ShipmentReceived, g.GoodsReturned, g.ShipmentDocumentsSent,
            d.SealReportFiled, d.ExportCertificateRequested,
        ),
        ("shipment",),
    ),
    **dict.fromkeys(
        (
            l.LotRecorded, l.LotGraded, l.LotSubdivided, l.InputVerified, l.LotHeld, l.LotReleased,
            g.GoodsSold,
        ),
        ("lot",),
    ),
    **dict.fromkeys((h.HerdRecorded, h.AnimalsLeft, h.FeedingRecorded), ("herd",)),
    **dict.fromkeys(
        (d.ExportCertificateIssued, d.ExportCertificateCancelled), ("issuer", "number")
    ),
    **dict.fromkeys(
        (
            r.ConsignmentContractSigned, r.ConsignmentContractEnded,
            r.ResponsiblePersonDesignated,
        ),
        ("contract",),
    ),
    **dict.fromkeys(
        (
            r.PartyRegistered, r.CertificationChanged, r.SealTrainingCompleted, r.PersonQualified,
            r.PersonRegistered, r.ProgrammeEnrolled, d.AnnualReportFiled, k.CriterionShown,
        ),
        ("party",),
    ),
    **dict.fromkeys((r.LabelApproved, r.LabelWithdrawn), ("label",)),
    l.ProcessRecorded: ("lot | herd",),
    r.SourceRegistered: ("registers",),
    r.SourceHeartbeat: ("source",),
    r.IssuerDesignated: ("issuer",),
    r.ProductRegistered: ("product",),
    d.ComplaintReceived: ("complaint",),
    c.EventRetracted: ("target",),
}  # fmt: skip
"""By type the fields that make the key, joined by one space; of `lot | herd` the first given."""


def kafka_key(fact: Fact) -> str:
    """The key of a message that holds this event alone; of one that holds more, of its first."""
    parts = []
    for names in KEYS[type(fact)]:
        given = (getattr(fact, name) for name in names.split(" | "))
        parts.append(str(next(value for value in given if value is not None)))
    return " ".join(parts)
