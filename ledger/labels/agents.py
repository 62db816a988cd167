"""Certifying agents: whether those of labels and certificates are the one of the contract.

A label approved or a certificate issued by another body may be right; nobody here can tell.
"""

from collections.abc import Iterable

from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import ConsignmentContractSigned, LabelApproved
from ledger.labels.verdict import Reason, Verdict, unshown


def other_agents(
    record: Record,
    contract: str | None,
    labels: Iterable[tuple[str, int]],
    certificates: Iterable[str],
) -> Verdict:
    """OTHER_AGENT, unproven, for each label version and certificate of another than the agent.

    `certificates` are keys of issuer and number. Nothing where the contract is not known.
    """
    signed = (
        None
        if contract is None
        else record.latest(ConsignmentContractSigned, About.CONTRACT, contract)
    )
    if signed is None:
        return Verdict()
    reasons: list[Reason] = []
    for label, version in labels:
        approved = record.latest(LabelApproved, About.LABEL, f"{label} {version}")
        if approved is not None and approved.agent != signed.agent:
            reasons += unshown("OTHER_AGENT", detail=f"{label} {version}: {approved.agent}")
    for key in certificates:
        issued = record.latest(ExportCertificateIssued, About.CERTIFICATE, key)
        if issued is not None and issued.issuer != signed.agent:
            reasons += unshown("OTHER_AGENT", detail=f"{issued.number}: {issued.issuer}")
    return Verdict.of(reasons)
