"""The rule book: every rule of every family, in one table."""

from typing import Final

from ledger.rules import (
    chain,
    consignment,
    duties,
    fitness,
    labels_used,
    receipt,
    serials,
    stock,
)
from ledger.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *stock.RULES,
    *receipt.RULES,
    *consignment.RULES,
    *chain.RULES,
    *duties.RULES,
    *labels_used.RULES,
    *fitness.RULES,
    *serials.RULES,
)
"""Each family file lists its own; here they come together."""
