"""Who certifies a party and whom its contracts connect with it."""

from collections.abc import Iterable

from ledger.facts import registry as r


def certifiers_of(
    party: str,
    changes: Iterable[r.CertificationChanged],
    signed: Iterable[r.ConsignmentContractSigned],
) -> frozenset[str]:
    """Who certifies a party, from what binds of its certifications and contracts."""
    return frozenset(
        {change.issuer for change in changes}.union(
            *((each.rcb, each.agent) for each in signed if each.exporter == party)
        )
    )


def connected_by(signed: r.ConsignmentContractSigned, speaker: str | None) -> frozenset[str]:
    """Whom a contract connects with its exporter; nobody is by its own word alone."""
    others = {signed.importer, signed.rcb, signed.agent}
    return frozenset(others if speaker == signed.exporter else others - {speaker})
