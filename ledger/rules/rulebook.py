"""The rule book: every rule of every family, in one table."""

from typing import Final

from ledger.rules import receipt, stock
from ledger.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (*stock.RULES, *receipt.RULES)
"""Each family file lists its own; here they come together."""
