"""Stock: what a holder has of a mark at a site, against what it counted."""

from typing import Final

from ledger.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
