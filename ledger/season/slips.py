"""The slips that can be planted, by name and by rule, and the islands a mix asks for."""

from math import ceil
from random import Random
from typing import Final

from ledger.errors import Misuse
from ledger.season import (
    slips_application,
    slips_authority,
    slips_claims,
    slips_clock,
    slips_conduct,
    slips_labels,
    slips_lot,
    slips_papers,
    slips_process,
    slips_scope,
    slips_shipment,
    slips_standing,
    slips_stock,
)
from ledger.season.island import SLIPS, Island, Slip
from ledger.season.mix import Mix

FAMILIES = (
    slips_stock,
    slips_application,
    slips_authority,
    slips_lot,
    slips_shipment,
    slips_papers,
    slips_conduct,
    slips_labels,
    slips_process,
    slips_claims,
    slips_scope,
    slips_standing,
    slips_clock,
)
"""Importing a family enlists its slips."""

NOT_SHOWN: Final = {
    "CONVERSION_NOT_ACCEPTED": "asked of goods that leave Japan for the United States, where seals "
    "are no longer our question: no rule carries it to a case",
}
"""Reason codes at level F that no slip brings to a case, and why."""


def rules() -> frozenset[str]:
    """The rules that some slip breaks on purpose."""
    return frozenset(slip.rule for slip in SLIPS.values())


def islands(mix: Mix, lots: int, seed: int) -> list[Island]:
    """An island for each slip asked for; `lots` is how many lots a share is taken of.

    Raises Misuse for a name or rule no slip has.
    """
    chosen: list[Slip] = []
    known = list(SLIPS.values())
    if mix.everything:
        chosen = known
    elif mix.share is not None:
        order = Random(f"{seed}/kinds").sample(known, len(known))  # noqa: S311  # repeatable, not secret
        chosen = [order[n % len(order)] for n in range(ceil(mix.share * lots))]
    for name, times in mix.named:
        fitting = [slip for slip in known if name in (slip.name, slip.rule)]
        if not fitting:
            raise Misuse(f"slips: no slip is called {name}; known are {', '.join(SLIPS)}")
        chosen += [fitting[n % len(fitting)] for n in range(times)]
    return [
        slip.island(number, Random(f"{seed}/slip/{number}"))  # noqa: S311  # repeatable, not secret
        for number, slip in enumerate(chosen)
    ]
