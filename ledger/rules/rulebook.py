"""The rule book: every rule of every family, in one table."""

from typing import Final

from ledger.rules import (
    annual,
    authority,
    certificate,
    chain,
    claims,
    consignment,
    duties,
    fitness,
    labels_used,
    lot,
    lot_inputs,
    lot_names,
    number_gaps,
    receipt,
    report,
    scope,
    serials,
    shipment_papers,
    shipment_seals,
    stock,
)
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
    *number_gaps.RULES,
    *report.RULES,
    *annual.RULES,
)
"""Each family file lists its own; here they come together."""
