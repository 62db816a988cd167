"""The closed set of facts, by the name under which each is reported and stored."""

from typing import Final, get_args

from ledger.facts import corrections as c
from ledger.facts import criteria as k
from ledger.facts import documents as d
from ledger.facts import herds as h
from ledger.facts import lots as l
from ledger.facts import registry as r
from ledger.facts import seals as s
from ledger.facts import shipments as g
from ledger.facts.identity import Fact

AnyFact = (
    r.PartyRegistered
    | r.SourceRegistered
    | r.SourceHeartbeat
    | r.CertificationChanged
    | r.IssuerDesignated
    | r.MarkRegistered
    | r.ConsignmentContractSigned
    | r.ConsignmentContractEnded
    | r.ResponsiblePersonDesignated
    | r.SealTrainingCompleted
    | r.PersonQualified
    | r.PersonRegistered
    | r.ProgrammeEnrolled
    | r.ProductRegistered
    | r.LabelApproved
    | r.LabelWithdrawn
    | s.SealsIssued
    | s.SealsDispatched
    | s.SealsReceived
    | s.SealsApplied
    | s.SealsSpoiled
    | s.SealsSampled
    | s.SealsDestroyed
    | s.SealsRemoved
    | s.SealsLost
    | s.SealsCounted
    | s.StockAdjusted
    | l.LotRecorded
    | l.LotGraded
    | l.LotSubdivided
    | l.InputVerified
    | l.ProcessRecorded
    | l.LotHeld
    | l.LotReleased
    | h.HerdRecorded
    | h.AnimalsLeft
    | h.FeedingRecorded
    | g.ShipmentDeparted
    | g.ShipmentReceived
    | g.GoodsReturned
    | g.ShipmentDocumentsSent
    | g.GoodsSold
    | d.SealReportFiled
    | d.ExportCertificateRequested
    | d.ExportCertificateIssued
    | d.ExportCertificateCancelled
    | d.ComplaintReceived
    | d.AnnualReportFiled
    | k.CriterionShown
    | c.EventRetracted
)

TYPES: Final[dict[str, type[Fact]]] = {kind.__name__: kind for kind in get_args(AnyFact)}
