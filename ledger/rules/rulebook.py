"""The rule book: every rule of every family, in one table, and which edition of it this is."""

from typing import Final

from ledger.rules import (
    annual,
    authority,
    certificate,
    certificates_issued,
    chain,
    claims,
    conduct,
    consignment,
    duties,
    fitness,
    labels_used,
    lot,
    lot_inputs,
    lot_names,
    order,
    practice,
    receipt,
    report,
    reversals,
    scope,
    serials,
    shipment_papers,
    shipment_seals,
    sources,
    standing,
    stock,
)
from ledger.rules.revision import revision
from ledger.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *stock.RULES,
    *receipt.RULES,
    *consignment.RULES,
    *chain.RULES,
    *authority.RULES,
    *scope.RULES,
    *duties.RULES,
    *labels_used.RULES,
    *claims.RULES,
    *fitness.RULES,
    *serials.RULES,
    *lot.RULES,
    *lot_names.RULES,
    *lot_inputs.RULES,
    *shipment_papers.RULES,
    *shipment_seals.RULES,
    *certificate.RULES,
    *certificates_issued.RULES,
    *report.RULES,
    *annual.RULES,
    *order.RULES,
    *reversals.RULES,
    *sources.RULES,
    *conduct.RULES,
    *practice.RULES,
    *standing.RULES,
)
"""Each family file lists its own; here they come together."""

__all__ = ["RULES", "revision"]
